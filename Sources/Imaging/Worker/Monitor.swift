import CImaging

/// A mutex with a condition variable, for threads that wait for work or for a time.
///
/// `@unchecked Sendable`: the pointer is set once, and what lies behind it is made for use from several threads.
final class Monitor: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// - Returns: nil when memory is short.
    init?() {
        guard let pointer = ward_monitor_create() else { return nil }
        self.pointer = pointer
    }

    deinit {
        ward_monitor_destroy(pointer)
    }

    /// Runs `body` with the mutex held.
    func locked<Result>(_ body: () -> Result) -> Result {
        ward_monitor_lock(pointer)
        defer { ward_monitor_unlock(pointer) }
        return body()
    }

    /// Gives the mutex back until a wake-up or, when given, a time has passed. Only inside `locked`.
    func wait(atMost time: Duration?) {
        guard let time else { return ward_monitor_wait(pointer, -1) }
        let (seconds, attoseconds) = time.components
        ward_monitor_wait(pointer, max(0, min(seconds, 3600)) * 1_000_000_000 + max(0, attoseconds / 1_000_000_000))
    }

    /// Wakes every waiting thread. Only inside `locked`.
    func wakeAll() {
        ward_monitor_wake_all(pointer)
    }
}
