import DecisionLog
import FoundationEssentials
import GRDB
import Glibc

/// A folder of its own for one test, removed with the value.
final class TemporaryLog: Sendable {
    let folder: String
    var path: String { folder + "/decisions.sqlite" }

    init() throws {
        var template = Array("/tmp/ward-log-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw DecisionLogError(.unwritable, "mkdtemp") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func open(_ change: (inout DecisionStore.Options) -> Void = { _ in }) throws -> DecisionStore {
        var options = DecisionStore.Options()
        change(&options)
        return try DecisionStore(path: path, options: options)
    }

    /// Runs SQL on the file behind the store's back.
    func tamper(_ sql: String) throws {
        let database = try DatabaseQueue(path: path)
        try database.writeWithoutTransaction { try $0.execute(sql: sql) }
        try database.close()
    }

    func number(_ sql: String) throws -> Int {
        let database = try DatabaseQueue(path: path)
        defer { try? database.close() }
        return try database.read { try Int.fetchOne($0, sql: sql) } ?? -1
    }
}

/// A plausible decision.
func decision(
    _ index: Int = 0, path: String = "medical/allow", status: DecisionStatus = .allowed, kind: DecisionKind = .infer,
    subject: String = "dr-a"
) -> DecisionRecord {
    DecisionRecord(
        timestamp: 1_795_000_000_000_000_000 + Int64(index) * 1_000_000, kind: kind, path: path,
        input: Array(#"{"user":{"role":"doctor","id":"\#(subject)"},"data":{"modality":"CT","index":\#(index)},"action":"infer"}"#.utf8),
        result: Array((status == .allowed ? "true" : "false").utf8), status: status,
        reasons: status == .denied ? ["role is not doctor"] : [],
        revision: "r1", caller: DecisionCaller(subject: subject, role: "doctor", address: "127.0.0.1:5000"), latency: 1_500_000,
        labels: ["app": "ward"], model: DecisionModel(name: "phantom", sha256: String(repeating: "ab", count: 32)))
}
