/// What waits for the writer, bounded in number and bytes, and the loop that takes it there.
final class CommitQueue: Sendable {
    /// A decision that waits; without a row, a mark that everything before it is through.
    struct Entry: Sendable {
        var row: MaskedRow?
        var finish: @Sendable (Result<Int64, DecisionLogError>) -> Void
    }

    private struct State {
        var waiting: [Entry] = []
        var bytes = 0
        var isStopping = false
        var isClosed = false
        var closers: [@Sendable () -> Void] = []
        var status: DecisionStore.Status
    }

    private let options: DecisionStore.Options
    private let monitor: Monitor<State>

    init(options: DecisionStore.Options, head: ChainAnchor) {
        self.options = options
        monitor = Monitor(State(status: DecisionStore.Status(head: head)))
    }

    var status: DecisionStore.Status {
        monitor.withLock { state in
            var status = state.status
            status.queued = state.waiting.count
            return status
        }
    }

    /// Queues an entry, or finishes it at once with the reason why not.
    func add(_ entry: Entry) {
        let refusal: DecisionLogError? = monitor.change { state in
            if state.isStopping {
                if entry.row != nil { state.status.refused += 1 }
                return DecisionLogError(.closed, "the log is closed")
            }
            if let row = entry.row {
                guard state.waiting.count < options.queueLimit, state.bytes + row.byteCount <= options.queueByteLimit else {
                    state.status.refused += 1
                    return DecisionLogError(
                        .overloaded, "\(state.waiting.count) decisions wait for the disk; the disk is too slow for this many requests")
                }
                state.bytes += row.byteCount
            }
            state.waiting.append(entry)
            return nil
        }
        if let refusal { entry.finish(.failure(refusal)) }
    }

    /// Asks the writer to finish; `done` is called when the file is closed.
    func stop(_ done: (@Sendable () -> Void)? = nil) {
        let isClosed = monitor.change { state in
            state.isStopping = true
            if state.isClosed { return true }
            if let done { state.closers.append(done) }
            return false
        }
        if isClosed { done?() }
    }

    /// The writer's thread: takes what waits, commits it in one transaction, answers, until it is asked to stop and nothing waits any more.
    func run(_ writer: LogWriter) {
        while let batch = takeBatch() {
            let outcomes = writer.commit(batch)
            note(outcomes, writer)
            for (entry, outcome) in zip(batch, outcomes) { entry.finish(outcome) }
        }
        writer.close()
        let closers = monitor.change { state in
            state.isClosed = true
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer() }
    }

    private func takeBatch() -> [Entry]? {
        monitor.wait { (state: inout State) -> [Entry]?? in
            if state.waiting.isEmpty { return state.isStopping ? .some(nil) : .none }
            let batch: [Entry]
            if state.waiting.count <= options.batchLimit {
                batch = state.waiting
                state.waiting = []
                state.bytes = 0
            } else {
                batch = Array(state.waiting.prefix(options.batchLimit))
                state.waiting.removeFirst(options.batchLimit)
                state.bytes -= batch.reduce(0) { $0 + ($1.row?.byteCount ?? 0) }
            }
            return .some(batch)
        }
    }

    private func note(_ outcomes: [Result<Int64, DecisionLogError>], _ writer: LogWriter) {
        var committed = 0
        for case .success(let sequence) in outcomes where sequence > 0 { committed += 1 }
        let refused = outcomes.count { if case .failure = $0 { true } else { false } }
        monitor.withLock { state in
            state.status.committed += UInt64(committed)
            state.status.refused += UInt64(refused)
            if committed > 0 { state.status.commits += 1 }
            state.status.largestBatch = max(state.status.largestBatch, committed)
            state.status.head = writer.head
            state.status.failure = writer.failure
        }
    }
}
