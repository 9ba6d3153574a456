import FoundationEssentials
import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Testing

/// Random programs with OPA 1.9's answers.
@Suite("Random programs") struct SmithTests {
    /// Programs known to agree; raise it with every one that is won, never lower it.
    static let ratchet = 1500

    @Test(.enabled(if: conformanceFolder != nil, "WARD_CONFORMANCE does not name the folder of cases"))
    func answers() throws {
        var tally = Tally()
        for value in try readCases(try #require(conformanceFolder) + "/smith/eval.jsonl") {
            tally.record(value["id"]?.string ?? "?", Self.run(value))
        }
        try tally.report("smith")
        #expect(tally.passed >= Self.ratchet)
    }

    private static func run(_ value: RegoValue) -> String? {
        do {
            let policy = try Policy(
                modules: [Policy.Module(name: "p.rego", text: value["module"]?.string ?? "")], data: value["data"] ?? .object([:]))
            let prepared = try policy.prepare(query: value["query"]?.string ?? "")
            let answer = try prepared.evaluate(
                value["input"].map { .value($0) } ?? .none, limits: EvaluationLimits(instructions: 50_000_000))
            if value["want_errors"] != nil { return "wanted errors \(value["want_errors"]?.json() ?? "")" }
            if value["want_undefined"]?.boolean == true { return answer.value == nil ? nil : "wanted undefined" }
            guard let want = value["want_value"] else { return nil }
            guard let got = try answer.value.map(plain) else { return "wanted \(want.json()), got undefined" }
            // Numbers are also written as OPA writes them.
            return got == want && got.json() == want.json() ? nil : "wanted \(want.json()), got \(got.json())"
        } catch let failure as CompilationFailure {
            return compare(value, failure.diagnostics.map { ($0.code.description, $0.message, Int64($0.span.row), Int64($0.span.column)) })
        } catch let error as EvaluationError {
            return compare(value, [(error.code.description, error.message, Int64(error.span?.row ?? 0), Int64(error.span?.column ?? 0))])
        } catch {
            return "unexpected error: \(error)"
        }
    }

    private static func compare(_ value: RegoValue, _ got: [(String, String, Int64, Int64)]) -> String? {
        guard let want = value["want_errors"]?.array else { return "wanted an answer, got \(got.first?.0 ?? ""): \(got.first?.1 ?? "")" }
        let wanted = Set(
            want.map { "\($0["code"]?.string ?? "") \($0["message"]?.string ?? "") \($0["row"]?.integer ?? 0):\($0["col"]?.integer ?? 0)" })
        let found = Set(got.map { "\($0.0) \($0.1) \($0.2):\($0.3)" })
        return wanted == found ? nil : "wanted \(wanted.sorted()), got \(found.sorted())"
    }
}
