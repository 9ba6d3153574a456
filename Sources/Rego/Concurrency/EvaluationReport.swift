import RegoCompiler
@_spi(Engine) import RegoRuntime

/// What one evaluation took and came to, for metrics.
public struct EvaluationReport: Sendable {
    /// The query: `data.medical.allow`, or the expressions as written, separated by `; `.
    public let query: String
    /// Wall-clock time, from the reading of the input to the answer's value.
    public let duration: Duration
    /// Whether the query was defined.
    public let isDefined: Bool
    /// The code of the error that ended the evaluation; `nil` if it came to an answer.
    public let error: EvaluationError.Code?
}

extension PreparedQuery {
    /// The query as reports name it.
    private var text: String {
        switch shape {
        case .document(let path): (["data"] + path).joined(separator: ".")
        case .query(let query): query.expressions.map(\.text).joined(separator: "; ")
        }
    }

    /// Runs the query and reports it to whom the policy's options name.
    func observed(
        _ machine: Machine, input: Input, limits: EvaluationLimits, print: ((String) -> Void)? = nil, instruments: Instruments? = nil
    ) throws(EvaluationError) -> Value {
        guard let observe = policy.options.onEvaluation else {
            return try run(machine, input: input, limits: limits, print: print, instruments: instruments)
        }
        let start = ContinuousClock.now
        do throws(EvaluationError) {
            let value = try run(machine, input: input, limits: limits, print: print, instruments: instruments)
            observe(EvaluationReport(query: text, duration: start.duration(to: .now), isDefined: value.isDefined, error: nil))
            return value
        } catch {
            observe(EvaluationReport(query: text, duration: start.duration(to: .now), isDefined: false, error: error.code))
            throw error
        }
    }
}
