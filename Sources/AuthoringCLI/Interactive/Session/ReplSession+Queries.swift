import Glibc
import Rego
import RegoRuntime
import RegoSyntax

extension ReplSession {
    /// Evaluates a query and prints its answer, with what else is to be shown.
    func ask(_ text: String, _ body: Body) throws {
        let policy = try policy()
        let module = current.map { scratch[$0] }
        let isObserved = settings.explain != nil || settings.showsProfile
        let started = Machine.monotonicNanoseconds()
        let query = try policy.prepare(
            query: text, imports: module?.queryImports ?? [], package: module?.package ?? "repl", instrumented: isObserved)
        let prepared = Machine.monotonicNanoseconds()
        var observed: Instruments.Options = []
        if settings.explain != nil { observed.insert(.explanation) }
        if settings.showsProfile { observed.insert(.profile) }
        let instruments = isObserved ? Instruments(observed) : nil
        let limits = EvaluationLimits(strictBuiltinErrors: settings.strictBuiltinErrors, cancellation: Interruption.begin())
        defer { Interruption.end() }
        let input = try input(of: policy)
        let begun = Machine.monotonicNanoseconds()
        defer {
            let timers = [
                ("timer_rego_query_compile_ns", prepared - started), ("timer_rego_query_eval_ns", Machine.monotonicNanoseconds() - begun),
            ]
            if settings.showsMetrics || settings.isInstrumented { show(timers) }
            if settings.showsProfile, let instruments { show(instruments.profile) }
        }
        do {
            let answer = try query.evaluate(input, limits: limits, print: printError, instruments: instruments)
            explain(instruments)
            EvalPrinter(format: settings.format == .json ? .json : .pretty).print(EvalReport(answer: answer))
        } catch {
            explain(instruments)
            throw error
        }
    }

    /// The input document that was set, or else what is defined as `data.repl.input`.
    private func input(of policy: Policy) throws -> Input {
        let path = hasInput ? ["system", "repl", "document"] : ["repl", "input"]
        let value = try policy.prepare(path: path).evaluate(print: { _ in }).value
        return value.map(Input.value) ?? .none
    }

    private func explain(_ instruments: Instruments?) {
        guard let mode = settings.explain.flatMap(Explanation.Mode.init), let instruments else { return }
        print(instruments.explanation.filtered(mode).text())
    }

    private func show(_ timers: [(name: String, nanoseconds: UInt64)]) {
        var table = TextTable(header: ["Metric", "Value"])
        table.rows = timers.map { [$0.name, String($0.nanoseconds)] }
        print(table.render())
    }

    private func show(_ profile: Profile) {
        var table = TextTable(header: ["Time", "Num Eval", "Num Redo", "Num Gen Expr", "Location"])
        table.rows = profile.rows(limit: 10).map { row in
            let place = row.location.file.isEmpty ? "query:\(row.location.row)" : "\(row.location.file):\(row.location.row)"
            let time = Duration.nanoseconds(Int64(clamping: row.totalTime)).goText
            return [time, String(row.evaluations), String(row.redos), String(row.generatedExpressions), place]
        }
        print(table.render())
    }
}

/// Ctrl-C while a query is evaluated: ends the query, not the shell.
private enum Interruption {
    // nonisolated(unsafe): set by the one thread that evaluates, before the handler can run; the handler only stores a flag.
    nonisolated(unsafe) private static var current: Cancellation?
    nonisolated(unsafe) private static var previous = sigaction()

    static func begin() -> Cancellation? {
        let cancellation = Cancellation()
        current = cancellation
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in Interruption.current?.cancel() }
        sigaction(SIGINT, &action, &previous)
        return cancellation
    }

    static func end() {
        sigaction(SIGINT, &previous, nil)
        current = nil
    }
}
