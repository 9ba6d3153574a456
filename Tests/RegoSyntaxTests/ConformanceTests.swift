import Foundation
import RegoSyntax
import Testing

/// OPA's own cases and answers, from the folder that `WARD_CONFORMANCE` names; skipped without it.
private let folder = ProcessInfo.processInfo.environment["WARD_CONFORMANCE"].map { URL(fileURLWithPath: $0, isDirectory: true) }

@Suite(.enabled(if: folder != nil, "WARD_CONFORMANCE names no folder with OPA's cases"))
struct ParserConformanceTests {
    private func cases(_ path: String) throws -> [[String: Any]] {
        let url = try #require(folder).appendingPathComponent(path)
        return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
    }

    /// The parse errors that OPA reports, as `row:column message`.
    private func parseErrors(_ entry: [String: Any]) -> Set<String> {
        let errors = entry["want_errors"] as? [[String: Any]] ?? []
        return Set(
            errors.filter { $0["code"] as? String == "rego_parse_error" }
                .map { "\($0["row"] ?? 0):\($0["col"] ?? 0) \($0["message"] ?? "")" })
    }

    @Test(arguments: [("check/check.jsonl", 1_471), ("check/strict.jsonl", 485)])
    func `Broken modules are refused with OPA's errors`(path: String, count: Int) throws {
        var (total, agreed, equal) = (0, 0, 0)
        for entry in try cases(path) {
            total += 1
            let text = try #require(entry["module"] as? String)
            let (module, diagnostics) = Parser.parseModule(SourceFile(name: "", text: text), id: FileID(1))
            let expected = parseErrors(entry)
            if (module == nil) == !expected.isEmpty { agreed += 1 }
            if Set(lines(of: diagnostics)) == expected { equal += 1 }
        }
        print("\(path): \(total) modules, \(agreed) accepted or refused as OPA does, \(equal) with the same errors")
        #expect(total >= count)
        #expect(agreed == total)
        #expect(equal == total)
    }

    @Test func `OPA's test modules, queries and terms are read`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: try #require(folder).appendingPathComponent("opa").path)
        var (modules, queries, terms) = (0, 0, 0)
        for file in files.sorted() where file.hasSuffix(".jsonl") {
            for entry in try cases("opa/\(file)") {
                for text in entry["modules"] as? [String] ?? [] {
                    modules += 1
                    #expect(Parser.parseModule(SourceFile(name: "", text: text), id: FileID(1)).0 != nil, "\(entry["note"] ?? file)")
                }
                if let text = entry["query"] as? String {
                    queries += 1
                    #expect(Parser.parseQuery(SourceFile(name: "", text: text), id: FileID(0)).0 != nil, "\(entry["note"] ?? file)")
                }
                if let text = entry["input_term"] as? String {
                    terms += 1
                    #expect(Parser.parseTerm(SourceFile(name: "", text: text), id: FileID(0)).0 != nil, "\(entry["note"] ?? file)")
                }
            }
        }
        print("opa: \(modules) modules, \(queries) queries, \(terms) terms read")
        #expect(modules >= 2_465)
    }

    @Test(arguments: ["fmt/fmt.jsonl", "smith/eval.jsonl"])
    func `Modules that OPA reads are read`(path: String) throws {
        for entry in try cases(path) where parseErrors(entry).isEmpty {
            let text = try #require(entry["module"] as? String)
            let (module, diagnostics) = Parser.parseModule(SourceFile(name: "", text: text), id: FileID(1))
            #expect(module != nil, "\(entry["id"] ?? ""): \(lines(of: diagnostics))")
        }
    }
}
