@_spi(Engine) package import RegoRuntime
import RegoSyntax

/// `rego.parse_module`, and the functions that the compiler answers itself (OPA: "Rego").
package enum SyntaxBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("rego.parse_module", arity: 2) { parseModule(BuiltinCall($0)) },
        BuiltinDefinition("rego.metadata.chain", arity: 0) { outsideOfRule(BuiltinCall($0)) },
        BuiltinDefinition("rego.metadata.rule", arity: 0) { outsideOfRule(BuiltinCall($0)) },
    ]

    private static func parseModule(_ call: BuiltinCall) {
        guard let name = call.string(0), let text = call.string(1, named: 0) else { return }
        let file = SourceFile(name: name.swiftString, text: text.swiftString)
        var sources = SourceMap()
        let id = sources.add(file)
        // As in OPA, annotations are comments here.
        let (module, found) = Parser.parseModule(file, id: id)
        guard let module, found.isEmpty else {
            let head = found.count == 1 ? "1 error occurred: " : "\(found.count) errors occurred:\n"
            return call.fail(.builtin, head + found.map { describe($0, in: file) }.joined(separator: "\n"))
        }
        let isWritten = LargeStack.run(if: module.isDeep) {
            let tree = SyntaxTree(name: file.name).json(module, annotations: [], includesComments: true).value
            guard !tree.isNested(deeperThan: JSONParser.defaultDepth) else { return false }
            call.return(tree.makeValue(in: call.arena))
            return true
        }
        if isWritten != true { call.fail(.builtin, "the syntax tree is nested deeper than \(JSONParser.defaultDepth)") }
    }

    /// The compiler replaces calls in rules, so what gets here stands in a query.
    private static func outsideOfRule(_ call: BuiltinCall) {
        call.fail(.builtin, "the \(call.name) function must only be called within the scope of a rule")
    }

    /// A diagnostic as Go prints OPA's errors: `file:row: code: message`, and the source line with a caret unless the error is
    /// one of a whole statement.
    private static func describe(_ diagnostic: Diagnostic, in file: SourceFile) -> String {
        let span = diagnostic.span
        let place = file.name.isEmpty ? "\(span.row):\(span.column)" : "\(file.name):\(span.row)"
        var lines = ["\(place): \(diagnostic.code): \(diagnostic.message)"]
        if !diagnostic.isOfStatement, let quoted = ParseErrorPlace(in: file.bytes, at: span.offset) {
            lines += quoted.lines.map { "\t" + $0 }
        }
        return lines.joined(separator: "\n")
    }
}
