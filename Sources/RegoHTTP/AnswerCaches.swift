@_spi(Engine) internal import RegoRuntime

/// What `http.send` has answered in one evaluation: the same request has the same answer, or the same failure.
final class EvaluationAnswers {
    /// Values of the evaluation's arena.
    var answers: [RegoValue: Result<Value, HTTPFault>] = [:]
}

/// An answer that is kept between evaluations.
struct KeptAnswer: Sendable {
    var answer: HTTPAnswer
    /// When it is no longer fresh, in nanoseconds since 1970.
    var expiry: Int64

    /// Bytes, roughly, of the answer and what it is kept under.
    func size(_ key: RegoValue) -> Int { 512 + answer.body.count + answer.headers.byteCount + key.description.utf8.count }
}

extension RegoValue {
    /// Marks keys of the shared cache as `http.send`'s.
    static func httpCacheKey(_ request: RegoValue) -> RegoValue { .array(["http.send", request]) }
}
