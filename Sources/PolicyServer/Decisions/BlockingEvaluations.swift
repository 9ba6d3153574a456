import NIOPosix

/// Threads for evaluations that wait for other machines (`http.send`): an event loop that waited would serve nobody.
enum BlockingEvaluations {
    /// Evaluations that wait at once; further ones wait until one of these ends.
    private static let threadCount = 32

    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: threadCount)
        pool.start()
        return pool
    }()

    /// Runs an evaluation where it is called, or on a thread that may wait.
    ///
    /// - Parameter mayBlock: the compiler's word on the query, `PreparedQuery.canBlock`.
    static func run<Outcome: Sendable>(mayBlock: Bool, _ evaluation: @escaping @Sendable () -> Outcome) async -> Outcome {
        guard mayBlock else { return evaluation() }
        return await withCheckedContinuation { continuation in
            // Run in any state of the pool: a decision that was asked for is made and logged.
            pool.submit { _ in continuation.resume(returning: evaluation()) }
        }
    }
}
