import RegoCompiler
import RegoSyntax

extension Evaluation {
    /// Keeps an expression for the result and goes on.
    func save(_ expression: SymbolicExpression, of bindings: Bindings, _ then: Continuation) throws {
        try push(expression, of: bindings, then)
    }

    private func push(
        _ expression: SymbolicExpression, of bindings: Bindings, right: Bindings? = nil, _ then: Continuation
    ) throws {
        try session.meter.charge(terms: 1)
        if session.replacements.areInForce, try dependsOnFunctions(expression) {
            throw PartialFailure(
                .unsupported, "partial evaluation cannot keep what depends on functions that `with` has replaced", at: span)
        }
        session.saveStack.push(
            .init(
                expression: asWritten(expression), bindings: bindings, rightBindings: right ?? bindings, modifierBindings: self.bindings))
        defer { session.saveStack.pop() }
        try then()
    }

    /// The expression with the modifiers of the one at hand, as far as those do not replace functions, which has been done by then.
    private func asWritten(_ expression: SymbolicExpression) -> SymbolicExpression {
        guard index < query.count else { return expression }
        var result = expression
        result.with = query[index].with.filter { !replacesFunction($0.target) }
        result.span = query[index].span
        return result
    }

    /// Whether an expression holds something that was not evaluated and may call functions.
    private func dependsOnFunctions(_ expression: SymbolicExpression) throws -> Bool {
        if case .every = expression.kind { return true }
        var found = false
        expression.forEachComprehension { _ in found = true }
        var references: [[SymbolicTerm]] = []
        expression.forEachReference { references.append($0) }
        return try found
            || references.contains { reference in
                guard reference.first?.variable == "data", reference.dropFirst().first != session.namespace else { return false }
                return try session.tree.mayLead(reference.dropFirst()) { $0.hasRules }
            }
    }

    /// Whether a modifier replaces a function, by its target.
    func replacesFunction(_ target: SymbolicTerm) -> Bool {
        guard case .reference(let path) = target.kind, path.first?.variable == "data" else { return !isInput(target) }
        return isFunction(path)
    }

    func isInput(_ target: SymbolicTerm) -> Bool { target.reference?.first?.variable == "input" }

    /// Whether a reference below `data` names a function.
    func isFunction(_ path: [SymbolicTerm]) -> Bool {
        guard let node = session.tree.find(path.dropFirst()), let rules = try? node.rules() else { return false }
        return rules.arity > 0
    }

    /// Keeps an equality for the result, whose variables are unknown from then on.
    func saveUnification(
        _ left: SymbolicTerm, _ leftBindings: Bindings, _ right: SymbolicTerm, _ rightBindings: Bindings, _ then: Continuation
    ) throws {
        let count = mark(left, of: leftBindings) + mark(right, of: rightBindings)
        defer { session.saveSet.pop(count) }
        try push(.equality(left, right), of: leftBindings, right: rightBindings, then)
    }

    /// Keeps a call for the result; what its result is unified with is unknown from then on.
    func saveCall(arity: Int, _ terms: [SymbolicTerm], _ then: Continuation) throws {
        var count = 0
        if arity == terms.count - 2, let result = terms.last { count = mark(result, of: bindings) }
        defer { session.saveSet.pop(count) }
        try push(SymbolicExpression(.call(terms)), of: bindings, then)
    }

    /// Keeps an expression for the result; the variables that it binds are unknown from then on.
    func saveMarkingOutputs(_ expression: SymbolicExpression, _ then: Continuation) throws {
        var count = 0
        switch expression.kind {
        case .term(let term): count = mark(term, of: bindings)
        case .call(let terms):
            if let (left, right) = expression.equality {
                count = mark(left, of: bindings) + mark(right, of: bindings)
            } else if arity(of: terms[0]) == terms.count - 2, let result = terms.last {
                count = mark(result, of: bindings)
            }
        case .every: break
        }
        defer { session.saveSet.pop(count) }
        try push(expression, of: bindings, then)
    }

    /// How many arguments an operator takes; -1 if there is no such function.
    private func arity(of operation: SymbolicTerm) -> Int {
        guard case .reference(let path) = operation.kind else { return -1 }
        if path.first?.variable == "data" {
            guard let rules = try? session.tree.find(path.dropFirst())?.rules(), !rules.isEmpty else { return -1 }
            return rules.arity
        }
        return session.calls.signature(operation.syntaxText)?.arity ?? -1
    }

    /// Makes the variables of a term unknown.
    ///
    /// - Returns: how often the set of what is unknown was added to.
    private func mark(_ term: SymbolicTerm, of bindings: Bindings) -> Int {
        if case .variable(let name) = term.kind {
            session.saveSet.push([name], of: bindings)
            return 1
        }
        return term.outerVariables.reduce(0) { count, name in
            let (bound, other) = bindings.apply(.variable(name))
            return count + mark(bound, of: other)
        }
    }

    /// Keeps expressions that are written as in the result already.
    func saveInlined(_ expressions: [SymbolicExpression], _ then: Continuation) throws {
        let modifiers = query[index].with.filter { !replacesFunction($0.target) }.map {
            SymbolicExpression.With(target: $0.target, value: bindings.plug($0.value, in: rootBindings))
        }
        for expression in expressions {
            var expression = expression
            expression.with = modifiers + expression.with
            session.saveStack.push(.init(expression: expression, bindings: nil, rightBindings: nil, modifierBindings: nil))
        }
        defer { for _ in expressions { session.saveStack.pop() } }
        try session.meter.charge(terms: expressions.count)
        try then()
    }
}
