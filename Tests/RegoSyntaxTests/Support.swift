import RegoSyntax

/// A module's printed rules, or its errors as `row:column message`.
func outcome(of text: String, version: RegoVersion = .v1) -> [String] {
    let (module, diagnostics) = Parser.parseModule(SourceFile(name: "test.rego", text: text), id: FileID(1), version: version)
    if let module { return module.rules.map { TermPrinter.text(of: $0, version: version) } }
    return lines(of: diagnostics)
}

/// A query's printed expressions, or its errors as `row:column message`.
func queryOutcome(of text: String, version: RegoVersion = .v1) -> [String] {
    let (body, diagnostics) = Parser.parseQuery(SourceFile(name: "", text: text), id: FileID(0), version: version)
    return body.map { $0.map { TermPrinter.text(of: $0) } } ?? lines(of: diagnostics)
}

func lines(of diagnostics: [Diagnostic]) -> [String] {
    diagnostics.map { "\($0.span.row):\($0.span.column) \($0.message)" }
}

/// A module that parses, for tests of its parts.
func module(_ text: String, version: RegoVersion = .v1) throws -> Module {
    let (module, diagnostics) = Parser.parseModule(SourceFile(name: "test.rego", text: text), id: FileID(1), version: version)
    guard let module else { throw CompilationFailure(diagnostics, sources: SourceMap()) }
    return module
}
