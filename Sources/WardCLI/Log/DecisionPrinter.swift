import AuthoringCLI
import DecisionLog
import RegoRuntime

/// Decisions as people and programs read them.
enum DecisionPrinter {
    /// A row of the listing.
    static func row(_ decision: StoredDecision) -> [String] {
        let who = [decision.caller.subject, decision.caller.role.map { "(\($0))" }].compactMap { $0 }.joined(separator: " ")
        return [
            DecisionTime.text(decision.timestamp), String(decision.id.prefix(8)), decision.kind.rawValue, decision.path,
            decision.status.rawValue,
            who.isEmpty ? "-" : who, decision.latency.map(milliseconds) ?? "-", firstReason(decision),
        ].map(printable)
    }

    private static func firstReason(_ decision: StoredDecision) -> String {
        let reason = decision.reasons.first ?? decision.error ?? ""
        let text = decision.reasons.count > 1 ? "\(reason) (+\(decision.reasons.count - 1))" : reason
        return text.count <= 60 ? text : String(text.prefix(59)) + "…"
    }

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        let hundredths = (nanoseconds + 5_000) / 10_000
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    /// Text without control characters: what callers sent must not drive the reader's terminal.
    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }

    /// The whole decision, its members in the order in which one asks for them.
    static func document(_ decision: StoredDecision) -> OrderedJSON {
        var members: [(String, OrderedJSON)] = [
            ("sequence", .integer(Int(decision.sequence))),
            ("decision_id", text(decision.id)),
            ("timestamp", text(DecisionTime.text(decision.timestamp))),
            ("kind", text(decision.kind.rawValue)),
            ("path", text(decision.path)),
            ("status", text(decision.status.rawValue)),
        ]
        if !decision.reasons.isEmpty { members.append(("reasons", .array(decision.reasons.map(text)))) }
        add("error", decision.error, to: &members)
        add("query", decision.query, to: &members)
        add("input", json: decision.input, to: &members)
        add("result", json: decision.result, to: &members)
        add("revision", decision.revision, to: &members)
        add("subject", decision.caller.subject, to: &members)
        add("role", decision.caller.role, to: &members)
        add("requested_by", decision.caller.address, to: &members)
        add("model", decision.model?.name, to: &members)
        add("model_sha256", decision.model?.sha256, to: &members)
        if let latency = decision.latency { members.append(("latency_ns", .integer(Int(latency)))) }
        if !decision.labels.isEmpty {
            members.append(("labels", .object(decision.labels.sorted { $0.key < $1.key }.map { ($0.key, text($0.value)) })))
        }
        if !decision.erased.isEmpty { members.append(("erased", .array(decision.erased.map(text)))) }
        if !decision.masked.isEmpty { members.append(("masked", .array(decision.masked.map(text)))) }
        return .object(members)
    }

    private static func text(_ value: String) -> OrderedJSON { .value(.string(value)) }

    private static func add(_ name: String, _ value: String?, to members: inout [(String, OrderedJSON)]) {
        if let value { members.append((name, text(value))) }
    }

    private static func add(_ name: String, json: String?, to members: inout [(String, OrderedJSON)]) {
        guard let json else { return }
        // What the log holds is JSON that it wrote itself; should it be damaged, it is shown as the text that it is.
        if let value = try? RegoValue(json: Array(json.utf8)) {
            members.append((name, .value(value)))
        } else {
            members.append((name, text(json)))
        }
    }
}
