import Gatekeeper
import HTTPTypes

/// An answer, complete.
struct ServerAnswer: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: [UInt8]

    init(_ status: HTTPResponse.Status, contentType: String? = nil, body: [UInt8] = [], headers: HTTPFields = [:]) {
        self.status = status
        self.headers = headers
        self.body = body
        if let contentType { self.headers[.contentType] = contentType }
        // Decisions are about one moment and one caller.
        self.headers[.cacheControl] = "no-store"
        self.headers[.xContentTypeOptions] = "nosniff"
    }

    static func json(_ status: HTTPResponse.Status = .ok, _ json: JSON, pretty: Bool = false, headers: HTTPFields = [:]) -> ServerAnswer {
        ServerAnswer(
            status, contentType: "application/json", body: (pretty ? json.indented : json.compact) + [UInt8(ascii: "\n")], headers: headers)
    }

    static func text(_ status: HTTPResponse.Status, _ text: String) -> ServerAnswer {
        ServerAnswer(status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// OPA's answer to a path that it does not have.
    static var notFound: ServerAnswer { text(.notFound, "404 page not found\n") }

    /// OPA's answer to a method that a path does not have.
    static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> ServerAnswer {
        ServerAnswer(.methodNotAllowed, headers: [.allow: allowed.map(\.rawValue).joined(separator: ", ")])
    }
}

/// OPA's error bodies (`code`, `message`, `errors`), always indented.
struct APIError: Error, Sendable {
    struct Detail: Sendable {
        var code: String
        var message: String
        var location: (file: String, row: Int, column: Int)?
    }

    var status: HTTPResponse.Status
    var code: String
    var message: String
    var details: [Detail]

    init(_ status: HTTPResponse.Status, code: String, _ message: String, details: [Detail] = []) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
    }

    static func invalidParameter(_ message: String, details: [Detail] = []) -> APIError {
        APIError(.badRequest, code: "invalid_parameter", message, details: details)
    }

    static func internalError(_ message: String, details: [Detail] = []) -> APIError {
        APIError(.internalServerError, code: "internal_error", message, details: details)
    }

    /// Ward answers nothing that it could not log.
    static var logUnavailable: APIError {
        APIError(.serviceUnavailable, code: "log_unavailable", "the decision could not be logged")
    }

    var answer: ServerAnswer {
        let errors: [JSON] = details.map { detail in
            .members(
                ("code", .string(detail.code)), ("message", .string(detail.message)),
                (
                    "location",
                    detail.location.map { location in
                        .members(
                            ("file", .string(location.file)), ("row", .integer(Int64(location.row))),
                            ("col", .integer(Int64(location.column))))
                    }
                ))
        }
        let body = JSON.members(
            ("code", .string(code)), ("message", .string(message)), ("errors", errors.isEmpty ? nil : .array(errors)))
        return .json(status, body, pretty: true)
    }
}
