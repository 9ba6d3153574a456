import Glibc
import Synchronization

/// Runs asynchronous work from a command's synchronous `run()` and waits for it.
///
/// The program's entry is synchronous because an asynchronous one costs every start a thread and the concurrency runtime, about a
/// millisecond that `ward eval` has better uses for. Only commands that serve need them; they call this on the main thread, once.
func runBlocking(_ work: @escaping @Sendable () async throws -> Void) throws {
    let result = Outcome()
    // Unstructured, because there is no asynchronous context to be a child of: the wait below is its scope.
    Task {
        do {
            try await work()
            result.finish(nil)
        } catch {
            result.finish(error)
        }
    }
    if let error = result.wait() { throw error }
}

/// What a piece of work came to, for one thread that waits for it.
private final class Outcome: Sendable {
    private struct State {
        var isFinished = false
        var error: (any Error)?
    }

    private let state = Mutex(State())
    private let finished: Semaphore = Semaphore()

    func finish(_ error: (any Error)?) {
        state.withLock { $0 = State(isFinished: true, error: error) }
        finished.post()
    }

    func wait() -> (any Error)? {
        finished.wait()
        return state.withLock { $0.error }
    }
}

/// A POSIX semaphore.
private final class Semaphore: @unchecked Sendable {
    // @unchecked: sem_t is made for being used by several threads; its address is the allocation's, which outlives both users.
    private let handle: UnsafeMutablePointer<sem_t>

    init() {
        handle = .allocate(capacity: 1)
        sem_init(handle, 0, 0)
    }

    deinit {
        sem_destroy(handle)
        handle.deallocate()
    }

    func post() { sem_post(handle) }

    func wait() {
        while sem_wait(handle) != 0, errno == EINTR {}
    }
}
