import RegoSyntax

/// Binds references and comprehensions to variables before they are used: `f(data.bar)` becomes `__local0__ = data.bar; f(__local0__)`.
///
/// In rules, `==` becomes `=` on the way; queries keep it, for their answer tells `false` from undefined.
struct DynamicTermRewriter {
    let symbols: SymbolTable
    let rewritesEqual: Bool

    func rewrite(_ body: [ExpressionNode]) -> [ExpressionNode] {
        var result = [ExpressionNode](capacity: body.count + 4)
        for expression in body {
            rewrite(expression, into: &result)
            result.append(expression)
        }
        return result
    }

    private func rewrite(_ expression: ExpressionNode, into result: inout [ExpressionNode]) {
        switch expression.kind {
        case .call(let terms):
            if rewritesEqual, terms.count == 3, expression.calls(.equal), let name = terms[0].reference?.first {
                name.kind = .variable(.unify)
                terms[0].callee = nil
            }
            if expression.calls(.unify) {
                guard terms.count == 3 else { return }
                keepShallow(terms[1], of: expression, into: &result)
                keepShallow(terms[2], of: expression, into: &result)
            } else {
                for term in terms.dropFirst() { bind(term, of: expression, into: &result) }
            }
        case .every(let every):
            bind(every.domain, of: expression, into: &result)
            every.body = rewrite(every.body)
        case .term(let term): keepShallow(term, of: expression, into: &result)
        case .some: break
        }
    }

    /// Leaves a reference or comprehension where it is, and binds only what is inside of it.
    private func keepShallow(_ node: Node, of expression: ExpressionNode, into result: inout [ExpressionNode]) {
        switch node.kind {
        case .reference(let operands):
            for operand in operands.dropFirst() { bind(operand, of: expression, into: &result) }
        case .comprehension(let comprehension): comprehension.body = rewrite(comprehension.body)
        default: bind(node, of: expression, into: &result)
        }
    }

    private func bind(_ node: Node, of expression: ExpressionNode, into result: inout [ExpressionNode]) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable, .call, .template: break
        case .reference(let operands):
            for operand in operands.dropFirst() { bind(operand, of: expression, into: &result) }
            extract(node, of: expression, into: &result)
        case .comprehension(let comprehension):
            comprehension.body = rewrite(comprehension.body)
            extract(node, of: expression, into: &result)
        case .array(let elements):
            for element in elements { bind(element, of: expression, into: &result) }
        case .set:
            node.sortMembers(symbols)
            if case .set(let members) = node.kind { for member in members { bind(member, of: expression, into: &result) } }
        case .object:
            node.sortMembers(symbols)
            guard case .object(let entries) = node.kind else { return }
            for entry in entries {
                bind(entry.key, of: expression, into: &result)
                bind(entry.value, of: expression, into: &result)
            }
        }
    }

    private func extract(_ node: Node, of expression: ExpressionNode, into result: inout [ExpressionNode]) {
        let variable = symbols.generate()
        result.append(.binding(variable, to: node.extract(to: variable), with: expression.with))
    }
}
