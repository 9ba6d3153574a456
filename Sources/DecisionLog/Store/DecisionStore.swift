/// The decision log's writer: one SQLite file in WAL mode, one thread that commits, any number of callers.
///
/// An answer may leave Ward once `append` has returned: the row is then committed and, with the default durability, synced. While one
/// transaction is being synced the next one fills up, so that many callers share each sync (group commit) and none waits for a timer.
/// When it throws, the decision is not in the log and the caller must refuse the request.
///
/// Readers (`DecisionReader`, `ward log`, sqlite3) work beside it on WAL snapshots and never wait.
package final class DecisionStore: Sendable {
    /// The database file.
    package let path: String
    /// Whether opening made a new log.
    package let wasCreated: Bool
    private let options: Options
    private let queue: CommitQueue

    /// Opens or creates a log and starts its writer. Blocks.
    ///
    /// - Throws: ``DecisionLogError`` (`unwritable`, `corrupted`, `newerSchema`, `locked`, `full`, `invalid`).
    package init(path: String, options: Options = Options()) throws(DecisionLogError) {
        let writer = try LogWriter(path: path, options: options)
        let queue = CommitQueue(options: options, head: writer.head)
        guard Worker.start("ward-log", { queue.run(writer) }) else {
            writer.close()
            throw DecisionLogError(.failed, "the system refuses a thread for the writer")
        }
        self.path = path
        self.wasCreated = writer.wasCreated
        self.options = options
        self.queue = queue
    }

    deinit { queue.stop() }

    /// Masks a decision and commits it. Cancelling the task does not take it back.
    ///
    /// - Returns: The row's sequence number.
    /// - Throws: ``DecisionLogError`` with any of its codes but `notFound` and `newerSchema`.
    @discardableResult
    package func append(_ record: DecisionRecord) async throws(DecisionLogError) -> Int64 {
        let row = try MaskedRow(record, options.masker)
        let outcome = await withCheckedContinuation { continuation in
            queue.add(CommitQueue.Entry(row: row) { continuation.resume(returning: $0) })
        }
        return try outcome.get()
    }

    /// Masks a decision and commits it, blocking the calling thread: for threads of one's own, never for Swift's pool or an event loop.
    ///
    /// - Returns: The row's sequence number.
    /// - Throws: As `append` does.
    @discardableResult
    package func appendBlocking(_ record: DecisionRecord) throws(DecisionLogError) -> Int64 {
        let row = try MaskedRow(record, options.masker)
        let outcome = Monitor<Result<Int64, DecisionLogError>?>(nil)
        queue.add(CommitQueue.Entry(row: row) { result in outcome.change { $0 = result } })
        return try outcome.wait { $0 }.get()
    }

    /// Waits until everything that was appended before has been committed or refused.
    package func flush() async {
        _ = await withCheckedContinuation { continuation in
            queue.add(CommitQueue.Entry(row: nil) { continuation.resume(returning: $0) })
        }
    }

    /// Refuses what comes from now on, commits what waits, moves the write-ahead log into the database file and closes it. May be called twice.
    package func close() async {
        await withCheckedContinuation { continuation in
            queue.stop { continuation.resume() }
        }
    }

    /// `close` for a thread of one's own.
    package func closeBlocking() {
        let done = Monitor(false)
        queue.stop { done.change { $0 = true } }
        done.wait { $0 ? () : nil }
    }

    /// The counters now.
    package var status: Status { queue.status }
}
