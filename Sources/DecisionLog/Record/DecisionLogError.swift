/// Why the decision log could not do what was asked. Its text never holds anything of a record.
package struct DecisionLogError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. Equality of errors is equality of codes.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package var rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// The file, its directory or the disk refuses writes, or the file cannot be opened.
        package static let unwritable = Code(rawValue: "unwritable")
        /// No space is left.
        package static let full = Code(rawValue: "full")
        /// Another process held the file's lock for longer than the busy timeout.
        package static let locked = Code(rawValue: "locked")
        /// The file is damaged, or is not a decision log.
        package static let corrupted = Code(rawValue: "corrupted")
        /// The file was written by a newer Ward.
        package static let newerSchema = Code(rawValue: "newer_schema")
        /// More decisions are waiting for the disk than the queue may hold.
        package static let overloaded = Code(rawValue: "overloaded")
        /// The store was closed.
        package static let closed = Code(rawValue: "closed")
        /// A decision with this id is already in the log.
        package static let duplicate = Code(rawValue: "duplicate")
        /// The record, the filter or a masking rule is not valid.
        package static let invalid = Code(rawValue: "invalid")
        /// There is no log at this path.
        package static let notFound = Code(rawValue: "not_found")
        /// SQLite failed in another way.
        package static let failed = Code(rawValue: "failed")
    }

    package var code: Code
    /// What happened and what to do next, for operators.
    package var message: String

    /// Creates an error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "decision log: \(message)" }
}

extension DecisionLogError: Equatable {
    package static func == (left: DecisionLogError, right: DecisionLogError) -> Bool { left.code == right.code }
}
