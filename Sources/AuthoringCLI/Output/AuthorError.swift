import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax

/// What keeps an author's command from its work, in the forms that it is shown in.
package struct AuthorError {
    /// One thing that is wrong.
    struct Item {
        var message: String
        var code: String?
        var file = ""
        var row = 0
        var column = 0
        /// What OPA prints below the message.
        var lines: [String] = []
        /// The same for programs; `nil` for none.
        var details: OrderedJSON?
        /// The line of the source, for people.
        var source: String?
    }

    var items: [Item]
    /// The files could not be read or parsed.
    var isLoading: Bool

    /// Makes a report of things that are wrong.
    init(items: [Item]) {
        self.items = items
        isLoading = false
    }

    /// Makes the report of an error of any kind.
    package init(_ error: any Error) {
        isLoading = false
        switch error {
        case let failure as CompilationFailure:
            items = failure.diagnostics.map { Self.item($0, in: failure.sources) }
            isLoading = failure.diagnostics.allSatisfy { $0.code == .parse }
        case let error as EvaluationError:
            let code = error.code.description
            let item = Item(
                message: error.message, code: code.isEmpty ? nil : code, file: error.file ?? "", row: Int(error.span?.row ?? 0),
                column: Int(error.span?.column ?? 0))
            items = [item]
        case let failure as Loader.Failure:
            items = failure.problems.map { problem in
                switch problem {
                case .file(let message): Item(message: message)
                case .module(let diagnostic): Self.item(diagnostic, in: failure.sources)
                }
            }
            isLoading = true
        default: items = [Item(message: "\(error)")]
        }
    }

    private static func item(_ diagnostic: Diagnostic, in sources: SourceMap) -> Item {
        var item = Item(message: diagnostic.message, code: diagnostic.code.description, lines: diagnostic.details)
        guard let file = sources.file(of: diagnostic.span) else { return item }
        item.file = file.name
        item.row = Int(diagnostic.span.row)
        item.column = Int(diagnostic.span.column)
        item.source = file.line(diagnostic.span.row)
        item.details = diagnostic.detailsJSON.flatMap { try? RegoValue(json: $0) }.map { .value($0) }
        if diagnostic.code == .parse, diagnostic.details.isEmpty, let place = ParseErrorPlace(in: file.bytes, at: diagnostic.span.offset) {
            item.lines = place.lines
            if !diagnostic.isOfStatement {
                item.details = .object([("line", .value(.string(place.line))), ("idx", .integer(place.index))])
            }
        }
        return item
    }

    // MARK: Forms

    /// OPA's form: `1 error occurred: a.rego:3: rego_parse_error: …`, for pipes and logs.
    package var text: String {
        let during = isLoading ? " during loading" : ""
        if items.count == 1 { return "1 error occurred\(during): \(items[0].text)" }
        return "\(items.count) errors occurred\(during):\n" + items.map(\.text).joined(separator: "\n")
    }

    /// OPA's document: `{"errors": [{"message", "code", "location", "details"}]}`.
    package var document: OrderedJSON { .object([("errors", .array(items.map(\.document)))]) }

    /// For a person at a terminal: each error with its place, the line of the source and a caret below the column.
    package func rendered(_ style: TextStyle) -> String {
        items.map { $0.rendered(style) }.joined(separator: "\n")
    }

    /// The error as OPA writes it in a line of its own: `a.rego:3: eval_conflict_error: …`.
    package var line: String { items.map(\.text).joined(separator: "\n") }

    /// Prints on standard error, as fits what that is.
    package func printText() {
        let style = TextStyle(isColored: Terminal.usesColor(2))
        Console.printError(Terminal.isInteractive(2) ? rendered(style) : text)
    }

    /// Prints the document on standard error, as `opa check -f json` does.
    package func printDocument() { Console.printError(document.json(pretty: true)) }
}

extension AuthorError.Item {
    /// Whether it is known where the error is; an empty file has it in row 0.
    private var hasPlace: Bool { row > 0 || !file.isEmpty }

    var text: String {
        var head = code.map { "\($0): \(message)" } ?? message
        if hasPlace { head = (file.isEmpty ? "\(row):\(column)" : "\(file):\(row)") + ": " + head }
        return ([head] + lines).joined(separator: "\n\t")
    }

    var document: OrderedJSON {
        var members: [(String, OrderedJSON)] = [("message", .value(.string(message)))]
        if let code { members.append(("code", .value(.string(code)))) }
        if hasPlace {
            let place: [(String, OrderedJSON)] = [
                ("file", .value(.string(file))), ("row", .integer(row)), ("col", .integer(column)),
            ]
            members.append(("location", .object(place)))
        }
        if let details { members.append(("details", details)) }
        return .object(members)
    }

    func rendered(_ style: TextStyle) -> String {
        let message = message.withoutControls
        var lines = [style("error", .red, .bold) + ": " + style(message, .bold) + (code.map { style(" [\($0)]", .faint) } ?? "")]
        if hasPlace {
            let margin = String(repeating: " ", count: String(row).utf8.count)
            lines.append("\(margin)\(style("-->", .blue)) \(file.isEmpty ? "" : file + ":")\(row):\(column)")
            if let source {
                let excerpt = SourceExcerpt(source, column: column)
                lines.append("\(style("\(row) |", .blue)) \(excerpt.text)")
                lines.append("\(style("\(margin) |", .blue)) \(excerpt.indentation)\(style("^", .red, .bold))")
            }
        }
        // A parse error's lines are the source and the caret again.
        if code != Diagnostic.Code.parse.description { lines += self.lines.map { "  " + $0.withoutControls } }
        return lines.joined(separator: "\n")
    }
}
