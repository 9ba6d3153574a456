import Rego
@_spi(Engine) import RegoRuntime

/// The tables below an answer in the format pretty: metrics, profile, coverage.
struct EvalTables {
    /// Characters that a cell shows at most; 0 for all.
    let limit: Int

    func text(of report: EvalReport) -> String {
        var text = ""
        if let metrics = report.metrics, !metrics.isEmpty {
            var table = TextTable(header: ["METRIC", "VALUE"])
            table.rows = metrics.map { [$0.name, String($0.nanoseconds).shortened(to: limit)] }
            text += table.render()
        }
        if let profile = report.profile, !profile.isEmpty {
            var table = TextTable(header: ["TIME", "NUM EVAL", "NUM REDO", "NUM GEN EXPR", "LOCATION"])
            table.rows = profile.map { [Duration.nanoseconds(Int64($0.totalTime)).goText] + Self.counts($0) }
            text += table.render()
        }
        if let samples = report.samples { text += statistics(samples) }
        if let coverage = report.coverage {
            var table = TextTable(header: [])
            table.rows = [["Overall Coverage", Self.percent(coverage.percent)]]
            text += table.render()
        }
        return text
    }

    private func statistics(_ samples: EvalSamples) -> String {
        var metrics = TextTable(header: ["METRIC"] + Statistics.shown.map { $0.uppercased() })
        metrics.rows = samples.timers.sorted { $0.name < $1.name }.map { name, values in
            let statistics = Statistics(values)
            return [name] + Statistics.shown.map { RegoValue(number: statistics.figure($0)).json().shortened(to: limit) }
        }
        guard !samples.rows.isEmpty else { return metrics.render() }
        var profile = TextTable(
            header: Statistics.shown.map { $0.uppercased() } + ["NUM EVAL", "NUM REDO", "NUM GEN EXPR", "LOCATION"])
        profile.rows = samples.rows.map { row, times in
            let statistics = Statistics(times)
            return Statistics.shown.map { Duration.nanoseconds(Int64(statistics.figure($0))).goText } + Self.counts(row)
        }
        return metrics.render() + profile.render()
    }

    private static func counts(_ row: Profile.Row) -> [String] {
        let location = row.location
        return [
            String(row.evaluations), String(row.redos), String(row.generatedExpressions),
            location.file.isEmpty ? "\(location.row):\(location.column)" : "\(location.file):\(location.row)",
        ]
    }

    /// A percentage with two digits after the point.
    static func percent(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension String {
    /// The text's first scalars, with an ellipsis if there are more; all of it for a limit of 0.
    func shortened(to limit: Int) -> String {
        guard limit > 0, unicodeScalars.count > limit else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.prefix(limit))) + "..."
    }
}

extension RegoValue {
    /// A number; 0 for what is none.
    init(number: Double) { self = RegoNumber(number).map { .number($0) } ?? .number(RegoNumber(0)) }
}
