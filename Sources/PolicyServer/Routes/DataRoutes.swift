import Gatekeeper
import HTTPTypes
import Rego
import RegoRuntime

/// OPA's data API: `/v1/data`, `/v0/data` and the default decision.
struct DataRoutes {
    let service: PolicyService

    func v1(_ request: ServerRequest, _ segments: ArraySlice<String>) async -> ServerAnswer {
        guard request.method == .get || request.method == .post else { return .methodNotAllowed([.get, .post]) }
        do {
            let path = try documentPath(segments)
            let input = try request.method == .get ? queryInput(request) : bodyInput(request)
            var question = DataQuestion(path: path, input: input, peer: request.peer, received: request.received)
            question.isStrict = request.target.flag("strict-builtin-errors")
            let reply = try await service.decide(question)
            let pretty = request.target.flag("pretty")
            return .json(.ok, try body(reply, request, warns: request.method == .post && input == nil), pretty: pretty)
        } catch {
            return (error as? APIError ?? .internalError("unexpected error")).answer
        }
    }

    /// The body is the input, the answer the bare value.
    func v0(_ request: ServerRequest, _ segments: ArraySlice<String>) async -> ServerAnswer {
        guard request.method == .post else { return .methodNotAllowed([.post]) }
        do {
            return try await bare(request, documentPath(segments))
        } catch {
            return (error as? APIError ?? .internalError("unexpected error")).answer
        }
    }

    func defaultDecision(_ request: ServerRequest) async -> ServerAnswer {
        do {
            return try await bare(request, DocumentPath(service.configuration.defaultDecision))
        } catch {
            return (error as? APIError ?? .internalError("unexpected error")).answer
        }
    }

    private func bare(_ request: ServerRequest, _ path: DocumentPath) async throws -> ServerAnswer {
        let input = try document(request).map { $0.raw }
        let reply = try await service.decide(DataQuestion(path: path, input: input, peer: request.peer, received: request.received))
        guard let result = reply.result else {
            return APIError(.notFound, code: "undefined_document", "document undefined: \(path.dotted)").answer
        }
        return .json(.ok, try JSON(checked: result), pretty: request.target.flag("pretty"))
    }

    private func documentPath(_ segments: ArraySlice<String>) throws -> DocumentPath {
        for segment in segments where segment.contains("\"") {
            throw APIError.invalidParameter("invalid ref term '\(segment)'")
        }
        return DocumentPath(segments)
    }

    /// The `input` parameter of a GET request.
    private func queryInput(_ request: ServerRequest) throws -> [UInt8]? {
        guard let text = request.target.value("input"), !text.isEmpty else { return nil }
        do {
            return try JSONSlice(text: Array(text.utf8)).raw
        } catch {
            throw APIError.invalidParameter("parameter contains malformed input document: \(error.message)")
        }
    }

    /// The `input` member of a POST request's body.
    private func bodyInput(_ request: ServerRequest) throws -> [UInt8]? {
        guard let document = try document(request) else { return nil }
        if document.kind == .null { return nil }
        do {
            return try document.object("the body")["input"]?.raw
        } catch {
            throw APIError.invalidParameter("body contains malformed input document: \(error.message)")
        }
    }

    /// The body as one JSON document; `nil` when it is empty.
    private func document(_ request: ServerRequest) throws -> JSONSlice? {
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw APIError(.unsupportedMediaType, code: "invalid_parameter", "content encoding not supported")
        }
        guard request.body.contains(where: { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }) else { return nil }
        let isYAML = request.headers[.contentType]?.lowercased().contains("yaml") ?? false
        let text: [UInt8]
        do {
            text = isYAML ? Array(try Loader.parseYAML(request.body, path: "body").json().utf8) : request.body
        } catch {
            throw APIError.invalidParameter("body contains malformed input document: \(error)")
        }
        do {
            return try JSONSlice(text: text)
        } catch {
            throw APIError.invalidParameter("body contains malformed input document: \(error.message)")
        }
    }

    private func body(_ reply: DataReply, _ request: ServerRequest, warns: Bool) throws -> JSON {
        let provenance = JSON.members(
            ("version", .string(service.version)), ("build_commit", .string("")), ("build_timestamp", .string("")),
            ("build_hostname", .string("")), ("revision", .string(reply.revision)))
        let metrics = JSON.members(
            ("counter_server_query_cache_hit", .integer(reply.wasPrepared ? 1 : 0)),
            ("timer_rego_query_compile_ns", .integer(reply.preparation.nanoseconds)),
            ("timer_rego_query_eval_ns", .integer(reply.evaluation.nanoseconds)),
            ("timer_server_handler_ns", .integer((ContinuousClock.now - request.received).nanoseconds)))
        let warning = JSON.members(
            ("code", .string("api_usage_warning")), ("message", .string("'input' key missing from the request")))
        return .members(
            ("decision_id", .string(reply.id)), ("provenance", request.target.flag("provenance") ? provenance : nil),
            ("metrics", request.target.flag("metrics") || request.target.flag("instrument") ? metrics : nil),
            ("result", try reply.result.map { try JSON(checked: $0) }), ("warning", warns ? warning : nil))
    }
}
