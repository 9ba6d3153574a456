extension Parser {
    /// Expressions up to a closing token, which stays the current one.
    mutating func parseBody(until end: Token.Kind) -> Body? {
        return parseQuery(until: end, isTopLevel: false)
    }

    /// Expressions separated by `;` or line breaks; at the top level by `;` only.
    mutating func parseQuery(until end: Token.Kind, isTopLevel: Bool) -> Body? {
        guard kind != end else {
            error("found empty body")
            return nil
        }
        var body = Body()
        var tallest = 0
        while true {
            guard let expression = parseLiteral() else { return nil }
            if body.isEmpty { body = Body(capacity: 4) }
            body.append(expression)
            tallest = max(tallest, state.height)
            state.height = tallest
            if kind == .semicolon {
                scan()
                continue
            }
            if kind == end || isTopLevel { return body }
            guard state.skippedLineBreak else {
                if state.errors.isEmpty { illegal("expected \\n or ; or \(end.name)") }
                return nil
            }
        }
    }

    /// One expression with its `not` and `with`.
    @inline(never)
    mutating func parseLiteral() -> Expression? {
        guard enter(3) else { return nil }
        defer { leave(3) }
        let start = span
        guard var expression = parseUnlocatedLiteral() else { return nil }
        expression.span = span(start, to: state.lastEnd)
        return expression
    }

    private mutating func parseUnlocatedLiteral() -> Expression? {
        if stepOntoKeywordReference() { return parseLiteralExpression(isNegated: false) }
        var isNegated = false
        if kind == .not {
            scan()
            isNegated = true
        }
        switch kind {
        case .some:
            guard !isNegated else {
                illegal("illegal negation of 'some'")
                return nil
            }
            return parseSome()
        case .every:
            guard !isNegated else {
                illegal("illegal negation of 'every'")
                return nil
            }
            return parseEvery()
        default:
            return parseLiteralExpression(isNegated: isNegated)
        }
    }

    private mutating func parseLiteralExpression(isNegated: Bool) -> Expression? {
        let start = version == .v1 || !givesHints ? nil : save()
        guard var expression = parseExpression() else { return nil }
        expression.isNegated = isNegated
        if kind == .with, !parseWith(into: &expression) { return nil }
        if let start, case .term(let term) = expression.kind, case .variable("every") = term.kind { hintAtEvery(from: start) }
        return expression
    }

    /// `lhs`, `lhs := rhs` or `lhs = rhs`.
    @inline(never)
    private mutating func parseExpression() -> Expression? {
        guard let left = parseInfix() else { return nil }
        let height = state.height
        if kind == .assign || kind == .eq {
            let operation = operatorTerm()
            scan()
            guard let right = parseInfix() else { return nil }
            state.height = max(height, state.height)
            return Expression(.call([operation, left, right]))
        }
        if case .call(let terms) = left.kind { return Expression(.call(terms)) }
        return Expression(.term(left))
    }

    /// The `with` modifiers behind an expression, if there are any; `false` on an error.
    @inline(never)
    private mutating func parseWith(into expression: inout Expression) -> Bool {
        var tallest = state.height
        while kind == .with {
            let start = span
            scan()
            guard kind == .identifier else {
                illegal("expected ident")
                return false
            }
            guard let target = parseTerm() else { return false }
            tallest = max(tallest, state.height)
            switch target.kind {
            case .reference, .variable: break
            default: illegal("expected with target path")
            }
            guard kind == .as else {
                illegal("expected as keyword")
                return false
            }
            scan()
            guard let value = parseInfix() else { return false }
            tallest = max(tallest, state.height)
            expression.with.append(With(target: target, value: value, span: span(start, to: state.lastEnd)))
        }
        state.height = tallest
        return true
    }

    /// `some x, y` or `some x in xs`.
    @inline(never)
    private mutating func parseSome() -> Expression? {
        let start = save()
        scan()
        if let term = parseInfix(), case .call(let call) = term.kind {
            guard let membership = Membership(call) else {
                illegal("expected `x in xs` or `x, y in xs` expression")
                return nil
            }
            guard membership.isWellFormed else {
                illegal("illegal domain")
                return nil
            }
            var expression = Expression(.some([term]))
            return parseWith(into: &expression) ? expression : nil
        }
        restore(start)
        if version != .v1, givesHints { hintAtIn() }

        var symbols: [Term] = []
        repeat {
            scan()
            guard kind == .identifier else {
                illegal("expected var")
                return nil
            }
            symbols.append(parseVariable())
            scan()
        } while kind == .comma
        state.height = 1
        return Expression(.some(symbols))
    }

    /// `every x in xs { … }`.
    @inline(never)
    private mutating func parseEvery() -> Expression? {
        guard enter() else { return nil }
        defer { leave() }
        scan()
        guard let term = parseInfix() else { return nil }
        let height = state.height
        guard case .call(let call) = term.kind, let membership = Membership(call) else {
            illegal("expected `x[, y] in xs { ... }` expression")
            return nil
        }
        guard membership.isWellFormed else {
            illegal("illegal domain")
            return nil
        }
        if let key = membership.key, !key.isVariable {
            illegal("expected key to be a variable")
            return nil
        }
        guard membership.value.isVariable else {
            illegal("expected value to be a variable")
            return nil
        }
        guard kind == .leftBrace else {
            illegal("missing body")
            return nil
        }
        guard let body = parseBraces(), build(over: max(height, state.height)) else { return nil }
        var expression = Expression(
            .every(Expression.Every(key: membership.key, value: membership.value, domain: membership.domain, body: body)))
        return parseWith(into: &expression) ? expression : nil
    }

    // MARK: Hints to writers of v0

    /// Hints at the missing import if what stands here is a `some x in xs`.
    private mutating func hintAtIn() {
        let start = save()
        let isMembership = parsingWithAllKeywords { parser in
            parser.scan()
            guard let term = parser.parseInfix(), case .call(let call) = term.kind else { return false }
            return Membership(call) != nil
        }
        restore(start)
        if isMembership { hint("`import future.keywords.in` for `some x in xs` expressions") }
    }

    /// Hints at the missing import if what stood at a saved state is an `every x in xs { … }`.
    @inline(never)
    private mutating func hintAtEvery(from start: State) {
        let here = save()
        restore(start)
        let isEvery = parsingWithAllKeywords { $0.parseEvery() != nil }
        restore(here)
        if isEvery { hint("`import future.keywords.every` for `every x in xs { ... }` expressions") }
    }

    private mutating func parsingWithAllKeywords(_ parse: (inout Parser) -> Bool) -> Bool {
        var parser = self
        parser.forgetTerms()
        parser.givesHints = false
        parser.lexer.futureKeywords = .all
        return parse(&parser)
    }
}

/// The parts of a call of `internal.member_2` or `internal.member_3`.
private struct Membership {
    var key: Term?
    var value: Term
    var domain: Term
    var isWellFormed: Bool

    /// `nil` if the call is one of something else.
    init?(_ call: [Term]) {
        guard case .reference(let path) = call[0].kind, path.count == 2, case .variable("internal") = path[0].kind,
            case .string(let name) = path[1].kind, name == "member_2" || name == "member_3"
        else { return nil }
        let hasKey = name == "member_3"
        isWellFormed = call.count == (hasKey ? 4 : 3)
        key = hasKey && isWellFormed ? call[1] : nil
        value = isWellFormed ? call[call.count - 2] : call[0]
        domain = call[call.count - 1]
    }
}
