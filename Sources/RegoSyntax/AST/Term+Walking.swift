extension Term {
    /// Whether the term contains no variables; the head of a reference does not count as one.
    package var isGround: Bool {
        switch kind {
        case .null, .boolean, .number, .string: true
        case .variable: false
        case .reference(let terms): terms.dropFirst().allSatisfy(\.isGround)
        case .call(let terms), .array(let terms), .set(let terms): terms.allSatisfy(\.isGround)
        case .object(let items): items.allSatisfy { $0.key.isGround && $0.value.isGround }
        case .arrayComprehension(let head, let body), .setComprehension(let head, let body):
            head.isGround && body.allSatisfy(\.isGround)
        case .objectComprehension(let key, let value, let body): key.isGround && value.isGround && body.allSatisfy(\.isGround)
        case .templateString(let parts, _):
            parts.allSatisfy { part in
                if case .expression(let expression) = part { expression.isGround } else { true }
            }
        }
    }

    /// Visits the term and, where the visitor returns `true`, its parts, but nothing within comprehensions.
    func walkOutsideComprehensions(_ visit: (Term) -> Bool) {
        guard visit(self) else { return }
        switch kind {
        case .null, .boolean, .number, .string, .variable, .arrayComprehension, .setComprehension, .objectComprehension: break
        case .reference(let terms), .call(let terms), .array(let terms), .set(let terms):
            for term in terms { term.walkOutsideComprehensions(visit) }
        case .object(let items):
            for item in items {
                item.key.walkOutsideComprehensions(visit)
                item.value.walkOutsideComprehensions(visit)
            }
        case .templateString(let parts, _):
            for case .expression(let expression) in parts {
                switch expression.kind {
                case .term(let term): term.walkOutsideComprehensions(visit)
                case .call(let terms): Term(.call(terms), span: expression.span).walkOutsideComprehensions(visit)
                case .some, .every: break
                }
            }
        }
    }

    /// Gives the term and all its parts another place.
    mutating func relocate(to span: Span) {
        self.span = span
        switch kind {
        case .null, .boolean, .number, .string, .variable: break
        case .reference(let terms): kind = .reference(terms.relocated(to: span))
        case .call(let terms): kind = .call(terms.relocated(to: span))
        case .array(let terms): kind = .array(terms.relocated(to: span))
        case .set(let terms): kind = .set(terms.relocated(to: span))
        case .object(let items):
            kind = .object(
                items.map { Term.ObjectItem(key: $0.key.relocated(to: span), value: $0.value.relocated(to: span)) })
        case .arrayComprehension(let head, let body):
            kind = .arrayComprehension(head: head.relocated(to: span), body: body.relocated(to: span))
        case .setComprehension(let head, let body):
            kind = .setComprehension(head: head.relocated(to: span), body: body.relocated(to: span))
        case .objectComprehension(let key, let value, let body):
            kind = .objectComprehension(
                key: key.relocated(to: span), value: value.relocated(to: span), body: body.relocated(to: span))
        case .templateString(let parts, let isRaw):
            let relocated = parts.map { part in
                guard case .expression(var expression) = part else { return part }
                expression.relocate(to: span)
                return Term.TemplatePart.expression(expression)
            }
            kind = .templateString(parts: relocated, isRaw: isRaw)
        }
    }

    func relocated(to span: Span) -> Term {
        var term = self
        term.relocate(to: span)
        return term
    }
}

extension Array<Term> {
    func relocated(to span: Span) -> [Term] { map { $0.relocated(to: span) } }
}

extension Body {
    func relocated(to span: Span) -> Body {
        map { expression in
            var expression = expression
            expression.relocate(to: span)
            return expression
        }
    }
}

extension Expression {
    /// Whether the expression contains no variables, `with` aside.
    package var isGround: Bool {
        switch kind {
        case .term(let term): term.isGround
        case .call(let terms): terms.dropFirst().allSatisfy(\.isGround)
        case .some, .every: true
        }
    }

    /// Gives the expression and all its parts another place.
    mutating func relocate(to span: Span) {
        self.span = span
        switch kind {
        case .term(let term): kind = .term(term.relocated(to: span))
        case .call(let terms): kind = .call(terms.relocated(to: span))
        case .some(let symbols): kind = .some(symbols.relocated(to: span))
        case .every(var every):
            every.key?.relocate(to: span)
            every.value.relocate(to: span)
            every.domain.relocate(to: span)
            every.body = every.body.relocated(to: span)
            kind = .every(every)
        }
        with = with.map { With(target: $0.target.relocated(to: span), value: $0.value.relocated(to: span), span: span) }
    }
}

extension Rule.Head {
    /// Gives the head and all its terms another place.
    mutating func relocate(to span: Span) {
        self.span = span
        reference = reference.relocated(to: span)
        arguments = arguments?.relocated(to: span)
        key?.relocate(to: span)
        value?.relocate(to: span)
    }
}
