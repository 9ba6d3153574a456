extension DecisionReader {
    /// Writes decisions as OPA's decision log events, one JSON object a line, each handed over with its line feed.
    ///
    /// What OPA's event has no field for lies in `custom.ward`: kind, status, reasons, the caller's subject and role, the model, the row's
    /// sequence number and link. See OPA's documentation, "Decision Logs", and `OPAEvent`.
    ///
    /// - Parameters:
    ///   - query: Which decisions; `limit` bounds their number when `all` is `false`.
    ///   - all: Whether to go on to the end of the log, page by page.
    ///   - write: Takes one line. What it throws ends the walk and is thrown on.
    /// - Returns: The number of lines.
    @discardableResult
    package func exportEvents(_ query: DecisionQuery, all: Bool = true, to write: ([UInt8]) throws -> Void) throws -> Int {
        var query = query
        if all { query.limit = Self.pageLimit }
        var lines = 0
        while true {
            let page = try list(query)
            for decision in page.decisions { try write(OPAEvent.line(decision)) }
            lines += page.decisions.count
            guard all, let next = page.next else { return lines }
            query.cursor = next
            query.offset = 0
        }
    }
}
