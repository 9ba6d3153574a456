import Rego
@_spi(Engine) import RegoRuntime

/// What an evaluation came to, and what was seen of it.
struct EvalReport {
    /// `nil` if the evaluation ended with errors.
    var answer: Answer?
    /// What partial evaluation has left of the query.
    var partial: PartialAnswer?
    /// What kept the evaluation from an answer.
    var errors: [AuthorError.Item] = []
    /// Errors of builtins, which did not.
    var builtinErrors: [AuthorError.Item] = []
    var explanation: Explanation?
    var metrics: [(name: String, nanoseconds: UInt64)]?
    var profile: [Profile.Row]?
    /// Metrics and profiles of more than one evaluation.
    var samples: EvalSamples?
    var coverage: Coverage.Report?

    var hasFailed: Bool { !errors.isEmpty }

    mutating func fail(_ error: any Error) { errors += AuthorError(error).items }
}
