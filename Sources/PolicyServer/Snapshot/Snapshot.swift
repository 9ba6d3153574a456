import Gatekeeper
package import Rego
package import RegoSyntax
import Synchronization

/// A document below `data`; segments that are whole numbers are indices of arrays, as in OPA's paths.
package struct DocumentPath: Hashable, Sendable, CustomStringConvertible {
    package let segments: [String]

    package init(_ segments: some Sequence<String>) {
        self.segments = Array(segments)
    }

    /// `medical/allow`: how the log and metrics name it.
    package var description: String { segments.joined(separator: "/") }

    /// `data.medical.allow`: how OPA's messages write it.
    var dotted: String { (["data"] + segments).joined(separator: ".") }
}

/// Compiled policies with their queries: immutable to its readers, swapped whole. A request keeps the one it started with.
package final class Snapshot: Sendable {
    package let policy: Policy
    /// What the decision log names as the policies in force.
    package let revision: String
    private let limit: Int
    private let cache = Mutex<[DocumentPath: PreparedQuery]>([:])

    /// - Parameter limit: how many prepared queries are kept.
    package init(policy: Policy, limit: Int) {
        self.policy = policy
        self.limit = limit
        revision = policy.revision
    }

    /// The query for a document, prepared once.
    ///
    /// Two threads that ask for a new path at once may both prepare it; the later result is kept.
    package func prepared(_ path: DocumentPath) throws(CompilationFailure) -> (query: PreparedQuery, wasPrepared: Bool) {
        if let query = cache.withLock({ $0[path] }) { return (query, true) }
        let query = try policy.prepare(path: path.segments)
        cache.withLock { cache in
            // Which one goes is of no matter: paths that are asked for come back.
            if cache.count >= limit, let victim = cache.keys.first { cache[victim] = nil }
            cache[path] = query
        }
        return (query, false)
    }
}

/// The snapshot in force.
package final class SnapshotHolder: Sendable {
    private let snapshot: Mutex<Snapshot>

    package init(_ snapshot: Snapshot) {
        self.snapshot = Mutex(snapshot)
    }

    package var current: Snapshot { snapshot.withLock { $0 } }

    package func replace(with fresh: Snapshot) {
        snapshot.withLock { $0 = fresh }
    }
}
