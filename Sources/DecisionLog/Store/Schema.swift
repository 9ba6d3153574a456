import GRDB

/// The log's tables. Steps are only ever added; `user_version` counts those that a file has had.
enum Schema {
    /// Marks a file as ours (`PRAGMA application_id`): "WARD".
    static let applicationID: Int64 = 0x5741_5244

    /// The steps, each run once, in one transaction each.
    ///
    /// `chain` holds one row: where the chain begins (a random link, so that no two logs share a chain) and where it ends. The end is written
    /// in the transaction that adds the rows; that is how missing rows at the end show.
    static let steps: [String] = [
        """
        CREATE TABLE decision (
            sequence INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            time_ns INTEGER NOT NULL,
            kind TEXT NOT NULL,
            path TEXT NOT NULL,
            query TEXT,
            status TEXT NOT NULL,
            input TEXT,
            result TEXT,
            reasons TEXT,
            revision TEXT,
            subject TEXT,
            role TEXT,
            address TEXT,
            latency_ns INTEGER,
            error TEXT,
            labels TEXT,
            model TEXT,
            model_sha256 TEXT,
            erased TEXT,
            masked TEXT,
            link BLOB NOT NULL
        ) STRICT;
        CREATE INDEX decision_by_time ON decision (time_ns);
        CREATE INDEX decision_by_status ON decision (status);
        CREATE INDEX decision_by_path ON decision (path);
        CREATE INDEX decision_by_subject ON decision (subject) WHERE subject IS NOT NULL;
        CREATE TABLE chain (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            base_sequence INTEGER NOT NULL,
            base_link BLOB NOT NULL,
            head_sequence INTEGER NOT NULL,
            head_link BLOB NOT NULL
        ) STRICT;
        INSERT INTO chain
            SELECT 1, 0, link, 0, link FROM (SELECT randomblob(32) AS link);
        """
    ]

    /// Brings a file up to date.
    /// - Returns: Whether it was empty.
    static func migrate(_ database: Database) throws -> Bool {
        let version = try checkedVersion(database)
        guard version < steps.count else { return false }
        for (index, step) in steps.enumerated().dropFirst(version) {
            try database.inTransaction(.immediate) {
                // Another process may have been faster.
                guard try checkedVersion(database) == index else { return .rollback }
                try database.execute(sql: step)
                try database.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(index + 1)")
                return .commit
            }
        }
        return version == 0
    }

    /// The file's version, 0 for an empty file.
    static func checkedVersion(_ database: Database) throws -> Int {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let mark = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        if mark == 0, version == 0, try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0 { return 0 }
        guard mark == applicationID, version > 0 else { throw DecisionLogError(.corrupted, "an SQLite file, but not a decision log") }
        guard version <= steps.count else {
            throw DecisionLogError(.newerSchema, "the log was written by a newer Ward (schema \(version); this one knows \(steps.count))")
        }
        return version
    }
}
