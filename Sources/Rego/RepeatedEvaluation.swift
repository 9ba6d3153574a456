@_spi(Engine) import RegoRuntime

/// One query evaluated again and again on one input: what a benchmark times, without copies of answers. Each evaluation works out anew what
/// needs no input.
package final class RepeatedEvaluation {
    private let query: PreparedQuery
    private let machine: Machine
    private let input: Value
    private let text: [UInt8]?
    private var written = OutputBuffer()

    /// Reads the input.
    package init(of query: PreparedQuery, _ input: Input) throws(EvaluationError) {
        self.query = query
        machine = query.machines.take()
        machine.keepsDocuments = false
        self.input = try query.read(input, into: machine, limits: Self.limits)
        text = if case .json(let bytes) = input { bytes } else { nil }
    }

    private static let limits = EvaluationLimits()

    /// Evaluates `count` times.
    package func run(_ count: Int) throws(EvaluationError) {
        for _ in 0..<count {
            _ = try query.run(machine, document: input, limits: Self.limits)
            machine.arena.reset()
        }
    }

    /// Reads the input's text, evaluates and writes the answer as JSON, `count` times.
    package func runFromTextToText(_ count: Int) throws(EvaluationError) {
        let input = text.map(Input.json) ?? .none
        for _ in 0..<count {
            machine.reset()
            let result = try query.run(machine, input: input, limits: Self.limits)
            written.reset()
            if result.isDefined { result.writeJSON(into: &written) }
        }
        machine.reset()
    }
}
