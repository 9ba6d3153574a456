/// What repeated runs of one query measured.
public struct BenchmarkResult: Sendable {
    /// How often the query ran.
    public var runs: Int
    /// The time of all runs together.
    public var time: Duration
    /// Bytes of working memory that all runs together used.
    public var bytes: Int
    /// How often all runs together asked the system for memory.
    public var allocations: Int
    /// Further measurements by name, such as `histogram_timer_rego_query_eval_ns_median`.
    public var metrics: [String: Double]

    /// Nanoseconds a run.
    public var nanosecondsPerRun: Double { runs == 0 ? 0 : Double(time.nanoseconds) / Double(runs) }
    /// Bytes a run.
    public var bytesPerRun: Int { runs == 0 ? 0 : bytes / runs }
    /// Allocations a run.
    public var allocationsPerRun: Int { runs == 0 ? 0 : allocations / runs }
}

extension Duration {
    /// The whole nanoseconds of a duration that fits into 292 years.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
    }
}

/// The distribution of single runs' times, as OPA's metrics name it.
struct RunTimes {
    private var samples: [Int64] = []
    private var count = 0
    private var sum = 0.0
    private var squares = 0.0
    private var least = Int64.max
    private var most = Int64.min
    private var random = SplitMix(state: 0x5EED)

    /// Samples kept; of more runs a random choice of this size stands for all.
    private static let capacity = 8192

    mutating func add(_ nanoseconds: Int64) {
        count += 1
        sum += Double(nanoseconds)
        squares += Double(nanoseconds) * Double(nanoseconds)
        least = min(least, nanoseconds)
        most = max(most, nanoseconds)
        if samples.count < Self.capacity {
            samples.append(nanoseconds)
        } else {
            let slot = Int(random.next() % UInt64(count))
            if slot < Self.capacity { samples[slot] = nanoseconds }
        }
    }

    /// `<prefix>_mean`, `<prefix>_99%`, ….
    func metrics(prefix: String) -> [String: Double] {
        guard count > 0 else { return [:] }
        let sorted = samples.sorted()
        let mean = sum / Double(count)
        let variance = max(squares / Double(count) - mean * mean, 0)
        var result = [
            "count": Double(count), "max": Double(most), "mean": mean, "median": Self.percentile(0.5, of: sorted), "min": Double(least),
            "stddev": variance.squareRoot(),
        ]
        for (name, share) in [("75%", 0.75), ("90%", 0.9), ("95%", 0.95), ("99%", 0.99), ("99.9%", 0.999), ("99.99%", 0.9999)] {
            result[name] = Self.percentile(share, of: sorted)
        }
        return Dictionary(uniqueKeysWithValues: result.map { ("\(prefix)_\($0.key)", $0.value) })
    }

    /// The value below which a share of sorted samples lies, between two samples in proportion.
    private static func percentile(_ share: Double, of sorted: [Int64]) -> Double {
        let position = share * Double(sorted.count + 1)
        guard position >= 1, let last = sorted.last else { return Double(sorted.first ?? 0) }
        guard position < Double(sorted.count) else { return Double(last) }
        let index = Int(position)
        let lower = Double(sorted[index - 1])
        return lower + (position - Double(index)) * (Double(sorted[index]) - lower)
    }
}

/// A small reproducible generator (SplitMix64): which samples are kept must not change from run to run.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
