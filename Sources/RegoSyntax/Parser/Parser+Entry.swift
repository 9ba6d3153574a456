extension Parser {
    /// Parses a module.
    ///
    /// - Parameters:
    ///   - file: the source text.
    ///   - id: the file's index, for spans.
    ///   - version: the dialect; an `import rego.v1` in a v0 module makes it `.v0CompatV1`.
    ///   - features: what capabilities allow; `nil` for everything.
    ///   - readAnnotations: reads each `# METADATA` block, in order, and says what is wrong with it; by default its text is not looked at.
    /// - Returns: the module, and no diagnostics; or `nil` and what is wrong (code `rego_parse_error`).
    package static func parseModule(
        _ file: SourceFile, id: FileID, version: RegoVersion = .v1, features: LanguageFeatures? = nil,
        readAnnotations: (Annotations) -> Diagnostic? = { _ in nil }
    ) -> (Module?, [Diagnostic]) {
        if let refusal = refuseSize(of: file, id: id) ?? features?.refusal(of: version) { return (nil, [refusal]) }
        return reading(file, id: id, version: version, features: features) { parser in
            let statements = parser.parseStatements()
            guard !parser.isTooDeep || parser.isDeep else { return (nil, parser.state.errors) }
            let annotations = Annotations.blocks(in: parser.comments)
            for block in annotations {
                if block.isBlank {
                    parser.error("expected METADATA block, found whitespace", at: block.span)
                } else if let problem = readAnnotations(block) {
                    parser.error(problem.message, at: problem.span)
                }
            }
            guard parser.state.errors.isEmpty else { return (nil, parser.state.errors) }
            var builder = ModuleBuilder(
                file: id, version: version, comments: parser.comments, annotations: annotations, isDeep: parser.isDeep)
            return builder.build(from: statements)
        }
    }

    /// Reads a text, once more on a `LargeStack` if it nests too deeply for this one.
    static func reading<Result>(
        _ file: SourceFile, id: FileID, version: RegoVersion, features: LanguageFeatures? = nil, _ read: (inout Parser) -> Result
    ) -> Result {
        var parser = Parser(file.bytes, id: id, version: version, features: features, limits: .inPlace)
        let result = read(&parser)
        guard parser.isTooDeep else { return result }
        return LargeStack.run {
            var parser = Parser(file.bytes, id: id, version: version, features: features, limits: .largeStack)
            return read(&parser)
        } ?? result
    }

    /// Parses an ad-hoc query: expressions separated by `;` or line breaks.
    ///
    /// - Returns: the body, and no diagnostics; or `nil` and what is wrong.
    package static func parseQuery(
        _ file: SourceFile, id: FileID, version: RegoVersion = .v1, features: LanguageFeatures? = nil
    ) -> (Body?, [Diagnostic]) {
        if let refusal = refuseSize(of: file, id: id) ?? features?.refusal(of: version) { return (nil, [refusal]) }
        let (statements, errors) = reading(file, id: id, version: version, features: features) { parser in
            (parser.parseStatements(skippingRules: true), parser.state.errors)
        }
        guard errors.isEmpty else { return (nil, errors) }
        var body = Body()
        for statement in statements {
            guard case .body(let expressions) = statement else {
                return (nil, [Diagnostic(.parse, "expected body but got \(statement.name)", at: statement.span)])
            }
            body.append(contentsOf: expressions)
        }
        guard !body.isEmpty else {
            let start = Span(file: id, offset: 0, length: 0, row: 1, column: 1)
            return (nil, [Diagnostic(.compile, "empty query cannot be compiled", at: start)])
        }
        return (body, [])
    }

    /// Parses a text that is one term.
    ///
    /// - Returns: the term, and no diagnostics; or `nil` and what is wrong.
    package static func parseTerm(_ file: SourceFile, id: FileID, version: RegoVersion = .v1) -> (Term?, [Diagnostic]) {
        let (body, diagnostics) = parseQuery(file, id: id, version: version)
        guard let body else { return (nil, diagnostics) }
        guard body.count == 1, !body[0].isNegated, body[0].with.isEmpty else {
            return (nil, [Diagnostic(.parse, "expected exactly one term but got: \(TermPrinter.text(of: body))", at: body[0].span)])
        }
        switch body[0].kind {
        case .term(let term): return (term, [])
        case .call(let terms): return (Term(.call(terms), span: body[0].span), [])
        case .some, .every:
            return (nil, [Diagnostic(.parse, "expected term but got \(TermPrinter.text(of: body[0]))", at: body[0].span)])
        }
    }

    private static func refuseSize(of file: SourceFile, id: FileID) -> Diagnostic? {
        guard file.bytes.count > maximumSize else { return nil }
        let start = Span(file: id, offset: 0, length: 0, row: 1, column: 1)
        return Diagnostic(.parse, "source text has \(file.bytes.count) bytes, more than the limit of \(maximumSize)", at: start)
    }
}

/// What a file's top level is made of.
enum Statement: Sendable {
    case package(Package)
    case `import`(Import)
    case rule(Rule)
    /// A query; in a module the short form of a rule, such as `pi := 3.14`.
    case body(Body)

    var span: Span {
        switch self {
        case .package(let package): package.span
        case .import(let `import`): `import`.span
        case .rule(let rule): rule.span
        case .body(let body): body.first?.span ?? .none
        }
    }

    var name: String {
        switch self {
        case .package: "package"
        case .import: "import"
        case .rule: "rule"
        case .body: "body"
        }
    }
}

extension Parser {
    /// Parses statements until the text ends or one has an error.
    ///
    /// Each statement is read as a package, an import, a rule or a query, the first that fits. Every round takes at least one token: a
    /// query that takes none is an error.
    mutating func parseStatements(skippingRules: Bool = false) -> [Statement] {
        var statements = [Statement](capacity: 16)
        while kind != .eof {
            forgetTerms()
            let start = save()
            if kind == .package {
                if let package = parsePackage() {
                    statements.append(.package(package))
                    continue
                }
                guard state.errors.isEmpty else { break }
                restore(start)
            }
            guard state.errors.isEmpty else { break }
            if kind == .import {
                if let `import` = parseImport() {
                    activate(`import`)
                    statements.append(.import(`import`))
                    continue
                }
                guard state.errors.isEmpty else { break }
                restore(start)
            }
            if !skippingRules {
                if let rules = parseRules() {
                    for rule in rules { statements.append(.rule(rule)) }
                    continue
                }
                guard state.errors.isEmpty else { break }
                restore(start)
            }
            guard let body = parseQuery(until: .eof, isTopLevel: true) else { break }
            statements.append(.body(body))
        }
        return statements
    }
}
