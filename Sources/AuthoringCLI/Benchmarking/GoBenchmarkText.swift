import Rego
@_spi(Engine) import RegoRuntime

/// Benchmarks in the words of Go's `testing` package, which tools such as `benchstat` read.
enum GoBenchmarkText {
    /// `data.foo.test_bar` as the name of a Go benchmark: `BenchmarkDataFooTestBar`.
    static func name(of test: String) -> String {
        "Benchmark"
            + test.split(whereSeparator: { $0 == "." || $0 == "_" }).map { part in
                part.prefix(1).uppercased() + part.dropFirst()
            }.joined()
    }

    /// Runs, nanoseconds a run, and further metrics, separated by tabs.
    static func line(of result: BenchmarkResult) -> String {
        var parts = [padded(String(result.runs), 8)]
        let nanoseconds = result.nanosecondsPerRun
        if nanoseconds != 0 { parts.append(number(nanoseconds) + " ns/op") }
        for (name, value) in result.metrics.sorted(by: { $0.key < $1.key }) { parts.append("\(number(value)) \(name)") }
        return parts.joined(separator: "\t")
    }

    /// Bytes and allocations a run.
    static func memory(of result: BenchmarkResult) -> String {
        "\(padded(String(result.bytesPerRun), 8)) B/op\t\(padded(String(result.allocationsPerRun), 8)) allocs/op"
    }

    /// A number with ten places before the decimal point, and small ones with three significant digits.
    static func number(_ value: Double) -> String {
        let magnitude = value.magnitude
        let (width, digits) =
            switch magnitude {
            case 0, 99.95...: (10, 0)
            case 9.995...: (12, 1)
            case 0.9995...: (13, 2)
            case 0.09995...: (14, 3)
            case 0.009995...: (15, 4)
            case 0.0009995...: (16, 5)
            default: (17, 6)
            }
        return padded(fixed(value, digits: digits), width)
    }

    /// A number with so many digits behind the point, as C's `%.*f` writes it.
    private static func fixed(_ value: Double, digits: Int) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64((value.magnitude * scale).rounded(.toNearestOrEven))
        let sign = value < 0 && scaled != 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % Int64(scale))
        return "\(sign)\(scaled / Int64(scale)).\(String(repeating: "0", count: digits - fraction.utf8.count))\(fraction)"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(width - text.utf8.count, 0)) + text
    }
}

/// A benchmark as Go marshals `testing.BenchmarkResult`.
enum BenchmarkDocument {
    static func document(_ result: BenchmarkResult) -> OrderedJSON {
        .object([
            ("N", .integer(result.runs)), ("T", .integer(Int(result.time.nanoseconds))), ("Bytes", .integer(0)),
            ("MemAllocs", .integer(result.allocations)), ("MemBytes", .integer(result.bytes)),
            (
                "Extra",
                .object(
                    result.metrics.sorted { $0.key < $1.key }.map { name, value in
                        (name, .value(RegoNumber(value).map { .number($0) } ?? .null))
                    })
            ),
        ])
    }
}
