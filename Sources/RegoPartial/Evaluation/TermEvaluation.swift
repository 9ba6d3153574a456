/// Follows the operands of a reference into a term and unifies what is there with another term.
struct TermEvaluation {
    let evaluation: Evaluation
    /// The bindings of the reference's variables.
    let bindings: Bindings
    var term: SymbolicTerm
    var termBindings: Bindings
    let other: SymbolicTerm
    let otherBindings: Bindings
    let reference: [SymbolicTerm]
    /// The operand that is followed next.
    var position: Int

    func run(_ then: Continuation) throws {
        guard position < reference.count else {
            return try evaluation.unify(term, of: termBindings, other, of: otherBindings, then)
        }
        if evaluation.session.saveSet.contains(term, of: termBindings) { return try save(then) }
        let operand = bindings.plug(reference[position])
        if operand.isGround { return try next(operand, then) }
        try enumerate(then)
    }

    private func next(_ operand: SymbolicTerm, _ then: Continuation) throws {
        guard let (term, termBindings) = member(operand) else { return }
        var inner = self
        inner.term = term
        inner.termBindings = termBindings
        inner.position += 1
        try inner.run(then)
    }

    /// What a ground operand leads to in the term, whose own keys may have variables that are bound.
    private func member(_ operand: SymbolicTerm) -> (SymbolicTerm, Bindings)? {
        switch term.kind {
        case .set(let members):
            if term.isGround { return term.find(operand).map { ($0, termBindings) } }
            guard members.contains(where: { termBindings.plug($0) == operand }) else { return nil }
            return (operand, termBindings)
        case .object(let items):
            if term.isGround { return term.find(operand).map { ($0, termBindings) } }
            return items.first { termBindings.plug($0.key) == operand }.map { termBindings.apply($0.value) }
        case .array: return term.find(operand).map { termBindings.apply($0) }
        default: return nil
        }
    }

    private func enumerate(_ then: Continuation) throws {
        switch term.kind {
        case .array(let elements): for index in elements.indices { try enumerate(index: .integer(index), then) }
        case .object(let items):
            for item in items {
                try evaluation.unify(item.key, of: termBindings, reference[position], of: bindings) {
                    try next(termBindings.plug(item.key), then)
                }
            }
        case .set(let members):
            for member in members {
                try evaluation.unify(member, of: termBindings, reference[position], of: bindings) {
                    try next(termBindings.plug(member), then)
                }
            }
        default: break
        }
    }

    /// Tries an index of an array. A variable takes it though it may be unknown: what is known of it is then said of the index.
    private func enumerate(index: SymbolicTerm, _ then: Continuation) throws {
        let (operand, operandBindings) = bindings.apply(reference[position])
        guard case .variable(let name) = operand.kind else { return }
        operandBindings.bind(name, to: index, of: operandBindings)
        defer { operandBindings.unbind(name) }
        try next(index, then)
    }

    /// Gives an unknown term a name, which the rest of the reference begins with.
    private func save(_ then: Continuation) throws {
        let variable = evaluation.generateReferenceVariable()
        try evaluation.unify(term, of: termBindings, variable, of: bindings) {
            let rest = SymbolicTerm.reference([variable] + reference[position...])
            try evaluation.unify(rest, of: bindings, other, of: otherBindings, then)
        }
    }
}
