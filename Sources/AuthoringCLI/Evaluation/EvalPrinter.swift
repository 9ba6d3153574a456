import Rego
import RegoRuntime

/// Prints an evaluation in one of OPA's formats.
struct EvalPrinter {
    let format: EvalFormat

    func print(_ report: EvalReport) {
        switch (format, report) {
        case (.json, _): Console.print(document(report).json(pretty: true) + "\n")
        case (.discard, _): Console.print(document(report, discarding: true).json(pretty: true) + "\n")
        case (_, .failure(let errors)): printErrors(errors)
        case (.values, .answer(let answer)): printValues(answer)
        case (.bindings, .answer(let answer)): printBindings(answer)
        case (.pretty, .answer(let answer)): printPretty(answer)
        case (.raw, .answer(let answer)): printRaw(answer)
        }
    }

    // MARK: JSON

    /// OPA's output document. Its members have an order of their own, so it is written member by member.
    private func document(_ report: EvalReport, discarding: Bool = false) -> OrderedJSON {
        switch report {
        case .failure(let errors):
            return .object([("errors", .array(errors.map(Self.errorDocument)))])
        case .answer(let answer):
            if answer.solutions.isEmpty { return .object([]) }
            if discarding { return .object([("result", .value(.string("discarded")))]) }
            return .object([("result", .array(answer.solutions.map(Self.solutionDocument)))])
        }
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

    private static func errorDocument(_ error: EvalError) -> OrderedJSON {
        var members: [(String, OrderedJSON)] = [("message", .value(.string(error.message)))]
        if let code = error.code { members.append(("code", .value(.string(code)))) }
        if error.row > 0 {
            members.append(
                (
                    "location",
                    .object([("file", .value(.string(error.file))), ("row", .integer(error.row)), ("col", .integer(error.column))])
                ))
        }
        return .object(members)
    }

    // MARK: Text

    private func printErrors(_ errors: [EvalError]) {
        let head = errors.count == 1 ? "1 error occurred: " : "\(errors.count) errors occurred:\n"
        Console.printError(head + errors.map(\.rendered).joined(separator: "\n"))
    }

    private func printValues(_ answer: Answer) {
        for solution in answer.solutions {
            Console.print(RegoValue.array(solution.expressions.map(\.value)).json(pretty: true) + "\n")
        }
    }

    private func printBindings(_ answer: Answer) {
        for solution in answer.solutions { Console.print(Self.bindings(solution).json(pretty: true) + "\n") }
    }

    private func printRaw(_ answer: Answer) {
        for solution in answer.solutions {
            let values = solution.expressions.map { expression in
                if case .string(let text) = expression.value { return text }
                return expression.value.json()
            }
            Console.print(values.joined(separator: " ") + "\n")
        }
    }

    private func printPretty(_ answer: Answer) {
        guard let first = answer.solutions.first else { return Console.print("undefined\n") }
        if answer.solutions.count == 1, first.bindings.isEmpty {
            let allBoolean = first.expressions.allSatisfy { Self.isBoolean($0.value) }
            if first.expressions.count == 1 || allBoolean, let expression = first.expressions.first {
                return Console.print(expression.value.json(pretty: true) + "\n")
            }
        }
        let names = first.bindings.map(\.name).sorted()
        let columns = first.expressions.indices.filter { !Self.isBoolean(first.expressions[$0].value) }
        var table = TextTable(header: names + columns.map { first.expressions[$0].text })
        for solution in answer.solutions {
            let bound = names.map { name in solution.bindings.first { $0.name == name }.map { $0.value.json() } ?? "" }
            table.rows.append((bound + columns.map { solution.expressions[$0].value.json() }).map(Self.shortened))
        }
        Console.print(table.render())
    }

    /// Cells longer than OPA's default limit end in an ellipsis.
    private static func shortened(_ text: String) -> String {
        text.unicodeScalars.count <= 80 ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(80))) + "..."
    }

    private static func isBoolean(_ value: RegoValue) -> Bool {
        if case .boolean = value { return true }
        return false
    }
}
