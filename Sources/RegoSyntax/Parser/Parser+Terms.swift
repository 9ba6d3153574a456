extension Parser {
    /// A term with infix operators, `k, v in xs` included.
    mutating func parseInfix() -> Term? { parseMembership(allowsKey: true) }

    /// A term with infix operators where a comma ends it.
    mutating func parseInfixInList() -> Term? { parseMembership(allowsKey: false) }

    /// Comparisons and what binds stronger, and `in` between them.
    ///
    /// Where an operator's right side cannot be parsed, the left side is the result: the error is recorded, and OPA's further messages
    /// depend on going on from there.
    private mutating func parseMembership(allowsKey: Bool) -> Term? {
        guard enter() else { return nil }
        defer { leave() }
        let offset = state.token.offset
        guard var left = parseOperation(atLeast: 1) else { return nil }
        while true {
            if allowsKey, kind == .comma {
                if parseKeyedMembership(&left, offset: offset) {
                    guard kind == .in else { return left }
                    continue
                }
            }
            stepOntoKeywordReference()
            guard kind == .in, parseOperand(&left, offset: offset, precedence: 1), kind == .in else { return left }
        }
    }

    /// The rest of `k, v in xs`, its comma being the current token, of which `left` is the key; steps back if something else stands here.
    @inline(never)
    private mutating func parseKeyedMembership(_ left: inout Term, offset: Int) -> Bool {
        let comma = save()
        scan()
        let height = comma.height
        if let value = parseOperation(atLeast: 1), kind == .in {
            let tallest = max(height, state.height)
            let operation = operatorTerm("member_3")
            scan()
            if let domain = parseOperation(atLeast: 1), build(over: max(tallest, state.height)) {
                left = located(.call([operation, left, value, domain]), at: left.span, from: offset)
                return true
            }
        }
        restore(comma)
        return false
    }

    /// Infix operations whose operators bind at least as strongly as `precedence`.
    private mutating func parseOperation(atLeast precedence: Int) -> Term? {
        let offset = state.token.offset
        guard var left = parseTerm() else { return nil }
        // All operators are left-associative: what follows an operation binds at most as strongly, what follows a failed one less.
        var limit = Int.max
        while true {
            let strength = kind.precedence
            guard strength >= precedence, strength > 0, strength <= limit else { return left }
            limit = parseOperand(&left, offset: offset, precedence: strength + 1) ? strength : strength - 1
        }
    }

    /// An operator and the operation on its right, which binds at least as strongly as `precedence`; makes `left` the call of the two.
    @inline(never)
    private mutating func parseOperand(_ left: inout Term, offset: Int, precedence: Int) -> Bool {
        let height = state.height
        let operation = kind == .in ? operatorTerm("member_2") : operatorTerm()
        scan()
        guard let right = parseOperation(atLeast: precedence), build(over: max(height, state.height)) else { return false }
        left = located(.call([operation, left, right]), at: left.span, from: offset)
        return true
    }

    /// A term that ends before the current token; its place begins at an offset but has another node's row and column.
    @inline(never)
    private func located(_ kind: Term.Kind, at place: Span, from offset: Int) -> Term {
        Term(kind, span: span(place, from: UInt32(truncatingIfNeeded: offset), to: state.lastEnd))
    }

    /// The reference of the builtin that the current token, `in`, stands for.
    @inline(never)
    private func operatorTerm(_ name: String) -> Term {
        let place = span
        return Term(.reference([Term(.variable("internal"), span: place), Term(.string(name), span: place)]), span: place)
    }

    /// The reference of the builtin that the current token, an operator, stands for.
    @inline(never)
    func operatorTerm() -> Term {
        let place = span
        return Term(.reference([Term(.variable(kind.name), span: place)]), span: place)
    }

    /// A term without infix operators outside of parentheses, not looked for in memory.
    mutating func parseNewTerm() -> Term? {
        let place = span
        state.height = 1
        let term: Term?
        switch kind {
        case .null: term = Term(.null, span: place)
        case .true: term = Term(.boolean(true), span: place)
        case .false: term = Term(.boolean(false), span: place)
        case .minus, .dot, .number: term = parseNumber()
        case .string, .rawString: term = parseString()
        case .templatePart, .templateEnd: term = parseTemplate(isRaw: false)
        case .rawTemplatePart, .rawTemplateEnd: term = parseTemplate(isRaw: true)
        // `contains` is a keyword in rule heads only.
        case .identifier, .contains: term = parseVariable()
        case .leftBracket: term = parseArray()
        case .leftBrace: term = parseSetOrObject()
        case .leftParen: term = parseParenthesized()
        default:
            illegal()
            return nil
        }
        guard let term else { return nil }
        return parseFinish(term)
    }

    @inline(never)
    private mutating func parseParenthesized() -> Term? {
        guard enter() else { return nil }
        defer { leave() }
        let start = state.token.offset
        scan()
        guard var term = parseInfix() else { return nil }
        guard kind == .rightParen else {
            error("non-terminated expression")
            return nil
        }
        term.span = span(term.span, from: UInt32(truncatingIfNeeded: start), to: state.token.end)
        return term
    }

    /// The variable that the current token names, which stays the current one.
    @inline(never)
    mutating func parseVariable() -> Term {
        let token = state.token
        if token.end - token.offset == 1, lexer.bytes[token.offset] == UInt8(ascii: "_") { return Term(nextWildcard(), span: span) }
        return Term(.variable(text), span: span)
    }

    /// A name for a `_`, unique in the text.
    mutating func nextWildcard() -> Term.Kind {
        defer { state.wildcard += 1 }
        return .variable("$\(state.wildcard)")
    }

    /// Steps behind a term, and reads the reference or call that it begins.
    private mutating func parseFinish(_ head: Term) -> Term? {
        scanWhitespace()
        switch kind {
        case .leftParen, .dot, .leftBracket:
            return parseReference(head)
        case .whitespace:
            scan()
        default: break
        }
        return head.isRootDocument ? Term(.reference([head]), span: head.span) : head
    }

    /// A reference or call, its head having been parsed and `.`, `[` or `(` being the current token.
    @inline(never)
    mutating func parseReference(_ head: Term) -> Term? {
        guard enter() else { return nil }
        defer { leave() }
        checkReferenceHead(head)
        var tallest = state.height
        // Most references have up to four operands: room for them spares two moves.
        var terms = [Term](capacity: 4)
        terms.append(head)
        while true {
            switch kind {
            case .dot:
                guard parseDotOperand(into: &terms) else { return nil }
            case .leftBracket:
                guard parseBracketOperand(into: &terms) else { return nil }
                tallest = max(tallest, state.height)
            case .leftParen:
                state.height = tallest
                return parseCallFinish(parseCall(terms), head: head)
            default:
                return finishReference(terms, height: tallest, head: head)
            }
        }
    }

    @inline(never)
    private mutating func checkReferenceHead(_ head: Term) {
        switch head.kind {
        case .variable, .array, .object, .set, .arrayComprehension, .objectComprehension, .setComprehension, .call: break
        default: error("illegal ref (head cannot be \(head.kind.name))", at: head.span)
        }
    }

    /// `.name`
    @inline(never)
    private mutating func parseDotOperand(into terms: inout [Term]) -> Bool {
        scanWhitespace()
        guard kind == .identifier || isReferenceKeyword else {
            illegal("expected identifier")
            return false
        }
        terms.append(Term(.string(text), span: span))
        scanWhitespace()
        return true
    }

    /// `[operand]`
    @inline(never)
    private mutating func parseBracketOperand(into terms: inout [Term]) -> Bool {
        guard enter() else { return false }
        defer { leave() }
        scan()
        guard let operand = parseInfix() else { return false }
        guard kind == .rightBracket else {
            illegal("expected [")
            return false
        }
        terms.append(operand)
        scanWhitespace()
        return true
    }

    @inline(never)
    private mutating func finishReference(_ terms: [Term], height: Int, head: Term) -> Term? {
        let end = state.lastEnd
        if kind == .whitespace { scan() }
        guard build(over: height) else { return nil }
        return Term(.reference(terms), span: span(head.span, to: end))
    }

    /// What follows a call: the end of the term, or operands that make it the head of a reference.
    @inline(never)
    private mutating func parseCallFinish(_ call: Term?, head: Term) -> Term? {
        guard var call else { return nil }
        switch kind {
        case .whitespace:
            scan()
            call.span = span(head.span, to: state.lastEnd)
            return call
        case .dot, .leftBracket:
            return parseReference(call)
        default:
            return call
        }
    }

    /// A call of the reference that `reference` is, `(` being the current token.
    @inline(never)
    private mutating func parseCall(_ reference: [Term]) -> Term? {
        guard enter() else { return nil }
        defer { leave() }
        let operationHeight = state.height
        let operation = Term(.reference(reference), span: span(reference[0].span, to: state.token.offset))
        scan()
        var terms = [Term](capacity: 4)
        terms.append(operation)
        var height = 0
        if kind != .rightParen {
            guard parseTerms(until: .rightParen, into: &terms) else { return nil }
            height = state.height
        }
        let end = state.token.end
        scanWhitespace()
        guard build(over: max(height, operationHeight)) else { return nil }
        if terms.count == 1, operation.isSetConstructor { return Term(.set([]), span: span(operation.span, to: end)) }
        return Term(.call(terms), span: span(operation.span, to: end))
    }
}

extension Term {
    /// `data` or `input` on its own, which is a reference.
    var isRootDocument: Bool {
        if case .variable(let name) = kind { name == "data" || name == "input" } else { false }
    }

    /// The reference of the call that makes an empty set, `set()`.
    fileprivate var isSetConstructor: Bool {
        if case .reference(let terms) = kind, terms.count == 1, case .variable("set") = terms[0].kind { true } else { false }
    }

    var isVariable: Bool {
        if case .variable = kind { true } else { false }
    }

    var isReference: Bool {
        if case .reference = kind { true } else { false }
    }

    /// A variable that was written `_`.
    var isWildcard: Bool {
        if case .variable(let name) = kind { name.utf8.first == UInt8(ascii: "$") } else { false }
    }
}
