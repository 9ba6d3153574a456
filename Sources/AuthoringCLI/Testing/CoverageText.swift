import Rego

/// What is said of a coverage.
enum CoverageText {
    /// What is said when less is covered than asked for; verbose, with the lines.
    static func shortfall(_ report: Coverage.Report, threshold: Double, isVerbose: Bool) -> String {
        var text = "Code coverage threshold not met: got \(EvalTables.percent(report.percent)) instead of \(EvalTables.percent(threshold))"
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
}
