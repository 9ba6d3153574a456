import RegoSyntax

extension Evaluation {
    func unify(_ left: SymbolicTerm, _ right: SymbolicTerm, _ then: Continuation) throws {
        try unify(left, of: bindings, right, of: bindings, then)
    }

    /// Unifies two terms, each with the bindings that its variables belong to.
    func unify(
        _ left: SymbolicTerm, of leftBindings: Bindings, _ right: SymbolicTerm, of rightBindings: Bindings, _ then: Continuation
    ) throws {
        try session.meter.step()
        let (left, leftBindings) = leftBindings.apply(left)
        let (right, rightBindings) = rightBindings.apply(right)
        switch left.kind {
        case .variable, .reference, .comprehension, .set, .call:
            return try unifyValues(left, leftBindings, right, rightBindings, then)
        case .null, .boolean, .number, .string:
            guard right.isScalar || right.variable != nil || right.reference != nil || right.comprehension != nil else { return }
            // A comprehension never equals a scalar.
            if right.comprehension != nil { return }
            try unifyValues(left, leftBindings, right, rightBindings, then)
        case .array(let elements):
            if case .array(let others) = right.kind {
                guard elements.count == others.count else { return }
                return try unify(elements[...], of: leftBindings, others[...], of: rightBindings, then)
            }
            guard right.variable != nil || right.reference != nil || right.comprehension?.shape == .array else { return }
            try unifyValues(left, leftBindings, right, rightBindings, then)
        case .object(let items):
            if case .object(let others) = right.kind {
                guard items.count == others.count else { return }
                let first = Self.withPluggedKeys(left, items, leftBindings)
                return try unify(first[...], of: leftBindings, Self.withPluggedKeys(right, others, rightBindings), of: rightBindings, then)
            }
            guard right.variable != nil || right.reference != nil || right.comprehension?.shape == .object else { return }
            try unifyValues(left, leftBindings, right, rightBindings, then)
        }
    }

    /// Unifies terms pairwise.
    func unify(
        _ left: ArraySlice<SymbolicTerm>, of leftBindings: Bindings, _ right: ArraySlice<SymbolicTerm>, of rightBindings: Bindings,
        _ then: Continuation
    ) throws {
        guard let first = left.first, let second = right.first else { return try then() }
        try unify(first, of: leftBindings, second, of: rightBindings) {
            try unify(left.dropFirst(), of: leftBindings, right.dropFirst(), of: rightBindings, then)
        }
    }

    private func unify(
        _ items: ArraySlice<SymbolicTerm.Item>, of leftBindings: Bindings, _ others: [SymbolicTerm.Item], of rightBindings: Bindings,
        _ then: Continuation
    ) throws {
        guard let item = items.first else { return try then() }
        guard let other = others.first(where: { $0.key == item.key }) else { return }
        try unify(item.value, of: leftBindings, other.value, of: rightBindings) {
            try unify(items.dropFirst(), of: leftBindings, others, of: rightBindings, then)
        }
    }

    /// An object's items, whose keys cannot be unified but only compared.
    private static func withPluggedKeys(
        _ object: SymbolicTerm, _ items: [SymbolicTerm.Item], _ bindings: Bindings
    ) -> [SymbolicTerm.Item] {
        if items.allSatisfy(\.key.isGround) { return items }
        return items.map { .init(key: bindings.plug($0.key), value: $0.value) }
    }

    /// Unifies terms of which one at least is a variable, a reference, a comprehension, a set or a scalar.
    private func unifyValues(
        _ left: SymbolicTerm, _ leftBindings: Bindings, _ right: SymbolicTerm, _ rightBindings: Bindings, _ then: Continuation
    ) throws {
        let savesLeft = isSaved(left, leftBindings)
        if !savesLeft, case .reference(let operands) = left.kind {
            return try unify(reference: operands, of: leftBindings, right, of: rightBindings, then)
        }
        let savesRight = isSaved(right, rightBindings)
        if !savesRight, case .reference(let operands) = right.kind {
            return try unify(reference: operands, of: rightBindings, left, of: leftBindings, then)
        }
        if savesLeft || savesRight { return try saveUnification(left, leftBindings, right, rightBindings, then) }
        if let comprehension = left.comprehension {
            return try unify(comprehension, left, leftBindings, right, rightBindings, isSwapped: false, then)
        }
        if let comprehension = right.comprehension {
            return try unify(comprehension, right, rightBindings, left, leftBindings, isSwapped: true, then)
        }
        if case .variable(let name) = left.kind {
            if leftBindings === rightBindings, right.variable == name { return try then() }
            leftBindings.bind(name, to: right, of: rightBindings)
            defer { leftBindings.unbind(name) }
            return try then()
        }
        if case .variable(let name) = right.kind {
            rightBindings.bind(name, to: left, of: leftBindings)
            defer { rightBindings.unbind(name) }
            return try then()
        }
        // Sets with variables that are not bound cannot be unified.
        if case .set = left.kind {
            if leftBindings.plug(left) == rightBindings.plug(right) { try then() }
        } else if left == right {
            try then()
        }
    }

    private func isSaved(_ term: SymbolicTerm, _ bindings: Bindings) -> Bool {
        if case .set = term.kind { return session.saveSet.containsRecursively(term, of: bindings) }
        return session.saveSet.contains(term, of: bindings)
    }

    private func unify(
        reference: [SymbolicTerm], of bindings: Bindings, _ other: SymbolicTerm, of otherBindings: Bindings, _ then: Continuation
    ) throws {
        guard let head = reference.first else { return }
        if head.variable == "data" {
            let tree = TreeEvaluation(
                evaluation: self, bindings: bindings, other: other, otherBindings: otherBindings, node: session.tree, reference: reference,
                plugged: reference, position: 1)
            return try tree.run(then)
        }
        var (term, termBindings) = (input, bindings)
        if head.variable != "input" {
            let (bound, boundBindings) = bindings.apply(head)
            (term, termBindings) = (bound === head ? nil : bound, boundBindings)
        }
        guard let term else { return }
        let inner = TermEvaluation(
            evaluation: self, bindings: bindings, term: term, termBindings: termBindings, other: other, otherBindings: otherBindings,
            reference: reference, position: 1)
        try inner.run(then)
    }
}

// MARK: Comprehensions

extension Evaluation {
    private func unify(
        _ comprehension: SymbolicComprehension, _ term: SymbolicTerm, _ bindings: Bindings, _ other: SymbolicTerm,
        _ otherBindings: Bindings, isSwapped: Bool, _ then: Continuation
    ) throws {
        guard try !isUnknown(term, of: bindings) else {
            let kept = captured(term, bindings)
            let other = other.comprehension == nil ? other : captured(other, otherBindings)
            if isSwapped { return try saveUnification(other, otherBindings, kept, bindings, then) }
            return try saveUnification(kept, bindings, other, otherBindings, then)
        }
        let value = try value(of: comprehension)
        try unify(value, of: bindings, other, of: otherBindings, then)
    }

    /// The value of a comprehension of which everything is known.
    private func value(of comprehension: SymbolicComprehension) throws -> SymbolicTerm {
        let child = closure(comprehension.body)
        var items: [SymbolicTerm.Item] = []
        var known: [SymbolicTerm: SymbolicTerm] = [:]
        try child.run {
            let value = child.bindings.plug(comprehension.value)
            let key = comprehension.key.map { child.bindings.plug($0) } ?? value
            try session.meter.charge(terms: 2)
            if comprehension.shape == .object {
                if let other = known[key], other != value {
                    throw PartialFailure(.conflict, "object keys must be unique", at: span)
                }
                known[key] = value
            }
            items.append(SymbolicTerm.Item(key: key, value: value))
        }
        switch comprehension.shape {
        case .array: return .array(items.map(\.value))
        case .set: return .set(items.map(\.value))
        case .object: return .object(items)
        }
    }

    /// A comprehension for the result: what is bound around it, and it uses, becomes part of its body.
    func captured(_ term: SymbolicTerm, _ bindings: Bindings) -> SymbolicTerm {
        guard let comprehension = term.comprehension else { return term }
        var used: Set<String> = []
        term.collectVariables(into: &used)
        var captures: SymbolicBody = []
        bindings.forEach(in: rootBindings) { variable, value in
            guard case .variable(let name) = variable.kind, used.contains(name) else { return }
            captures.append(.equality(bindings.name(variable, in: rootBindings), value))
        }
        guard case .comprehension(let named) = bindings.namespace(term, in: rootBindings).kind else { return term }
        return SymbolicTerm(
            .comprehension(
                SymbolicComprehension(shape: comprehension.shape, key: named.key, value: named.value, body: named.body + captures)))
    }
}
