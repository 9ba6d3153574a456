import DecisionLog
import FoundationEssentials
import GRDB
import Testing

@Suite struct QueryTests {
    /// A log of 40 decisions: every fourth denied, every tenth an admission, two subjects.
    private func filled() async throws -> (TemporaryLog, DecisionReader) {
        let log = try TemporaryLog()
        let store = try log.open { $0.durability = .process }
        for index in 1...40 {
            var record = decision(
                index, path: index % 10 == 0 ? "kubernetes/admission/deny" : "medical/allow", status: index % 4 == 0 ? .denied : .allowed,
                kind: index % 10 == 0 ? .admission : .infer, subject: index % 2 == 0 ? "dr-even" : "dr-odd")
            if index == 7 { record.error = "Something 100% Odd_ happened" }
            if index % 10 == 0 { record.model = nil }
            try await store.append(record)
        }
        await store.close()
        return (log, try DecisionReader(path: log.path))
    }

    private func sequences(_ reader: DecisionReader, _ change: (inout DecisionQuery) -> Void) throws -> [Int64] {
        var query = DecisionQuery()
        change(&query)
        return try reader.list(query).decisions.map(\.sequence)
    }

    @Test func orderLimitAndOffset() async throws {
        let (log, reader) = try await filled()
        #expect(try sequences(reader) { $0.limit = 3 } == [40, 39, 38])
        #expect(
            try sequences(reader) {
                $0.limit = 3; $0.order = .oldestFirst
            } == [1, 2, 3])
        #expect(
            try sequences(reader) {
                $0.limit = 2; $0.offset = 5
            } == [35, 34])
        #expect(try sequences(reader) { $0.limit = 0 } == [])
        #expect(
            try sequences(reader) {
                $0.limit = -1; $0.offset = -1
            } == [])
        #expect(try sequences(reader) { $0.limit = .max }.count == 40)
        #expect(try sequences(reader) { $0.offset = 1_000 } == [])
        _ = log
    }

    @Test(arguments: DecisionQuery.Order.allCases, [1, 7, 39, 40, 41])
    func cursorsVisitEachRowOnce(order: DecisionQuery.Order, limit: Int) async throws {
        let (log, reader) = try await filled()
        var query = DecisionQuery()
        query.order = order
        query.limit = limit
        var seen: [Int64] = []
        repeat {
            let page = try reader.list(query)
            seen += page.decisions.map(\.sequence)
            query.cursor = page.next
        } while query.cursor != nil
        #expect(seen == (order == .oldestFirst ? Array(1...40) : Array((1...40).reversed())))
        _ = log
    }

    @Test func filters() async throws {
        let (log, reader) = try await filled()
        let start: Int64 = 1_795_000_000_000_000_000
        #expect(try sequences(reader) { $0.since = start + 39_000_000 } == [40, 39])
        #expect(try sequences(reader) { $0.until = start + 3_000_000 } == [2, 1])
        #expect(try sequences(reader) { $0.pathPrefix = "kubernetes/" } == [40, 30, 20, 10])
        #expect(try sequences(reader) { $0.statuses = [.denied] }.count == 10)
        #expect(try sequences(reader) { $0.statuses = [.denied, .allowed] }.count == 40)
        #expect(try sequences(reader) { $0.statuses = [.error, .undefined] } == [])
        #expect(try sequences(reader) { $0.kinds = [.admission] } == [40, 30, 20, 10])
        #expect(try sequences(reader) { $0.subject = "dr-odd" }.count == 20)
        #expect(
            try sequences(reader) {
                $0.subject = "dr-odd"; $0.statuses = [.denied]
            } == [])
        #expect(try sequences(reader) { $0.role = "nurse" } == [])
        #expect(
            try sequences(reader) {
                $0.address = "127.0.0.1:5000"; $0.revision = "r1"; $0.model = "phantom"
            }.count == 36)
        #expect(try sequences(reader) { $0.text = "100% odd_" } == [7])
        #expect(try sequences(reader) { $0.text = "ROLE IS NOT" }.count == 10)
        #expect(try sequences(reader) { $0.text = "' OR 1=1 --" } == [])
        #expect(try sequences(reader) { $0.pathPrefix = "%" } == [])
        let last = try #require(try reader.list(DecisionQuery()).decisions.first)
        #expect(try sequences(reader) { $0.idPrefix = String(last.id.prefix(9)).uppercased() } == [40])
        _ = log
    }

    @Test func conditionsOnDocuments() async throws {
        let (log, reader) = try await filled()
        func find(_ pointer: String, _ value: DecisionQuery.JSONCondition.Scalar, in root: MaskRoot = .input) throws -> Int {
            try sequences(reader) { $0.json = [DecisionQuery.JSONCondition(document: root, pointer: pointer, value: value)] }.count
        }
        #expect(try find("/user/role", .string("doctor")) == 40)
        #expect(try find("/user/role", .string("nurse")) == 0)
        #expect(try find("/data/index", .integer(7)) == 1)
        #expect(try find("/data/index", .number(7)) == 1)
        #expect(try find("/data/index", .string("7")) == 0)
        #expect(try find("/data/index", .null) == 0)
        #expect(try find("", .boolean(true), in: .result) == 30)
        #expect(try find("", .boolean(false), in: .result) == 10)
        #expect(try find("", .integer(1), in: .result) == 0)
        #expect(try find("/no/such", .string("x")) == 0)
        for pointer in ["no-slash", "/a\"b", "/a\\b", "/~", "/1/2/3/4/5", "/\u{0}"] {
            #expect(throws: DecisionLogError(.invalid, "")) { try find(pointer, .null) }
        }
        _ = log
    }

    @Test func digitsAreIndicesAndNames() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        for json in [#"{"a":["x","y"]}"#, #"{"a":{"1":"y"}}"#, #"{"a":{"1":"z"}}"#, #"{"ü":{"sp ace":1.5}}"#] {
            var record = decision()
            record.input = Array(json.utf8)
            try await store.append(record)
        }
        await store.close()
        let reader = try DecisionReader(path: log.path)
        #expect(try sequences(reader) { $0.json = [.init(document: .input, pointer: "/a/1", value: .string("y"))] } == [2, 1])
        #expect(try sequences(reader) { $0.json = [.init(document: .input, pointer: "/ü/sp ace", value: .number(1.5))] } == [4])
    }

    @Test func countsByColumn() async throws {
        let (log, reader) = try await filled()
        #expect(try reader.count() == 40)
        var denied = DecisionQuery()
        denied.statuses = [.denied]
        denied.limit = 1
        #expect(try reader.count(denied) == 10)
        #expect(try reader.counts(by: .status) == [DecisionCount(value: "allowed", count: 30), DecisionCount(value: "denied", count: 10)])
        #expect(try reader.counts(by: .model) == [DecisionCount(value: "phantom", count: 36), DecisionCount(value: nil, count: 4)])
        #expect(try reader.counts(denied, by: .kind).map(\.count) == [8, 2])
        for column in DecisionColumn.allCases { #expect(try reader.counts(by: column).reduce(0) { $0 + $1.count } == 40) }
        #expect(try reader.counts(by: .status, limit: 1).count == 1)
        _ = log
    }

    @Test func decisionsById() async throws {
        let (log, reader) = try await filled()
        #expect(try reader.decision(id: "no such") == nil)
        #expect(try reader.decision(id: "' OR ''='") == nil)
        let first = try #require(try reader.list(DecisionQuery()).decisions.last)
        #expect(try reader.decision(id: first.id) == first)
        _ = log
    }

    @Test func readersSeeWhatIsCommittedWhileTheWriterRuns() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        let reader = try DecisionReader(path: log.path)
        for index in 1...20 {
            try await store.append(decision(index))
            #expect(try reader.count() == index)
        }
        await store.close()
        #expect(try reader.count() == 20)
        reader.close()
        #expect(throws: DecisionLogError(.closed, "")) { try reader.count() }
    }

    @Test func readersCannotWrite() async throws {
        let (log, reader) = try await filled()
        let before = try Data(contentsOf: URL(filePath: log.path))
        _ = try reader.verify()
        #expect(try Data(contentsOf: URL(filePath: log.path)) == before)
    }

    @Test func eventsAreOPAs() async throws {
        let log = try TemporaryLog()
        let store = try log.open()
        var record = decision(status: .denied)
        record.id = "4ca636c1-55e4-417a-b1d8-4aceb67960d1"
        record.timestamp = 1_795_346_752_169_300_015
        record.input = Array(#"{"user":{"password":"hunter2"}}"#.utf8)
        record.error = "line\n\"quoted\""
        record.query = "data.x"
        record.model = nil
        try await store.append(record)
        let link = store.status.head.link.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        await store.close()
        var lines: [String] = []
        #expect(try DecisionReader(path: log.path).exportEvents(DecisionQuery()) { lines.append(String(decoding: $0, as: UTF8.self)) } == 1)
        let event =
            #"{"labels":{"app":"ward"},"decision_id":"4ca636c1-55e4-417a-b1d8-4aceb67960d1","revision":"r1","path":"medical/allow","#
            + #""query":"data.x","input":{"user":{"password":"**"}},"result":false,"masked":["/input/user/password"],"#
            + #""error":{"message":"line \"quoted\""},"requested_by":"127.0.0.1:5000","timestamp":"2026-11-22T11:25:52.169300015Z","#
            + #""metrics":{"timer_server_handler_ns":1500000},"custom":{"ward":{"kind":"infer","status":"denied","#
            + #""reasons":["role is not doctor"],"subject":"dr-a","role":"doctor","sequence":1,"link":"\#(link)"}}}"#
        #expect(lines == [event + "\n"])
    }

    @Test func exportsGoOnPastAPage() async throws {
        let log = try TemporaryLog()
        let store = try log.open { $0.durability = .process }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<2_345 { group.addTask { try await store.append(decision(index)) } }
            try await group.waitForAll()
        }
        await store.close()
        let reader = try DecisionReader(path: log.path)
        var query = DecisionQuery()
        query.order = .oldestFirst
        var lines = 0
        #expect(try reader.exportEvents(query) { _ in lines += 1 } == 2_345)
        #expect(lines == 2_345)
        query.limit = 10
        #expect(try reader.exportEvents(query, all: false) { _ in } == 10)
        struct Stop: Error {}
        #expect(throws: Stop.self) { try reader.exportEvents(query) { _ in throw Stop() } }
    }
}
