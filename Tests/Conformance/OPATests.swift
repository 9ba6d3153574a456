import FoundationEssentials
import Glibc
import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Testing

/// OPA's own language tests: the answers of every case, through the library.
@Suite("OPA's language tests") struct OPATests {
    /// Cases known to pass; raise it with every case that is won, never lower it.
    static let ratchet = 2065

    @Test(.enabled(if: conformanceFolder != nil, "WARD_CONFORMANCE does not name the folder of cases"))
    func answers() throws {
        var tally = Tally()
        for test in try OPACase.all() { tally.record(test.note, test.run()) }
        try tally.report("opa")
        #expect(tally.passed >= Self.ratchet)
    }
}

/// One case of OPA's tests.
struct OPACase {
    let note: String
    let query: String
    var modules: [String]
    let data: RegoValue
    let input: RegoValue?
    let inputTerm: String?
    let wantResult: [RegoValue]?
    let wantErrorCode: String?
    let wantError: String?
    let sortsBindings: Bool
    let isStrict: Bool

    /// The cases of all files.
    static func all() throws -> [OPACase] {
        let folder = try #require(conformanceFolder) + "/opa"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { $0.hasSuffix(".jsonl") }
        return try names.flatMap { name in
            try readCases(folder + "/" + name).map { try #require(OPACase($0)) }
        }
    }

    init?(_ value: RegoValue) {
        guard let note = value["note"]?.string, let query = value["query"]?.string else { return nil }
        self.note = note
        self.query = query
        modules = value["modules"]?.array?.compactMap(\.string) ?? []
        data = value["data"] ?? .object([:])
        input = value["input"]
        inputTerm = value["input_term"]?.string
        wantResult = value["want_result"]?.array
        wantErrorCode = value["want_error_code"]?.string
        wantError = value["want_error"]?.string
        sortsBindings = value["sort_bindings"]?.boolean ?? false
        isStrict = value["strict_error"]?.boolean ?? false
    }

    /// A function that OPA's own tests have: time passes, and `time.now_ns` does not notice.
    private static let sleep = Builtin("test.sleep", arguments: ["string"], result: "null") { arguments, _ in
        guard let text = arguments[0].string, text.hasSuffix("ms"), let milliseconds = UInt32(text.dropLast(2)) else { return nil }
        usleep(milliseconds * 1000)
        return .null
    }

    /// Why the case fails; `nil` if it passes.
    func run(version: RegoVersion = .v1) -> String? {
        do {
            let options = Policy.Options(version: version, builtins: [Self.sleep])
            let policy = try Policy(
                modules: modules.enumerated().map { Policy.Module(name: "test-\($0.offset).rego", text: $0.element) }, data: data,
                options: options)
            let prepared = try policy.prepare(query: query)
            let answer = try prepared.evaluate(
                try question(), limits: EvaluationLimits(instructions: 50_000_000, strictBuiltinErrors: isStrict))
            return try check(answer)
        } catch let failure as CompilationFailure {
            return check(code: failure.diagnostics.first?.code.description ?? "", message: failure.description)
        } catch let error as EvaluationError {
            let place = error.span.map { "\(error.file ?? ""):\($0.row): " } ?? ""
            return check(code: error.code.description, message: "\(place)\(error.code): \(error.message)")
        } catch {
            return "unexpected error: \(error)"
        }
    }

    func question() throws -> Input {
        if let inputTerm {
            guard let value = try Policy(modules: []).prepare(query: inputTerm).evaluate().value else { return .none }
            return .value(value)
        }
        return input.map { .value($0) } ?? .none
    }

    private func check(_ answer: Answer) throws -> String? {
        try check(
            answer.solutions.map { solution in
                var bindings: [RegoValue: RegoValue] = [:]
                for (name, value) in solution.bindings { bindings[.string(name)] = try plain(value) }
                return .object(bindings)
            })
    }

    /// Compares the bindings of each solution.
    func check(_ solutions: [RegoValue]) -> String? {
        if let wantErrorCode = wantErrorCode ?? wantError {
            return "wanted error \(wantErrorCode), got \(RegoValue.array(solutions).json())"
        }
        guard let wantResult else { return nil }
        var got = solutions
        var want = wantResult
        if sortsBindings {
            got = got.map(sorted)
            want = want.map(sorted)
        }
        got.sort { $0.json() < $1.json() }
        want.sort { $0.json() < $1.json() }
        return got == want ? nil : "wanted \(RegoValue.array(want).json()), got \(RegoValue.array(got).json())"
    }

    /// Compares an error.
    func check(code: String, message: String) -> String? {
        guard wantErrorCode != nil || wantError != nil else { return "wanted an answer, got \(code): \(message)" }
        if let wantErrorCode, code != wantErrorCode { return "wanted \(wantErrorCode), got \(code): \(message)" }
        if let wantError, !message.contains(wantError) { return "wanted '\(wantError)' in '\(message)'" }
        return nil
    }
}
