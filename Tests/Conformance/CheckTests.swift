import FoundationEssentials
import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Testing

/// Broken variants of modules, judged by OPA 1.9: whether they compile, and with which errors they do not.
@Suite("Broken modules") struct CheckTests {
    /// Cases known to agree: whether the module is accepted, every error's code and row, and its message as well. Raise them with every case
    /// that is won, never lower them.
    struct Ratchet: Sendable, CustomTestStringConvertible {
        let file: String
        let isStrict: Bool
        let accepted: Int
        let placed: Int
        let worded: Int
        let exact: Int

        var testDescription: String { file }
    }

    static let ratchets = [
        Ratchet(file: "check", isStrict: false, accepted: 1471, placed: 1471, worded: 1471, exact: 1471),
        Ratchet(file: "strict", isStrict: true, accepted: 485, placed: 485, worded: 485, exact: 485),
    ]

    @Test(.enabled(if: conformanceFolder != nil, "WARD_CONFORMANCE does not name the folder of cases"), arguments: ratchets)
    func verdicts(_ ratchet: Ratchet) throws {
        var accepted = Tally()
        var placed = Tally()
        var worded = Tally()
        var exact = Tally()
        for value in try readCases(try #require(conformanceFolder) + "/check/\(ratchet.file).jsonl") {
            let id = value["id"]?.string ?? "?"
            let want = (value["want_errors"]?.array ?? []).map(CheckError.init)
            let got = Self.errors(of: value["module"]?.string ?? "", isStrict: ratchet.isStrict)
            let why = "wanted \(want.map(\.description).sorted()), got \(got.map(\.description).sorted())"
            accepted.record(id, want.isEmpty == got.isEmpty ? nil : why)
            placed.record(id, Set(want.map(\.place)) == Set(got.map(\.place)) ? nil : why)
            worded.record(id, Set(want.map(\.wording)) == Set(got.map(\.wording)) ? nil : why)
            exact.record(id, Set(want.map(\.description)) == Set(got.map(\.description)) ? nil : why)
        }
        try accepted.report("\(ratchet.file)-accepted")
        try placed.report("\(ratchet.file)-placed")
        try worded.report("\(ratchet.file)-worded")
        try exact.report("\(ratchet.file)-exact")
        #expect(accepted.passed >= ratchet.accepted)
        #expect(placed.passed >= ratchet.placed)
        #expect(worded.passed >= ratchet.worded)
        #expect(exact.passed >= ratchet.exact)
    }

    private static func errors(of module: String, isStrict: Bool) -> [CheckError] {
        do {
            _ = try Policy(
                modules: [Policy.Module(name: "p.rego", text: module)], options: Policy.Options(isStrict: isStrict))
            return []
        } catch {
            return error.diagnostics.map(CheckError.init)
        }
    }
}

/// An error of a check, in the parts that are compared.
private struct CheckError: CustomStringConvertible {
    let code: String
    let message: String
    let row: Int64
    let column: Int64

    init(_ value: RegoValue) {
        code = value["code"]?.string ?? ""
        message = value["message"]?.string ?? ""
        row = value["row"]?.integer ?? 0
        column = value["col"]?.integer ?? 0
    }

    init(_ diagnostic: Diagnostic) {
        code = diagnostic.code.description
        message = diagnostic.message
        row = Int64(diagnostic.span.row)
        column = Int64(diagnostic.span.column)
    }

    var place: String { "\(code) \(row)" }
    var wording: String { "\(code) \(message) \(row)" }
    var description: String { "\(code) \(message) \(row):\(column)" }
}
