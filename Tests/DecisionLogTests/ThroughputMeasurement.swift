import DecisionLog
import Glibc
import Testing

/// Prints what group commit brings on this machine: `WARD_MEASURE=1 swift test -c release --filter ThroughputMeasurement`.
@Suite(.serialized, .enabled(if: getenv("WARD_MEASURE") != nil)) struct ThroughputMeasurement {
    @Test(arguments: [1, 8, 64, 512], DecisionStore.Durability.allCases)
    func appends(tasks: Int, durability: DecisionStore.Durability) async throws {
        let log = try TemporaryLog()
        let store = try log.open { $0.durability = durability }
        let each = max(20, min(2_000, 20_000 / tasks))
        let duration = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<tasks {
                    group.addTask { for index in 0..<each { try await store.append(decision(index)) } }
                }
                try await group.waitForAll()
            }
        }
        let status = store.status
        let rate = Double(status.committed) / (duration / .seconds(1))
        print("\(durability) \(tasks) tasks: \(Int(rate)) appends/s, \(status.commits) commits, at most \(status.largestBatch) in one")
        await store.close()
    }

    @Test func masking() throws {
        let masker = Masker()
        let record = try #require(decision().input)
        let count = 20_000
        let duration = ContinuousClock().measure { for _ in 0..<count { _ = masker.mask(record, root: .input) } }
        print("masking \(record.count) bytes: \(duration / count)")
    }
}
