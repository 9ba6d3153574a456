import FoundationEssentials
import RegoCompiler
import RegoSyntax
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Agreement with OPA 1.9 on broken and whole modules. The cases live outside of the repository: without `WARD_CONFORMANCE` these tests are
/// skipped.
@Suite(.enabled(if: Conformance.folder != nil, "WARD_CONFORMANCE names the folder of cases"))
struct ResolutionConformanceTests {
    /// What OPA says that only its type checker can know.
    private func needsTypes(_ error: Conformance.WantedError) -> Bool {
        error.code == "rego_type_error"
            && (error.message.contains("invalid argument") || error.message.contains("match error")
                || error.message.contains("undefined ref"))
    }

    struct Tally {
        var cases = 0
        var agreed = 0
        var exact = 0
        var failures: [String] = []
    }

    private func tally(_ name: String, options: ResolverOptions) throws -> Tally {
        var tally = Tally()
        for item in try Conformance.cases(Conformance.CheckCase.self, in: "check/\(name).jsonl") {
            let wanted = item.want_errors ?? []
            if wanted.contains(where: { $0.code == "rego_parse_error" || needsTypes($0) }) { continue }
            let fixture = ResolutionFixture([item.module], options: options)
            if fixture.diagnostics.contains(where: { $0.code == .parse }) { continue }
            tally.cases += 1
            if wanted.isEmpty == fixture.diagnostics.isEmpty { tally.agreed += 1 }
            let want = Set(wanted.map { "\($0.row):\($0.col) \($0.code) \($0.message)" })
            let got = Set(fixture.report)
            if want == got {
                tally.exact += 1
            } else {
                tally.failures.append("\(item.id): want \(want.sorted()), got \(got.sorted())\n\(item.module)")
            }
        }
        return tally
    }

    @Test func brokenModulesAreJudgedAsByOPA() throws {
        let result = try tally("check", options: ResolverOptions())
        Conformance.log("check: \(result.cases) cases, \(result.agreed) agree, \(result.exact) exact", result.failures)
        #expect(result.cases >= 354)
        #expect(result.exact == result.cases)
    }

    @Test func brokenModulesAreJudgedAsByOPAInStrictMode() throws {
        let result = try tally("strict", options: ResolverOptions(isStrict: true))
        Conformance.log("strict: \(result.cases) cases, \(result.agreed) agree, \(result.exact) exact", result.failures)
        #expect(result.cases >= 107)
        #expect(result.exact == result.cases)
    }

    @Test func wholeModulesResolve() throws {
        // A function of OPA's test runner.
        var builtins = BuiltinTable.opa
        builtins["test.sleep"] = BuiltinSignature(name: "test.sleep", arity: 1)
        var count = 0
        var failures: [String] = []
        for name in try Conformance.files(in: "opa") {
            for item in try Conformance.cases(Conformance.LanguageCase.self, in: "opa/\(name)") {
                if item.want_error_code?.hasPrefix("rego_") ?? false { continue }
                let fixture = ResolutionFixture(item.modules ?? [], builtins: builtins)
                if fixture.diagnostics.contains(where: { $0.code == .parse }) { continue }
                count += 1
                guard fixture.program != nil else {
                    failures.append("\(name) \(item.note): \(fixture.report)\n" + (item.modules ?? []).joined(separator: "\n---\n"))
                    continue
                }
                let (query, problems) = try fixture.query(item.query)
                if query == nil { failures.append("\(name) \(item.note): query \(item.query): \(problems)") }
            }
        }
        Conformance.log("opa: \(count) cases, \(failures.count) do not resolve", failures)
        #expect(count >= 2_067)
        #expect(failures.isEmpty)
    }
}

/// The folder of cases and what they look like.
enum Conformance {
    static let folder: String? = getenv("WARD_CONFORMANCE").map { String(cString: $0) }

    struct WantedError: Decodable {
        let code: String
        let message: String
        let row: Int
        let col: Int
    }

    struct CheckCase: Decodable {
        let id: String
        let module: String
        let want_errors: [WantedError]?
    }

    struct LanguageCase: Decodable {
        let note: String
        let modules: [String]?
        let query: String
        let want_error_code: String?
    }

    static func cases<Case: Decodable>(_: Case.Type, in path: String) throws -> [Case] {
        let data = try Data(contentsOf: URL(filePath: try #require(folder) + "/" + path))
        let decoder = JSONDecoder()
        return try data.split(separator: UInt8(ascii: "\n")).map { try decoder.decode(Case.self, from: Data($0)) }
    }

    static func files(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: try #require(folder) + "/" + path).filter { $0.hasSuffix(".jsonl") }.sorted()
    }

    /// Prints a line of figures; with `WARD_VERBOSE` also what failed.
    static func log(_ line: String, _ failures: [String]) {
        print(line)
        if getenv("WARD_VERBOSE") != nil { for failure in failures { print(failure) } }
    }
}
