import CImaging

/// The worker's queue and the bodies of its threads.
///
/// `@unchecked Sendable`: every stored variable is touched only inside `monitor.locked`.
final class JobQueue: @unchecked Sendable {
    private let monitor: Monitor
    private let capacity: Int
    private var waiting: [InferenceJob] = []
    private var running: [InferenceJob] = []
    private var isClosed = false
    private var threads = 0
    private var closers: [CheckedContinuation<Void, Never>] = []
    private var statistics = InferenceWorker.Statistics()

    init(monitor: Monitor, capacity: Int) {
        self.monitor = monitor
        self.capacity = capacity
    }

    var currentStatistics: InferenceWorker.Statistics {
        monitor.locked {
            var now = statistics
            now.queued = waiting.count
            now.running = running.count
            return now
        }
    }

    /// Starts one thread, which keeps the queue alive until it ends.
    func startThread(name: String, stackBytes: Int, body: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void)
        throws(InferenceError)
    {
        monitor.locked { threads += 1 }
        let context = Unmanaged.passRetained(self).toOpaque()
        let status = ward_thread_start(name, stackBytes, body, context)
        guard status == 0 else {
            Unmanaged<JobQueue>.fromOpaque(context).release()
            monitor.locked { threads -= 1 }
            close()
            throw InferenceError(.resources, "a thread could not be started: \(FileDescriptor.text(ofErrno: -status))")
        }
    }

    func submit(_ job: InferenceJob, _ continuation: InferenceJob.Continuation) {
        guard job.begin(continuation) else {
            continuation.resume(returning: .failure(InferenceError(.cancelled, "the request was cancelled")))
            return
        }
        let refusal: InferenceError? = monitor.locked {
            if isClosed {
                statistics.rejected += 1
                return InferenceError(.shuttingDown, "the worker is closing and takes no more requests")
            }
            guard waiting.count < capacity else {
                statistics.rejected += 1
                return InferenceError(.queueFull, "\(capacity) requests are waiting already; try again later")
            }
            waiting.append(job)
            monitor.wakeAll()
            return nil
        }
        if let refusal { job.finish(.failure(refusal)) }
    }

    func cancel(_ job: InferenceJob) {
        let wasWaiting = job.finish(.failure(InferenceError(.cancelled, "the request was cancelled")))
        monitor.locked {
            waiting.removeAll { $0 === job }
            if wasWaiting { statistics.cancelled += 1 }
            monitor.wakeAll()
        }
    }

    /// Refuses new jobs; `continuation` is resumed when the last thread has ended.
    func close(then continuation: CheckedContinuation<Void, Never>? = nil) {
        let isOver = monitor.locked {
            isClosed = true
            monitor.wakeAll()
            if threads == 0 { return true }
            if let continuation { closers.append(continuation) }
            return false
        }
        if isOver { continuation?.resume() }
    }

    // Bodies of threads: C functions without captures, because a closure that inherits an actor's isolation would trap off that actor.
    static let runJobs: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
        guard let context else { return }
        let queue = Unmanaged<JobQueue>.fromOpaque(context).takeRetainedValue()
        while let job = queue.take() {
            queue.run(job)
        }
        queue.threadEnded()
    }

    static let watchDeadlines: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
        guard let context else { return }
        let queue = Unmanaged<JobQueue>.fromOpaque(context).takeRetainedValue()
        while queue.expireOrWait() {}
        queue.threadEnded()
    }

    private func take() -> InferenceJob? {
        monitor.locked {
            while waiting.isEmpty {
                if isClosed { return nil }
                monitor.wait(atMost: nil)
            }
            let job = waiting.removeFirst()
            running.append(job)
            return job
        }
    }

    private func run(_ job: InferenceJob) {
        let begun = ContinuousClock.now
        var outcome = job.isAbandoned ? .failure(InferenceError(.cancelled, "the request was cancelled")) : job.work(job)
        if case .success(var result) = outcome {
            result.timings.queued = begun - job.accepted
            result.timings.total = .now - job.accepted
            outcome = .success(result)
        }
        if ContinuousClock.now >= job.deadline { outcome = .failure(Self.deadlineError) }
        let delivered = job.finish(outcome)
        monitor.locked {
            running.removeAll { $0 === job }
            guard delivered else { return monitor.wakeAll() }
            switch outcome {
            case .success: statistics.completed += 1
            case .failure(let error) where error.code == .deadlineExceeded: statistics.timedOut += 1
            case .failure: statistics.failed += 1
            }
            monitor.wakeAll()
        }
    }

    private static let deadlineError = InferenceError(.deadlineExceeded, "the request's time ran out")

    /// Answers jobs whose time is up, then waits for the next deadline. False when the worker is closed and nothing is left.
    private func expireOrWait() -> Bool {
        var expired: [InferenceJob] = []
        let goesOn: Bool = monitor.locked {
            let now = ContinuousClock.now
            let live = waiting + running.filter { !$0.isAbandoned }
            expired = live.filter { $0.deadline <= now }
            if !expired.isEmpty {
                waiting.removeAll { $0.deadline <= now }
                return true
            }
            if isClosed && waiting.isEmpty && running.isEmpty { return false }
            monitor.wait(atMost: live.map(\.deadline).min().map { $0 - now })
            return true
        }
        let answered = expired.filter { $0.finish(.failure(Self.deadlineError)) }.count
        if answered > 0 { monitor.locked { statistics.timedOut += answered } }
        return goesOn
    }

    private func threadEnded() {
        let closing: [CheckedContinuation<Void, Never>] = monitor.locked {
            threads -= 1
            monitor.wakeAll()
            guard threads == 0 else { return [] }
            defer { closers = [] }
            return closers
        }
        for continuation in closing { continuation.resume() }
    }
}
