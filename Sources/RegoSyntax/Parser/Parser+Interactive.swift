/// One thing that a person enters at a prompt.
package struct InteractiveStatement: Sendable {
    package enum Kind: Sendable {
        case package(Package)
        case `import`(Import)
        /// A rule with a body; `p if { … } { … }` makes several of one name.
        case rules([Rule])
        /// A query, or a rule in its short form such as `pi := 3.14`.
        case query(Body)
    }

    package let kind: Kind
    /// The statement as written.
    package let text: String
}

extension Parser {
    /// Parses what a person entered at a prompt.
    ///
    /// - Parameters:
    ///   - imports: the imports that are in force, for the keywords that they bring.
    ///   - version: the dialect.
    /// - Returns: the statements and no diagnostics; or none and what is wrong with the text.
    package static func parseInteractive(
        _ file: SourceFile, id: FileID, imports: [Import], version: RegoVersion
    ) -> ([InteractiveStatement], [Diagnostic]) {
        reading(file, id: id, version: version) { parser in
            for `import` in imports { parser.activate(`import`) }
            var statements: [InteractiveStatement] = []
            while parser.kind != .eof {
                parser.forgetTerms()
                let start = Int(parser.span.offset)
                guard let kind = parser.parseInteractiveStatement() else { break }
                let end = min(max(parser.state.lastEnd, start), file.bytes.count)
                let text = String(decoding: file.bytes[min(start, end)..<end], as: UTF8.self)
                statements.append(InteractiveStatement(kind: kind, text: text))
            }
            guard parser.state.errors.isEmpty else { return ([], parser.state.errors) }
            return (statements, [])
        }
    }

    private mutating func parseInteractiveStatement() -> InteractiveStatement.Kind? {
        let start = save()
        if let package = parsePackage() { return .package(package) }
        guard state.errors.isEmpty else { return nil }
        restore(start)
        if let `import` = parseImport() {
            activate(`import`)
            return .import(`import`)
        }
        guard state.errors.isEmpty else { return nil }
        restore(start)
        if let rules = parseRules() { return .rules(rules) }
        guard state.errors.isEmpty else { return nil }
        restore(start)
        return parseQuery(until: .eof, isTopLevel: true).map { .query($0) }
    }
}
