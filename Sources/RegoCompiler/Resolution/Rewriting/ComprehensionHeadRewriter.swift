/// Binds the heads of comprehensions to variables where they have to be evaluated: `[x[0] | x = y[_]]` becomes
/// `[__local0__ | x = y[_]; __local0__ = x[0]]`.
struct ComprehensionHeadRewriter {
    let symbols: SymbolTable

    func rewrite(_ rule: RuleNode) {
        for branch in rule.chain where branch.hasClosures {
            for operand in branch.reference.dropFirst() { rewrite(operand) }
            for argument in branch.arguments ?? [] { rewrite(argument) }
            if let key = branch.key { rewrite(key) }
            if let value = branch.value { rewrite(value) }
            rewrite(branch.body)
        }
    }

    func rewrite(_ body: [ExpressionNode]) {
        for expression in body { rewrite(expression) }
    }

    private func rewrite(_ expression: ExpressionNode) {
        switch expression.kind {
        case .term(let term): rewrite(term)
        case .call(let terms), .some(let terms): for term in terms { rewrite(term) }
        case .every(let every):
            rewrite(every.domain)
            rewrite(every.body)
        }
        for with in expression.with {
            rewrite(with.target)
            rewrite(with.value)
        }
    }

    private func rewrite(_ node: Node) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable, .template: break
        case .reference(let nodes), .call(let nodes), .array(let nodes): for element in nodes { rewrite(element) }
        case .set:
            node.sortMembers(symbols)
            if case .set(let members) = node.kind { for member in members { rewrite(member) } }
        case .object:
            node.sortMembers(symbols)
            guard case .object(let entries) = node.kind else { return }
            for entry in entries {
                rewrite(entry.key)
                rewrite(entry.value)
            }
        case .comprehension(let comprehension):
            for term in comprehension.head where term.requiresEvaluation {
                let variable = symbols.generate()
                comprehension.body.append(generated: .binding(variable, to: term.extract(to: variable)))
            }
            rewrite(comprehension.body)
        }
    }
}
