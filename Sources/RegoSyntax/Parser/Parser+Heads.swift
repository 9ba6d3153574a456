extension Parser {
    /// A rule's head: its name, arguments or reference, and its member or value.
    mutating func parseHead(isDefault: Bool) -> Rule.Head? {
        let start = span
        let name = parseVariable()
        guard let term = parseHeadFinish(name) else {
            illegal("expected rule head name")
            return nil
        }
        guard var head = makeHead(from: term, start: start) else { return nil }
        switch kind {
        case .contains:
            if case .call = term.kind {
                illegal(
                    "the contains keyword can only be used with multi-value rule definitions "
                        + "(e.g., \(head.name) contains <VALUE> { ... })")
            }
            head.hasContains = true
            scan()
            head.key = parseInfix()
            if head.key == nil { illegal("expected rule key term (e.g., \(head.name) contains <VALUE> { ... })") }
            head.span = span(start, to: state.lastEnd)
            return head
        case .eq:
            scan()
            head.value = parseInfix()
            if head.value == nil { illegal("expected rule value term (e.g., \(head.name)[<nil>] = <VALUE> { ... })") }
        case .assign:
            scan()
            head.isAssignment = true
            head.value = parseInfix()
            if head.value == nil { illegal(expectedValue(of: head, isDefault: isDefault)) }
        default: break
        }
        head.span = span(start, to: state.lastEnd)
        if head.value == nil, head.reference.count != 2 || head.arguments != nil {
            head.hasGeneratedValue = true
            head.value = Term(.boolean(true), span: head.span)
        }
        return head
    }

    private func expectedValue(of head: Rule.Head, isDefault: Bool) -> String {
        if head.arguments != nil { return "expected function value term (e.g., \(head.name)(...) := <VALUE> { ... })" }
        if isDefault { return "expected default rule value term (e.g., default \(head.name) := <VALUE>)" }
        return "expected rule value term (e.g., \(head.name) := <VALUE> { ... })"
    }

    /// The head whose name, reference or call was parsed as a term.
    private mutating func makeHead(from term: Term, start: Span) -> Rule.Head? {
        switch term.kind {
        case .variable:
            return Rule.Head(reference: [term], span: start)
        case .reference(let terms):
            return checkedHead(terms, arguments: nil, start: start)
        case .call(let terms):
            guard case .reference(let reference) = terms[0].kind else { return nil }
            let arguments = Array(terms.dropFirst())
            return checkedHead(reference, arguments: arguments.isEmpty ? nil : arguments, start: start)
        default:
            return nil
        }
    }

    private mutating func checkedHead(_ reference: [Term], arguments: [Term]?, start: Span) -> Rule.Head? {
        guard case .variable = reference[0].kind else {
            illegal("rule head ref \(TermPrinter.text(ofReference: reference)) invalid")
            return nil
        }
        return Rule.Head(reference: reference, arguments: arguments, span: start)
    }

    /// What follows a rule's name and belongs to it.
    private mutating func parseHeadFinish(_ head: Term) -> Term? {
        scanWhitespace()
        if kind.isInfix {
            illegal()
        } else if kind == .whitespace {
            scan()
        }
        switch kind {
        case .leftParen, .dot, .leftBracket:
            return parseReference(head)
        default:
            return head.isRootDocument ? Term(.reference([head]), span: head.span) : head
        }
    }
}

extension Rule.Head {
    /// The reference as messages show it.
    var name: String { TermPrinter.text(ofReference: reference) }
}
