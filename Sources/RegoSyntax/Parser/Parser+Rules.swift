extension Parser {
    /// One rule, or as many as its head has bodies; `nil` without an error if something else stands here.
    mutating func parseRules() -> [Rule]? {
        let start = span
        stepOntoKeywordReference()
        var isDefault = false
        if kind == .default {
            isDefault = true
            scan()
            stepOntoKeywordReference()
        }
        guard kind == .identifier, var head = parseHead(isDefault: isDefault) else { return nil }
        if isDefault { return parseDefault(head, start: start) }

        let hasIf = kind == .if
        settleKey(of: &head, hasIf: hasIf)
        let body: Body
        if hasIf {
            head.hasIf = true
            guard let parsed = parseIfBody() else { return nil }
            body = parsed
        } else if kind == .leftBrace {
            guard let parsed = parseBraces() else { return nil }
            body = parsed
        } else if head.hasContains {
            return [Rule(head: head, body: [.holds(at: start)], hasGeneratedBody: true, span: head.span)]
        } else {
            return nil
        }

        var rule = Rule(head: head, body: body, span: start)
        if kind == .else, !stepOntoKeywordReference() {
            guard checkElse(of: head), let branches = parseElse(head) else { return nil }
            rule.elseRules = branches
        }
        rule.span = span(start, to: state.lastEnd)
        return parseChained(rule)
    }

    /// Reads a keyword as a name if it is the head of a reference (`if.x := 1`).
    @discardableResult
    mutating func stepOntoKeywordReference() -> Bool {
        guard isReferenceKeyword, isReferenceNext() else { return false }
        state.token.kind = .identifier
        return true
    }

    /// Whether the current token is a keyword that may be a name in a reference.
    var isReferenceKeyword: Bool { kind.isKeyword && features?.hasKeywordsInReferences ?? true }

    /// Whether `.` or `[` stands right behind the current token.
    @inline(never)
    mutating func isReferenceNext() -> Bool {
        let next = lexer.cursor.current
        guard next == UInt32(UInt8(ascii: ".")) || next == UInt32(UInt8(ascii: "[")) else {
            return false
        }
        let here = save()
        scanWhitespace()
        let isReference = kind == .dot || kind == .leftBracket
        restore(here)
        return isReference
    }

    /// Settles what a head such as `p[x]` means, which depends on whether `if` follows: with it the rule has a value, without it v0's
    /// partial sets are written so.
    private func settleKey(of head: inout Rule.Head, hasIf: Bool) {
        guard !head.hasContains, head.reference.count == 2 else { return }
        let operand = head.reference[1]
        if hasIf {
            if head.arguments == nil, !operand.isGround || operand.isReference { head.key = operand }
            if head.value == nil {
                head.hasGeneratedValue = true
                head.hasImpliedValue = true
                head.value = Term(.boolean(true), span: head.span)
            }
        } else if head.arguments == nil {
            head.key = operand
            if head.value == nil { head.reference.removeLast() }
        }
    }

    /// What stands behind `if`: one expression, or a body in braces.
    private mutating func parseIfBody() -> Body? {
        scan()
        let start = save()
        if kind == .leftBrace {
            let isBody = beginsBody()
            restore(start)
            if isBody { return parseBraces() }
            bodyTrial = state.token.offset
        }
        if let expression = parseLiteral() {
            // A set is never undefined or false: `if { true }` is a body.
            if case .term(let term) = expression.kind, case .set = term.kind {
            } else {
                return [expression]
            }
        }
        restore(start)
        return parseBraces()
    }

    /// Whether what stands in braces is a body for certain: its tokens up to the first `,`, `:` or `|` can be no term's, or those of a set
    /// of one member at the most. To find that out by parsing would read nearly every body's first expression three times.
    ///
    /// Leaves the position somewhere behind the `{`, which is the current token.
    private mutating func beginsBody() -> Bool {
        var depth = 0
        var last = kind
        while true {
            let isBehindOperand = last.endsOperand
            scan()
            if last == .dot || kind == .contains {
                last = .identifier
                continue
            }
            if isReferenceKeyword, isReferenceNext() { return false }
            switch kind {
            case .identifier, .string, .rawString, .number, .null, .true, .false:
                if depth == 0, isBehindOperand { return true }
            case .leftBrace where depth == 0 && isBehindOperand: return true
            case .leftParen, .leftBracket, .leftBrace: depth += 1
            case .rightBrace where depth == 0:
                guard last != .leftBrace else { return false }
                scan()
                return kind == .identifier || kind == .eof || kind == .else || kind == .default
            case .rightParen, .rightBracket, .rightBrace:
                guard depth > 0 else { return false }
                depth -= 1
            case .semicolon, .eq, .assign, .not, .some, .every, .with: if depth == 0 { return true }
            case .comma, .colon, .or: if depth == 0 { return false }
            case .eof, .illegal, .templatePart, .templateEnd, .rawTemplatePart, .rawTemplateEnd:
                return false
            default: break
            }
            last = kind
        }
    }

    /// A body in braces, from the token before its first expression to that behind its `}`.
    mutating func parseBraces() -> Body? {
        scan()
        guard let body = parseBody(until: .rightBrace) else { return nil }
        scan()
        return body
    }

    private mutating func checkElse(of head: Rule.Head) -> Bool {
        if head.reference.count > 1, !head.reference.dropFirst().allSatisfy(\.isGround) {
            error("else keyword cannot be used on rules with variables in head")
            return false
        }
        if head.key != nil {
            error("else keyword cannot be used on multi-value rules")
            return false
        }
        return true
    }

    /// The further bodies of a rule's head: `p { … } { … }`.
    private mutating func parseChained(_ rule: Rule) -> [Rule]? {
        var rules = [rule]
        while kind == .leftBrace {
            guard rule.elseRules.isEmpty else {
                error("expected else keyword")
                return nil
            }
            let start = span
            guard let body = parseBraces() else { return nil }
            let place = span(start, to: state.lastEnd)
            var head = rule.head
            renewWildcards(of: &head)
            head.relocate(to: place)
            head.hasImpliedValue = head.value != nil
            rules.append(Rule(head: head, body: body, span: place))
        }
        return rules
    }

    /// The `else` branches of a rule.
    private mutating func parseElse(_ original: Rule.Head) -> [Rule]? {
        var branches: [Rule] = []
        repeat {
            guard branches.count < Self.maximumBranches else {
                error("a rule has more than \(Self.maximumBranches) else branches")
                return nil
            }
            guard let branch = parseElseBranch(original) else { return nil }
            branches.append(branch)
        } while kind == .else && !(branches.last?.hasGeneratedBody ?? true)
        let end = state.lastEnd
        // A branch's place covers those behind it.
        for (index, branch) in branches.enumerated() {
            let isLocatedAtElse = branch.body.first?.span.offset == branch.span.offset
            let place = span(branch.span, to: end)
            branches[index].span = place
            if isLocatedAtElse { branches[index].body = branch.body.relocated(to: place) }
        }
        return branches
    }

    /// One `else`, the current token, with its value and body.
    private mutating func parseElseBranch(_ original: Rule.Head) -> Rule? {
        let start = span
        var head = original
        head.hasGeneratedValue = false
        head.hasImpliedValue = false
        head.hasIf = false
        head.span = start
        renewWildcards(of: &head)
        scan()
        switch kind {
        case .leftBrace, .if:
            head.hasGeneratedValue = true
            head.value = Term(.boolean(true), span: start)
        case .assign, .eq:
            head.isAssignment = kind == .assign
            scan()
            guard let value = parseInfix() else { return nil }
            head.value = value
            head.span = span(start, to: state.lastEnd)
        default:
            illegal("expected else value term or rule body")
            return nil
        }
        guard kind == .if || kind == .leftBrace else {
            return Rule(head: head, body: [.holds(at: start)], hasGeneratedBody: true, span: start)
        }
        if kind == .if {
            head.hasIf = true
            scan()
        }
        guard let body = parseElseBody(start: start) else { return nil }
        return Rule(head: head, body: body, span: start)
    }

    private mutating func parseElseBody(start: Span) -> Body? {
        if kind == .leftBrace { return parseBraces() }
        guard kind != .eof else {
            illegal("rule body expected")
            return nil
        }
        guard var expression = parseLiteral() else { return nil }
        // OPA locates all of such an expression at its `else`.
        expression.relocate(to: start)
        return [expression]
    }

    /// Gives the arguments that are `_` names of their own, for a further rule with the same head.
    private mutating func renewWildcards(of head: inout Rule.Head) {
        guard let arguments = head.arguments else { return }
        for (index, argument) in arguments.enumerated() where argument.isWildcard {
            head.arguments?[index].kind = nextWildcard()
        }
    }

    // MARK: Defaults

    private mutating func parseDefault(_ head: Rule.Head, start: Span) -> [Rule]? {
        guard let value = head.value else {
            error("illegal default rule (must have a value)", at: start)
            return nil
        }
        var isValid = true
        value.walkOutsideComprehensions { term in
            switch term.kind {
            case .reference, .variable, .call:
                error("illegal default rule (value cannot contain \(term.kind.name))", at: start)
                isValid = false
                return false
            default: return true
            }
        }
        var names: [String] = []
        for argument in isValid ? head.arguments ?? [] : [] {
            guard case .variable(let name) = argument.kind else {
                error("illegal default rule (arguments cannot contain \(argument.kind.name))", at: start)
                isValid = false
                continue
            }
            if names.contains(name) {
                error("illegal default rule (arguments cannot be repeated \(name))", at: start)
                isValid = false
            }
            names.append(name)
        }
        guard isValid else { return nil }
        return [Rule(isDefault: true, head: head, body: [], span: span(start, to: state.lastEnd))]
    }
}

extension Expression {
    /// The body of rules that are written without one.
    static func holds(at span: Span) -> Expression {
        Expression(.term(Term(.boolean(true), span: span)), span: span)
    }
}

extension Token.Kind {
    /// Whether an operand may end with the token.
    fileprivate var endsOperand: Bool {
        switch self {
        case .identifier, .string, .rawString, .number, .null, .true, .false, .rightParen,
            .rightBracket, .rightBrace:
            true
        default: false
        }
    }
}
