/// One row of the log, as it was committed: masked, numbered and chained.
package struct StoredDecision: Sendable, Equatable {
    /// The row's place in the log, from 1 without gaps.
    package var sequence: Int64
    package var id: String
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    package var timestamp: Int64
    package var kind: DecisionKind
    package var path: String
    package var query: String?
    /// The masked input as JSON text.
    package var input: String?
    /// The masked result as JSON text.
    package var result: String?
    package var status: DecisionStatus
    package var reasons: [String]
    package var revision: String?
    package var caller: DecisionCaller
    /// Nanoseconds.
    package var latency: Int64?
    package var error: String?
    package var labels: [String: String]
    package var model: DecisionModel?
    /// JSON pointers of what masking removed, as OPA's event lists them (`/input/password`).
    package var erased: [String]
    /// JSON pointers of what masking replaced.
    package var masked: [String]
    /// The 32 bytes that tie this row to all rows before it.
    package var link: [UInt8]
}
