/// Goes along the chain row by row and notes what does not hold.
struct ChainWalk {
    private var report: ChainReport
    private var previous: ChainAnchor
    private var anchors: [Int64: [ChainAnchor]]

    /// - Parameters:
    ///   - base: The place before the first row.
    ///   - head: The last row's place, as the log itself has it.
    ///   - anchors: Places that were noted earlier.
    init(base: ChainAnchor, head: ChainAnchor, anchors: [ChainAnchor]) {
        report = ChainReport(head: head)
        previous = base
        self.anchors = Dictionary(grouping: anchors, by: \.sequence)
        if let noted = self.anchors.removeValue(forKey: base.sequence), noted.contains(where: { $0.link != base.link }) {
            note(nil, "the log does not begin where the anchor says; it is another log, or was made anew")
        }
    }

    mutating func note(_ sequence: Int64?, _ message: String) {
        guard report.problems.count < ChainReport.problemLimit else { return }
        report.problems.append(ChainReport.Problem(sequence: sequence, message: message))
    }

    /// Checks the next row.
    mutating func check(_ row: ChainFields) {
        report.rows += 1
        if row.sequence > previous.sequence + 1 {
            let missing = row.sequence - previous.sequence - 1
            note(row.sequence, missing == 1 ? "the row before it is missing" : "the \(missing) rows before it are missing")
        } else if row.sequence <= previous.sequence {
            note(row.sequence, "it does not belong here: the log begins after row \(previous.sequence)")
        } else {
            let digest = ChainFields.digest(row.fields)
            let expected = ChainFields.link(after: previous.link, sequence: row.sequence, digest: digest)
            if expected != row.link { note(row.sequence, "its content or its link was changed") }
        }
        for anchor in anchors.removeValue(forKey: row.sequence) ?? [] where anchor.link != row.link {
            note(row.sequence, "it is not the row that the anchor was taken from")
        }
        // Going on from the stored link confines a changed row to its own place.
        previous = ChainAnchor(sequence: row.sequence, link: row.link)
    }

    /// Checks the end, and returns what was found.
    mutating func finish() -> ChainReport {
        if previous.sequence < report.head.sequence {
            note(nil, "the rows from \(previous.sequence + 1) to \(report.head.sequence) are missing at the end")
        } else if previous.link != report.head.link {
            note(previous.sequence, "the end of the log is not the one that was noted when it was written")
        }
        for sequence in anchors.keys.sorted() where sequence > previous.sequence || sequence < 0 {
            note(nil, "row \(sequence), which an anchor was taken from, is missing")
        }
        return report
    }
}
