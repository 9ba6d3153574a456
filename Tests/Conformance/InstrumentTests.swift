import FoundationEssentials
import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Testing

/// Seeing an evaluation does not change its answer.
@Suite("Instruments") struct InstrumentTests {
    @Test(.enabled(if: conformanceFolder != nil, "WARD_CONFORMANCE does not name the folder of cases"))
    func answersAreTheSameForOPAsTests() throws {
        let folder = try #require(conformanceFolder) + "/opa"
        var tally = Tally()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where name.hasSuffix(".jsonl") {
            for value in try readCases(folder + "/" + name) {
                let test = try #require(OPACase(value))
                let modules = test.modules.enumerated().map { Policy.Module(name: "test-\($0.offset).rego", text: $0.element) }
                let input = try test.question()
                tally.record(test.note, Self.compare(modules, test.data, test.query, input, isStrict: test.isStrict))
            }
        }
        try tally.report("instruments-opa")
        #expect(tally.failures.map(\.name) == [])
    }

    @Test(.enabled(if: conformanceFolder != nil, "WARD_CONFORMANCE does not name the folder of cases"))
    func answersAreTheSameForRandomPrograms() throws {
        var tally = Tally()
        for value in try readCases(try #require(conformanceFolder) + "/smith/eval.jsonl") {
            let module = Policy.Module(name: "p.rego", text: value["module"]?.string ?? "")
            let why = Self.compare(
                [module], value["data"] ?? .object([:]), value["query"]?.string ?? "", value["input"].map { .value($0) } ?? .none,
                isStrict: false)
            tally.record(value["id"]?.string ?? "?", why)
        }
        try tally.report("instruments-smith")
        #expect(tally.failures.map(\.name) == [])
    }

    /// How an evaluation with all instruments differs from one without; `nil` if it does not.
    private static func compare(_ modules: [Policy.Module], _ data: RegoValue, _ query: String, _ input: Input, isStrict: Bool) -> String? {
        // What cannot be compiled is not evaluated either way; nor are the clock and chance the same twice.
        guard let policy = try? Policy(modules: modules, data: data) else { return nil }
        guard let plain = try? policy.prepare(query: query) else { return nil }
        let sources = modules.map { String(decoding: $0.bytes, as: UTF8.self) }.joined() + query
        if ["rand.", "uuid.", "now_ns"].contains(where: { sources.contains($0) }) { return nil }
        let limits = EvaluationLimits(instructions: 50_000_000, strictBuiltinErrors: isStrict)
        do {
            let observed = try policy.prepare(query: query, instrumented: true)
            let instruments = Instruments([.explanation, .variables, .profile], coverage: Coverage(of: policy))
            let want = outcome { () throws(EvaluationError) in try plain.evaluate(input, limits: limits) }
            let got = outcome { () throws(EvaluationError) in try observed.evaluate(input, limits: limits, instruments: instruments) }
            if want != got { return "without instruments \(want), with them \(got)" }
            // The text of every event can be written.
            if instruments.explanation.text(variables: true).isEmpty { return "no event was told" }
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func outcome(_ evaluate: () throws(EvaluationError) -> Answer) -> String {
        do throws(EvaluationError) {
            return try evaluate().solutions.map { solution in
                solution.expressions.map { $0.value.json() }.joined(separator: " ")
                    + solution.bindings.map { " \($0.name)=\($0.value.json())" }.joined()
            }.joined(separator: "\n")
        } catch {
            return error.description
        }
    }
}
