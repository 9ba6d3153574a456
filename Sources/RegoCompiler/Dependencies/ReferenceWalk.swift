import RegoSyntax

/// Visits the references and variables of terms and bodies, those in closures and within references included.
struct ReferenceWalk {
    /// Called for every reference, before those within it.
    var reference: ([Term]) -> Void = { _ in }
    /// Called for every variable that is not a reference's head.
    var variable: (String) -> Void = { _ in }
    /// Called for every variable that is a reference's head.
    var head: (String) -> Void = { _ in }
    /// Called for the name of every function that is called.
    var callee: ([Term]) -> Void = { _ in }
    /// Called for every `with`.
    var with: () -> Void = {}

    /// Visits all of a rule but the ground beginning of its reference.
    func walk(_ rule: ResolvedRule) {
        for term in rule.reference.dropFirst(rule.groundPrefixLength) { walk(term) }
        for term in rule.arguments { walk(term) }
        if let key = rule.key { walk(key) }
        if let value = rule.value { walk(value) }
        walk(rule.body)
        for branch in rule.elseRules {
            walk(branch.value)
            walk(branch.body)
        }
    }

    func walk(_ body: Body) {
        for expression in body { walk(expression) }
    }

    func walk(_ expression: Expression) {
        switch expression.kind {
        case .term(let term): walk(term)
        case .call(let terms): walk(call: terms)
        case .some(let terms): for term in terms { walk(term) }
        case .every(let every):
            if let key = every.key { walk(key) }
            walk(every.value)
            walk(every.domain)
            walk(every.body)
        }
        for with in expression.with {
            self.with()
            walk(with.target)
            walk(with.value)
        }
    }

    func walk(_ term: Term) {
        switch term.kind {
        case .null, .boolean, .number, .string: break
        case .variable(let name): variable(name)
        case .reference(let operands):
            reference(operands)
            walkOperands(operands)
        case .call(let terms): walk(call: terms)
        case .array(let terms), .set(let terms): for element in terms { walk(element) }
        case .object(let items):
            for item in items {
                walk(item.key)
                walk(item.value)
            }
        case .arrayComprehension(let head, let body), .setComprehension(let head, let body):
            walk(head)
            walk(body)
        case .objectComprehension(let key, let value, let body):
            walk(key)
            walk(value)
            walk(body)
        case .templateString(let parts, _):
            for case .expression(let expression) in parts { walk(expression) }
        }
    }

    private func walk(call terms: [Term]) {
        if case .reference(let operation)? = terms.first?.kind { callee(operation) }
        for term in terms { walk(term) }
    }

    /// The parts of a reference.
    func walkOperands(_ operands: [Term]) {
        guard let first = operands.first else { return }
        if case .variable(let name) = first.kind { head(name) } else { walk(first) }
        for operand in operands.dropFirst() { walk(operand) }
    }
}
