import GRDB

/// A query's conditions as SQL. Every value is an argument; only fixed text becomes SQL.
struct QueryConditions {
    /// Longer texts are refused as conditions.
    private static let textLimit = 4_096

    private(set) var arguments: [(any DatabaseValueConvertible)?] = []
    private var clauses: [String] = []

    /// A WHERE clause with a leading space; empty without conditions.
    var sql: String { clauses.isEmpty ? "" : " WHERE " + clauses.joined(separator: " AND ") }

    init(_ query: DecisionQuery, paged: Bool) throws(DecisionLogError) {
        if let since = query.since { add("time_ns >= ?", since) }
        if let until = query.until { add("time_ns < ?", until) }
        if let prefix = query.idPrefix { try addPrefix("id", prefix.lowercased()) }
        if let prefix = query.pathPrefix { try addPrefix("path", prefix) }
        if !query.statuses.isEmpty { addChoice("status", query.statuses.map(\.rawValue)) }
        if !query.kinds.isEmpty { addChoice("kind", query.kinds.map(\.rawValue)) }
        for (column, value) in [
            ("subject", query.subject), ("role", query.role), ("address", query.address), ("revision", query.revision),
            ("model", query.model),
        ] {
            guard let value else { continue }
            add("\(column) = ?", try Self.checked(value))
        }
        if let text = query.text { try addText(text) }
        for condition in query.json { try add(condition) }
        if paged, let cursor = query.cursor {
            add(query.order == .newestFirst ? "sequence < ?" : "sequence > ?", cursor)
        }
    }

    /// SQLite reads arguments up to a NUL.
    private static func checked(_ text: String) throws(DecisionLogError) -> String {
        guard text.utf8.count <= textLimit, !text.utf8.contains(0) else {
            throw DecisionLogError(.invalid, "a condition's text is longer than \(textLimit) bytes or holds a NUL")
        }
        return text
    }

    private mutating func add(_ clause: String, _ values: (any DatabaseValueConvertible)?...) {
        clauses.append(clause)
        arguments.append(contentsOf: values)
    }

    /// A range rather than LIKE, so that the column's index serves and no character is special.
    private mutating func addPrefix(_ column: String, _ prefix: String) throws(DecisionLogError) {
        guard !prefix.isEmpty else { return }
        let prefix = try Self.checked(prefix)
        add("\(column) >= ? AND \(column) < ? || char(1114111)", prefix, prefix)
    }

    private mutating func addChoice(_ column: String, _ values: [String]) {
        let marks = Array(repeating: "?", count: values.count).joined(separator: ", ")
        clauses.append("\(column) IN (\(marks))")
        arguments.append(contentsOf: values as [(any DatabaseValueConvertible)?])
    }

    private mutating func addText(_ text: String) throws(DecisionLogError) {
        guard !text.isEmpty else { return }
        let text = try Self.checked(text)
        let columns = ["path", "query", "input", "result", "reasons", "error", "subject"]
        clauses.append("(" + columns.map { "instr(lower(ifnull(\($0), '')), lower(?)) > 0" }.joined(separator: " OR ") + ")")
        arguments.append(contentsOf: Array(repeating: text, count: columns.count) as [(any DatabaseValueConvertible)?])
    }

    private mutating func add(_ condition: DecisionQuery.JSONCondition) throws(DecisionLogError) {
        let column = condition.document.rawValue
        var alternatives: [String] = []
        for path in try Self.paths(try Self.checked(condition.pointer)) {
            let type = "json_type(\(column), ?)"
            switch condition.value {
            case .null:
                alternatives.append("\(type) = 'null'")
                arguments.append(path)
            case .boolean(let value):
                alternatives.append("\(type) = '\(value)'")
                arguments.append(path)
            case .integer(let value):
                alternatives.append("(\(type) IN ('integer', 'real') AND json_extract(\(column), ?) = ?)")
                arguments.append(contentsOf: [path, path, value] as [(any DatabaseValueConvertible)?])
            case .number(let value):
                alternatives.append("(\(type) IN ('integer', 'real') AND json_extract(\(column), ?) = ?)")
                arguments.append(contentsOf: [path, path, value] as [(any DatabaseValueConvertible)?])
            case .string(let value):
                alternatives.append("(\(type) = 'text' AND json_extract(\(column), ?) = ?)")
                arguments.append(contentsOf: [path, path, try Self.checked(value)] as [(any DatabaseValueConvertible)?])
            }
        }
        clauses.append("(" + alternatives.joined(separator: " OR ") + ")")
    }

    /// SQLite's paths (`$."user"[0]`) for a JSON pointer. A segment of digits may be an index or a member's name, which gives two paths.
    static func paths(_ pointer: String) throws(DecisionLogError) -> [String] {
        guard pointer.isEmpty || pointer.utf8.first == UInt8(ascii: "/") else {
            throw DecisionLogError(.invalid, "a JSON pointer begins with `/`")
        }
        var paths = ["$"]
        for segment in try JSONPointer.segments(pointer) {
            // SQLite compares names as they are written in the text and has no escape for a quote in a path.
            guard !segment.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") || $0 < 0x20 }) else {
                throw DecisionLogError(.invalid, "a JSON pointer with quotes, backslashes or control characters cannot be searched for")
            }
            let named = paths.map { "\($0).\"\(segment)\"" }
            let isIndex = !segment.isEmpty && segment.utf8.count <= 9 && segment.utf8.allSatisfy { (0x30...0x39).contains($0) }
            paths = isIndex ? paths.map { "\($0)[\(segment)]" } + named : named
            guard paths.count <= 16 else { throw DecisionLogError(.invalid, "a JSON pointer with too many numbers") }
        }
        return paths
    }
}
