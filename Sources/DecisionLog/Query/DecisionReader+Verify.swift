import GRDB

extension DecisionReader {
    /// Checks every row's link against its content and its predecessor, that none is missing at the front, between or at the end, and that the
    /// file's own structure is sound.
    ///
    /// A chain without a secret shows changes to rows; it cannot show that somebody with write access has computed the whole chain anew. An
    /// anchor that was kept elsewhere (each log line and status report may carry one) shows that, too.
    ///
    /// - Parameter anchors: Places that were noted earlier.
    /// - Throws: ``DecisionLogError`` when the file cannot be read at all.
    /// - Complexity: O(size of the log).
    package func verify(anchors: [ChainAnchor] = []) throws(DecisionLogError) -> ChainReport {
        let (base, head) = try read { (try LogFile.base($0), try LogFile.head($0)) }
        var walk = ChainWalk(base: base, head: head, anchors: anchors)
        do {
            try walkRows(&walk, upTo: head.sequence)
        } catch  where error.code == .corrupted {
            walk.note(nil, "the file is damaged: \(error.message)")
        }
        let (findings, beyond) = try read { database in
            let findings = try String.fetchAll(database, sql: "PRAGMA quick_check(5)")
            let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM decision WHERE sequence > (SELECT head_sequence FROM chain)")
            return (findings, count ?? 0)
        }
        for finding in findings where finding != "ok" { walk.note(nil, "the file is damaged: \(finding)") }
        if beyond > 0 { walk.note(nil, "\(beyond) rows lie beyond the end that was noted when they were written") }
        return walk.finish()
    }

    private func walkRows(_ walk: inout ChainWalk, upTo last: Int64) throws(DecisionLogError) {
        let sql = "SELECT \(RowCoding.columns) FROM decision WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT 500"
        var after: Int64 = -1
        while true {
            let rows = try read { database in
                try Row.fetchAll(database, sql: sql, arguments: [after, last]).map(ChainFields.init)
            }
            for row in rows { walk.check(row) }
            guard let next = rows.last?.sequence, next > after else { return }
            after = next
        }
    }
}
