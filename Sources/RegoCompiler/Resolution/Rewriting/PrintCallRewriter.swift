import RegoSyntax

/// Erases calls of `print`, or captures their operands so that undefined ones do not end the evaluation:
/// `print(x)` becomes `internal.print([{__local0__ | __local0__ = x}])`.
struct PrintCallRewriter {
    let resolution: Resolution
    let outputs: OutputVariables

    func rewrite(_ rule: RuleNode) {
        for branch in rule.chain {
            if resolution.options.keepsPrintCalls { branch.hasClosures = true }
            var safe = VariableSet.reserved
            for argument in branch.arguments ?? [] { safe.formUnion(argument.variables()) }
            for term in (branch.arguments ?? []) + [branch.key, branch.value].compactMap({ $0 }) { rewrite(term, safe: safe) }
            branch.body = rewrite(body: branch.body, safe: safe)
        }
    }

    func rewrite(query body: [ExpressionNode]) -> [ExpressionNode] { rewrite(body: body, safe: .reserved) }

    private func rewrite(body: [ExpressionNode], safe: VariableSet) -> [ExpressionNode] {
        var result: [ExpressionNode] = []
        var known = safe
        for expression in body {
            rewriteClosures(of: expression, safe: known)
            if !expression.calls(.print) {
                result.append(expression)
            } else if resolution.options.keepsPrintCalls {
                capture(expression, safe: known)
                result.append(expression)
            }
            if resolution.options.keepsPrintCalls {
                known.formUnion(outputs.of(expression, safe: known))
                // Generated variables are bound somewhere; safety will tell.
                for variable in VariableCollector.safety(of: expression) where resolution.symbols.isGenerated(variable) {
                    known.insert(variable)
                }
            }
        }
        if result.isEmpty, let first = body.first {
            result.append(ExpressionNode(.term(Node(.boolean(true), span: first.span)), span: first.span))
        }
        return result
    }

    private func capture(_ expression: ExpressionNode, safe: VariableSet) {
        guard let terms = expression.call else { return }
        let symbols = resolution.symbols
        var elements: [Node] = []
        for operand in terms.dropFirst() {
            let unsafe = operand.variables(except: .safety).subtracting(safe)
            for variable in unsafe.sorted(by: symbols.precedes) {
                let name = symbols.description(symbols.author(of: variable))
                resolution.report(.compile, "var \(name) is undeclared", at: operand.span)
            }
            let local = symbols.generate()
            let capture = ExpressionNode.binding(local, to: operand, isGenerated: false)
            elements.append(
                Node(
                    .comprehension(
                        ComprehensionNode(
                            shape: .set, key: nil, value: Node(variable: local, span: operand.span), body: [capture])),
                    span: operand.span))
        }
        let span = expression.span
        let name = Node(.reference([Node(variable: .internal, span: span), Node(.string("print"), span: span)]), span: span)
        expression.kind = .call([name, Node(.array(elements), span: span)])
    }

    private func rewriteClosures(of expression: ExpressionNode, safe: VariableSet) {
        switch expression.kind {
        case .term(let term): rewrite(term, safe: safe)
        case .call(let terms), .some(let terms): for term in terms { rewrite(term, safe: safe) }
        case .every(let every):
            rewrite(every.domain, safe: safe)
            var inner = safe
            if let key = every.key { inner.formUnion(key.variables()) }
            inner.formUnion(every.value.variables())
            every.body = rewrite(body: every.body, safe: inner)
        }
        for with in expression.with { rewrite(with.value, safe: safe) }
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
        case .comprehension(let comprehension): comprehension.body = rewrite(body: comprehension.body, safe: safe)
        case .template(let parts):
            for case .expression(let expression) in parts { rewriteClosures(of: expression, safe: safe) }
        }
    }
}
