package import Rego
@_spi(Engine) import RegoRuntime

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
            var events = ExplanationJSON(trace)
            members.append(("trace", events.document()))
        }
        members.append(("duration", .integer(Int(result.duration.nanoseconds))))
        if !result.output.isEmpty { members.append(("output", string(base64(result.output)))) }
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

    private static func base64(_ text: String) -> String {
        let bytes = Array(text.utf8).withUnsafeBufferPointer { Base64.encode($0, .standard, padded: true) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
