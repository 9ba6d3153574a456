import DecisionLog
import FoundationEssentials
import GRDB
import Glibc
import Synchronization
import Testing

/// Whatever was acknowledged is in the file, at every moment.
@Suite struct CrashTests {
    /// What the appending tasks and the copying test share.
    private final class Progress: Sendable {
        let acknowledged = Mutex<Set<String>>([])
        let isDone = Mutex(false)
    }

    /// Copies the files while tasks append. A reader that stays open keeps SQLite from starting its write-ahead log anew, so that the file and
    /// a later copy of the log belong together, as after a crash.
    @Test func acknowledgedRowsAreInACopyOfTheFiles() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        var configuration = Configuration()
        configuration.readonly = true
        configuration.allowsUnsafeTransactions = true
        let pin = try DatabaseQueue(path: log.path, configuration: configuration)
        try await pin.writeWithoutTransaction { try $0.execute(sql: "BEGIN; SELECT count(*) FROM decision") }
        let progress = Progress()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    var index = task
                    while !progress.isDone.withLock({ $0 }) {
                        let record = decision(index)
                        try await store.append(record)
                        progress.acknowledged.withLock { _ = $0.insert(record.id) }
                        index += 8
                    }
                }
            }
            for round in 0..<10 {
                try await Task.sleep(for: .milliseconds(20))
                let promised = progress.acknowledged.withLock { $0 }
                try check(copyOf: log, contains: promised, round: round)
            }
            progress.isDone.withLock { $0 = true }
            try await group.waitForAll()
        }
        try pin.close()
        await store.close()
    }

    private func check(copyOf log: TemporaryLog, contains promised: Set<String>, round: Int) throws {
        let copy = try TemporaryLog()
        let file = try Data(contentsOf: URL(filePath: log.path))
        let wal = try Data(contentsOf: URL(filePath: log.path + "-wal"))
        // The whole log, and logs that were torn off somewhere while being written.
        for cut in [wal.count, wal.count - 100 * round, wal.count / 2 + round] {
            try file.write(to: URL(filePath: copy.path))
            try wal.prefix(cut).write(to: URL(filePath: copy.path + "-wal"))
            try? FileManager.default.removeItem(atPath: copy.path + "-shm")
            let store = try copy.open()
            store.closeBlocking()
            let reader = try DecisionReader(path: copy.path)
            #expect(try reader.verify().isIntact)
            if cut == wal.count {
                var query = DecisionQuery()
                query.limit = 1_000
                var found: Set<String> = []
                repeat {
                    let page = try reader.list(query)
                    found.formUnion(page.decisions.map(\.id))
                    query.cursor = page.next
                } while query.cursor != nil
                #expect(
                    promised.isSubset(of: found), "round \(round): \(promised.subtracting(found).count) of \(promised.count) are missing")
            }
            reader.close()
        }
    }

    private static let childVariable = "WARD_LOG_TEST_CHILD"

    /// The process that is killed: this test, run in a copy of the test program by the next one.
    @Test(.enabled(if: getenv(Self.childVariable) != nil))
    func appendsUntilKilled() async throws {
        let folder = String(cString: try #require(getenv(Self.childVariable)))
        let store = try DecisionStore(path: folder + "/decisions.sqlite")
        let acknowledgements = open(folder + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for index in 0... {
                        let record = decision(index * 8 + task)
                        try await store.append(record)
                        let line = Array((record.id + "\n").utf8)
                        #expect(write(acknowledgements, line, line.count) == line.count)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(.enabled(if: getenv(Self.childVariable) == nil))
    func aKilledProcessLosesNothingThatItAcknowledged() async throws {
        let log = try TemporaryLog()
        let child = try spawnChild(log.folder)
        var acknowledged: [Substring] = []
        for _ in 0..<600 {
            try await Task.sleep(for: .milliseconds(50))
            let text = (try? String(contentsOf: URL(filePath: log.folder + "/acknowledged"), encoding: .utf8)) ?? ""
            acknowledged = text.split(separator: "\n")
            if acknowledged.count >= 300 { break }
        }
        kill(child, SIGKILL)
        var status: Int32 = 0
        waitpid(child, &status, 0)
        #expect(status & 0x7F == SIGKILL, "the child ended by itself")
        acknowledged = try String(contentsOf: URL(filePath: log.folder + "/acknowledged"), encoding: .utf8).split(separator: "\n")
        #expect(acknowledged.count >= 300)

        let store = try log.open()
        await store.close()
        let reader = try DecisionReader(path: log.path)
        #expect(try reader.verify().isIntact)
        for id in acknowledged { #expect(try reader.decision(id: String(id)) != nil) }
    }

    /// Starts this test program once more with its own arguments, narrowed to the test above.
    private func spawnChild(_ folder: String) throws -> pid_t {
        let line = try Data(contentsOf: URL(filePath: "/proc/self/cmdline"))
        var arguments: [String] = []
        var skipsNext = false
        for part in line.split(separator: 0) {
            let argument = String(decoding: part, as: UTF8.self)
            if skipsNext {
                skipsNext = false
            } else if ["--filter", "--skip", "--event-stream-output-path", "--xunit-output"].contains(argument) {
                skipsNext = true
            } else {
                arguments.append(argument)
            }
        }
        arguments += ["--filter", "appendsUntilKilled"]
        var variables: [String] = ["\(Self.childVariable)=\(folder)"]
        var at = environ
        while let variable = at.pointee {
            variables.append(String(cString: variable))
            at += 1
        }
        let argumentPointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let variablePointers: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + variablePointers { free(pointer) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, folder + "/output", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var child = pid_t()
        let status = posix_spawn(&child, "/proc/self/exe", &actions, nil, argumentPointers, variablePointers)
        try #require(status == 0)
        return child
    }
}
