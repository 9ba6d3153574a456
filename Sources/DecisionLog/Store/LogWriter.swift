import FoundationEssentials
import GRDB

/// The writing connection. Used by one thread only once it has been handed to `CommitQueue.run`.
///
/// `@unchecked Sendable`: handed over once, before the thread starts.
final class LogWriter: @unchecked Sendable {
    let wasCreated: Bool
    /// The last row that was committed.
    private(set) var head: ChainAnchor
    /// Why the last commit failed; `nil` after one that did not.
    private(set) var failure: DecisionLogError?

    private let path: String
    private let database: DatabaseQueue
    private let file: LogFile.Identity
    private let log: LogFile.Identity

    init(path: String, options: DecisionStore.Options) throws(DecisionLogError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw DecisionLogError(.invalid, "the log needs a path") }
        self.path = path
        try LogFile.create(path)
        do {
            database = try DatabaseQueue(path: path, configuration: Self.configuration(options))
            (wasCreated, head) = try database.writeWithoutTransaction { database in
                guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
                    throw DecisionLogError(.unwritable, "the file system does not support SQLite's write-ahead log")
                }
                let wasCreated = try Schema.migrate(database)
                let head = try LogFile.head(database)
                try Self.checkEnd(database, head)
                // Proves now, not at the first request, that the file takes a write; and makes the write-ahead log exist.
                try database.inTransaction(.immediate) {
                    try database.execute(sql: "UPDATE chain SET head_sequence = head_sequence")
                    return .commit
                }
                return (wasCreated, head)
            }
        } catch {
            throw DecisionLogError(error, path: path)
        }
        guard let file = LogFile.Identity(path: path), let log = LogFile.Identity(path: path + "-wal") else {
            throw DecisionLogError(.unwritable, "\(path): the file disappeared while it was opened")
        }
        (self.file, self.log) = (file, log)
    }

    private static func configuration(_ options: DecisionStore.Options) -> Configuration {
        var configuration = Configuration()
        configuration.label = "ward-log"
        configuration.busyMode = .timeout(options.busyTimeout)
        configuration.foreignKeysEnabled = false
        let synchronous = options.durability == .power ? "FULL" : "NORMAL"
        let sizeLimit = options.sizeLimit
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = \(synchronous)")
            // What a long reader made the write-ahead log grow to is given back.
            try database.execute(sql: "PRAGMA journal_size_limit = \(64 << 20)")
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
            if let sizeLimit {
                let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
                _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(max(1, sizeLimit / pageSize))")
            }
        }
        return configuration
    }

    /// The last row must be the one that the chain ends with: a log that has lost rows is not written on as if nothing had happened.
    private static func checkEnd(_ database: Database, _ head: ChainAnchor) throws {
        let row = try Row.fetchOne(database, sql: "SELECT \(RowCoding.columns) FROM decision ORDER BY sequence DESC LIMIT 1")
        guard let row else {
            guard try LogFile.base(database) == head else { throw DecisionLogError(.corrupted, "its rows are missing") }
            return
        }
        let fields = ChainFields(row)
        guard fields.sequence == head.sequence, fields.link == head.link else {
            throw DecisionLogError(
                .corrupted, "its last row is not the one that was noted when it was written; rows were removed or changed")
        }
    }

    func close() {
        // Readers may keep the write-ahead log in use; then it stays beside the file, and nothing is lost.
        try? database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        do {
            try database.close()
        } catch {
            failure = DecisionLogError(error, path: path)
        }
    }

    /// Commits entries in one transaction. One that cannot be stored for a reason of its own fails alone; anything else fails all.
    /// - Returns: One outcome an entry: the row's number, or 0 for a mark.
    func commit(_ entries: [CommitQueue.Entry]) -> [Result<Int64, DecisionLogError>] {
        guard entries.contains(where: { $0.row != nil }) else { return entries.map { _ in .success(0) } }
        do {
            try checkFiles()
            let (outcomes, head) = try database.writeWithoutTransaction { database in
                var outcomes: [Result<Int64, DecisionLogError>] = []
                var head = self.head
                try database.inTransaction(.immediate) {
                    // Another process may have written since: the file's own word counts.
                    head = try LogFile.head(database)
                    outcomes = try Self.insert(entries, after: &head, database)
                    return .commit
                }
                return (outcomes, head)
            }
            self.head = head
            failure = nil
            return outcomes
        } catch {
            let failure = DecisionLogError(error, path: path)
            self.failure = failure
            return entries.map { $0.row == nil ? .success(0) : .failure(failure) }
        }
    }

    /// A file that was deleted or replaced still takes writes, and every one would be lost.
    private func checkFiles() throws(DecisionLogError) {
        guard LogFile.Identity(path: path) == file, LogFile.Identity(path: path + "-wal") == log else {
            throw DecisionLogError(.unwritable, "\(path) or its -wal file was removed or replaced; restart Ward")
        }
    }

    private static func insert(
        _ entries: [CommitQueue.Entry], after head: inout ChainAnchor, _ database: Database
    ) throws -> [Result<Int64, DecisionLogError>] {
        let statement = try database.cachedStatement(sql: RowCoding.insertion)
        var outcomes: [Result<Int64, DecisionLogError>] = []
        outcomes.reserveCapacity(entries.count)
        for entry in entries {
            guard let row = entry.row else {
                outcomes.append(.success(0))
                continue
            }
            let sequence = head.sequence + 1
            let link = ChainFields.link(after: head.link, sequence: sequence, digest: row.digest)
            do {
                try statement.execute(arguments: row.arguments(sequence: sequence, link: link))
                head = ChainAnchor(sequence: sequence, link: link)
                outcomes.append(.success(sequence))
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                outcomes.append(.failure(DecisionLogError(.duplicate, "a decision with this id is already in the log")))
            }
        }
        let end = try database.cachedStatement(sql: "UPDATE chain SET head_sequence = ?, head_link = ?")
        try end.execute(arguments: [head.sequence, Data(head.link)])
        return outcomes
    }
}
