import Rego
import RegoRuntime
import RegoSyntax

/// What an evaluation came to, and what was seen of it.
struct EvalReport {
    /// `nil` if the evaluation ended with errors.
    var answer: Answer?
    /// What kept the evaluation from an answer.
    var errors: [EvalError] = []
    /// Errors of builtins, which did not.
    var builtinErrors: [EvalError] = []
    var explanation: Explanation?
    var metrics: [(name: String, nanoseconds: UInt64)]?
    var profile: [Profile.Row]?
    /// Metrics and profiles of more than one evaluation.
    var samples: EvalSamples?
    var coverage: Coverage.Report?

    var hasFailed: Bool { !errors.isEmpty }

    mutating func fail(_ error: any Error) {
        switch error {
        case let failure as CompilationFailure: errors += EvalError.list(failure)
        case let error as EvaluationError: errors.append(EvalError(error))
        default: errors.append(EvalError(message: "\(error)"))
        }
    }
}

/// An error as `ward eval` prints it.
struct EvalError {
    var message: String
    var code: String?
    var file = ""
    var row = 0
    var column = 0
    var details: [String] = []
    /// The error with its place, the source line and a caret, where there is one.
    var rendered: String

    init(message: String) {
        self.message = message
        rendered = message
    }

    init(_ error: EvaluationError) {
        message = error.message
        code = error.code.description
        rendered = error.description
        if let span = error.span {
            file = error.file ?? ""
            row = Int(span.row)
            column = Int(span.column)
        }
    }

    static func list(_ failure: CompilationFailure) -> [EvalError] {
        failure.diagnostics.map { diagnostic in
            var error = EvalError(message: diagnostic.message)
            error.code = diagnostic.code.description
            error.rendered = diagnostic.rendered(in: failure.sources)
            if let source = failure.sources.file(of: diagnostic.span) {
                error.file = source.name
                error.row = Int(diagnostic.span.row)
                error.column = Int(diagnostic.span.column)
            }
            return error
        }
    }
}
