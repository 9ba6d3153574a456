import RegoSyntax

extension Evaluation {
    func evaluateNot(_ expression: SymbolicExpression, _ then: Continuation) throws {
        var inner = expression
        inner.with = []
        guard try !session.isUnknown(expression, of: bindings) else { return try evaluateUnknownNot(expression, then) }
        let child = closure([inner.complement])
        var isDefined = false
        try child.run { isDefined = true }
        if !isDefined { try then() }
    }

    /// Evaluates what is negated as a query of its own, and keeps the negation of all that it may come to.
    private func evaluateUnknownNot(_ expression: SymbolicExpression, _ then: Continuation) throws {
        let child = closure([expression.complementWithoutWith])
        let unknowns = session.saveSet.variables(in: rootBindings)
        let propagator =
            session.inlining.isShallow
            ? nil : CopyPropagator(live: unknowns, ensuresNonEmptyBody: true, analysis: session.analysis)
        var queries: [SymbolicBody] = []
        do {
            session.saveStack.pushQuery()
            defer { _ = session.saveStack.popQuery() }
            try child.run {
                let query = session.saveStack.top.plugged(in: rootBindings)
                guard try session.passesTypeCheck(query) else { return }
                queries.append(propagator?.apply(to: query) ?? query)
            }
        }
        // What never holds needs no condition.
        if queries.isEmpty { return try then() }
        guard Self.canInline(queries, safe: unknowns) else {
            return try saveNegationAsRules(expression, number: child.queryID, queries, unknowns, then)
        }
        // not ((a and b) or (c and d)) is one of: not a and not c; not a and not d; not b and not c; not b and not d.
        try forEachComplement(of: queries[...], []) { query in try saveInlined(query, then) }
    }

    private func forEachComplement(
        of queries: ArraySlice<SymbolicBody>, _ current: SymbolicBody, _ visit: (SymbolicBody) throws -> Void
    ) throws {
        guard let first = queries.first else { return try visit(current) }
        for expression in first { try forEachComplement(of: queries.dropFirst(), current + [expression.complement], visit) }
    }

    /// Keeps a negation as that of a rule of the result, whose bodies are the queries.
    private func saveNegationAsRules(
        _ expression: SymbolicExpression, number: Int, _ queries: [SymbolicBody], _ unknowns: Set<String>, _ then: Continuation
    ) throws {
        let name = "__not\(queryID)_\(index)_\(number)__"
        var used: Set<String> = []
        for expression in queries.joined() {
            _ = expression.containsVariable { name in
                used.insert(name)
                return false
            }
        }
        let names = unknowns.intersection(used).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let arguments = names.map { SymbolicTerm.variable($0) }
        for query in queries {
            session.support.insert(
                SupportRule(
                    package: [.data, session.namespace], reference: [.variable(name)], arguments: arguments, value: .true, body: query))
        }
        let rule = SymbolicTerm.reference([.data, session.namespace, .string(name)])
        let kind: SymbolicExpression.Kind = arguments.isEmpty ? .term(rule) : .call([rule] + arguments)
        try saveInlined([SymbolicExpression(kind, isNegated: true)], then)
    }

    /// Queries whose complements make more than so many queries are kept as rules.
    private static let inliningLimit = 16

    /// Whether each expression of the queries can be negated where it stands.
    private static func canInline(_ queries: [SymbolicBody], safe: Set<String>) -> Bool {
        var size = 1
        for query in queries {
            size = min(size * query.count, inliningLimit + 1)
            for expression in query {
                // The complement of `f(input.x)` is not `not f(input.x)` alone, for `input.x` may be undefined.
                if expression.hasNestedReference { return false }
                if expression.isNegated { continue }
                // A variable that the expression binds would be bound by nothing once it is negated.
                if expression.safetyVariables.contains(where: { !safe.contains($0) && $0 != "data" && $0 != "input" }) { return false }
            }
        }
        return size <= inliningLimit
    }
}

extension SymbolicTerm {
    fileprivate var hasReferenceOrCall: Bool {
        switch kind {
        case .null, .boolean, .number, .string, .variable: false
        case .reference, .call: true
        case .array(let terms), .set(let terms): terms.contains(where: \.hasReferenceOrCall)
        case .object(let items): items.contains { $0.key.hasReferenceOrCall || $0.value.hasReferenceOrCall }
        case .comprehension(let comprehension):
            comprehension.head.contains(where: \.hasReferenceOrCall) || comprehension.body.contains(where: \.mentionsReferenceOrCall)
        }
    }

    /// Whether there is a reference or call within the term, which may be a reference itself.
    fileprivate var hasNestedReference: Bool {
        if case .reference(let operands) = kind { return operands.dropFirst().contains(where: \.hasReferenceOrCall) }
        return hasReferenceOrCall
    }

    fileprivate func collectSafetyVariables(into names: inout Set<String>) {
        switch kind {
        case .null, .boolean, .number, .string, .comprehension: break
        case .variable(let name): names.insert(name)
        case .call(let terms): for term in terms.dropFirst() { term.collectSafetyVariables(into: &names) }
        case .reference(let terms), .array(let terms), .set(let terms): for term in terms { term.collectSafetyVariables(into: &names) }
        case .object(let items):
            for item in items {
                item.key.collectSafetyVariables(into: &names)
                item.value.collectSafetyVariables(into: &names)
            }
        }
    }
}

extension SymbolicExpression {
    /// Whether any reference or call is there; the operator of a call is one.
    fileprivate var mentionsReferenceOrCall: Bool {
        switch kind {
        case .term(let term): term.hasReferenceOrCall
        case .call: true
        case .every: true
        }
    }

    fileprivate var hasNestedReference: Bool {
        switch kind {
        case .term(let term): return term.hasNestedReference
        case .call(let terms):
            if let (left, right) = equality { return left.hasNestedReference || right.hasNestedReference }
            return terms.dropFirst().contains(where: \.hasReferenceOrCall)
        case .every: return true
        }
    }

    /// The variables outside of closures, without the names of functions.
    fileprivate var safetyVariables: Set<String> {
        var names: Set<String> = []
        switch kind {
        case .term(let term): term.collectSafetyVariables(into: &names)
        case .call(let terms): for term in terms.dropFirst() { term.collectSafetyVariables(into: &names) }
        case .every(let every): every.domain.collectSafetyVariables(into: &names)
        }
        for modifier in with { modifier.value.collectSafetyVariables(into: &names) }
        return names
    }
}
