import RegoSyntax

/// Leaves calls only at the level of expressions: `f(g(x))` becomes `g(x, __local0__); f(__local0__)`.
///
/// Also binds the subjects of references such as `[1, 2][i]` to variables.
struct ExpressionTermRewriter {
    let symbols: SymbolTable

    func rewrite(_ rule: RuleNode) {
        var support: [ExpressionNode] = []
        for argument in rule.arguments ?? [] { expand(argument, into: &support) }
        if let key = rule.key { expand(key, into: &support) }
        if let value = rule.value { expand(value, into: &support) }
        for expression in support { rule.body.append(generated: expression) }
        rule.body = rewrite(rule.body)
    }

    func rewrite(_ body: [ExpressionNode]) -> [ExpressionNode] {
        var result = [ExpressionNode](capacity: body.count + 4)
        for expression in body { expand(expression, into: &result) }
        return result
    }

    private func expand(_ expression: ExpressionNode, into result: inout [ExpressionNode]) {
        for with in expression.with { expand(with.value, into: &result) }
        let start = result.count
        switch expression.kind {
        case .term(let term): expand(term, into: &result)
        case .call(let terms):
            for term in terms.dropFirst() { expand(term, into: &result) }
        case .every(let every):
            let variable = symbols.generate()
            let domain = every.domain.extract(to: variable)
            expand(.binding(variable, to: domain, with: expression.with), into: &result)
            every.body = rewrite(every.body)
        case .some: break
        }
        if !expression.with.isEmpty {
            for index in start..<result.count { result[index].with = expression.with }
        }
        result.append(expression)
    }

    private func expand(_ node: Node, into support: inout [ExpressionNode]) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable, .template: break
        case .call(let terms):
            for term in terms.dropFirst() { expand(term, into: &support) }
            let variable = symbols.generate()
            node.kind = .variable(variable)
            support.append(
                ExpressionNode(.call(terms + [Node(variable: variable, span: node.span)]), span: node.span, isGenerated: true))
        case .reference(let operands):
            for operand in operands { expand(operand, into: &support) }
            bindSubject(operands[0], into: &support)
        case .array(let elements):
            for element in elements { expand(element, into: &support) }
        case .set:
            node.sortMembers(symbols)
            if case .set(let members) = node.kind { for member in members { expand(member, into: &support) } }
        case .object:
            node.sortMembers(symbols)
            guard case .object(let entries) = node.kind else { return }
            for entry in entries {
                expand(entry.key, into: &support)
                expand(entry.value, into: &support)
            }
        case .comprehension(let comprehension):
            rewrite(comprehension)
        }
    }

    private func bindSubject(_ subject: Node, into support: inout [ExpressionNode]) {
        switch subject.kind {
        case .array, .object, .set, .comprehension, .call:
            let variable = symbols.generate()
            support.append(.binding(variable, to: subject.extract(to: variable)))
        case .null, .boolean, .number, .string, .variable, .reference, .template: break
        }
    }

    private func rewrite(_ comprehension: ComprehensionNode) {
        var support: [ExpressionNode] = []
        for term in comprehension.head { expand(term, into: &support) }
        for expression in support { comprehension.body.append(generated: expression) }
        comprehension.body = rewrite(comprehension.body)
    }
}
