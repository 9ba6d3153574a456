import RegoSyntax

/// Turns template strings into calls: `$"a {x}"` becomes `internal.template_string(["a ", {__local0__ | __local0__ = x}])`.
///
/// The set comprehensions keep an undefined part from making the whole string undefined.
struct TemplateStringRewriter {
    let resolution: Resolution
    let outputs: OutputVariables

    func rewrite(_ rule: RuleNode) {
        for branch in rule.chain {
            var safe = VariableSet.reserved
            for argument in branch.arguments ?? [] { safe.formUnion(argument.variables()) }
            rewrite(body: branch.body, safe: &safe)
            if let key = branch.key { rewrite(key, safe: safe) }
            if let value = branch.value { rewrite(value, safe: safe) }
            for argument in branch.arguments ?? [] { rewrite(argument, safe: safe) }
        }
    }

    func rewrite(query body: [ExpressionNode]) {
        var safe = VariableSet.reserved
        rewrite(body: body, safe: &safe)
    }

    private func rewrite(body: [ExpressionNode], safe: inout VariableSet) {
        safe.formUnion(outputs.of(body, safe: safe))
        for expression in body { rewrite(expression, safe: safe) }
    }

    private func rewrite(_ expression: ExpressionNode, safe: VariableSet) {
        switch expression.kind {
        case .term(let term): rewrite(term, safe: safe)
        case .call(let terms), .some(let terms): for term in terms { rewrite(term, safe: safe) }
        case .every(let every):
            rewrite(every.domain, safe: safe)
            var inner = safe
            if let key = every.key { inner.formUnion(key.variables()) }
            inner.formUnion(every.value.variables())
            rewrite(body: every.body, safe: &inner)
        }
        for with in expression.with {
            rewrite(with.target, safe: safe)
            rewrite(with.value, safe: safe)
        }
    }

    private func rewrite(_ node: Node, safe: VariableSet) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable: break
        case .reference(let nodes), .call(let nodes), .array(let nodes), .set(let nodes):
            for element in nodes { rewrite(element, safe: safe) }
        case .object(let entries):
            for entry in entries {
                rewrite(entry.key, safe: safe)
                rewrite(entry.value, safe: safe)
            }
        case .comprehension(let comprehension):
            var inner = safe
            rewrite(body: comprehension.body, safe: &inner)
            for term in comprehension.head { rewrite(term, safe: inner) }
        case .template(let parts): node.kind = call(parts, at: node.span, safe: safe)
        }
    }

    private func call(_ parts: [Node.TemplatePart], at span: Span, safe: VariableSet) -> Node.Kind {
        var elements: [Node] = []
        for part in parts {
            switch part {
            case .text(let text): elements.append(Node(.string(text), span: span))
            case .expression(let expression):
                if let element = self.element(expression, safe: safe) { elements.append(element) }
            }
        }
        if parts.isEmpty { elements.append(Node(.string(""), span: span)) }
        let name = Node(
            .reference([Node(variable: .internal, span: span), Node(.string("template_string"), span: span)]), span: span)
        return .call([name, Node(.array(elements), span: span)])
    }

    /// Whether a term refers to rules that have a value whatever the input: a part that cannot be undefined needs no comprehension.
    private func isDefined(_ term: Node) -> Bool {
        guard let path = term.reference, path.count > 1, path[0].variable == .data else { return false }
        let document = outputs.callees.documents.find(path.dropFirst()) as? DocumentBuilder
        guard let rules = document?.rules, let first = rules.first else { return false }
        if first.arguments?.isEmpty == false { return false }
        if first.isDefault || first.value == nil { return true }
        if rules.count > 1 { return rules.contains(where: \.isDefault) }
        guard case .term(let condition)? = first.body.first?.kind, first.body.count == 1, case .boolean(true) = condition.kind else {
            return false
        }
        switch first.value?.kind {
        case .null, .boolean, .number, .string, .variable: return true
        case .array, .object, .set: return first.value?.holdsVariable == false
        default: return false
        }
    }

    private func element(_ expression: ExpressionNode, safe: VariableSet) -> Node? {
        let term: Node
        switch expression.kind {
        case .term(let node): term = node
        case .call(let terms):
            if let builtin = outputs.callees.callee(terms[0]).builtin, builtin.isRelation {
                resolution.report(
                    .compile, "illegal call to relation built-in '\(builtin.name)' that may cause multiple outputs", at: expression.span)
                return nil
            }
            term = Node(.call(terms), span: expression.span)
        case .some, .every:
            resolution.report(.compile, "unexpected template-string expression", at: expression.span)
            return nil
        }
        if term.isScalar { return term }
        if term.variable != nil || isDefined(term) { return Node(.set([term]), span: term.span) }
        rewrite(term, safe: safe)
        let symbols = resolution.symbols
        let unsafe = term.variables(except: .safety).subtracting(safe)
        for variable in unsafe.sorted(by: symbols.precedes) {
            let name = symbols.description(symbols.author(of: variable))
            resolution.report(.compile, "var \(name) is undeclared", at: term.span)
        }
        let local = symbols.generate()
        let capture = ExpressionNode.binding(local, to: term, with: expression.with, isGenerated: false)
        return Node(
            .comprehension(
                ComprehensionNode(shape: .set, key: nil, value: Node(variable: local, span: term.span), body: [capture])),
            span: term.span)
    }
}
