import HTTPTypes

/// `POST /v1/admit`: Kubernetes' validating webhook.
struct AdmissionRoute {
    let service: PolicyService

    func answer(_ request: ServerRequest) async -> ServerAnswer {
        guard let admission = service.configuration.admission else { return .notFound }
        guard request.method == .post else { return .methodNotAllowed([.post]) }
        guard isJSON(request.headers[.contentType]) else {
            return APIError(.unsupportedMediaType, code: "invalid_parameter", "expected Content-Type application/json").answer
        }
        let answer = await service.admit(request.body, admission, peer: request.peer, received: request.received)
        // The API server reads a verdict only from a 200; anything else is a failed webhook, which `failurePolicy: Fail` refuses.
        let status: HTTPResponse.Status = !answer.isReview ? .badRequest : !answer.isLogged ? .serviceUnavailable : .ok
        return ServerAnswer(status, contentType: "application/json", body: answer.body)
    }

    /// `application/json`, with or without parameters.
    private func isJSON(_ type: String?) -> Bool {
        let essence = type?.split(separator: ";", maxSplits: 1).first ?? ""
        return essence.utf8.filter { $0 != 0x20 && $0 != 0x09 }.map { $0 | 0x20 }.elementsEqual("application/json".utf8.map { $0 | 0x20 })
    }
}
