/// Why the decision log could not do what was asked. Its text never holds anything of a record.
package struct DecisionLogError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. Equality of errors is equality of codes.
    package enum Code: String, Sendable {
        /// The file, its directory or the disk refuses writes, or the file cannot be opened.
        case unwritable = "unwritable"
        /// No space is left.
        case full = "full"
        /// Another process held the file's lock for longer than the busy timeout.
        case locked = "locked"
        /// The file is damaged, or is not a decision log.
        case corrupted = "corrupted"
        /// The file was written by a newer Ward.
        case newerSchema = "newer_schema"
        /// More decisions are waiting for the disk than the queue may hold.
        case overloaded = "overloaded"
        /// The store was closed.
        case closed = "closed"
        /// A decision with this id is already in the log.
        case duplicate = "duplicate"
        /// The record, the filter or a masking rule is not valid.
        case invalid = "invalid"
        /// There is no log at this path.
        case notFound = "not_found"
        /// SQLite failed in another way.
        case failed = "failed"
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
