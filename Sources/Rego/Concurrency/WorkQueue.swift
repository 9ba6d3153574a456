import Glibc

/// Work that threads of its own take one piece after another.
final class WorkQueue: @unchecked Sendable {
    // @unchecked: `mutex` guards all that changes.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let threadLimit: Int
    private var work: [@Sendable () -> Void] = []
    /// The first piece of work that no thread has taken; those before it are gone.
    private var first = 0
    private var threadCount = 0
    private var idleCount = 0
    private var isClosed = false

    /// Bytes of each thread's stack; evaluations do not recurse, builtins do so only as deep as their limits allow.
    private static let stackBytes = 16 << 20

    init(threadLimit: Int) {
        self.threadLimit = threadLimit
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Adds a piece of work, which runs even if the queue is closed before its turn.
    func add(_ piece: @escaping @Sendable () -> Void) {
        pthread_mutex_lock(mutex)
        work.append(piece)
        let needsThread = idleCount < work.count - first && threadCount < threadLimit
        if needsThread { threadCount += 1 }
        let hasStarted = needsThread ? startThread() : true
        if !hasStarted { threadCount -= 1 }
        let isStranded = threadCount == 0
        if isStranded { work.removeLast() }
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
        // Not even one thread could be had: better the caller's than none.
        if isStranded { piece() }
    }

    /// Lets the threads end once there is no work left.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    private func startThread() -> Bool {
        withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { attributes in
            guard let attributes = attributes.baseAddress, pthread_attr_init(attributes) == 0 else { return false }
            defer { pthread_attr_destroy(attributes) }
            pthread_attr_setstacksize(attributes, Self.stackBytes)
            pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
            let box = Unmanaged.passRetained(self)
            var thread: pthread_t = 0
            if pthread_create(&thread, attributes, Self.body, box.toOpaque()) == 0 { return true }
            box.release()
            return false
        }
    }

    private static let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        if let argument { Unmanaged<WorkQueue>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
    }

    private func run() {
        while let piece = next() { piece() }
    }

    /// The next piece of work; waits for one, and is `nil` when the queue is closed and empty.
    private func next() -> (@Sendable () -> Void)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while first == work.count {
            if isClosed {
                threadCount -= 1
                return nil
            }
            idleCount += 1
            pthread_cond_wait(condition, mutex)
            idleCount -= 1
        }
        let piece = work[first]
        first += 1
        if first == work.count || first > 1024 {
            work.removeFirst(first)
            first = 0
        }
        return piece
    }
}
