import RegoSyntax

extension Evaluation {
    func evaluateEvery(_ every: SymbolicExpression.Every, of expression: SymbolicExpression, _ then: Continuation) throws {
        if try isUnknown(every.domain, of: bindings) || session.isUnknown(every.body, of: bindings) {
            return try save(plugged(expression), of: bindings, then)
        }
        guard bindings.plug(every.domain).isCollection else { return }
        let key = every.key ?? generateVariable("key_\(queryID)_\(index)")
        let domain = closure([.equality(.reference([every.domain, key]), every.value)])
        var holds = true
        try domain.run {
            guard holds else { return }
            let body = domain.closure(every.body)
            var isDefined = false
            try body.run { isDefined = true }
            if !isDefined { holds = false }
        }
        if holds { try then() }
    }

    /// An `every` for the result, in which all that is bound is replaced.
    private func plugged(_ expression: SymbolicExpression) -> SymbolicExpression {
        func plug(_ term: SymbolicTerm) -> SymbolicTerm {
            term.comprehension == nil ? bindings.plug(term, in: rootBindings) : captured(term, bindings)
        }
        func plug(_ body: SymbolicBody) -> SymbolicBody { body.map { $0.mapTerms(plug, body: plug) } }
        return expression.mapTerms(plug, body: plug)
    }
}
