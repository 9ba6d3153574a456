/// What is unknown: documents, from the beginning, and the variables that saved expressions give a value to.
struct SaveSet {
    private struct Element {
        let variables: [String]
        let bindings: Bindings
    }

    /// The documents that are unknown, as references.
    let documents: [[SymbolicTerm]]
    private var elements: [Element] = []

    init(documents: [[SymbolicTerm]]) { self.documents = documents }

    mutating func push(_ variables: [String], of bindings: Bindings) { elements.append(Element(variables: variables, bindings: bindings)) }

    mutating func pop(_ count: Int = 1) { elements.removeLast(count) }

    func contains(variable name: String, of bindings: Bindings) -> Bool {
        elements.contains { $0.bindings === bindings && $0.variables.contains(name) }
    }

    /// Whether a reference leads to, into, or past an unknown document.
    func containsDocument(_ reference: [SymbolicTerm]) -> Bool {
        documents.contains { $0.hasPrefix(reference) || reference.hasPrefix($0) }
    }

    /// Whether a variable or reference is unknown itself.
    func contains(_ term: SymbolicTerm, of bindings: Bindings) -> Bool {
        switch term.kind {
        case .variable(let name): return contains(variable: name, of: bindings)
        case .reference(let operands):
            if containsDocument(operands) { return true }
            return operands.first?.variable.map { contains(variable: $0, of: bindings) } ?? false
        default: return false
        }
    }

    /// Whether an unknown variable is anywhere in a term, or in what its variables stand for.
    func containsRecursively(_ term: SymbolicTerm, of bindings: Bindings) -> Bool {
        if elements.isEmpty { return false }
        return term.containsVariable { name in
            let variable = SymbolicTerm.variable(name)
            let (bound, other) = bindings.apply(variable)
            if bound === variable { return contains(variable: name, of: bindings) }
            return containsRecursively(bound, of: other)
        }
    }

    /// The unknown variables under their names in the result.
    func variables(in caller: Bindings) -> Set<String> {
        var result: Set<String> = []
        for element in elements {
            for name in element.variables {
                if case .variable(let name) = element.bindings.plug(.variable(name), in: caller).kind { result.insert(name) }
            }
        }
        return result
    }
}

/// The expressions that partial evaluation could not evaluate, on the way to one query of the result.
struct SaveStack {
    struct Element {
        let expression: SymbolicExpression
        /// What the variables stand for; `nil` if the expression is written as in the result already.
        let bindings: Bindings?
        /// The same for the right side of an equality.
        let rightBindings: Bindings?
        /// The same for the modifiers.
        let modifierBindings: Bindings?

        /// The expression as it stands in the result.
        func plugged(in caller: Bindings) -> SymbolicExpression {
            guard let bindings else { return expression }
            var result = expression
            switch expression.kind {
            case .call(let terms):
                if let (left, right) = expression.equality {
                    result.kind = .call([terms[0], bindings.plug(left, in: caller), (rightBindings ?? bindings).plug(right, in: caller)])
                } else {
                    result.kind = .call(terms.prefix(1) + terms.dropFirst().map { bindings.plug($0, in: caller) })
                }
            case .term(let term): result.kind = .term(bindings.plug(term, in: caller))
            case .every: break
            }
            result.with = expression.with.map { .init(target: $0.target, value: (modifierBindings ?? bindings).plug($0.value, in: caller)) }
            return result
        }
    }

    /// The queries under way, the innermost last.
    private var queries: [[Element]] = [[]]

    mutating func pushQuery(_ query: [Element] = []) { queries.append(query) }

    mutating func popQuery() -> [Element] { queries.removeLast() }

    mutating func push(_ element: Element) { queries[queries.count - 1].append(element) }

    mutating func pop() { queries[queries.count - 1].removeLast() }

    /// The innermost query as far as it is known.
    var top: [Element] { queries[queries.count - 1] }
}

extension [SaveStack.Element] {
    /// The saved expressions as a body, which is never empty.
    func plugged(in caller: Bindings) -> SymbolicBody {
        isEmpty ? [SymbolicExpression(.true)] : map { $0.plugged(in: caller) }
    }
}
