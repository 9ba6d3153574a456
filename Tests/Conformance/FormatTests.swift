import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Testing

/// OPA's own test modules with what OPA 1.9's formatter makes of them.
@Suite("Formatter") struct FormatTests {
    /// Modules known to come out as OPA's; raise it with every one that is won, never lower it.
    static let ratchet = 2039

    /// OPA drops these parentheses, and `in` binds otherwise then.
    private static let misread = #""foo", (2 in {"bar": 2}) in {"foo": true}"#

    @Test("Modules are laid out as OPA does", .enabled(if: conformanceFolder != nil, "WARD_CONFORMANCE does not name the folder of cases"))
    func answers() throws {
        var tally = Tally()
        for value in try readCases(try #require(conformanceFolder) + "/fmt/fmt.jsonl") {
            let module = value["module"]?.string ?? ""
            tally.record("\(value["id"]?.integer ?? 0)", Self.run(module, want: value["want_formatted"]?.string ?? ""))
        }
        try tally.report("fmt")
        #expect(tally.passed >= Self.ratchet)
    }

    private static func run(_ module: String, want: String) -> String? {
        do throws(Formatter.Failure) {
            let file = SourceFile(name: "m.rego", text: module)
            let formatted = try Formatter.format(file)
            let text = String(decoding: formatted, as: UTF8.self)
            guard text == want else { return "wanted\n\(want)\ngot\n\(text)" }
            guard !module.contains(misread) else { return nil }
            let again = try Formatter.format(SourceFile(name: "m.rego", bytes: formatted))
            guard again == formatted else { return "formatted again\n\(String(decoding: again, as: UTF8.self))" }
            guard let before = Parser.parseModule(file, id: FileID(0)).0,
                let after = Parser.parseModule(SourceFile(name: "m.rego", bytes: formatted), id: FileID(0)).0
            else { return "not read" }
            guard Formatter.isSameProgram(before, after) else { return "means something else: \(text)" }
            return nil
        } catch {
            return "\(error.diagnostics)"
        }
    }
}
