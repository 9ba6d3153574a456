import Synchronization

/// A number that only grows.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    package init() {}

    package func increment(by amount: UInt64 = 1) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    package var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A whole number that goes up and down.
package final class Gauge: Sendable {
    private let current = Atomic<Int64>(0)

    package init() {}

    package func add(_ amount: Int64) {
        current.wrappingAdd(amount, ordering: .relaxed)
    }

    package func set(_ value: Int64) {
        current.store(value, ordering: .relaxed)
    }

    package var value: Int64 { current.load(ordering: .relaxed) }
}

/// Counts of durations in fixed buckets.
package final class Histogram: Sendable {
    /// Upper bounds of the buckets in nanoseconds, ascending; one more bucket takes what is longer.
    let bounds: [UInt64]
    private let buckets: [Counter]
    private let nanoseconds = Counter()

    /// - Parameter bounds: upper bounds in seconds, ascending.
    package init(bounds: [Double]) {
        self.bounds = bounds.map { UInt64(($0 * 1e9).rounded()) }
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    /// - Complexity: O(buckets).
    package func record(_ duration: Duration) {
        let length = UInt64(max(0, duration.nanoseconds))
        let index = bounds.firstIndex { length <= $0 } ?? bounds.count
        buckets[index].increment()
        nanoseconds.increment(by: length)
    }

    /// The cumulative counts, the last being all, and the sum in seconds.
    ///
    /// Read without a lock: a record made meanwhile may show in one and not yet in the other.
    package var snapshot: (cumulative: [UInt64], sum: Double) {
        var total: UInt64 = 0
        let cumulative = buckets.map { bucket in
            total += bucket.value
            return total
        }
        return (cumulative, Double(nanoseconds.value) / 1e9)
    }
}
