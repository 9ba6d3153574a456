extension DecisionStore {
    /// What a decision that was acknowledged survives.
    package enum Durability: String, Sendable, CaseIterable {
        /// The death of the process, of the system and of its power (`synchronous=FULL`: the write-ahead log is synced at each commit).
        case power
        /// The death of the process; after a power cut the last commits may be missing (`synchronous=NORMAL`).
        case process
    }

    /// How a store works.
    package struct Options: Sendable {
        /// Masks each record before it is queued.
        package var masker = Masker()
        /// What an acknowledged decision survives.
        package var durability = Durability.power
        /// Decisions that may wait for the disk; beyond, `append` refuses with `overloaded`.
        package var queueLimit = 16_384
        /// Bytes of documents that may wait for the disk.
        package var queueByteLimit = 64 << 20
        /// Decisions that one transaction takes at most.
        package var batchLimit = 1_024
        /// Seconds to wait for another process's lock.
        package var busyTimeout = 2.0
        /// The size that the database file may grow to, in bytes; `nil` leaves it to the disk.
        package var sizeLimit: Int?

        /// Creates the default options.
        package init() {}
    }

    /// A store's counters, for metrics and health checks.
    package struct Status: Sendable {
        /// Decisions that wait for the disk.
        package var queued = 0
        /// Decisions committed since the store was opened.
        package var committed: UInt64 = 0
        /// Decisions refused since the store was opened.
        package var refused: UInt64 = 0
        /// Transactions committed since the store was opened.
        package var commits: UInt64 = 0
        /// The largest number of decisions that shared one commit.
        package var largestBatch = 0
        /// The last row.
        package var head: ChainAnchor
        /// The failure of the last commit; `nil` when it succeeded.
        package var failure: DecisionLogError?
    }
}
