/// Writes metrics in Prometheus' text format 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    mutating func write(_ family: MetricFamily<Counter>) {
        header(family.name, family.help, "counter")
        for (values, cell) in family.sorted {
            line(family.name, zip(family.labels, values).map { ($0, $1) }, "\(cell.value)")
        }
    }

    mutating func write(_ family: MetricFamily<Histogram>) {
        header(family.name, family.help, "histogram")
        for (values, cell) in family.sorted {
            let labels = zip(family.labels, values).map { ($0, $1) }
            let (cumulative, sum) = cell.snapshot
            for (bound, count) in zip(cell.bounds, cumulative) {
                line(family.name + "_bucket", labels + [("le", Self.number(Double(bound) / 1e9))], "\(count)")
            }
            let all = cumulative.last ?? 0
            line(family.name + "_bucket", labels + [("le", "+Inf")], "\(all)")
            line(family.name + "_sum", labels, Self.number(sum))
            line(family.name + "_count", labels, "\(all)")
        }
    }

    mutating func gauge(_ name: String, _ help: String, _ value: Double, labels: [(String, String)] = []) {
        header(name, help, "gauge")
        line(name, labels, Self.number(value))
    }

    mutating func counter(_ name: String, _ help: String, _ value: Double) {
        header(name, help, "counter")
        line(name, [], Self.number(value))
    }

    private mutating func header(_ name: String, _ help: String, _ type: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(type)\n"
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1, quotes: true))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    /// Whole numbers without a fraction, others as short as they round-trip.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
