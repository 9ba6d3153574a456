import RegoSyntax

extension Evaluation {
    /// What an expression's modifiers replace.
    private struct Replacement {
        var input: SymbolicTerm?
        var data: SymbolicTerm?
        var functions: [String: SymbolicTerm] = [:]
        var targets: [[SymbolicTerm]] = []
        /// The documents that must not be inlined meanwhile.
        var disabled: [ArraySlice<SymbolicTerm>] = []
        /// What the result depends on beside the unknowns.
        var context: [SymbolicTerm] = []
    }

    func evaluateWith(_ expression: SymbolicExpression, _ then: Continuation) throws {
        var replacement = Replacement()
        for modifier in expression.with {
            if replacesFunction(modifier.target) {
                modifier.value.forEachReference { replacement.disabled.append($0.groundPrefix) }
                continue
            }
            // What an unknown value replaces cannot be evaluated.
            if session.saveSet.containsRecursively(modifier.value, of: bindings) {
                return try saveMarkingOutputs(expression) { try next(then) }
            }
            modifier.target.forEachReference { replacement.disabled.append($0.groundPrefix) }
            modifier.value.forEachReference { replacement.disabled.append($0.groundPrefix) }
        }
        SymbolicExpression(expression.kind).forEachReference { replacement.disabled.append($0.groundPrefix) }
        try replace(by: expression.with, in: &replacement)
        let outer = (input, data)
        enter(replacement)
        defer { leave(outer) }
        try evaluateStep(expression) {
            leave(outer)
            defer { enter(replacement) }
            try next(then)
        }
    }

    private func replace(by modifiers: [SymbolicExpression.With], in replacement: inout Replacement) throws {
        for modifier in modifiers {
            guard case .reference(let target) = modifier.target.kind else { continue }
            let value = bindings.plug(modifier.value)
            if !session.saveSet.documents.contains(where: target.hasPrefix) { replacement.context += [modifier.target, value] }
            guard value.isGround else {
                throw PartialFailure(
                    .unsupported, "partial evaluation cannot replace \(modifier.target.syntaxText) by what is not known", at: span)
            }
            if replacesFunction(modifier.target) {
                replacement.functions[modifier.target.syntaxText] = value
                continue
            }
            replacement.targets.append(target)
            if isInput(modifier.target) {
                replacement.input = SymbolicTerm.replacing(replacement.input ?? input, at: target.dropFirst(), with: value)
            } else {
                replacement.data = SymbolicTerm.replacing(replacement.data ?? data, at: target.dropFirst(), with: value)
            }
        }
    }

    private func enter(_ replacement: Replacement) {
        if let input = replacement.input { self.input = input }
        if let data = replacement.data { self.data = data }
        session.cache.push()
        session.targets.append(replacement.targets)
        session.inlining.push(replacement.disabled)
        session.replacements.push(replacement.functions)
        session.contexts.append(replacement.context)
    }

    private func leave(_ outer: (input: SymbolicTerm?, data: SymbolicTerm?)) {
        session.contexts.removeLast()
        session.replacements.popPairs()
        session.inlining.pop()
        session.targets.removeLast()
        session.cache.pop()
        (input, data) = outer
    }
}
