import Gatekeeper
import HTTPTypes
import Imaging

/// The Open Inference Protocol v2: what there is, and inference through the gate.
struct ModelRoutes {
    let service: PolicyService

    /// - Parameter rest: the path's segments after `v2`.
    func answer(_ request: ServerRequest, _ rest: ArraySlice<String>) async -> ServerAnswer {
        guard let gate = service.gate else { return .notFound }
        let rest = Array(rest)
        switch (rest.first, rest.count) {
        case (nil, _):
            return get(request, .members(("name", .string("ward")), ("version", .string(service.version)), ("extensions", .array([]))))
        case ("health", 2) where rest[1] == "live": return get(request, .members(("live", .bool(true))))
        case ("health", 2) where rest[1] == "ready": return ready(request)
        case ("models", 1): return get(request, .members(("models", .strings(gate.models.names))))
        case ("models", _): return await model(request, gate, rest.dropFirst())
        default: return .notFound
        }
    }

    private func get(_ request: ServerRequest, _ body: JSON) -> ServerAnswer {
        request.method == .get ? .json(.ok, body) : .methodNotAllowed([.get])
    }

    private func ready(_ request: ServerRequest) -> ServerAnswer {
        guard request.method == .get else { return .methodNotAllowed([.get]) }
        let isReady = service.notReady == nil
        return .json(isReady ? .ok : .serviceUnavailable, .members(("ready", .bool(isReady))))
    }

    /// `{model}[/versions/{version}][/ready | /infer]`
    private func model(_ request: ServerRequest, _ gate: Gate, _ rest: ArraySlice<String>) async -> ServerAnswer {
        var rest = rest
        let name = rest.removeFirst()
        var version: String?
        if rest.first == "versions" {
            guard rest.count >= 2 else { return .notFound }
            version = rest.dropFirst().first
            rest = rest.dropFirst(2)
        }
        if rest.count == 1, rest.first == "infer" { return await infer(request, gate, name, version) }
        guard let model = gate.models[name], version.map({ $0 == model.version }) ?? true else {
            return .json(.notFound, .members(("error", .string("unknown model"))))
        }
        switch (rest.first, rest.count) {
        case (nil, _): return get(request, metadata(model))
        case ("ready", 1): return get(request, .members(("name", .string(model.name)), ("ready", .bool(true))))
        default: return .notFound
        }
    }

    private func metadata(_ model: Model) -> JSON {
        // Ward takes a reference to the image, not the network's tensor.
        let input = JSON.members(("name", .string("image")), ("datatype", .string("BYTES")), ("shape", .array([.integer(1)])))
        return .members(
            ("name", .string(model.name)), ("versions", .strings([model.version])), ("platform", .string(model.engine)),
            ("inputs", .array([input])),
            (
                "outputs",
                .array(
                    model.manifest.outputs.map { output in
                        .members(
                            ("name", .string(output.name)), ("datatype", .string(output.datatype)), ("shape", shape(output.shape)))
                    })
            ),
            (
                "parameters",
                .members(
                    ("sha256", .string(model.digest)), ("title", .string(model.manifest.title)), ("notice", .string(model.manifest.notice)),
                    ("modalities", .string(model.manifest.modalityNames.joined(separator: ","))))
            ))
    }

    private func shape(_ dimensions: [Int]) -> JSON { .array(dimensions.map { .integer(Int64($0)) }) }

    // MARK: Inference

    private func infer(_ request: ServerRequest, _ gate: Gate, _ name: String, _ version: String?) async -> ServerAnswer {
        guard request.method == .post else { return .methodNotAllowed([.post]) }
        let question = Gate.Question(
            model: name, version: version, authorization: request.headers[values: .authorization], body: request.body, peer: request.peer,
            received: request.received)
        let answer = await gate.infer(
            question, snapshot: service.snapshots.current, decisions: service.decisions, limits: service.limits)
        switch answer.outcome {
        case .success(let result): return .json(.ok, body(result, answer))
        case .failure(let refusal): return self.refusal(refusal, answer)
        }
    }

    private func body(_ result: InferenceResult, _ answer: InferenceAnswer) -> JSON {
        let outputs: [JSON] = result.outputs.filter { output in answer.wanted?.contains(output.name) ?? true }.map { output in
            let peak = result.peaks.first { $0.output == output.name }
            return .members(
                ("name", .string(output.name)), ("datatype", .string(output.datatype)), ("shape", shape(output.shape)),
                (
                    "parameters",
                    peak.map { peak in
                        .members(
                            ("peak_row", .integer(Int64(peak.row))), ("peak_column", .integer(Int64(peak.column))),
                            ("peak_value", .literal("\(peak.value)")))
                    }
                ),
                ("data", .floats(output.values)))
        }
        let timings = result.timings
        let parameters = JSON.members(
            ("decision_id", .string(answer.decisionID)), ("model_sha256", .string(result.digest)), ("engine", .string(result.engine)),
            ("notice", .string(result.notice)), ("latency_ms", milliseconds(answer.latency)), ("queue_ms", milliseconds(timings.queued)),
            ("decode_ms", milliseconds(timings.decode)), ("inference_ms", milliseconds(timings.inference)))
        return .members(
            ("model_name", .string(result.model)), ("model_version", .string(result.version)),
            ("id", answer.requestID.map { .string($0) }), ("parameters", parameters), ("outputs", .array(outputs)))
    }

    /// Milliseconds with microseconds as decimals.
    private func milliseconds(_ duration: Duration) -> JSON { .number(Double(duration.nanoseconds / 1000) / 1000) }

    private func refusal(_ refusal: InferenceAnswer.Refusal, _ answer: InferenceAnswer) -> ServerAnswer {
        var headers: HTTPFields = [:]
        if let failure = refusal.authentication { headers[.wwwAuthenticate] = failure.challenge }
        if refusal.code == .overloaded { headers[.retryAfter] = "1" }
        let body = JSON.members(
            ("error", .string(refusal.message)), ("code", .string(refusal.code.rawValue)), ("decision_id", .string(answer.decisionID)),
            ("reasons", refusal.code == .denied || refusal.code == .undefined ? .strings(refusal.reasons) : nil))
        return .json(refusal.code.status, body, headers: headers)
    }
}

extension InferenceAnswer.Refusal.Code {
    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .unauthenticated: .unauthorized
        case .denied, .undefined: .forbidden
        case .badRequest: .badRequest
        case .unknownModel, .imageNotFound: .notFound
        case .imageUnusable, .modelUnsuitable: .unprocessableContent
        case .policyFailed, .logUnavailable, .overloaded, .unavailable: .serviceUnavailable
        case .timeout: .gatewayTimeout
        case .inferenceFailed: .internalServerError
        }
    }
}
