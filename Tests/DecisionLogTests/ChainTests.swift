import DecisionLog
import Testing

@Suite struct ChainTests {
    /// A way to change a log, and what the check says to it.
    struct Tampering: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var sql: String
        var problems: [String]
    }

    static let tamperings = [
        Tampering(
            testDescription: "a verdict was changed", sql: "UPDATE decision SET status = 'allowed' WHERE sequence = 5",
            problems: ["row 5: its content or its link was changed"]),
        Tampering(
            testDescription: "one byte of an input was changed",
            sql: "UPDATE decision SET input = replace(input, 'CT', 'MR') WHERE sequence = 1",
            problems: ["row 1: its content or its link was changed"]),
        Tampering(
            testDescription: "a text was moved to another column",
            sql: "UPDATE decision SET query = revision, revision = NULL WHERE sequence = 3",
            problems: ["row 3: its content or its link was changed"]),
        Tampering(
            testDescription: "a time was changed", sql: "UPDATE decision SET time_ns = time_ns + 1 WHERE sequence = 10",
            problems: ["row 10: its content or its link was changed"]),
        Tampering(
            testDescription: "a kind that does not exist", sql: "UPDATE decision SET kind = 'other' WHERE sequence = 2",
            problems: ["row 2: its content or its link was changed"]),
        Tampering(
            testDescription: "a row was removed", sql: "DELETE FROM decision WHERE sequence = 4",
            problems: ["row 5: the row before it is missing"]),
        Tampering(
            testDescription: "the first rows were removed", sql: "DELETE FROM decision WHERE sequence < 4",
            problems: ["row 4: the 3 rows before it are missing"]),
        Tampering(
            testDescription: "the last rows were removed", sql: "DELETE FROM decision WHERE sequence > 8",
            problems: ["the rows from 9 to 10 are missing at the end"]),
        Tampering(
            testDescription: "all rows were removed", sql: "DELETE FROM decision",
            problems: ["the rows from 1 to 10 are missing at the end"]),
        Tampering(
            testDescription: "two rows changed places",
            sql: """
                UPDATE decision SET sequence = 100 WHERE sequence = 6; UPDATE decision SET sequence = 6 WHERE sequence = 7;
                UPDATE decision SET sequence = 7 WHERE sequence = 100
                """,
            problems: [
                "row 6: its content or its link was changed", "row 7: its content or its link was changed",
                "row 8: its content or its link was changed",
            ]),
        Tampering(
            testDescription: "a row was added at the end",
            sql: """
                INSERT INTO decision (sequence, id, time_ns, kind, path, status, link)
                VALUES (11, 'forged', 0, 'infer', 'medical/allow', 'allowed', zeroblob(32))
                """,
            problems: ["1 rows lie beyond the end that was noted when they were written"]),
        Tampering(
            testDescription: "a row was added before the beginning",
            sql: """
                INSERT INTO decision (sequence, id, time_ns, kind, path, status, link)
                VALUES (0, 'forged', 0, 'infer', 'medical/allow', 'allowed', zeroblob(32))
                """,
            problems: ["row 0: it does not belong here: the log begins after row 0", "row 1: its content or its link was changed"]),
        Tampering(
            testDescription: "a link was changed", sql: "UPDATE decision SET link = zeroblob(32) WHERE sequence = 7",
            problems: ["row 7: its content or its link was changed", "row 8: its content or its link was changed"]),
        Tampering(
            testDescription: "the beginning was changed", sql: "UPDATE chain SET base_link = zeroblob(32)",
            problems: ["row 1: its content or its link was changed"]),
    ]

    @Test(arguments: tamperings)
    func tamperingShows(_ tampering: Tampering) async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        for index in 1...10 { try await store.append(decision(index, status: index == 5 ? .denied : .allowed)) }
        await store.close()
        #expect(try DecisionReader(path: log.path).verify().problems == [])
        try log.tamper(tampering.sql)
        let report = try DecisionReader(path: log.path).verify()
        #expect(report.problems.map(\.description) == tampering.problems)
    }

    @Test func aLogThatLostItsEndIsNotWrittenOn() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        for index in 1...3 { try await store.append(decision(index)) }
        await store.close()
        try log.tamper("DELETE FROM decision WHERE sequence = 3")
        #expect(throws: DecisionLogError(.corrupted, "")) { try log.open() }
        try log.tamper("DELETE FROM decision")
        #expect(throws: DecisionLogError(.corrupted, "")) { try log.open() }
    }

    @Test func anAnchorShowsAChainThatWasMadeAnew() async throws {
        let first = try TemporaryLog()
        let second = try TemporaryLog()
        var anchors: [ChainAnchor] = []
        for log in [first, second] {
            let store = try log.open()
            anchors.append(store.status.head)
            for index in 1...3 { try await store.append(decision(index)) }
            anchors.append(store.status.head)
            await store.close()
        }
        let reader = try DecisionReader(path: first.path)
        #expect(try reader.head() == anchors[1])
        #expect(try reader.verify(anchors: [anchors[0], anchors[1]]).isIntact)
        #expect(
            try reader.verify(anchors: [anchors[2], anchors[3]]).problems.map(\.description) == [
                "the log does not begin where the anchor says; it is another log, or was made anew",
                "row 3: it is not the row that the anchor was taken from",
            ])
        let beyond = ChainAnchor(sequence: 9, link: anchors[1].link)
        #expect(try reader.verify(anchors: [beyond]).problems.map(\.description) == ["row 9, which an anchor was taken from, is missing"])
    }

    @Test func anchorsAsText() throws {
        let anchor = ChainAnchor(sequence: 12, link: Array(0..<32))
        #expect(anchor.description == "12:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
        #expect(ChainAnchor(anchor.description) == anchor)
        for text in [
            "", "12", "12:", ":00", "-1:" + String(repeating: "0", count: 64), "1:" + String(repeating: "g", count: 64), "1:00:00",
        ] {
            #expect(ChainAnchor(text) == nil)
        }
    }

    @Test func checkingWorksWhileOthersWrite() async throws {
        let log = try TemporaryLog()
        let store = try log.open { $0.durability = .process }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<1_500 { group.addTask { try await store.append(decision(index)) } }
            group.addTask {
                let reader = try DecisionReader(path: log.path)
                for _ in 0..<5 { #expect(try reader.verify().problems == []) }
            }
            try await group.waitForAll()
        }
        await store.close()
    }
}
