/// OPA's decision log event (openpolicyagent.org, "Decision Logs"), for collectors that know it.
enum OPAEvent {
    /// The event as one line of JSON with a line feed. The stored documents are JSON of ours already and go in as they are.
    static func line(_ decision: StoredDecision) -> [UInt8] {
        var json = JSONText(capacity: 512 + (decision.input?.utf8.count ?? 0) + (decision.result?.utf8.count ?? 0))
        json.raw("{\"labels\":")
        json.object(decision.labels)
        json.raw(",\"decision_id\":")
        json.string(decision.id)
        if let revision = decision.revision { member("revision", revision, &json) }
        if !decision.path.isEmpty { member("path", decision.path, &json) }
        if let query = decision.query { member("query", query, &json) }
        if let input = decision.input {
            json.raw(",\"input\":")
            json.raw(input)
        }
        if let result = decision.result {
            json.raw(",\"result\":")
            json.raw(result)
        }
        if !decision.erased.isEmpty {
            json.raw(",\"erased\":")
            json.strings(decision.erased)
        }
        if !decision.masked.isEmpty {
            json.raw(",\"masked\":")
            json.strings(decision.masked)
        }
        if let error = decision.error {
            json.raw(",\"error\":{\"message\":")
            json.string(error)
            json.raw("}")
        }
        if let address = decision.caller.address { member("requested_by", address, &json) }
        member("timestamp", DecisionTime.text(decision.timestamp), &json)
        if let latency = decision.latency {
            json.raw(",\"metrics\":{\"timer_server_handler_ns\":\(latency)}")
        }
        custom(decision, &json)
        json.raw("}\n")
        return json.bytes
    }

    private static func custom(_ decision: StoredDecision, _ json: inout JSONText) {
        json.raw(",\"custom\":{\"ward\":{\"kind\":\"\(decision.kind.rawValue)\",\"status\":\"\(decision.status.rawValue)\"")
        if !decision.reasons.isEmpty {
            json.raw(",\"reasons\":")
            json.strings(decision.reasons)
        }
        if let subject = decision.caller.subject { member("subject", subject, &json) }
        if let role = decision.caller.role { member("role", role, &json) }
        if let model = decision.model {
            member("model", model.name, &json)
            if let sha256 = model.sha256 { member("model_sha256", sha256, &json) }
        }
        json.raw(",\"sequence\":\(decision.sequence)")
        member("link", Hexadecimal.encode(decision.link), &json)
        json.raw("}}")
    }

    private static func member(_ name: StaticString, _ value: String, _ json: inout JSONText) {
        json.raw(",\"")
        json.raw(name)
        json.raw("\":")
        json.string(value)
    }
}
