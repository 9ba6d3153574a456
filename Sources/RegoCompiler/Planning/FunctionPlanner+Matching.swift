@_spi(Engine) import RegoRuntime
import RegoSyntax

/// What an iteration's entries are filtered by.
private struct EntryFilter {
    /// The constant operands that lead from an entry to what is compared.
    var path: [Term]
    var relation: Relation
    /// What it is compared with: known before the iteration begins.
    var value: Term
}

extension FunctionPlanner {
    /// Plans an expression that iterates over a collection together with the comparison that most entries fail, so that the machine goes
    /// from match to match: `some x in xs; x.id == y`, `xs[i].id == y`, `xs[_] > 3`.
    ///
    /// Moving the comparison forward must not be seen: what stands before it can neither fail with an error nor bind what it needs.
    ///
    /// - Returns: the places of the body's other expressions that are planned with it; `nil` if the expression is no such iteration, and
    ///   nothing has been planned.
    func planMatchingIteration(_ body: Body, at index: Int) throws(AssemblyLimit) -> [Int]? {
        guard trace == nil, let operands = comparison(body[index]) else { return nil }
        if operands.relation == .equal {
            for (entry, reference) in [(operands.left, operands.right), (operands.right, operands.left)] {
                guard let name = unboundVariable(entry), let (collection, key, path) = iteration(reference), path.isEmpty, key != name
                else { continue }
                guard let (place, filter) = filter(of: name, in: body, after: index) else { return nil }
                program.assembler.mark(body[index].span)
                let value = try planIteration(over: collection, key: key, filter)
                scope.set(name, to: value)
                return [place]
            }
        }
        for (reference, value, relation) in [
            (operands.left, operands.right, operands.relation), (operands.right, operands.left, operands.relation.reversed),
        ] {
            guard isKnown(value), let (collection, key, path) = iteration(reference) else { continue }
            program.assembler.mark(body[index].span)
            _ = try planIteration(over: collection, key: key, EntryFilter(path: path, relation: relation, value: value))
            return []
        }
        return nil
    }

    private func planIteration(over collection: [Term], key: String, _ filter: EntryFilter) throws(AssemblyLimit) -> Register {
        let collection = try reference(collection)
        let value = try value(of: filter.value)
        let entry = try iterate(collection, path: try pathConstant(filter.path), filter.relation, value)
        scope.set(key, to: entry.key)
        return entry.value
    }

    /// The two sides of an expression that is a comparison and nothing else.
    private func comparison(_ expression: Expression) -> (left: Term, relation: Relation, right: Term)? {
        guard expression.with.isEmpty, !expression.isNegated, case .call(let terms) = expression.kind, terms.count == 3 else { return nil }
        let name = Self.functionName(terms[0])
        guard overlay.replacements[name] == nil else { return nil }
        if name == "eq" || name == "equal" || name == "assign" { return (terms[1], .equal, terms[2]) }
        return Relation(builtin: name).map { (terms[1], $0, terms[2]) }
    }

    /// The parts of a reference that iterates over exactly one collection: the reference to it, the variable of its keys, and the constant
    /// operands after that.
    private func iteration(_ term: Term) -> (collection: [Term], key: String, path: [Term])? {
        guard case .reference(let terms) = term.kind, terms.count > 1,
            let place = terms.indices.dropFirst().first(where: { isPattern(terms[$0]) }), let key = unboundVariable(terms[place])
        else { return nil }
        let collection = Array(terms[..<place])
        let path = Array(terms[(place + 1)...])
        guard path.allSatisfy(\.isConstant) else { return nil }
        switch collection[0].kind {
        case .variable("input") where scope["input"] == nil: break
        case .variable("data") where scope["data"] == nil:
            guard !isPackage(collection.dropFirst()) else { return nil }
        case .variable(let name):
            // A set or object that the body writes has an order of its own.
            guard let register = scope[name], collection.count > 1 || literals[register] == nil else { return nil }
        default: return nil
        }
        // Operands that are looked up have a value, but not one that an iteration or a call has to find.
        guard collection.dropFirst().allSatisfy({ $0.isConstant || isBound($0) }) else { return nil }
        return (collection, key, path)
    }

    /// Whether operands below `data` lead to a place whose documents are found one by one, not as a collection.
    private func isPackage(_ operands: ArraySlice<Term>) -> Bool {
        var node = program.resolved.root
        for operand in operands {
            guard node.rules.isEmpty else { return false }
            guard operand.isConstant else { return true }
            guard let child = node.child(operand) else { return false }
            node = child
        }
        return node.rules.isEmpty
    }

    private func isBound(_ term: Term) -> Bool {
        if case .variable(let name) = term.kind { scope[name] != nil } else { false }
    }

    /// Whether a term has its value already, and finding it out can neither fail with an error nor iterate.
    private func isKnown(_ term: Term) -> Bool {
        if term.isConstant || isBound(term) { return true }
        guard case .reference(let terms) = term.kind, case .variable(let head) = terms[0].kind, !mayEndEvaluation(term) else {
            return false
        }
        guard scope[head] != nil || head == "input" || head == "data" else { return false }
        return terms.dropFirst().allSatisfy { $0.isConstant || isBound($0) }
    }

    /// Expressions behind an iteration among which a comparison is looked for: a body of many iterations is not looked through for each.
    private static let filterReach = 64

    /// The first comparison of an iteration's entry with something known.
    private func filter(of name: String, in body: Body, after index: Int) -> (place: Int, filter: EntryFilter)? {
        for place in body.indices.dropFirst(index + 1).prefix(Self.filterReach) {
            if let (left, relation, right) = comparison(body[place]) {
                if let path = path(from: name, left), isKnown(right) {
                    return (place, EntryFilter(path: path, relation: relation, value: right))
                }
                if let path = path(from: name, right), isKnown(left) {
                    return (place, EntryFilter(path: path, relation: relation.reversed, value: left))
                }
            }
            guard !mayEndEvaluation(body[place]) else { return nil }
        }
        return nil
    }

    /// The constant operands of a reference into a variable's value, none for the variable itself.
    private func path(from name: String, _ term: Term) -> [Term]? {
        switch term.kind {
        case .variable(name): return []
        case .reference(let terms):
            guard case .variable(name) = terms[0].kind, terms.dropFirst().allSatisfy(\.isConstant) else { return nil }
            return Array(terms.dropFirst())
        default: return nil
        }
    }
}

extension Relation {
    /// The relation that holds from right to left where this one holds from left to right.
    var reversed: Relation {
        switch self {
        case .equal, .notEqual: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }
}
