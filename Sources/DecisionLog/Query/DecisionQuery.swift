/// Which decisions to read, in which order, and how many.
package struct DecisionQuery: Sendable {
    /// The order of a listing.
    package enum Order: String, Sendable, CaseIterable {
        case newestFirst = "newest"
        case oldestFirst = "oldest"
    }

    /// One JSON value in a document: equal in kind and value.
    package struct JSONCondition: Sendable {
        /// A scalar to compare with.
        package enum Scalar: Sendable, Equatable {
            case null
            case boolean(Bool)
            case integer(Int64)
            case number(Double)
            case string(String)
        }

        /// The document that is looked into.
        package var document: MaskRoot
        /// A JSON pointer (RFC 6901) below the document: `/user/role`.
        package var pointer: String
        package var value: Scalar

        /// Creates a condition.
        package init(document: MaskRoot, pointer: String, value: Scalar) {
            self.document = document
            self.pointer = pointer
            self.value = value
        }
    }

    /// Earliest timestamp, inclusive, in nanoseconds since 1970.
    package var since: Int64?
    /// Latest timestamp, exclusive, in nanoseconds since 1970.
    package var until: Int64?
    package var idPrefix: String?
    package var pathPrefix: String?
    package var statuses: [DecisionStatus] = []
    package var kinds: [DecisionKind] = []
    package var subject: String?
    package var role: String?
    package var address: String?
    package var revision: String?
    package var model: String?
    /// Text that occurs in the input, the result, the reasons, the error or the path; compared without regard to ASCII case.
    package var text: String?
    package var json: [JSONCondition] = []

    package var order: Order = .newestFirst
    /// At most this many rows; up to `DecisionReader.pageLimit`.
    package var limit = 100
    package var offset = 0
    /// Continues a listing: the `next` of the page before.
    package var cursor: Int64?

    /// Creates a query for everything, newest first.
    package init() {}
}

/// A column that decisions can be counted by.
package enum DecisionColumn: String, Sendable, CaseIterable {
    case kind, path, status, subject, role, address, revision, model
}

/// The number of decisions that share a column's value.
package struct DecisionCount: Sendable, Equatable {
    /// `nil` counts the rows without one.
    package var value: String?
    package var count: Int

    /// Creates a count.
    package init(value: String?, count: Int) {
        self.value = value
        self.count = count
    }
}

/// Part of a listing.
package struct DecisionPage: Sendable {
    package var decisions: [StoredDecision]
    /// The cursor of the next page; `nil` at the end.
    package var next: Int64?
}
