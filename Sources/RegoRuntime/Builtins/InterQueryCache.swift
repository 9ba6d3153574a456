import Synchronization

/// What builtins keep from one evaluation to the next, shared by all threads and bounded in bytes: the oldest entries give way.
package final class InterQueryCache: Sendable {
    /// The cache of every policy that has none of its own.
    package static let shared = InterQueryCache(byteLimit: 64 << 20)

    private struct Entry {
        var value: any Sendable
        var size: Int
        var order: UInt64
    }

    private struct State {
        var entries: [RegoValue: Entry] = [:]
        /// Keys in the order of their insertion; those of entries that are gone or were replaced are passed over.
        var queue: [(key: RegoValue, order: UInt64)] = []
        var first = 0
        var bytes = 0
        var lastOrder: UInt64 = 0
    }

    private let byteLimit: Int
    private let state = Mutex(State())

    /// Makes an empty cache.
    package init(byteLimit: Int) { self.byteLimit = byteLimit }

    /// The bytes of all entries, as their owners count them.
    package var byteCount: Int { state.withLock { $0.bytes } }

    /// What is kept for a key.
    package func value(for key: RegoValue) -> (any Sendable)? { state.withLock { $0.entries[key]?.value } }

    /// Forgets a key.
    package func remove(_ key: RegoValue) {
        state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: key) else { return }
            state.bytes -= entry.size
        }
    }

    /// Keeps a value; what is larger than the whole cache is not kept.
    ///
    /// - Parameter size: bytes of the key and the value together.
    package func insert(_ value: any Sendable, size: Int, for key: RegoValue) {
        remove(key)
        guard size <= byteLimit else { return }
        state.withLock { state in
            if let entry = state.entries.removeValue(forKey: key) { state.bytes -= entry.size }
            state.lastOrder += 1
            state.entries[key] = Entry(value: value, size: size, order: state.lastOrder)
            state.queue.append((key, state.lastOrder))
            state.bytes += size
            while state.bytes > byteLimit, state.first < state.queue.count {
                let oldest = state.queue[state.first]
                state.first += 1
                guard let entry = state.entries[oldest.key], entry.order == oldest.order else { continue }
                state.entries[oldest.key] = nil
                state.bytes -= entry.size
            }
            Self.compact(&state)
        }
    }

    /// Drops what the queue no longer needs once that is most of it, so that replacing one key for ever takes no memory.
    private static func compact(_ state: inout State) {
        guard state.queue.count > 64, state.queue.count - state.first > 2 * state.entries.count || state.first > state.queue.count / 2
        else {
            return
        }
        let entries = state.entries
        state.queue = state.queue[state.first...].filter { entries[$0.key]?.order == $0.order }
        state.first = 0
    }
}
