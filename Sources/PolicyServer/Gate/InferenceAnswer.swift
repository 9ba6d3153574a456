import Imaging

/// What the gate answers.
struct InferenceAnswer: Sendable {
    /// Why there is no result. Open to the caller: code, message and reasons say no more than the caller may know.
    struct Refusal: Error, Sendable {
        enum Code: String, Sendable {
            case unauthenticated, denied
            case undefined = "policy_undefined"
            case policyFailed = "policy_error"
            case badRequest = "bad_request"
            case unknownModel = "unknown_model"
            case imageNotFound = "image_not_found"
            case imageUnusable = "image_unusable"
            case modelUnsuitable = "model_unsuitable"
            case logUnavailable = "log_unavailable"
            case overloaded
            case timeout
            case unavailable
            case inferenceFailed = "inference_failed"
        }

        var code: Code
        var message: String
        var reasons: [String] = []
        var authentication: AuthenticationFailure?
    }

    var decisionID: String
    var requestID: String?
    /// The outputs that the request asked for; `nil` for all.
    var wanted: [String]?
    var outcome: Result<InferenceResult, Refusal>
    /// From the request's arrival.
    var latency: Duration
}
