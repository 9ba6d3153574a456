import DecisionLog
import FoundationEssentials
import Glibc
import Testing

@Suite struct StoreTests {
    @Test func aDecisionComesBackAsItWasCommitted() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        #expect(store.wasCreated)
        let record = decision(7)
        #expect(try await store.append(record) == 1)

        let reader = try DecisionReader(path: log.path)
        let stored = try #require(try reader.decision(id: record.id))
        #expect(stored.sequence == 1)
        #expect(stored.timestamp == record.timestamp)
        #expect(stored.kind == .infer)
        #expect(stored.path == "medical/allow")
        #expect(stored.input == #"{"user":{"role":"doctor","id":"dr-a"},"data":{"modality":"CT","index":7},"action":"infer"}"#)
        #expect(stored.result == "true")
        #expect(stored.status == .allowed)
        #expect(stored.caller == record.caller)
        #expect(stored.latency == 1_500_000)
        #expect(stored.labels == ["app": "ward"])
        #expect(stored.model == record.model)
        #expect(stored.erased.isEmpty && stored.masked.isEmpty && stored.reasons.isEmpty && stored.error == nil && stored.query == nil)
        await store.close()
    }

    @Test func theFileIsForItsOwnerOnly() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        try await store.append(decision())
        for name in ["", "-wal", "-shm"] {
            var info = stat()
            #expect(stat(log.path + name, &info) == 0)
            #expect(info.st_mode & 0o777 == 0o600, "\(name)")
        }
        await store.close()
    }

    @Test func theDurabilityIsWhatWasAskedFor() throws {
        let log = try TemporaryLog()
        let store = try log.open()
        #expect(try log.number("PRAGMA user_version") == 1)
        #expect(store.status.head.sequence == 0)
        store.closeBlocking()
        // Closing moves everything into the file itself.
        #expect(access(log.path + "-wal", F_OK) != 0)
    }

    @Test func aLogGoesOnAfterReopening() async throws {
        let log = try TemporaryLog()
        for round in 1...3 {
            let store = try log.open()
            #expect(store.wasCreated == (round == 1))
            for index in 0..<5 { try await store.append(decision(index)) }
            #expect(store.status.head.sequence == Int64(round * 5))
            await store.close()
        }
        let report = try DecisionReader(path: log.path).verify()
        #expect(report.isIntact)
        #expect(report.rows == 15)
    }

    @Test func manyTasksShareCommits() async throws {
        let log = try TemporaryLog()
        let store = try log.open { $0.durability = .process }
        let tasks = 64
        let each = 50
        let sequences = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for task in 0..<tasks {
                group.addTask {
                    var sequences: [Int64] = []
                    for index in 0..<each { sequences.append(try await store.append(decision(task * each + index, subject: "dr-\(task)"))) }
                    return sequences
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(sequences) == Set((1...Int64(tasks * each))))
        let status = store.status
        #expect(status.committed == UInt64(tasks * each))
        #expect(status.commits < status.committed)
        #expect(status.largestBatch > 1)
        #expect(status.queued == 0 && status.refused == 0 && status.failure == nil)
        await store.close()

        let reader = try DecisionReader(path: log.path)
        #expect(try reader.verify(anchors: [status.head]).isIntact)
        #expect(try reader.counts(by: .subject).allSatisfy { $0.count == each })
        #expect(try reader.counts(by: .subject).count == tasks)
    }

    @Test func threadsOfOnesOwnMayBlock() throws {
        let log = try TemporaryLog()
        let store = try log.open()
        #expect(try store.appendBlocking(decision(0)) == 1)
        #expect(try store.appendBlocking(decision(1)) == 2)
        store.closeBlocking()
        store.closeBlocking()
        #expect(throws: DecisionLogError(.closed, "")) { try store.appendBlocking(decision(2)) }
    }

    @Test func closingCommitsWhatWaits() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        let count = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<500 {
                group.addTask {
                    do throws(DecisionLogError) {
                        try await store.append(decision(index))
                        return true
                    } catch {
                        guard error.code == .closed else { throw error }
                        return false
                    }
                }
            }
            group.addTask {
                await store.close()
                return false
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(try DecisionReader(path: log.path).count() == count)
    }

    @Test func flushWaitsForWhatCameBefore() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        async let first = store.append(decision(1))
        async let second = store.append(decision(2))
        _ = try await (first, second)
        await store.flush()
        #expect(try DecisionReader(path: log.path).count() == 2)
        await store.close()
        await store.flush()
    }

    @Test func anIdIsUsedOnce() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        let record = decision()
        try await store.append(record)
        // In one batch with others the others must not suffer.
        async let other = store.append(decision(2))
        await #expect(throws: DecisionLogError(.duplicate, "")) { try await store.append(record) }
        #expect(try await other == 2)
        #expect(try DecisionReader(path: log.path).verify().isIntact)
        await store.close()
    }

    @Test(arguments: ["", "no spaces", "semi;colon", "nul\0", String(repeating: "a", count: 65), "ünicode"])
    func oddIdsAreRefused(id: String) async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        var record = decision()
        record.id = id
        await #expect(throws: DecisionLogError(.invalid, "")) { try await store.append(record) }
        await store.close()
    }

    @Test func theQueueIsBounded() async throws {
        let log = try TemporaryLog()
        let store = try log.open {
            $0.queueLimit = 4
            $0.batchLimit = 1
        }
        let outcomes = await withTaskGroup(of: DecisionLogError?.self) { group in
            for index in 0..<200 {
                group.addTask {
                    do throws(DecisionLogError) {
                        try await store.append(decision(index))
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [DecisionLogError?]()) { $0.append($1) }
        }
        let refused = outcomes.compactMap(\.self)
        #expect(refused.allSatisfy { $0.code == .overloaded })
        #expect(try DecisionReader(path: log.path).count() == 200 - refused.count)
        #expect(store.status.refused == UInt64(refused.count))
        await store.close()
    }

    @Test func aDocumentLargerThanTheQueueIsRefused() async throws {
        let log = try TemporaryLog()
        let store = try log.open { $0.queueByteLimit = 10_000 }
        var record = decision()
        record.input = Array("\"\(String(repeating: "x", count: 20_000))\"".utf8)
        await #expect(throws: DecisionLogError(.overloaded, "")) { try await store.append(record) }
        try await store.append(decision())
        await store.close()
    }

    @Test func textsFromOutsideAreCutAndCleaned() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        var record = decision()
        record.path = "a\u{0}b\u{1B}[31m"
        record.caller.subject = String(repeating: "s", count: 100_000)
        record.reasons = Array(repeating: "no", count: 1_000)
        try await store.append(record)
        let stored = try #require(try DecisionReader(path: log.path).decision(id: record.id))
        #expect(stored.path == "a b [31m")
        #expect(stored.caller.subject?.utf8.count == 4_099)
        #expect(stored.reasons.count == 257 && stored.reasons.last == "… and 744 more")
        #expect(try DecisionReader(path: log.path).verify().isIntact)
        await store.close()
    }

    @Test func idsAreVersion4() {
        var seen: Set<String> = []
        for _ in 0..<1_000 {
            let id = DecisionRecord.newID()
            let bytes = Array(id.utf8)
            #expect(bytes.count == 36 && [8, 13, 18, 23].allSatisfy { bytes[$0] == UInt8(ascii: "-") })
            #expect(bytes[14] == UInt8(ascii: "4") && Array("89ab".utf8).contains(bytes[19]))
            #expect(UUID(uuidString: id) != nil)
            seen.insert(id)
        }
        #expect(seen.count == 1_000)
    }
}
