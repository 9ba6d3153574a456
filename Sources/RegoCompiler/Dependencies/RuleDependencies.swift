import RegoSyntax

/// The references below `data` and `input` that one rule or query depends on.
///
/// A reference that was split (`x = data.a; x.b`) is joined again: its dependency is `data.a.b`, and `data.a` too only if `x` is used
/// otherwise. Source: OPA's `dependencies` package.
struct RuleDependencies {
    private(set) var references: [[Term]] = []
    /// For each variable the references that it is bound to, joined up to `data` or `input`.
    private var joined: [String: [[Term]]] = [:]

    /// - Parameters:
    ///   - head: the terms of the rule's head.
    ///   - body: its body.
    init(head: [Term], body: Body) {
        var bindings: [String: [[Term]]] = [:]
        let others = body.filter { !Self.takeBinding($0, into: &bindings) }
        join(bindings)
        var headVariables: Set<String> = []
        let collector = ReferenceWalk(variable: { headVariables.insert($0) }, head: { headVariables.insert($0) })
        for term in head { collector.walk(term) }

        var used: Set<String> = []
        var found: [[Term]] = []
        let finder = ReferenceWalk(reference: { found.append($0) })
        for expression in others {
            finder.walk(expression)
            ReferenceWalk(variable: { used.insert($0) }).walk(expression)
        }
        for term in head { finder.walk(term) }
        ReferenceWalk(reference: { reference in
            for case .variable(let name) in reference.dropFirst().map(\.kind) { used.insert(name) }
        }).walk(body)
        for (variable, bound) in joined {
            let isUsed = headVariables.contains(variable) || bound.count > 1 || used.contains(variable)
            for reference in bound {
                if isUsed { found.append(reference) }
                finder.walkOperands(reference)
            }
        }
        references = found.flatMap(expand)
    }

    /// The equation of a variable and a reference, if an expression is one.
    private static func takeBinding(_ expression: Expression, into bindings: inout [String: [[Term]]]) -> Bool {
        guard case .call(let terms) = expression.kind, terms.count == 3, case .reference(let operation) = terms[0].kind,
            operation.count == 1, case .variable("eq") = operation[0].kind, expression.with.isEmpty, !expression.isNegated
        else { return false }
        switch (terms[1].kind, terms[2].kind) {
        case (.variable(let name), .reference(let reference)), (.reference(let reference), .variable(let name)):
            bindings[name, default: []].append(reference)
            return true
        default: return false
        }
    }

    /// References joined per variable beyond which a rule is not followed further: each join can multiply them.
    private static let joinLimit = 1000

    private mutating func join(_ bindings: [String: [[Term]]]) {
        var known: [String: Set<String>] = [:]
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for (variable, references) in bindings {
                for reference in references {
                    for candidate in expand(reference) where joined[variable, default: []].count < Self.joinLimit {
                        // A variable in its own reference (`x = x.next`) would grow forever.
                        guard candidate.count <= 256, known[variable, default: []].insert(TermPrinter.text(ofReference: candidate)).inserted
                        else { continue }
                        joined[variable, default: []].append(candidate)
                        hasChanged = true
                    }
                }
            }
        }
    }

    /// The references that one stands for; none if its head is nothing that is bound.
    private func expand(_ reference: [Term]) -> [[Term]] {
        guard case .variable(let name)? = reference.first?.kind else { return [] }
        if name == "data" || name == "input" { return [reference] }
        return (joined[name] ?? []).map { $0 + reference.dropFirst() }
    }
}
