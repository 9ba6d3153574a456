/// A place in the chain: whoever keeps one outside of the log can later prove that no row up to there was changed or removed.
package struct ChainAnchor: Sendable, Equatable, CustomStringConvertible {
    /// The row's sequence number; 0 before the first row.
    package var sequence: Int64
    /// The row's link, 32 bytes.
    package var link: [UInt8]

    /// Creates an anchor.
    package init(sequence: Int64, link: [UInt8]) {
        self.sequence = sequence
        self.link = link
    }

    /// Reads `sequence:hexadecimal link`, as ``description`` writes it; `nil` for another form.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = Int64(parts[0]), sequence >= 0, let link = Hexadecimal.decode(parts[1].utf8),
            link.count == 32
        else { return nil }
        self.init(sequence: sequence, link: link)
    }

    package var description: String { "\(sequence):\(Hexadecimal.encode(link))" }
}

/// What checking the chain found.
package struct ChainReport: Sendable {
    /// Something that does not hold.
    package struct Problem: Sendable, Equatable, CustomStringConvertible {
        /// The row; `nil` for the file as a whole.
        package var sequence: Int64?
        package var message: String

        package var description: String { sequence.map { "row \($0): \(message)" } ?? message }
    }

    /// More problems than this are not listed.
    package static let problemLimit = 20

    /// Rows that were read.
    package var rows = 0
    /// The last row.
    package var head: ChainAnchor
    /// What does not hold, in the order of the rows.
    package var problems: [Problem] = []

    /// Whether every row is as it was written, and none is missing.
    package var isIntact: Bool { problems.isEmpty }
}
