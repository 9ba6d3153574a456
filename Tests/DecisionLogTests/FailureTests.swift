import DecisionLog
import FoundationEssentials
import GRDB
import Glibc
import Testing

/// What cannot be written must be refused, with a reason, and without losing what was acknowledged before.
@Suite struct FailureTests {
    @Test(arguments: ["/nonexistent/log.sqlite", "/proc/ward-log.sqlite", "/tmp", "", "/dev/null"])
    func placesThatTakeNoLog(path: String) {
        #expect {
            try DecisionStore(path: path)
        } throws: { error in
            let code = (error as? DecisionLogError)?.code
            return code == .unwritable || code == .invalid
        }
    }

    // Root may write everywhere.
    @Test(.enabled(if: geteuid() != 0))
    func aReadOnlyFolder() throws {
        let log = try TemporaryLog()
        chmod(log.folder, 0o500)
        defer { chmod(log.folder, 0o700) }
        #expect(throws: DecisionLogError(.unwritable, "")) { try log.open() }
    }

    @Test func aFullDiskRefusesAndRecovers() async throws {
        let log = try TemporaryLog()
        let store = try log.open { $0.sizeLimit = 256 << 10 }
        var acknowledged = 0
        var failure: DecisionLogError?
        for index in 0..<2_000 {
            do {
                try await store.append(decision(index))
                acknowledged += 1
            } catch {
                failure = error
                break
            }
        }
        #expect(failure?.code == .full)
        #expect(store.status.failure?.code == .full)
        #expect(acknowledged > 50)
        // It goes on refusing, and the chain stays whole.
        await #expect(throws: DecisionLogError(.full, "")) { try await store.append(decision()) }
        await store.close()
        let report = try DecisionReader(path: log.path).verify()
        #expect(report.isIntact)
        #expect(report.rows == acknowledged)

        let larger = try log.open()
        try await larger.append(decision())
        await larger.close()
        #expect(try DecisionReader(path: log.path).verify().isIntact)
    }

    @Test func aLockedFileRefusesAndRecovers() async throws {
        let log = try TemporaryLog()
        let store = try log.open { $0.busyTimeout = 0.05 }
        try await store.append(decision(1))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: log.path, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        await #expect(throws: DecisionLogError(.locked, "")) { try await store.append(decision(2)) }
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try await store.append(decision(3))
        #expect(store.status.failure == nil)
        await store.close()
        #expect(try DecisionReader(path: log.path).verify().rows == 2)
    }

    @Test(arguments: ["", "-wal"])
    func aFileThatWasRemovedTakesNothingMore(suffix: String) async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        try await store.append(decision(1))
        unlink(log.path + suffix)
        await #expect(throws: DecisionLogError(.unwritable, "")) { try await store.append(decision(2)) }
        await store.close()
    }

    @Test func twoWritersShareOneChain() async throws {
        let log = try TemporaryLog()
        let first = try log.open { $0.durability = .process }
        let second = try log.open { $0.durability = .process }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<100 {
                group.addTask { try await (index % 2 == 0 ? first : second).append(decision(index)) }
            }
            try await group.waitForAll()
        }
        await first.close()
        await second.close()
        let report = try DecisionReader(path: log.path).verify()
        #expect(report.isIntact)
        #expect(report.rows == 100)
    }

    @Test(arguments: [
        "not a database, but text",
        "SQLite format 3\0 and then nothing of the kind, for more than one hundred bytes .........................................",
    ])
    func otherFilesAreNotTouched(content: String) throws {
        let log = try TemporaryLog()
        try Data(content.utf8).write(to: URL(filePath: log.path))
        #expect(throws: DecisionLogError(.corrupted, "")) { try log.open() }
        #expect(throws: DecisionLogError(.corrupted, "")) { try DecisionReader(path: log.path) }
        #expect(try Data(contentsOf: URL(filePath: log.path)) == Data(content.utf8))
    }

    @Test func anotherDatabaseIsNotTouched() throws {
        let log = try TemporaryLog()
        try log.tamper("CREATE TABLE t (a)")
        #expect(throws: DecisionLogError(.corrupted, "")) { try log.open() }
        #expect(throws: DecisionLogError(.corrupted, "")) { try DecisionReader(path: log.path) }
    }

    @Test func aNewerLogIsNotTouched() throws {
        let log = try TemporaryLog()
        try log.open().closeBlocking()
        try log.tamper("PRAGMA user_version = 99")
        #expect(throws: DecisionLogError(.newerSchema, "")) { try log.open() }
        #expect(throws: DecisionLogError(.newerSchema, "")) { try DecisionReader(path: log.path) }
    }

    @Test func aTruncatedFileIsNoticed() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        for index in 0..<300 { try await store.append(decision(index)) }
        await store.close()
        let whole = try Data(contentsOf: URL(filePath: log.path))
        for share in [0.25, 0.5, 0.9] {
            try whole.prefix(Int(Double(whole.count) * share)).write(to: URL(filePath: log.path))
            #expect(throws: DecisionLogError(.corrupted, "")) { try log.open() }
            #expect(throws: DecisionLogError(.corrupted, "")) { try DecisionReader(path: log.path) }
        }
    }

    @Test func overwrittenPagesAreNoticed() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        for index in 0..<300 { try await store.append(decision(index)) }
        await store.close()
        let whole = try Data(contentsOf: URL(filePath: log.path))
        for page in 1..<whole.count / 4096 where page % 7 == 1 {
            var damaged = whole
            for offset in 0..<512 { damaged[page * 4096 + offset] = UInt8(truncatingIfNeeded: offset &* 31 &+ page) }
            try damaged.write(to: URL(filePath: log.path))
            do {
                let report = try DecisionReader(path: log.path).verify()
                #expect(!report.isIntact, "page \(page)")
            } catch {
                #expect(error.code == .corrupted, "page \(page): \(error)")
            }
        }
    }

    @Test func noLogNoReader() throws {
        #expect(throws: DecisionLogError(.notFound, "")) { try DecisionReader(path: "/tmp/there-is-no-such-log.sqlite") }
    }
}
