/// A walk over all that a module's rules consist of, before any of it is written.
struct FormatSurvey {
    /// How many times each wildcard occurs; more than once where heads were repeated for further bodies.
    var wildcards: [String: Int] = [:]
    /// The keywords that v0 would have to import.
    var keywords: Set<String> = []

    mutating func visit(_ rule: Rule) {
        for argument in rule.head.arguments ?? [] { visit(argument) }
        if let key = rule.head.key { visit(key) }
        if let value = rule.head.value { visit(value) }
        visit(rule.body)
    }

    private mutating func visit(_ body: Body) {
        for expression in body { visit(expression) }
    }

    private mutating func visit(_ expression: Expression) {
        switch expression.kind {
        case .term(let term): visit(term)
        case .call(let terms):
            if terms[0].isMembership { keywords.insert("in") }
            visit(terms)
        case .some(let symbols): visit(symbols)
        case .every(let every):
            keywords.insert("every")
            if let key = every.key { visit(key) }
            visit(every.value)
            visit(every.domain)
            visit(every.body)
        }
        for modifier in expression.with {
            visit(modifier.target)
            visit(modifier.value)
        }
    }

    private mutating func visit(_ terms: [Term]) {
        for term in terms { visit(term) }
    }

    private mutating func visit(_ term: Term) {
        switch term.kind {
        case .null, .boolean, .number, .string: break
        case .variable(let name):
            if term.isWildcard { wildcards[name, default: 0] += 1 }
        case .reference(let terms), .call(let terms), .array(let terms), .set(let terms): visit(terms)
        case .object(let items):
            for item in items {
                visit(item.key)
                visit(item.value)
            }
        case .arrayComprehension(let head, let body), .setComprehension(let head, let body):
            visit(head)
            visit(body)
        case .objectComprehension(let key, let value, let body):
            visit(key)
            visit(value)
            visit(body)
        case .templateString(let parts, _):
            for case .expression(let expression) in parts { visit(expression) }
        }
    }
}

extension Term {
    /// The operator of `in`.
    var isMembership: Bool {
        guard case .reference(let terms) = kind, terms.count == 2, case .variable("internal") = terms[0].kind,
            case .string(let name) = terms[1].kind
        else { return false }
        return name == "member_2" || name == "member_3"
    }

    /// The name of a variable that a compiler made occurs in the term.
    var mentionsGenerated: Bool {
        switch kind {
        case .null, .boolean, .number, .string: false
        case .variable(let name): name.hasPrefix("__local")
        case .reference(let terms), .call(let terms), .array(let terms), .set(let terms): terms.contains(where: \.mentionsGenerated)
        case .object(let items): items.contains { $0.key.mentionsGenerated || $0.value.mentionsGenerated }
        case .arrayComprehension(let head, let body), .setComprehension(let head, let body):
            head.mentionsGenerated || body.contains(where: \.mentionsGenerated)
        case .objectComprehension(let key, let value, let body):
            key.mentionsGenerated || value.mentionsGenerated || body.contains(where: \.mentionsGenerated)
        case .templateString(let parts, _):
            parts.contains { part in
                if case .expression(let expression) = part { expression.mentionsGenerated } else { false }
            }
        }
    }
}

extension Expression {
    var mentionsGenerated: Bool {
        let isGenerated =
            switch kind {
            case .term(let term): term.mentionsGenerated
            case .call(let terms), .some(let terms): terms.contains(where: \.mentionsGenerated)
            case .every(let every):
                every.key?.mentionsGenerated ?? false || every.value.mentionsGenerated || every.domain.mentionsGenerated
                    || every.body.contains(where: \.mentionsGenerated)
            }
        return isGenerated || with.contains { $0.target.mentionsGenerated || $0.value.mentionsGenerated }
    }
}
