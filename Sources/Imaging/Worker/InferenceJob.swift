import Synchronization

/// One accepted request: its work, its deadline and whoever waits for it.
package final class InferenceJob: Sendable {
    typealias Outcome = Result<InferenceResult, InferenceError>
    typealias Continuation = CheckedContinuation<Outcome, Never>

    private enum State {
        /// Not yet in the queue.
        case fresh
        /// Somebody waits.
        case waiting(Continuation)
        /// Answered, or cancelled before it was queued.
        case over
    }

    let accepted: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    let work: @Sendable (InferenceJob) -> Outcome
    private let state = Mutex(State.fresh)

    init(deadline: ContinuousClock.Instant, work: @escaping @Sendable (InferenceJob) -> Outcome) {
        self.accepted = .now
        self.deadline = deadline
        self.work = work
    }

    /// Whether nobody waits any more, so that long work may stop between its steps.
    package var isAbandoned: Bool {
        state.withLock { state in
            if case .over = state { true } else { false }
        }
    }

    /// Notes who waits. False when the job was cancelled before.
    func begin(_ continuation: Continuation) -> Bool {
        state.withLock { state in
            guard case .fresh = state else { return false }
            state = .waiting(continuation)
            return true
        }
    }

    /// Answers whoever waits, once. False when that has happened already.
    @discardableResult
    func finish(_ outcome: Outcome) -> Bool {
        let waiting: Continuation? = state.withLock { state in
            defer { state = .over }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(returning: outcome)
        return waiting != nil
    }
}
