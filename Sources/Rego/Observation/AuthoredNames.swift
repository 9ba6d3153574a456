import RegoCompiler
import RegoSyntax

extension TraceLegend {
    /// An expression with the names that its author gave to variables.
    func authored(_ expression: Expression) -> Expression {
        var result = expression
        switch expression.kind {
        case .term(let term): result.kind = .term(authored(term))
        case .call(let terms): result.kind = .call(terms.map(authored))
        case .some(let terms): result.kind = .some(terms.map(authored))
        case .every(let every):
            var shown = Expression.Every(
                key: every.key.map(authored), value: authored(every.value), domain: authored(every.domain),
                body: every.body.map(authored))
            // A key that the author did not write is not shown.
            if case .variable(let name)? = every.key?.kind, authoredNames[name] == nil { shown.key = nil }
            result.kind = .every(shown)
        }
        result.with = expression.with.map { With(target: $0.target, value: authored($0.value), span: $0.span) }
        return result
    }

    /// A term with the names that its author gave to variables.
    func authored(_ term: Term) -> Term {
        var result = term
        switch term.kind {
        case .null, .boolean, .number, .string: break
        case .variable(let name): result.kind = .variable(authoredNames[name] ?? name)
        case .reference(let terms): result.kind = .reference(terms.map(authored))
        case .call(let terms): result.kind = .call(terms.map(authored))
        case .array(let terms): result.kind = .array(terms.map(authored))
        case .set(let terms): result.kind = .set(terms.map(authored))
        case .object(let items):
            result.kind = .object(items.map { Term.ObjectItem(key: authored($0.key), value: authored($0.value)) })
        case .arrayComprehension(let head, let body):
            result.kind = .arrayComprehension(head: authored(head), body: body.map(authored))
        case .setComprehension(let head, let body):
            result.kind = .setComprehension(head: authored(head), body: body.map(authored))
        case .objectComprehension(let key, let value, let body):
            result.kind = .objectComprehension(key: authored(key), value: authored(value), body: body.map(authored))
        case .templateString: break
        }
        return result
    }
}

extension Expression {
    /// Adds the names of the variables in the expression.
    func collectVariables(into names: inout Set<String>) {
        switch kind {
        case .term(let term): term.collectVariables(into: &names)
        case .call(let terms), .some(let terms): for term in terms { term.collectVariables(into: &names) }
        case .every(let every):
            every.key?.collectVariables(into: &names)
            every.value.collectVariables(into: &names)
            every.domain.collectVariables(into: &names)
            for expression in every.body { expression.collectVariables(into: &names) }
        }
        for modifier in with { modifier.value.collectVariables(into: &names) }
    }
}

extension Term {
    /// Adds the names of the variables in the term.
    func collectVariables(into names: inout Set<String>) {
        switch kind {
        case .null, .boolean, .number, .string, .templateString: break
        case .variable(let name): names.insert(name)
        case .reference(let terms), .call(let terms), .array(let terms), .set(let terms):
            for term in terms { term.collectVariables(into: &names) }
        case .object(let items):
            for item in items {
                item.key.collectVariables(into: &names)
                item.value.collectVariables(into: &names)
            }
        case .arrayComprehension(let head, let body), .setComprehension(let head, let body):
            head.collectVariables(into: &names)
            for expression in body { expression.collectVariables(into: &names) }
        case .objectComprehension(let key, let value, let body):
            key.collectVariables(into: &names)
            value.collectVariables(into: &names)
            for expression in body { expression.collectVariables(into: &names) }
        }
    }
}
