import Rego

/// What repeated evaluations took, for statistics.
struct EvalSamples {
    private(set) var timers: [(name: String, values: [UInt64])] = []
    private(set) var rows: [(row: Profile.Row, times: [UInt64])] = []

    mutating func add(_ timers: [(name: String, nanoseconds: UInt64)], _ rows: [Profile.Row]) {
        for (name, nanoseconds) in timers {
            if let index = self.timers.firstIndex(where: { $0.name == name }) {
                self.timers[index].values.append(nanoseconds)
            } else {
                self.timers.append((name, [nanoseconds]))
            }
        }
        for row in rows {
            if let index = self.rows.firstIndex(where: { $0.row.location == row.location }) {
                self.rows[index].times.append(row.totalTime)
            } else {
                self.rows.append((row, [row.totalTime]))
            }
        }
    }
}

/// The distribution of some values, with the figures that OPA gives.
struct Statistics {
    private let sorted: [UInt64]

    init(_ values: [UInt64]) { sorted = values.sorted() }

    var count: Int { sorted.count }
    var least: UInt64 { sorted.first ?? 0 }
    var most: UInt64 { sorted.last ?? 0 }
    var mean: Double { sorted.isEmpty ? 0 : sorted.reduce(0) { $0 + Double($1) } / Double(sorted.count) }

    var deviation: Double {
        let mean = mean
        return sorted.isEmpty
            ? 0 : (sorted.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(sorted.count)).squareRoot()
    }

    /// The value below which a share of the values lies, between the two nearest ones.
    func quantile(_ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let position = share * Double(sorted.count + 1)
        if position < 1 { return Double(least) }
        if position >= Double(sorted.count) { return Double(most) }
        let lower = Double(sorted[Int(position) - 1])
        return lower + (position - position.rounded(.down)) * (Double(sorted[Int(position)]) - lower)
    }

    /// The figures by OPA's names.
    var figures: [(name: String, value: Double)] {
        [
            ("75%", quantile(0.75)), ("90%", quantile(0.9)), ("95%", quantile(0.95)), ("99%", quantile(0.99)),
            ("99.9%", quantile(0.999)), ("99.99%", quantile(0.9999)), ("count", Double(count)), ("max", Double(most)), ("mean", mean),
            ("median", quantile(0.5)), ("min", Double(least)), ("stddev", deviation),
        ]
    }

    /// The figures that tables show.
    static let shown = ["min", "max", "mean", "90%", "99%"]

    /// A figure by its name.
    func figure(_ name: String) -> Double { figures.first { $0.name == name }?.value ?? 0 }
}
