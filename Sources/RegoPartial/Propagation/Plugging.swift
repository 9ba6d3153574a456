/// Replaces the variables of an expression by what they are equal to.
struct Plugging {
    let sets: UnionFind
    /// What variables were equal to whose equalities are gone.
    let removed: [String: SymbolicTerm]
    let isNegated: Bool
    /// Whether replacements were nested too deeply to be made.
    private(set) var isTooDeep = false
    private var depth = 0

    private static let depthLimit = 512

    init(sets: UnionFind, removed: [String: SymbolicTerm], isNegated: Bool) {
        self.sets = sets
        self.removed = removed
        self.isNegated = isNegated
    }

    mutating func plug(_ expression: SymbolicExpression) -> SymbolicExpression {
        var result = expression
        switch expression.kind {
        case .term(let term): result.kind = .term(plug(term))
        case .call(let terms): result.kind = .call(terms.prefix(1) + plug(Array(terms.dropFirst())))
        case .every(let every):
            result.kind = .every(
                .init(key: every.key.map { plug($0) }, value: plug(every.value), domain: plug(every.domain), body: plug(every.body)))
        }
        result.with = expression.with.map { .init(target: $0.target, value: plug($0.value)) }
        return result
    }

    private mutating func plug(_ body: SymbolicBody) -> SymbolicBody { body.map { plug($0) } }

    private mutating func plug(_ terms: [SymbolicTerm]) -> [SymbolicTerm] { terms.map { plug($0) } }

    private mutating func plug(_ term: SymbolicTerm) -> SymbolicTerm {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.depthLimit else {
            isTooDeep = true
            return term
        }
        let replaced: SymbolicTerm
        switch term.kind {
        case .variable(let name): replaced = self.replacement(of: name) ?? term
        case .reference(let operands): replaced = .reference(replacement(of: operands))
        default: replaced = term
        }
        switch replaced.kind {
        case .null, .boolean, .number, .string, .variable: return replaced
        case .reference(let operands): return .reference(plug(operands))
        case .call(let terms): return SymbolicTerm(.call(terms.prefix(1) + plug(Array(terms.dropFirst()))))
        case .array(let elements): return .array(plug(elements))
        case .set(let members): return .set(plug(members))
        case .object(let items): return .object(items.map { .init(key: plug($0.key), value: plug($0.value)) })
        case .comprehension(let comprehension):
            return SymbolicTerm(
                .comprehension(
                    SymbolicComprehension(
                        shape: comprehension.shape, key: comprehension.key.map { plug($0) }, value: plug(comprehension.value),
                        body: plug(comprehension.body))))
        }
    }

    private func replacement(of name: String) -> SymbolicTerm? {
        let root = sets.root(of: name)
        if let root, let constant = sets.constant(of: root) { return constant }
        let variable = root ?? name
        guard let value = removed[variable] else { return root.map { .variable($0) } }
        // What is unknown in a negated expression must be bound outside of it.
        if isNegated, !value.isGround { return root.map { .variable($0) } }
        if case .reference = value.kind, value.outerVariables.contains(variable) { return root.map { .variable($0) } }
        return value
    }

    /// A reference whose head was equal to another is appended to that.
    private func replacement(of reference: [SymbolicTerm]) -> [SymbolicTerm] {
        guard case .variable(let name)? = reference.first?.kind else { return reference }
        var result = reference
        var head = name
        if let root = sets.root(of: name) {
            result[0] = sets.constant(of: root) ?? .variable(root)
            head = root
            if sets.constant(of: root) != nil { return result }
        }
        guard let value = removed[head], !isNegated || value.isGround else { return result }
        if case .reference(let base) = value.kind { return base + result.dropFirst() }
        return [value] + result.dropFirst()
    }
}
