import GRDB
import Synchronization

/// Reads a decision log, also while a server writes to it. Every call blocks on the disk: never call it on an event loop.
///
/// Each call sees one snapshot of the log; long walks (`exportEvents`, `verify`) take several, so that they do not keep the writer from
/// recycling its write-ahead log.
package final class DecisionReader: Sendable {
    /// The most rows that one page holds.
    package static let pageLimit = 1_000

    /// The database file.
    package let path: String
    /// `nil` once closed: GRDB does not survive a call on a closed connection.
    private let database: Mutex<DatabaseQueue?>

    /// Opens an existing log for reading.
    ///
    /// - Throws: ``DecisionLogError`` (`notFound`, `corrupted`, `newerSchema`, `unwritable`, `locked`).
    package init(path: String) throws(DecisionLogError) {
        self.path = path
        database = Mutex(try LogFile.openForReading(path))
    }

    /// Lists decisions.
    ///
    /// - Throws: ``DecisionLogError`` (`invalid` for a query that cannot be, `corrupted`, `failed`).
    /// - Complexity: O(rows that the indexed conditions leave).
    package func list(_ query: DecisionQuery) throws(DecisionLogError) -> DecisionPage {
        let limit = max(0, min(query.limit, Self.pageLimit))
        let conditions = try QueryConditions(query, paged: true)
        let direction = query.order == .newestFirst ? "DESC" : "ASC"
        let sql = "SELECT \(RowCoding.columns) FROM decision\(conditions.sql) ORDER BY sequence \(direction) LIMIT ? OFFSET ?"
        let decisions = try read { database in
            // One more than asked for tells whether there is a next page.
            let arguments = StatementArguments(conditions.arguments + [limit + 1, max(0, query.offset)])
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map(RowCoding.decode)
        }
        let page = Array(decisions.prefix(limit))
        return DecisionPage(decisions: page, next: decisions.count > limit ? page.last?.sequence : nil)
    }

    /// Finds a decision by its whole id; `nil` when there is none.
    ///
    /// - Throws: ``DecisionLogError`` (`corrupted`, `failed`).
    package func decision(id: String) throws(DecisionLogError) -> StoredDecision? {
        try read { database in
            try Row.fetchOne(database, sql: "SELECT \(RowCoding.columns) FROM decision WHERE id = ?", arguments: [id]).map(RowCoding.decode)
        }
    }

    /// Counts the decisions that a query's conditions hold for; order, limit, offset and cursor play no part.
    ///
    /// - Throws: As `list` does.
    package func count(_ query: DecisionQuery = DecisionQuery()) throws(DecisionLogError) -> Int {
        let conditions = try QueryConditions(query, paged: false)
        return try read { database in
            let sql = "SELECT count(*) FROM decision\(conditions.sql)"
            return try Int.fetchOne(database, sql: sql, arguments: StatementArguments(conditions.arguments)) ?? 0
        }
    }

    /// Counts decisions for each value of a column, the most frequent first, at most `limit` values.
    ///
    /// - Throws: As `list` does.
    package func counts(
        _ query: DecisionQuery = DecisionQuery(), by column: DecisionColumn, limit: Int = 1_000
    ) throws(DecisionLogError) -> [DecisionCount] {
        let conditions = try QueryConditions(query, paged: false)
        let name = column.rawValue
        let sql = "SELECT \(name), count(*) FROM decision\(conditions.sql) GROUP BY \(name) ORDER BY 2 DESC, 1 LIMIT ?"
        return try read { database in
            try Row.fetchAll(database, sql: sql, arguments: StatementArguments(conditions.arguments + [max(0, limit)])).map {
                DecisionCount(value: $0[0], count: $0[1])
            }
        }
    }

    /// The last row's place in the chain.
    ///
    /// - Throws: ``DecisionLogError`` (`corrupted`, `failed`).
    package func head() throws(DecisionLogError) -> ChainAnchor {
        try read { try LogFile.head($0) }
    }

    /// Closes the file, as soon as no call reads from it any more; later calls throw `closed`.
    package func close() { database.withLock { $0 = nil } }

    /// Runs on one snapshot.
    func read<Result>(_ body: (Database) throws -> Result) throws(DecisionLogError) -> Result {
        guard let database = database.withLock({ $0 }) else { throw DecisionLogError(.closed, "\(path): the reader is closed") }
        do {
            return try database.read(body)
        } catch {
            throw DecisionLogError(error, path: path)
        }
    }
}
