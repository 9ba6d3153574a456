/// The medians of all engines, a row for each workload.
struct ResultTable {
    private let engines: [String]
    private var rows: [[String]] = []

    init(engines: [String]) { self.engines = engines }

    mutating func add(_ workload: Workload, times: [[Double]]) {
        let medians = times.map(\.median)
        var row = [workload.name, workload.summary] + medians.map(Self.duration)
        for index in engines.indices.dropFirst() {
            row.append(medians[index].isNaN ? "-" : "\(Int((medians[index] / medians[0]).rounded()))×")
        }
        rows.append(row)
    }

    var markdown: String {
        let header = ["workload", "what"] + engines + engines.dropFirst().map { "\($0) / ward" }
        return ([header, header.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    }

    /// Nanoseconds with a unit and three digits.
    static func duration(_ nanoseconds: Double) -> String {
        if nanoseconds.isNaN { return "-" }
        let (value, unit) =
            nanoseconds < 1e3
            ? (nanoseconds, "ns")
            : nanoseconds < 1e6 ? (nanoseconds / 1e3, "µs") : nanoseconds < 1e9 ? (nanoseconds / 1e6, "ms") : (nanoseconds / 1e9, "s")
        let scaled = value < 10 ? (value * 100).rounded() / 100 : value < 100 ? (value * 10).rounded() / 10 : value.rounded()
        return (scaled == scaled.rounded() && value >= 100 ? "\(Int(scaled))" : "\(scaled)") + " " + unit
    }
}
