import Rego
@_spi(Engine) import RegoRuntime

/// Prints an evaluation in one of OPA's formats.
struct EvalPrinter {
    let format: EvalFormat
    /// Takes what is printed, with its line breaks.
    var output: (String) -> Void = { Console.print($0) }
    /// Characters that a table's cell shows at most; 0 for all.
    var limit = 80
    var showsVariables = false

    func print(_ report: EvalReport) {
        let errors = report.errors + report.builtinErrors
        if errors.isEmpty, let partial = report.partial, format != .json {
            return output(format == .source ? partial.sourceText : partial.tableText + EvalTables(limit: limit).text(of: report))
        }
        switch format {
        case .json: output(document(report, errors).json(pretty: true) + "\n")
        case .discard: output(document(report, errors, discarding: true).json(pretty: true) + "\n")
        case .pretty: printPretty(report, errors)
        case .values, .bindings, .raw, .source:
            guard errors.isEmpty, let answer = report.answer else { return printErrors(errors) }
            switch format {
            case .values: printValues(answer)
            case .bindings: printBindings(answer)
            default: printRaw(answer)
            }
        }
    }

    // MARK: JSON

    /// OPA's output document. Its members have an order of their own, so it is written member by member.
    private func document(_ report: EvalReport, _ errors: [AuthorError.Item], discarding: Bool = false) -> OrderedJSON {
        var members: [(String, OrderedJSON)] = []
        if !errors.isEmpty { members.append(("errors", .array(errors.map(\.document)))) }
        if let answer = report.answer, !answer.solutions.isEmpty {
            members.append(
                ("result", discarding ? .value(.string("discarded")) : .array(answer.solutions.map(Self.solutionDocument))))
        }
        if let partial = report.partial { members.append(("partial", partial.document)) }
        if let metrics = report.metrics {
            members.append(("metrics", .object(metrics.map { ($0.name, .integer(Int($0.nanoseconds))) })))
        }
        if let samples = report.samples {
            members.append(("aggregated_metrics", .object(samples.timers.map { ($0.name, .object(Self.figures($0.values))) })))
        }
        if let explanation = report.explanation, !explanation.events.isEmpty {
            var events = ExplanationJSON(explanation)
            members.append(("explanation", events.document()))
        }
        if let profile = report.profile, !profile.isEmpty { members.append(("profile", .array(profile.map { Self.row($0, nil) }))) }
        if let samples = report.samples, !samples.rows.isEmpty {
            members.append(("aggregated_profile", .array(samples.rows.map { Self.row($0.row, $0.times) })))
        }
        if let coverage = report.coverage { members.append(("coverage", OrderedJSON(coverage))) }
        return .object(members)
    }

    private static func figures(_ values: [UInt64]) -> [(String, OrderedJSON)] {
        Statistics(values).figures.map { ($0.name, .number($0.value)) }
    }

    private static func row(_ row: Profile.Row, _ times: [UInt64]?) -> OrderedJSON {
        let counts: [(String, OrderedJSON)] = [
            ("num_eval", .integer(row.evaluations)), ("num_redo", .integer(row.redos)),
            ("num_gen_expr", .integer(row.generatedExpressions)),
        ]
        guard let times else {
            return .object([("location", OrderedJSON(row.location)), ("total_time_ns", .integer(Int(row.totalTime)))] + counts)
        }
        return .object([("total_time_ns_stats", .object(figures(times)))] + counts + [("location", OrderedJSON(row.location))])
    }

    private static func solutionDocument(_ solution: Answer.Solution) -> OrderedJSON {
        let expressions = solution.expressions.map { expression in
            OrderedJSON.object([
                ("value", .value(expression.value)),
                ("text", .value(.string(expression.text))),
                ("location", .object([("row", .integer(expression.row)), ("col", .integer(expression.column))])),
            ])
        }
        var members: [(String, OrderedJSON)] = [("expressions", .array(expressions))]
        if !solution.bindings.isEmpty { members.append(("bindings", .value(bindings(solution)))) }
        return .object(members)
    }

    private static func bindings(_ solution: Answer.Solution) -> RegoValue {
        var entries: [RegoValue: RegoValue] = [:]
        for (name, value) in solution.bindings { entries[.string(name)] = value }
        return .object(entries)
    }

    // MARK: Text

    private func printErrors(_ errors: [AuthorError.Item]) { AuthorError(items: errors).printText() }

    private func printValues(_ answer: Answer) {
        for solution in answer.solutions {
            output(RegoValue.array(solution.expressions.map(\.value)).json(pretty: true) + "\n")
        }
    }

    private func printBindings(_ answer: Answer) {
        for solution in answer.solutions { output(Self.bindings(solution).json(pretty: true) + "\n") }
    }

    private func printRaw(_ answer: Answer) {
        for solution in answer.solutions {
            let values = solution.expressions.map { expression in
                if case .string(let text) = expression.value { return text }
                return expression.value.json()
            }
            output(values.joined(separator: " ") + "\n")
        }
    }

    private func printPretty(_ report: EvalReport, _ errors: [AuthorError.Item]) {
        if let explanation = report.explanation { output(explanation.text(variables: showsVariables)) }
        if !errors.isEmpty {
            printErrors(errors)
        } else if let answer = report.answer {
            printPretty(answer)
        }
        output(EvalTables(limit: limit).text(of: report))
    }

    private func printPretty(_ answer: Answer) {
        guard let first = answer.solutions.first else { return output("undefined\n") }
        if answer.solutions.count == 1, first.bindings.isEmpty {
            let allBoolean = first.expressions.allSatisfy { Self.isBoolean($0.value) }
            if first.expressions.count == 1 || allBoolean, let expression = first.expressions.first {
                return output(expression.value.json(pretty: true) + "\n")
            }
        }
        let names = first.bindings.map(\.name).sorted()
        let columns = first.expressions.indices.filter { names.isEmpty || !Self.isBoolean(first.expressions[$0].value) }
        var table = TextTable(header: names + columns.map { first.expressions[$0].text })
        for solution in answer.solutions {
            let bound = names.map { name in solution.bindings.first { $0.name == name }.map { $0.value.json() } ?? "" }
            table.rows.append((bound + columns.map { solution.expressions[$0].value.json() }).map { $0.shortened(to: limit) })
        }
        output(table.render())
    }

    private static func isBoolean(_ value: RegoValue) -> Bool {
        if case .boolean = value { return true }
        return false
    }
}
