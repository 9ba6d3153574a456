import Glibc
import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax

extension ReplSession {
    /// Evaluates a query and prints its answer, with what else is to be shown.
    func ask(_ text: String, _ body: Body) throws {
        let policy = try policy()
        let module = current.map { scratch[$0] }
        let (imports, package) = (module?.queryImports ?? [], module?.package ?? "repl")
        let metrics = settings.showsMetrics ? Metrics() : nil
        var observed: Instruments.Options = []
        if settings.explain != nil { observed.insert(.explanation) }
        if settings.showsProfile { observed.insert(.profile) }
        let query = try policy.prepare(
            query: text, imports: imports, package: package, instrumented: !observed.isEmpty, metrics: metrics)
        let instruments = observed.isEmpty && metrics == nil ? nil : Instruments(observed, metrics: metrics)
        let limits = EvaluationLimits.ofAuthor(strictBuiltinErrors: settings.strictBuiltinErrors, cancellation: Interruption.begin())
        defer { Interruption.end() }
        let input = try input(of: policy)
        var report = EvalReport()
        do {
            report.answer = try query.evaluate(input, limits: limits, print: printError, instruments: instruments)
        } catch {
            report.errors = placed(AuthorError(error)).items
        }
        if let mode = settings.explain.flatMap(Explanation.Mode.init) { report.explanation = instruments?.explanation.filtered(mode) }
        if settings.showsProfile { report.profile = instruments?.profile.rows(limit: 0) }
        report.metrics = metrics?.timers
        show(report)
        guard settings.showsTypes, !report.hasFailed else { return }
        for (text, type) in try policy.types(inQuery: text, imports: imports, package: package) { print("# \(text): \(type)\n") }
    }

    private func show(_ report: EvalReport) {
        let isJSON = settings.format == .json
        let printer = EvalPrinter(format: isJSON ? .json : .pretty, output: print, limit: settings.prettyLimit)
        guard report.hasFailed, !isJSON else { return printer.print(report) }
        if let explanation = report.explanation { print(explanation.text()) }
        print(AuthorError(items: report.errors).text + "\n" + EvalTables(limit: settings.prettyLimit).text(of: report))
    }

    /// The input document that was set, or else what is defined as `data.repl.input`.
    private func input(of policy: Policy) throws -> Input {
        let path = hasInput ? ["system", "repl", "document"] : ["repl", "input"]
        let value = try policy.prepare(path: path).evaluate(print: { _ in }).value
        return value.map(Input.value) ?? .none
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
