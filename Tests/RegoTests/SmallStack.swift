import Glibc

/// Runs something on a thread with the stack of a server's worker; unoptimised frames are larger.
func onSmallStack<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Result? {
    #if DEBUG
        let size = 4 << 20
    #else
        let size = 512 << 10
    #endif
    let work = Work(body)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, size)
    var thread = pthread_t()
    let status = pthread_create(
        &thread, &attributes,
        { argument in
            guard let argument else { return nil }
            Unmanaged<AnyWork>.fromOpaque(argument).takeUnretainedValue().run()
            return nil
        }, Unmanaged<AnyWork>.passUnretained(work).toOpaque())
    guard status == 0 else { return nil }
    pthread_join(thread, nil)
    return work.result
}

private class AnyWork {
    func run() {}
}

private final class Work<Result: Sendable>: AnyWork {
    /// Read after the thread that writes it has been joined.
    var result: Result?
    private let body: @Sendable () -> Result

    init(_ body: @escaping @Sendable () -> Result) { self.body = body }

    override func run() { result = body() }
}

/// The seconds that this thread has computed.
func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
