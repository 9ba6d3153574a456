package import RegoSyntax

extension Resolver {
    /// Resolves an ad-hoc query against a program.
    ///
    /// - Parameters:
    ///   - source: the query's text, from which the expressions' texts are taken
    ///   - package: the package whose rules the query may name directly
    ///   - imports: further names for the query
    /// - Returns: the query, or `nil` and what is wrong with it.
    package static func resolveQuery(
        _ body: Body, source: SourceFile, in program: ResolvedProgram, builtins: BuiltinTable, package: Package? = nil,
        imports: [Import] = [], options: ResolverOptions = ResolverOptions()
    ) -> (ResolvedQuery?, [Diagnostic]) {
        onStack { limit in
            let symbols = SymbolTable(generatedPrefix: "__localq")
            let resolution = Resolution(symbols: symbols, options: options, builtins: builtins)
            return resolve(query: body, source: source, in: program, resolution: resolution, package, imports, limit: limit)
        }
    }

    /// - Returns: `nil` if the terms are nested deeper than the limit.
    private static func resolve(
        query body: Body, source: SourceFile, in program: ResolvedProgram, resolution: Resolution, _ package: Package?, _ imports: [Import],
        limit: Lowering.Limit
    ) -> (ResolvedQuery?, [Diagnostic])? {
        guard !body.isEmpty else {
            resolution.report(.compile, "empty query cannot be compiled", at: .none)
            return (nil, resolution.diagnostics)
        }
        var lowering = Lowering(symbols: resolution.symbols, limit: limit)
        let nodes = lowering.body(body)
        guard resolution.mayGoOn(with: lowering) else { return resolution.hasFailed ? (nil, resolution.diagnostics) : nil }
        var stages = QueryStages(resolution: resolution, program: program, source: source)
        var query = stages.run(nodes, package: package, imports: imports, hasTemplates: lowering.hasTemplates, hasWith: lowering.hasWith)
        query?.isDeep = limit == .largeStack
        return query.map { ($0, []) } ?? (nil, resolution.diagnostics)
    }
}

/// The stages of a query's resolution.
private struct QueryStages {
    let resolution: Resolution
    let program: ResolvedProgram
    let source: SourceFile
    let callees: Callees
    /// The variables that hold the values of the query's expressions.
    private var captures = LookupTable<ObjectIdentifier, VariableID>()

    private var symbols: SymbolTable { resolution.symbols }

    init(resolution: Resolution, program: ResolvedProgram, source: SourceFile) {
        self.resolution = resolution
        self.program = program
        self.source = source
        callees = Callees(builtins: resolution.builtins, documents: program.root, symbols: resolution.symbols)
    }

    mutating func run(
        _ query: [ExpressionNode], package: Package?, imports: [Import], hasTemplates: Bool, hasWith: Bool
    ) -> ResolvedQuery? {
        let outputs = OutputVariables(callees: callees)
        ModuleChecks(resolution: resolution).checkRootDocuments(query: query)
        guard !resolution.hasFailed else { return nil }
        resolveNames(query, package: package, imports: imports)
        guard !resolution.hasFailed else { return nil }
        let isPartial = resolution.options.isForPartialEvaluation
        var body = LocalVariableRewriter.rewrite(query: isPartial ? query : capture(query), in: resolution)
        guard !resolution.hasFailed else { return nil }
        if hasTemplates { TemplateStringRewriter(resolution: resolution, outputs: outputs).rewrite(query: body) }
        let calls = CallChecker(resolution: resolution, callees: callees, types: program.types)
        if calls.mayCallVoidFunctions() { calls.checkVoidCalls(body) }
        guard !resolution.hasFailed else { return nil }
        if symbols.occurs(.print) { body = PrintCallRewriter(resolution: resolution, outputs: outputs).rewrite(query: body) }
        guard !resolution.hasFailed else { return nil }
        body = ExpressionTermRewriter(symbols: symbols).rewrite(body)
        ComprehensionHeadRewriter(symbols: symbols).rewrite(body)
        if hasWith { body = WithRewriter(resolution: resolution, callees: callees).rewrite(body) }
        guard !resolution.hasFailed else { return nil }
        calls.check(body)
        guard !resolution.hasFailed else { return nil }
        let variables = self.variables(of: body)
        body = SafetyChecker(resolution: resolution, outputs: outputs).check(body, bound: .reserved)
        guard !resolution.hasFailed else { return nil }
        body = DynamicTermRewriter(symbols: symbols, rewritesEqual: isPartial).rewrite(body)
        let checker = TypeChecker(resolution: resolution, callees: callees, documents: program.types)
        let types = checker.check(query: body)
        guard !resolution.hasFailed else { return nil }
        if calls.mayCallForbidden() { calls.checkForbidden(body, deprecated: resolution.options.isStrict) }
        guard !resolution.hasFailed else { return nil }
        var resolved = ResolvedQuery(
            body: Raising(symbols: symbols).body(body), variables: variables, expressions: expressions(of: body),
            authoredNames: symbols.authoredNames)
        if resolution.options.describesTypes { resolved.types = QueryTypes(of: body, checker, types).lines }
        return resolved
    }

    private func resolveNames(_ query: [ExpressionNode], package: Package?, imports: [Import]) {
        guard package != nil || !imports.isEmpty else { return }
        var rules = ReferenceResolver.RuleNames(symbols: symbols)
        if let package {
            let keys = package.path.dropFirst().compactMap { DocumentKey($0) }
            let names = program.packages.first { $0.path.dropFirst().compactMap { DocumentKey($0) } == keys }?.ruleNames ?? []
            rules = ReferenceResolver.RuleNames(names.map(symbols.intern), of: keys, symbols: symbols)
        }
        var lowering = Lowering(symbols: symbols)
        var resolver = ReferenceResolver(resolution: resolution, rules: rules, imports: lowering.imports(imports))
        resolver.resolve(query: query)
    }

    // MARK: Values of expressions

    /// Binds the value of each term and call to a variable, so that `false` is an answer and not a failure.
    ///
    /// Where several answers are possible, or other expressions follow, `false` must exclude an answer: there the variable itself is added
    /// as an expression (OPA: rewriteQueryToCaptureValue in v1/rego).
    private mutating func capture(_ query: [ExpressionNode]) -> [ExpressionNode] {
        let excludesFalse = query.count > 1 || query.contains(where: iterates)
        var result = query
        for expression in query where !expression.isNegated && !expression.calls(.assign) && !expression.calls(.unify) {
            let variable: VariableID
            switch expression.kind {
            case .term(let term):
                variable = symbols.add(unwritable: SymbolTable.capturePrefix + String(captures.count))
                let operation = Node(.reference([Node(variable: .unify, span: term.span)]), span: term.span)
                expression.kind = .call([operation, term, Node(variable: variable, span: term.span)])
            case .call(let terms):
                let callee = callees.callee(terms[0])
                guard callee.builtin?.hasResult ?? true, callee.arity == terms.count - 1 else { continue }
                if callee.builtin == nil, callee.arity == 0 { continue }
                variable = symbols.add(unwritable: SymbolTable.capturePrefix + String(captures.count))
                expression.kind = .call(terms + [Node(variable: variable, span: expression.span)])
            case .some, .every: continue
            }
            captures.set(ObjectIdentifier(expression), to: variable)
            if excludesFalse {
                result.append(
                    ExpressionNode(.term(Node(variable: variable, span: expression.span)), span: expression.span, isGenerated: true))
            }
        }
        return result
    }

    /// Whether an expression may hold in several ways: it enumerates a document or a relation.
    private func iterates(_ expression: ExpressionNode) -> Bool {
        switch expression.kind {
        case .term(let term): return iterates(term)
        case .call(let terms), .some(let terms): return terms.contains(where: iterates) || expression.with.contains(where: iterates)
        case .every(let every): return iterates(every.domain) || every.body.contains(where: iterates)
        }
    }

    private func iterates(_ with: WithNode) -> Bool { iterates(with.target) || iterates(with.value) }

    private func iterates(_ node: Node) -> Bool {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable, .comprehension, .template: false
        case .reference(let operands):
            operands.dropFirst().contains { $0.variable != nil } || callees.builtin(of: node)?.isRelation == true
                || operands.contains(where: iterates)
        case .call(let nodes), .array(let nodes), .set(let nodes): nodes.contains(where: iterates)
        case .object(let entries): entries.contains { iterates($0.key) || iterates($0.value) }
        }
    }

    // MARK: The answer's shape

    /// The author's variables in order of appearance, and what stands for each.
    private func variables(of body: [ExpressionNode]) -> [(name: String, local: String)] {
        VariableCollector.safety(of: body).compactMap { variable in
            let author = symbols.author(of: variable)
            if symbols.isWildcard(author) || symbols.isGenerated(author) { return nil }
            if author == variable, variable == .data || variable == .input { return nil }
            return (symbols.name(author), symbols.name(variable))
        }
    }

    private func expressions(of body: [ExpressionNode]) -> [(text: String, span: Span, value: Term)] {
        body.filter { !$0.isGenerated }.map { expression in
            let capture = captures[ObjectIdentifier(expression)]
            let value = capture.map { Term.Kind.variable(symbols.name($0)) } ?? .boolean(true)
            return (source.text(of: expression.span), expression.span, Term(value, span: expression.span))
        }
    }
}
