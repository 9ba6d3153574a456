import RegoSyntax

/// Turns resolved nodes back into terms and expressions.
struct Raising {
    let symbols: SymbolTable

    func body(_ body: [ExpressionNode]) -> Body {
        var result = Body(capacity: body.count)
        for expression in body { result.append(self.expression(expression)) }
        return result
    }

    func expression(_ expression: ExpressionNode) -> Expression {
        let kind: Expression.Kind
        switch expression.kind {
        case .term(let term): kind = .term(self.term(term))
        case .call(let operands): kind = .call(terms(operands))
        case .some(let operands): kind = .some(terms(operands))
        case .every(let every):
            kind = .every(
                Expression.Every(
                    key: every.key.map(term), value: term(every.value), domain: term(every.domain), body: body(every.body)))
        }
        return Expression(
            kind, isNegated: expression.isNegated,
            with: expression.with.map { With(target: term($0.target), value: term($0.value), span: $0.span) }, span: expression.span,
            isGenerated: expression.isGenerated)
    }

    func terms(_ nodes: [Node]) -> [Term] {
        var result = [Term](capacity: nodes.count)
        for node in nodes { result.append(term(node)) }
        return result
    }

    func term(_ node: Node) -> Term { Term(kind(node.kind), span: node.span) }

    private func kind(_ kind: Node.Kind) -> Term.Kind {
        switch kind {
        case .null: return .null
        case .boolean(let value): return .boolean(value)
        case .number(let text): return .number(text)
        case .string(let text): return .string(text)
        case .variable(let variable): return .variable(symbols.name(variable))
        case .reference(let operands): return .reference(terms(operands))
        case .call(let operands): return .call(terms(operands))
        case .array(let elements): return .array(terms(elements))
        case .object(let entries): return .object(entries.map { Term.ObjectItem(key: term($0.key), value: term($0.value)) })
        case .set(let members): return .set(terms(members))
        case .comprehension(let comprehension):
            let value = term(comprehension.value)
            let body = body(comprehension.body)
            switch comprehension.shape {
            case .array: return .arrayComprehension(head: value, body: body)
            case .set: return .setComprehension(head: value, body: body)
            case .object: return .objectComprehension(key: comprehension.key.map(term) ?? value, value: value, body: body)
            }
        case .template(let parts):
            return .templateString(
                parts: parts.map { part in
                    switch part {
                    case .text(let text): .text(text)
                    case .expression(let expression): .expression(self.expression(expression))
                    }
                }, isRaw: false)
        }
    }
}
