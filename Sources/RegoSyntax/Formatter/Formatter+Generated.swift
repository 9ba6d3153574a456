extension Formatter {
    /// Lays out a module that has no source text.
    ///
    /// - Throws: a `Failure` with code `rego_type_error`.
    package static func format(generated module: Module, target: RegoVersion = .v1) throws(Failure) -> [UInt8] {
        var module = module
        module.isDeep = true
        // Rules stand behind the imports that the target needs, and apart from each other.
        for index in module.rules.indices {
            module.rules[index].span = Span(file: .none, offset: 0, length: 0, row: UInt32(index * 2 + 2), column: 1)
        }
        return try format(module, of: SourceFile(name: "", bytes: []), options: Options(target: target))
    }

    /// Lays out the expressions of a query that has no source text, each on a line of its own.
    ///
    /// - Throws: a `Failure` with code `rego_type_error`.
    package static func format(generated query: Body) throws(Failure) -> [UInt8] {
        // What is written depends on which wildcards occur more than once, as in a rule.
        let head = Rule.Head(reference: [Term(.variable("query"))], value: Term(.boolean(true)), span: .none)
        let module = Module(
            file: .none, package: Package(path: [], span: .none), rules: [Rule(head: head, body: query, span: .none)])
        let outcome = LargeStack.run { () -> ([UInt8], [Diagnostic]) in
            var writer = FormatWriter(module, source: [], target: .v1)
            // Without comments no line is crowded.
            try? writer.write(query)
            return (writer.text, writer.diagnostics)
        }
        guard let (text, problems) = outcome else { throw Failure(diagnostics: [Diagnostic(.compile, LargeStack.failure, at: .none)]) }
        guard problems.isEmpty else { throw Failure(diagnostics: problems, isReadable: true) }
        return text
    }
}
