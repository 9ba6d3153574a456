import RegoRuntime

/// One query evaluated again and again on one input that is read once: what a benchmark times, without copies of answers.
package final class RepeatedEvaluation {
    private let query: PreparedQuery
    private let machine: Machine
    private let input: Value

    /// Reads the input.
    package init(of query: PreparedQuery, _ input: Input) throws(EvaluationError) {
        self.query = query
        machine = Machine(program: query.program, context: BuiltinContext())
        self.input = try query.read(input, into: machine, limits: EvaluationLimits())
    }

    /// Evaluates `count` times.
    package func run(_ count: Int) throws(EvaluationError) {
        let limits = MachineLimits(steps: .max, memory: 1 << 28, depth: 10_000, deadline: 0, isStrict: false)
        for _ in 0..<count {
            machine.context.reset(time: 0)
            do throws(MachineError) {
                _ = try machine.evaluate(input: input, data: query.policy.data.root, limits: limits)
            } catch {
                throw query.evaluationError(error)
            }
            machine.arena.reset()
        }
    }
}
