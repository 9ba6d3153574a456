package import Rego

/// The results of tests for CI servers: JUnit's XML, a suite for each file, a test case for each test or case of one.
package enum JUnitReport {
    /// The whole document.
    package static func xml(_ results: [TestResult]) -> String {
        var suites: [(file: String, results: [TestResult])] = []
        for result in results {
            if suites.last?.file == result.test.file {
                suites[suites.count - 1].results.append(result)
            } else {
                suites.append((result.test.file, [result]))
            }
        }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text += "<testsuites name=\"ward test\"\(totals(results))>\n"
        for suite in suites {
            text += "  <testsuite name=\"\(escaped(suite.file))\"\(totals(suite.results))>\n"
            for result in suite.results { text += cases(of: result) }
            text += "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    private static func totals(_ results: [TestResult]) -> String {
        let counts = TestCounts(results)
        let time = results.reduce(Duration.zero) { $0 + $1.duration }
        return " tests=\"\(counts.total)\" failures=\"\(counts.failed)\" errors=\"\(counts.errors)\" skipped=\"\(counts.skipped)\""
            + " time=\"\(seconds(time))\""
    }

    private static func cases(of result: TestResult) -> String {
        let leaves = result.cases.flatMap { $0.flattened() }.filter { $0.result.cases.isEmpty }
        guard result.error == nil, !leaves.isEmpty else {
            return element(result, name: result.test.name, isFailure: result.isFailure, duration: result.duration, output: result.output)
        }
        // The cases share one evaluation: its time and what it printed are told once, with the first.
        return leaves.enumerated().map { index, leaf in
            element(
                result, name: "\(result.test.name)/\(leaf.path.joined(separator: "/"))", isFailure: leaf.result.isFailure,
                duration: index == 0 ? result.duration : .zero, output: index == 0 ? result.output : "")
        }.joined()
    }

    private static func element(_ result: TestResult, name: String, isFailure: Bool, duration: Duration, output: String) -> String {
        let test = result.test
        let head =
            "    <testcase classname=\"\(escaped(test.package))\" name=\"\(escaped(name))\" file=\"\(escaped(test.file))\""
            + " line=\"\(test.row)\" time=\"\(seconds(duration))\""
        var body = ""
        if let error = result.error {
            body += "      <error message=\"\(escaped(error.message))\" type=\"\(escaped(error.code.description))\">"
            body += escaped(AuthorError(error).line) + "</error>\n"
        } else if isFailure {
            body += "      <failure message=\"\(escaped(name)) is not true\" type=\"FAIL\">"
            body += escaped("\(test.file):\(test.row): \(test.package).\(name)") + "</failure>\n"
        } else if result.isSkipped {
            body += "      <skipped/>\n"
        }
        if !output.isEmpty { body += "      <system-out>\(escaped(output))</system-out>\n" }
        return body.isEmpty ? "\(head)/>\n" : "\(head)>\n\(body)    </testcase>\n"
    }

    private static func seconds(_ duration: Duration) -> String {
        let nanoseconds = duration.nanoseconds
        let digits = String(nanoseconds % 1_000_000_000)
        return "\(nanoseconds / 1_000_000_000).\(String(repeating: "0", count: 9 - digits.utf8.count))\(digits)"
    }

    /// Text between tags or quotes: what XML 1.0 has no place for (control characters, half surrogates' stand-ins) is left out.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "'": result.append(contentsOf: "&apos;".unicodeScalars)
            case "\t", "\n", "\r": result.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: continue
            case _ where (0x7F...0x9F).contains(scalar.value): continue
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
