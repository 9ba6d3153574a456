package import Rego

/// The results of tests for people, in the words of `opa test`.
package struct PrettyTestReport {
    /// Also tests that pass, and details of those that fail.
    package var isVerbose: Bool
    /// Colours, for terminals.
    package var style: TextStyle
    /// Tests that passed are benchmarks.
    package var showsBenchmarks = false
    /// Benchmarks show the memory that they used.
    package var showsMemory = true
    /// Benchmarks are named as Go's are.
    package var isGoBench = false
    /// What to show of a failed test: its trace, indented.
    package var explain: ((TestResult) -> String)?

    package init(isVerbose: Bool, style: TextStyle = .plain) {
        self.isVerbose = isVerbose
        self.style = style
    }

    private static let rule = String(repeating: "-", count: 80) + "\n"

    /// The whole report.
    package func text(of results: [TestResult]) -> String {
        var text = failures(results)
        var lastFile = ""
        var hasLines = false
        for result in results {
            if result.isPass, showsBenchmarks {
                hasLines = true
                text += benchmark(result) + "\n"
            } else if isVerbose || !result.isPass {
                if result.test.file != lastFile {
                    if !lastFile.isEmpty { text += "\n" }
                    text += result.test.file + ":\n"
                    lastFile = result.test.file
                }
                hasLines = true
                text += line(of: result) + "\n" + cases(of: result) + output(of: result)
            }
            if let error = result.error { text += "  \(AuthorError(error).line)\n" }
        }
        return text + (hasLines ? Self.rule : "") + summary(results)
    }

    // MARK: Parts

    private func failures(_ results: [TestResult]) -> String {
        let failed = results.filter(\.isFailure)
        guard let explain, !failed.isEmpty else { return "" }
        var text = "FAILURES\n" + Self.rule
        for result in failed { text += line(of: result) + "\n" + explain(result) + "\n" }
        return text + "SUMMARY\n" + Self.rule
    }

    private func line(of result: TestResult) -> String {
        let name = result.test.fullName
        switch result.outcome {
        case .skipped: return "\(name): \(style("SKIPPED", .yellow))"
        case .passed: return "\(name): \(style("PASS", .green)) (\(result.duration.goText))"
        case .failed: return "\(name): \(style("FAIL", .red, .bold)) (\(result.duration.goText))"
        case .error: return "\(name): \(style("ERROR", .red, .bold)) (\(result.duration.goText))"
        }
    }

    private func cases(of result: TestResult) -> String {
        result.cases.flatMap { $0.flattened() }.filter { $0.result.isFailure || isVerbose }.map { path, result in
            let outcome = result.isFailure ? style("FAIL", .red, .bold) : style("PASS", .green)
            return String(repeating: "  ", count: path.count) + "\(result.name): \(outcome)\n"
        }.joined()
    }

    private func output(of result: TestResult) -> String {
        let lines = result.output.trimmed.split(separator: "\n", omittingEmptySubsequences: false)
        if result.output.isEmpty { return "" }
        return "\n" + lines.map { "  \($0)\n" }.joined() + "\n"
    }

    private func benchmark(_ result: TestResult) -> String {
        guard let benchmark = result.benchmark else { return "" }
        let name = isGoBench ? GoBenchmarkText.name(of: result.test.fullName) : result.test.fullName
        return "\(name)\t\(GoBenchmarkText.line(of: benchmark))" + (showsMemory ? "\t" + GoBenchmarkText.memory(of: benchmark) : "")
    }

    private func summary(_ results: [TestResult]) -> String {
        let counts = TestCounts(results)
        var text = ""
        func add(_ name: String, _ number: Int, _ color: TextStyle.Color) {
            if number != 0 { text += style("\(name): \(number)/\(counts.total)", color) + "\n" }
        }
        add("PASS", counts.passed, .green)
        add("FAIL", counts.failed, .red)
        add("SKIPPED", counts.skipped, .yellow)
        add("ERROR", counts.errors, .red)
        return text
    }
}

/// How many tests ended how; of a test with cases each case counts.
struct TestCounts {
    var passed = 0
    var failed = 0
    var skipped = 0
    var errors = 0

    var total: Int { passed + failed + skipped + errors }

    init(_ results: [TestResult]) {
        for result in results {
            switch result.outcome {
            case .skipped: skipped += 1
            case .error: errors += 1
            case .passed where result.cases.isEmpty: passed += 1
            case .failed where result.cases.isEmpty: failed += 1
            case .passed, .failed:
                for (_, leaf) in result.cases.flatMap({ $0.flattened() }) where leaf.cases.isEmpty {
                    if leaf.isFailure { failed += 1 } else { passed += 1 }
                }
            }
        }
    }
}

extension String {
    /// The text without white space at its ends.
    var trimmed: String {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(self[first...last])
    }
}
