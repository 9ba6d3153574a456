extension Parser {
    /// An array or an array comprehension; its `]` becomes the current token.
    @inline(never)
    mutating func parseArray() -> Term? {
        guard enter(2) else { return nil }
        defer { leave(2) }
        let start = span
        scan()
        if kind == .rightBracket { return finish(.array([]), over: 0, from: start) }
        let mayBeComprehension = skipLeadingComma()

        // One term alone comes first, so that `[a | b]` is a comprehension rather than an array with a union.
        let beforeHead = save()
        guard let head = parseTerm() else { return nil }
        let height = state.height
        switch kind {
        case .rightBracket:
            return finish(.array([head]), over: height, from: start)
        case .comma:
            scan()
            return parseArrayRest([head], height: height, from: start)
        case .or where mayBeComprehension:
            scan()
            if let body = parseBody(until: .rightBracket) {
                return finish(
                    .arrayComprehension(head: head, body: body), over: max(height, state.height), from: start,
                    levels: Self.closureLevels)
            }
            guard kind == .comma else { return nil }
        default: break
        }
        restore(beforeHead)
        return parseArrayRest([], height: 0, from: start)
    }

    @inline(never)
    private mutating func parseArrayRest(_ first: [Term], height: Int, from start: Span) -> Term? {
        var terms = first
        guard parseTerms(until: .rightBracket, into: &terms, height: height) else { return nil }
        return finish(.array(terms), over: state.height, from: start)
    }

    /// A set, an object or a comprehension of one of them; its `}` becomes the current token.
    @inline(never)
    mutating func parseSetOrObject() -> Term? {
        guard enter(2) else { return nil }
        defer { leave(2) }
        let start = span
        scan()
        if kind == .rightBrace { return finish(.object([]), over: 0, from: start) }
        let mayBeComprehension = skipLeadingComma()

        let beforeHead = save()
        guard let head = parseTerm() else { return nil }
        switch kind {
        case .or where mayBeComprehension:
            return parseSetComprehension(head, beforeHead: beforeHead, from: start)
        case .rightBrace, .comma:
            return parseSet(head, from: start)
        case .colon:
            return parseObject(key: head, mayBeComprehension: mayBeComprehension, from: start)
        default: break
        }

        restore(beforeHead)
        guard let head = parseInfixInList() else { return nil }
        switch kind {
        case .rightBrace, .comma:
            return parseSet(head, from: start)
        case .colon:
            // It may still be a comprehension: `{a + 1: b | …}`.
            return parseObject(key: head, mayBeComprehension: mayBeComprehension, from: start)
        default:
            if Int(start.offset) != bodyTrial { illegal("non-terminated set") }
            return nil
        }
    }

    /// The set whose first member was parsed, `}` or `,` being the current token.
    private mutating func parseSet(_ head: Term, from start: Span) -> Term? {
        let height = state.height
        if kind == .rightBrace { return finish(.set([head]), over: height, from: start) }
        scan()
        return parseSetRest([head], height: height, from: start)
    }

    @inline(never)
    private mutating func parseSetRest(_ first: [Term], height: Int, from start: Span) -> Term? {
        var terms = first
        guard parseTerms(until: .rightBrace, into: &terms, height: height) else { return nil }
        return finish(.set(terms), over: state.height, from: start)
    }

    /// A set comprehension, `|` being the current token; or a set that begins with a union.
    @inline(never)
    private mutating func parseSetComprehension(_ head: Term, beforeHead: State, from start: Span) -> Term? {
        let height = state.height
        scan()
        if let body = parseBody(until: .rightBrace) {
            return finish(
                .setComprehension(head: head, body: body), over: max(height, state.height), from: start, levels: Self.closureLevels)
        }
        guard kind == .comma else { return nil }
        restore(beforeHead)
        return parseSetRest([], height: 0, from: start)
    }

    /// An object whose first key was parsed, `:` being the current token.
    @inline(never)
    private mutating func parseObject(key: Term, mayBeComprehension: Bool, from start: Span) -> Term? {
        guard enter(2) else { return nil }
        defer { leave(2) }
        let keyHeight = state.height
        scan()
        let beforeValue = save()
        guard let value = parseTerm() else { return nil }
        let height = max(keyHeight, state.height)

        var mayBeOperation = true
        if mayBeComprehension {
            switch kind {
            case .rightBrace, .comma:
                mayBeOperation = false
                if let object = parseObjectRest(key: key, value: value, height: height, from: start) { return object }
            case .or:
                scan()
                if let body = parseBody(until: .rightBrace) {
                    let kind = Term.Kind.objectComprehension(key: key, value: value, body: body)
                    return finish(kind, over: max(height, state.height), from: start, levels: Self.closureLevels)
                }
            default: break
            }
        }

        restore(beforeValue)
        if mayBeOperation {
            guard let value = parseInfixInList() else { return nil }
            if kind == .rightBrace || kind == .comma {
                return parseObjectRest(key: key, value: value, height: max(keyHeight, state.height), from: start)
            }
        }
        illegal("non-terminated object")
        return nil
    }

    /// The rest of an object behind its first item, `}` or `,` being the current token.
    @inline(never)
    private mutating func parseObjectRest(key: Term, value: Term, height: Int, from start: Span) -> Term? {
        var items = [Term.ObjectItem(key: key, value: value)]
        var tallest = height
        while kind == .comma {
            scan()
            if kind == .rightBrace { break }
            guard let key = parseInfixInList() else { return nil }
            tallest = max(tallest, state.height)
            guard kind == .colon else {
                illegal("expected \":\"")
                return nil
            }
            scan()
            guard let value = parseInfixInList() else { return nil }
            tallest = max(tallest, state.height)
            items.append(Term.ObjectItem(key: key, value: value))
            guard kind == .rightBrace || kind == .comma else {
                illegal("expected \",\" or \"}\"")
                return nil
            }
        }
        return finish(.object(items), over: tallest, from: start)
    }

    /// Terms separated by commas, one of which may stand behind the last; the closing token stays the current one.
    @inline(never)
    mutating func parseTerms(until end: Token.Kind, into terms: inout [Term], height: Int = 0) -> Bool {
        var tallest = height
        defer { state.height = tallest }
        while kind != end {
            guard let term = parseInfixInList() else { return false }
            tallest = max(tallest, state.height)
            terms.append(term)
            if kind == end { break }
            guard kind == .comma else {
                illegal("expected \",\" or \"\(end.name)\"")
                return false
            }
            scan()
        }
        return true
    }

    /// Steps over a comma before the first element, which OPA allows; whether what follows may still be a comprehension.
    private mutating func skipLeadingComma() -> Bool {
        guard kind == .comma else { return true }
        scan()
        return false
    }

    /// The composite that ends with the current token.
    @inline(never)
    private mutating func finish(_ kind: Term.Kind, over height: Int, from start: Span, levels: Int = 1) -> Term? {
        guard build(over: height, levels: levels) else { return nil }
        return Term(kind, span: span(start, to: state.token.end))
    }
}
