import DecisionLog
import Logging

/// Hands decisions to the log. An answer leaves Ward only after its row is committed.
struct DecisionWriter: Sendable {
    let store: DecisionStore
    let metrics: ServerMetrics
    let logger: Logger

    /// The decision is not in the log: refuse.
    struct Unavailable: Error {}

    func append(_ record: DecisionRecord) async throws(Unavailable) {
        let start = ContinuousClock.now
        do {
            try await store.append(record)
        } catch {
            metrics.logFailures[error.code.rawValue].increment()
            logger.error(
                "a decision could not be logged and was refused", metadata: ["code": "\(error.code.rawValue)", "error": "\(error)"])
            throw Unavailable()
        }
        metrics.logAppend[].record(.now - start)
        metrics.decisions[record.path, record.status.rawValue].increment()
    }
}
