import Rego
import RegoRuntime
import RegoSyntax

extension ReplSession {
    /// Evaluates a query and prints its answer.
    func ask(_ text: String, _ body: Body) throws {
        let policy = try policy()
        let module = current.map { scratch[$0] }
        let query = try policy.prepare(query: text, imports: module?.queryImports ?? [], package: module?.package ?? "repl")
        let limits = EvaluationLimits(strictBuiltinErrors: settings.strictBuiltinErrors)
        let answer = try query.evaluate(try input(of: policy), limits: limits, print: printError)
        show(answer)
    }

    /// The input document that was set, or else what is defined as `data.repl.input`.
    private func input(of policy: Policy) throws -> Input {
        let path = hasInput ? ["system", "repl", "document"] : ["repl", "input"]
        let value = try policy.prepare(path: path).evaluate(print: { _ in }).value
        return value.map(Input.value) ?? .none
    }

    private func show(_ answer: Answer) {
        EvalPrinter(format: settings.format == .json ? .json : .pretty).print(.answer(answer))
    }
}
