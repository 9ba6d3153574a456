import Glibc

/// Time spent, in nanoseconds.
enum Clock {
    /// Processor time of the calling thread.
    static func thread() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }
    /// Wall-clock time.
    static func monotonic() -> UInt64 { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension Array<Double> {
    var median: Double {
        let ordered = sorted()
        guard !ordered.isEmpty else { return .nan }
        return ordered.count % 2 == 1 ? ordered[ordered.count / 2] : (ordered[ordered.count / 2 - 1] + ordered[ordered.count / 2]) / 2
    }
}
