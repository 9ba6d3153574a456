package import Rego
import RegoRuntime

/// The results of tests for programs: the array that `opa test -f json` prints.
package enum TestDocument {
    /// The document.
    ///
    /// - Parameter shown: what of a test's explanation belongs to the document; `nil` for none of it.
    package static func document(_ results: [TestResult], trace shown: ((Explanation) -> Explanation)? = nil) -> OrderedJSON {
        .array(results.map { document($0, shown) })
    }

    private static func document(_ result: TestResult, _ shown: ((Explanation) -> Explanation)?) -> OrderedJSON {
        let test = result.test
        var members: [(String, OrderedJSON)] = [
            ("location", .object([("file", string(test.file)), ("row", .integer(test.row)), ("col", .integer(test.column))])),
            ("package", string(test.package)),
            ("name", string(test.name)),
        ]
        if result.isFailure { members.append(("fail", .value(.boolean(true)))) }
        if let item = result.error.map(AuthorError.init)?.items.first { members.append(("error", item.document)) }
        if result.isSkipped { members.append(("skip", .value(.boolean(true)))) }
        if let shown, let trace = result.explanation.map(shown), !trace.events.isEmpty {
            members.append(("trace", ExplanationJSON(trace).document))
        }
        members.append(("duration", .integer(Int(result.duration.nanoseconds))))
        if !result.output.isEmpty { members.append(("output", string(Base64.encoded(Array(result.output.utf8))))) }
        if let benchmark = result.benchmark { members.append(("benchmark_result", BenchmarkDocument.document(benchmark))) }
        if !result.cases.isEmpty { members.append(("sub_results", cases(result.cases))) }
        return .object(members)
    }

    private static func cases(_ results: [TestCaseResult]) -> OrderedJSON {
        .object(
            results.map { result in
                var members = [("name", string(result.name))]
                if result.isFailure { members.append(("fail", .value(.boolean(true)))) }
                if !result.cases.isEmpty { members.append(("sub_results", cases(result.cases))) }
                return (result.name, .object(members))
            })
    }

    private static func string(_ text: String) -> OrderedJSON { .value(.string(text)) }
}

/// Bytes as text (RFC 4648, with padding).
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encoded(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(3 - group.count) * 8
            for index in 0..<4 {
                let digit = digits[Int(bits >> UInt32(18 - 6 * index) & 63)]
                text.append(index <= group.count ? digit : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
