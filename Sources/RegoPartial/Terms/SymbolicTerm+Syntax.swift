import RegoSyntax

extension SymbolicTerm {
    /// What the compiler has left of an author's term.
    ///
    /// - Throws: if the term is of a kind that the compiler rewrites.
    convenience init(_ term: Term) throws {
        switch term.kind {
        case .null: self.init(.null)
        case .boolean(let value): self.init(.boolean(value))
        case .number(let text): self.init(.number(text))
        case .string(let text): self.init(.string(text))
        case .variable(let name): self.init(.variable(name))
        case .reference(let operands): self.init(.reference(try operands.map { try SymbolicTerm($0) }))
        case .call(let terms): self.init(.call(try terms.map { try SymbolicTerm($0) }))
        case .array(let elements): self.init(.array(try elements.map { try SymbolicTerm($0) }))
        case .set(let members): self.init(Self.set(try members.map { try SymbolicTerm($0) }).kind)
        case .object(let items):
            self.init(Self.object(try items.map { Item(key: try SymbolicTerm($0.key), value: try SymbolicTerm($0.value)) }).kind)
        case .arrayComprehension(let head, let body):
            self.init(
                .comprehension(SymbolicComprehension(shape: .array, key: nil, value: try SymbolicTerm(head), body: try SymbolicBody(body))))
        case .setComprehension(let head, let body):
            self.init(
                .comprehension(SymbolicComprehension(shape: .set, key: nil, value: try SymbolicTerm(head), body: try SymbolicBody(body))))
        case .objectComprehension(let key, let value, let body):
            self.init(
                .comprehension(
                    SymbolicComprehension(
                        shape: .object, key: try SymbolicTerm(key), value: try SymbolicTerm(value), body: try SymbolicBody(body))))
        case .templateString: throw PartialFailure(.internal, "a template string was not rewritten", at: term.span)
        }
    }

    /// The term as syntax, without a place.
    var syntax: Term {
        let kind: Term.Kind
        switch self.kind {
        case .null: kind = .null
        case .boolean(let value): kind = .boolean(value)
        case .number(let text): kind = .number(text)
        case .string(let text): kind = .string(text)
        case .variable(let name): kind = .variable(name)
        case .reference(let operands): kind = .reference(operands.map(\.syntax))
        case .call(let terms): kind = .call(terms.map(\.syntax))
        case .array(let elements): kind = .array(elements.map(\.syntax))
        case .set(let members): kind = .set(members.map(\.syntax))
        case .object(let items): kind = .object(items.map { Term.ObjectItem(key: $0.key.syntax, value: $0.value.syntax) })
        case .comprehension(let comprehension):
            let (value, body) = (comprehension.value.syntax, comprehension.body.syntax)
            switch comprehension.shape {
            case .array: kind = .arrayComprehension(head: value, body: body)
            case .set: kind = .setComprehension(head: value, body: body)
            case .object: kind = .objectComprehension(key: comprehension.key?.syntax ?? value, value: value, body: body)
            }
        }
        return Term(kind)
    }
}

extension SymbolicBody {
    /// What the compiler has left of an author's body.
    init(_ body: Body) throws { self = try body.map { try SymbolicExpression($0) } }

    /// The body as syntax, without places.
    var syntax: Body { map(\.syntax) }
}

extension SymbolicExpression {
    init(_ expression: Expression) throws {
        let kind: Kind
        switch expression.kind {
        case .term(let term): kind = .term(try SymbolicTerm(term))
        case .call(let terms): kind = .call(try terms.map { try SymbolicTerm($0) })
        case .every(let every):
            kind = .every(
                Every(
                    key: try every.key.map { try SymbolicTerm($0) }, value: try SymbolicTerm(every.value),
                    domain: try SymbolicTerm(every.domain), body: try SymbolicBody(every.body)))
        case .some: throw PartialFailure(.internal, "a declaration was not rewritten", at: expression.span)
        }
        let with = try expression.with.map { With(target: try SymbolicTerm($0.target), value: try SymbolicTerm($0.value)) }
        self.init(kind, isNegated: expression.isNegated, with: with, span: expression.span)
    }

    var syntax: Expression {
        let kind: Expression.Kind
        switch self.kind {
        case .term(let term): kind = .term(term.syntax)
        case .call(let terms): kind = .call(terms.map(\.syntax))
        case .every(let every):
            kind = .every(
                Expression.Every(
                    key: every.key?.syntax, value: every.value.syntax, domain: every.domain.syntax, body: every.body.syntax))
        }
        return Expression(
            kind, isNegated: isNegated, with: with.map { RegoSyntax.With(target: $0.target.syntax, value: $0.value.syntax) })
    }
}
