import FoundationEssentials
import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Testing

/// The language before 1.0: modules that import `rego.v1`, and Gatekeeper's templates.
@Suite("The v0 language", .enabled(if: conformanceFolder != nil, "WARD_CONFORMANCE does not name the folder of cases"))
struct V0Tests {
    /// Cases known to pass; raise it with every case that is won, never lower it.
    static let ratchet = 2065
    /// Cases of the template library whose verdict is the suite's.
    static let verdictRatchet = 270

    /// OPA's tests, each module made one of v0 that imports `rego.v1`.
    @Test func importingVersion1() throws {
        var tally = Tally()
        for var test in try OPACase.all() {
            test.modules = try test.modules.map(Self.importing)
            tally.record(test.note, test.run(version: .v0))
        }
        try tally.report("opa-v0")
        #expect(tally.passed >= Self.ratchet)
    }

    /// The module with `import rego.v1` behind its package, on the same line: places in errors stay. The import replaces
    /// `future.keywords`, with which it must not stand together.
    private static func importing(_ module: String) throws -> String {
        let (parsed, _) = Parser.parseModule(SourceFile(name: "", bytes: Array(module.utf8)), id: FileID(0))
        // A module with an error stays what it is to either dialect.
        guard let parsed else { return module }
        var bytes = Array(module.utf8)
        let known = parsed.imports.filter { TermPrinter.text(of: $0.path).hasPrefix("future.keywords") }
        for unneeded in known {
            for index in Int(unneeded.span.offset)..<Int(unneeded.span.offset + unneeded.span.length) { bytes[index] = 0x20 }
        }
        if parsed.imports.contains(where: { TermPrinter.text(of: $0.path) == "rego.v1" }) { return String(decoding: bytes, as: UTF8.self) }
        var end = Int(parsed.package.span.offset) + "package".utf8.count
        while end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x09 { end += 1 }
        var isQuoted = false
        while end < bytes.count, isQuoted || bytes[end] > 0x20 && bytes[end] != UInt8(ascii: "#") {
            if bytes[end] == UInt8(ascii: "\"") { isQuoted.toggle() }
            end += 1
        }
        bytes.insert(contentsOf: " import rego.v1".utf8, at: end)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Every template of the library compiles, and evaluates without an error on the objects of its suite.
    @Test func templates() throws {
        let library = try #require(conformanceFolder) + "/gatekeeper/library"
        var tally = Tally()
        for path in try FileManager.default.subpathsOfDirectory(atPath: library).sorted() where path.hasSuffix("/suite.yaml") {
            let folder = library + "/" + path.dropLast("/suite.yaml".count)
            let suite = try TemplateSuite(folder: folder)
            for test in suite.tests {
                for (name, why) in try test.run() { tally.record("\(path)/\(name)", why) }
            }
        }
        try tally.report("templates")
        #expect(tally.total == 270)
        #expect(tally.passed >= Self.verdictRatchet)
    }
}
