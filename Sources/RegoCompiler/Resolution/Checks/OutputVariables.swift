/// Finds the variables that expressions bind, given those that are bound before.
struct OutputVariables {
    let callees: Callees

    /// What a body binds beyond `safe`.
    func of(_ body: some Sequence<ExpressionNode>, safe: VariableSet) -> VariableSet {
        var known = safe
        for expression in body { known.formUnion(of(expression, safe: known)) }
        return known.subtracting(safe)
    }

    /// What an expression binds; may contain variables that are safe already.
    func of(_ expression: ExpressionNode, safe: VariableSet) -> VariableSet {
        if expression.isNegated { return VariableSet() }
        for with in expression.with {
            var collector = VariableCollector(except: .safety)
            collector.visit(with)
            if !collector.variables.isSubset(of: safe) { return VariableSet() }
        }
        switch expression.kind {
        case .term: return Self.ofTerms(expression, safe: safe)
        case .every(let every):
            var outputs = VariableSet()
            Self.collect(every.domain, safe: safe, into: &outputs)
            return outputs
        case .call(let terms):
            if expression.calls(.unify) {
                guard terms.count == 3 else { return safe }
                return Self.ofUnification(expression, terms[1], terms[2], safe: safe)
            }
            let arity = callees.arity(terms[0])
            return arity < 0 ? VariableSet() : Self.ofCall(expression, terms, arity: arity, safe: safe)
        case .some: return VariableSet()
        }
    }

    /// What `left = right` binds beyond `safe`, if besides `safe` also `assumed` were bound.
    static func ofUnification(
        _ expression: ExpressionNode, _ left: Node, _ right: Node, safe: VariableSet, assumed: VariableSet = VariableSet()
    ) -> VariableSet {
        var direct = ofTerms(expression, safe: safe)
        direct.formUnion(assumed)
        var outputs = direct.subtracting(safe)
        outputs.formUnion(Unifier.unify(left, right, safe: safe, alsoSafe: outputs).subtracting(safe))
        return outputs
    }

    private static func ofCall(_ expression: ExpressionNode, _ terms: [Node], arity: Int, safe: VariableSet) -> VariableSet {
        var outputs = ofTerms(expression, safe: safe)
        guard arity + 1 < terms.count else { return outputs }
        let exceptions: VariableCollector.Exceptions = [.closures, .sets, .objectKeys, .referenceHeads]
        var inputs = VariableCollector(except: exceptions)
        inputs.visit(terms, to: arity + 1)
        guard inputs.variables.allSatisfy({ outputs.contains($0) || safe.contains($0) }) else { return VariableSet() }
        var results = VariableCollector(except: exceptions)
        results.visit(terms, from: arity + 1)
        outputs.formUnion(results.variables)
        return outputs
    }

    /// The variables in operands of references whose heads are safe: enumerating the document binds them.
    private static func ofTerms(_ expression: ExpressionNode, safe: VariableSet) -> VariableSet {
        var outputs = VariableSet()
        switch expression.kind {
        case .term(let term): collect(term, safe: safe, into: &outputs)
        case .call(let terms), .some(let terms): for term in terms { collect(term, safe: safe, into: &outputs) }
        case .every: break
        }
        for with in expression.with {
            collect(with.target, safe: safe, into: &outputs)
            collect(with.value, safe: safe, into: &outputs)
        }
        return outputs
    }

    private static func collect(_ node: Node, safe: VariableSet, into outputs: inout VariableSet) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable, .comprehension, .template: break
        case .reference(let operands):
            // Most references are ground.
            guard operands.dropFirst().contains(where: { !$0.isScalar }), isSafe(reference: operands, safe) else { break }
            if operands.dropFirst().contains(where: \.holdsVariable) {
                var collector = VariableCollector(except: .referenceHeads)
                collector.visit(operands, from: 1)
                outputs.formUnion(collector.variables)
            }
            for operand in operands { collect(operand, safe: safe, into: &outputs) }
        case .call(let nodes), .array(let nodes), .set(let nodes):
            for element in nodes { collect(element, safe: safe, into: &outputs) }
        case .object(let entries):
            for entry in entries {
                collect(entry.key, safe: safe, into: &outputs)
                collect(entry.value, safe: safe, into: &outputs)
            }
        }
    }

    /// Whether the head of a reference is bound.
    static func isSafe(reference operands: [Node], _ safe: VariableSet) -> Bool {
        guard let head = operands.first else { return true }
        if let variable = head.variable { return safe.contains(variable) }
        return isSafe(term: head, safe)
    }

    static func isSafe(term: Node, _ safe: VariableSet) -> Bool {
        term.variables(except: .safety).isSubset(of: safe)
    }
}

extension Node {
    /// Whether the term is not ground.
    var holdsVariable: Bool {
        switch kind {
        case .null, .boolean, .number, .string: false
        case .variable, .comprehension, .template: true
        case .reference(let operands): operands.dropFirst().contains(where: \.holdsVariable)
        case .call(let nodes), .array(let nodes), .set(let nodes): nodes.contains(where: \.holdsVariable)
        case .object(let entries): entries.contains { $0.key.holdsVariable || $0.value.holdsVariable }
        }
    }
}
