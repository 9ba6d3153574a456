/// What v1 forbids and no formatting can mend: the formatter refuses such modules, as OPA's does.
struct CompatibilityCheck {
    private var diagnostics: [Diagnostic] = []

    static func diagnostics(for module: Module) -> [Diagnostic] {
        var check = CompatibilityCheck()
        check.checkImports(module.imports)
        for rule in module.rules { check.checkNames(rule) }
        for rule in module.rules { check.visit(rule) { check, expression in check.checkAssignment(expression) } }
        for rule in module.rules { check.checkCalls(rule) }
        for rule in module.rules { check.checkKeyword(rule) }
        return check.diagnostics
    }

    private mutating func report(_ code: Diagnostic.Code, _ message: String, at span: Span) {
        diagnostics.append(Diagnostic(code, message, at: span))
    }

    // MARK: Names

    private mutating func checkImports(_ imports: [Import]) {
        var known: [String: Import] = [:]
        for `import` in imports {
            guard let name = `import`.name else { continue }
            if let earlier = known[name] {
                report(.compile, "import must not shadow \(TermPrinter.text(of: earlier))", at: `import`.span)
            } else {
                known[name] = `import`
            }
        }
    }

    private mutating func checkNames(_ rule: Rule) {
        if let name = rule.head.reference.first, name.isReserved {
            let text = TermPrinter.text(of: name)
            report(.compile, "rules must not shadow \(text) (use a different rule name)", at: rule.span)
        }
        for argument in rule.head.arguments ?? [] {
            guard case .reference(let terms) = argument.kind, terms.count == 1, terms[0].isReserved else { continue }
            let text = TermPrinter.text(of: argument)
            report(.compile, "args must not shadow \(text) (use a different variable name)", at: argument.span)
        }
    }

    private mutating func checkAssignment(_ expression: Expression) {
        guard case .call(let terms) = expression.kind, terms.count > 1, terms[0].isBuiltin("assign") else { return }
        let name = TermPrinter.text(of: terms[1])
        guard name == "data" || name == "input" else { return }
        report(.compile, "variables must not shadow \(name) (use a different variable name)", at: expression.span)
    }

    private mutating func checkKeyword(_ rule: Rule) {
        guard rule.head.reference.count < 2, case .variable(let name)? = rule.head.reference.first?.kind,
            Keywords.contains(name, in: .v1)
        else { return }
        report(.parse, "\(name) keyword cannot be used for rule name", at: rule.span)
    }

    // MARK: Calls

    /// Built-in functions that v1 no longer has.
    private static let deprecated: Set<String> = [
        "all", "any", "cast_array", "cast_boolean", "cast_null", "cast_object", "cast_set", "cast_string", "net.cidr_overlap", "re_match",
        "set_diff",
    ]

    private mutating func checkCalls(_ rule: Rule) {
        for term in rule.head.reference { checkCalls(in: term) }
        visit(
            rule,
            expressions: { check, expression in
                guard case .call(let terms) = expression.kind else { return }
                check.checkCall(terms[0], at: expression.span)
            },
            terms: { check, term in
                guard case .call(let terms) = term.kind else { return }
                check.checkCall(terms[0], at: terms[0].span)
            })
    }

    private mutating func checkCalls(in term: Term) {
        visit(
            term, expressions: { _, _ in },
            terms: { check, term in
                guard case .call(let terms) = term.kind else { return }
                check.checkCall(terms[0], at: terms[0].span)
            })
    }

    private mutating func checkCall(_ operation: Term, at place: Span) {
        let name = TermPrinter.text(of: operation)
        guard Self.deprecated.contains(name) else { return }
        report(.type, "deprecated built-in function calls in expression: \(name)", at: place)
    }
}

// MARK: Walking

extension CompatibilityCheck {
    private typealias Visit<Node> = (inout CompatibilityCheck, Node) -> Void

    private mutating func visit(_ rule: Rule, _ expressions: Visit<Expression>) {
        visit(rule, expressions: expressions, terms: { _, _ in })
    }

    /// Visits all expressions and terms of a rule and its `else`, but for the reference of its head.
    private mutating func visit(_ rule: Rule, expressions: Visit<Expression>, terms: Visit<Term>) {
        for branch in rule.branches {
            for argument in branch.head.arguments ?? [] { visit(argument, expressions: expressions, terms: terms) }
            if let key = branch.head.key { visit(key, expressions: expressions, terms: terms) }
            if let value = branch.head.value { visit(value, expressions: expressions, terms: terms) }
            visit(branch.body, expressions: expressions, terms: terms)
        }
    }

    private mutating func visit(_ body: Body, expressions: Visit<Expression>, terms: Visit<Term>) {
        for expression in body { visit(expression, expressions: expressions, terms: terms) }
    }

    private mutating func visit(_ expression: Expression, expressions: Visit<Expression>, terms: Visit<Term>) {
        expressions(&self, expression)
        switch expression.kind {
        case .term(let term): visit(term, expressions: expressions, terms: terms)
        case .call(let parts), .some(let parts):
            for part in parts { visit(part, expressions: expressions, terms: terms) }
        case .every(let every):
            visit(every.value, expressions: expressions, terms: terms)
            visit(every.domain, expressions: expressions, terms: terms)
            visit(every.body, expressions: expressions, terms: terms)
        }
        for modifier in expression.with {
            visit(modifier.target, expressions: expressions, terms: terms)
            visit(modifier.value, expressions: expressions, terms: terms)
        }
    }

    private mutating func visit(_ term: Term, expressions: Visit<Expression>, terms: Visit<Term>) {
        terms(&self, term)
        switch term.kind {
        case .null, .boolean, .number, .string, .variable: break
        case .reference(let parts), .call(let parts), .array(let parts), .set(let parts):
            for part in parts { visit(part, expressions: expressions, terms: terms) }
        case .object(let items):
            for item in items {
                visit(item.key, expressions: expressions, terms: terms)
                visit(item.value, expressions: expressions, terms: terms)
            }
        case .arrayComprehension(let head, let body), .setComprehension(let head, let body):
            visit(head, expressions: expressions, terms: terms)
            visit(body, expressions: expressions, terms: terms)
        case .objectComprehension(let key, let value, let body):
            visit(key, expressions: expressions, terms: terms)
            visit(value, expressions: expressions, terms: terms)
            visit(body, expressions: expressions, terms: terms)
        case .templateString(let parts, _):
            for case .expression(let expression) in parts { visit(expression, expressions: expressions, terms: terms) }
        }
    }
}

extension Import {
    /// The name that the import makes known.
    fileprivate var name: String? {
        if let alias { return alias }
        guard case .reference(let terms) = path.kind else { return nil }
        switch terms.last?.kind {
        case .string(let name), .variable(let name): return name
        default: return nil
        }
    }
}

extension Term {
    /// `data` or `input`.
    fileprivate var isReserved: Bool {
        if case .variable(let name) = kind { name == "data" || name == "input" } else { false }
    }
}
