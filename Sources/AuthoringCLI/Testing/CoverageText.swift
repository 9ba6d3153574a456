import Rego
import RegoRuntime

/// A coverage as `opa test --coverage` prints it.
enum CoverageText {
    /// `{"files": {…}, "covered_lines": …, "not_covered_lines": …, "coverage": …}`; what is empty or zero is left out.
    static func document(_ report: Coverage.Report) -> OrderedJSON {
        let files = report.files.map { file in
            var members: [(String, OrderedJSON)] = []
            if !file.covered.isEmpty { members.append(("covered", ranges(file.covered))) }
            if !file.notCovered.isEmpty { members.append(("not_covered", ranges(file.notCovered))) }
            if file.coveredLines > 0 { members.append(("covered_lines", .integer(file.coveredLines))) }
            if file.notCoveredLines > 0 { members.append(("not_covered_lines", .integer(file.notCoveredLines))) }
            if let percent = number(file.percent) { members.append(("coverage", percent)) }
            return (file.name, OrderedJSON.object(members))
        }
        return .object([
            ("files", .object(files)), ("covered_lines", .integer(report.coveredLines)),
            ("not_covered_lines", .integer(report.notCoveredLines)), ("coverage", number(report.percent) ?? .integer(0)),
        ])
    }

    private static func ranges(_ ranges: [ClosedRange<Int>]) -> OrderedJSON {
        .array(
            ranges.map { range in
                .object([
                    ("start", .object([("row", .integer(range.lowerBound))])), ("end", .object([("row", .integer(range.upperBound))])),
                ])
            })
    }

    private static func number(_ percent: Double) -> OrderedJSON? {
        percent == 0 ? nil : RegoNumber(percent).map { .value(.number($0)) }
    }

    /// What is said when less is covered than asked for; verbose, with the lines.
    static func shortfall(_ report: Coverage.Report, threshold: Double, isVerbose: Bool) -> String {
        var text = "Code coverage threshold not met: got \(fixed(report.percent)) instead of \(fixed(threshold))"
        guard isVerbose else { return text }
        text += "\nLines not covered:"
        for file in report.files {
            for range in file.notCovered {
                let rows = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
                text += "\n\t\(file.name):\(rows)"
            }
        }
        return text
    }

    /// A percentage with two digits behind the point.
    private static func fixed(_ percent: Double) -> String {
        let hundredths = Int((percent * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
