import GRDB

/// How a decision lies in its row.
enum RowCoding {
    /// The columns that the chain covers, in its order. New columns go to the end, with a new version of the digest.
    static let contentNames = [
        "id", "time_ns", "kind", "path", "query", "status", "input", "result", "reasons", "revision", "subject", "role", "address",
        "latency_ns", "error", "labels", "model", "model_sha256", "erased", "masked",
    ]

    /// All columns, for a SELECT.
    static let columns = (["sequence"] + contentNames + ["link"]).joined(separator: ", ")

    /// The INSERT of one row, its arguments in the order of `columns`.
    static let insertion: String = {
        let marks = Array(repeating: "?", count: contentNames.count + 2).joined(separator: ", ")
        return "INSERT INTO decision (\(columns)) VALUES (\(marks))"
    }()

    /// Reads a row.
    static func decode(_ row: Row) throws -> StoredDecision {
        let sequence: Int64 = row["sequence"]
        guard let kind = DecisionKind(rawValue: row["kind"]), let status = DecisionStatus(rawValue: row["status"]) else {
            throw DecisionLogError(.corrupted, "row \(sequence) cannot be read; check the log's chain")
        }
        let model: String? = row["model"]
        return StoredDecision(
            sequence: sequence, id: row["id"], timestamp: row["time_ns"], kind: kind, path: row["path"], query: row["query"],
            input: row["input"], result: row["result"], status: status, reasons: strings(row["reasons"]), revision: row["revision"],
            caller: DecisionCaller(subject: row["subject"], role: row["role"], address: row["address"]), latency: row["latency_ns"],
            error: row["error"], labels: members(row["labels"]), model: model.map { DecisionModel(name: $0, sha256: row["model_sha256"]) },
            erased: strings(row["erased"]), masked: strings(row["masked"]), link: (row["link"] as DatabaseValue).storage.bytes ?? [])
    }

    /// The elements of a JSON array of strings; none for a column that is NULL or not one.
    private static func strings(_ text: String?) -> [String] {
        guard let text, let tape = JSONTape(Array(text.utf8)) else { return [] }
        return tape.elements(of: 0).map { tape.string($0) }
    }

    private static func members(_ text: String?) -> [String: String] {
        guard let text, let tape = JSONTape(Array(text.utf8)) else { return [:] }
        return Dictionary(tape.members(of: 0).map { (tape.string($0.name), tape.string($0.value)) }) { _, last in last }
    }
}
