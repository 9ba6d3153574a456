/// Finds the variables that a unification binds, given those that are bound before.
struct Unifier {
    // Two sets, so that the large one is not copied for each unification of a body.
    private let safe: VariableSet
    private let alsoSafe: VariableSet
    private(set) var unified = VariableSet()
    /// Variables that become known once all of those that they depend on are.
    private var pending: [(variable: VariableID, needs: VariableSet)] = []

    private static let patternExceptions: VariableCollector.Exceptions = [.referenceHeads, .objectKeys, .closures]

    static func unify(_ left: Node, _ right: Node, safe: VariableSet, alsoSafe: VariableSet) -> VariableSet {
        var unifier = Unifier(safe: safe, alsoSafe: alsoSafe)
        unifier.unify(left, right)
        return unifier.unified
    }

    private init(safe: VariableSet, alsoSafe: VariableSet) {
        self.safe = safe
        self.alsoSafe = alsoSafe
    }

    private func isBound(_ variable: VariableID) -> Bool { safe.contains(variable) || alsoSafe.contains(variable) }

    private func isBound(reference operands: [Node]) -> Bool {
        guard let head = operands.first else { return true }
        return head.variable.map(isBound) ?? isBound(head)
    }

    private func isBound(_ term: Node) -> Bool { term.variables(except: .safety).allSatisfy(isBound) }

    private func isSafe(_ variable: VariableID) -> Bool { isBound(variable) || unified.contains(variable) }

    private mutating func unify(_ left: Node, _ right: Node) {
        switch left.kind {
        case .variable(let variable): unify(variable, right)
        case .reference(let operands): if isBound(reference: operands) { bindPattern(right) }
        case .call: if isBound(left) { bindPattern(right) }
        case .comprehension(let comprehension):
            switch (comprehension.shape, right.kind) {
            case (_, .variable(let variable)): markSafe(variable)
            case (.array, .array), (.object, .object): markAllSafe(right)
            default: break
            }
        case .array(let elements): unify(array: left, elements, right)
        case .object(let entries): unify(object: left, entries, right)
        case .null, .boolean, .number, .string, .set, .template:
            if let variable = right.variable { markSafe(variable) }
        }
    }

    private mutating func bindPattern(_ node: Node) {
        switch node.kind {
        case .variable(let variable): markSafe(variable)
        case .array, .object: markAllSafe(node)
        default: break
        }
    }

    private mutating func unify(_ variable: VariableID, _ right: Node) {
        switch right.kind {
        case .variable(let other):
            if isSafe(other) {
                markSafe(variable)
            } else if isSafe(variable) {
                markSafe(other)
            } else {
                markPending(variable, needs: other)
                markPending(other, needs: variable)
            }
        case .array, .object: unifyAll(variable, right)
        case .reference(let operands): if isBound(reference: operands) { markSafe(variable) }
        case .call: if isBound(right) { markSafe(variable) }
        default: markSafe(variable)
        }
    }

    private mutating func unify(array: Node, _ elements: [Node], _ right: Node) {
        switch right.kind {
        case .variable(let variable): unifyAll(variable, array)
        case .comprehension: markAllSafe(array)
        case .reference(let operands): if isBound(reference: operands) { markAllSafe(array) }
        case .call: if isBound(right) { markAllSafe(array) }
        case .array(let others) where others.count == elements.count:
            for (element, other) in zip(elements, others) { unify(element, other) }
        default: break
        }
    }

    private mutating func unify(object: Node, _ entries: [Node.Entry], _ right: Node) {
        switch right.kind {
        case .variable(let variable): unifyAll(variable, object)
        case .reference(let operands): if isBound(reference: operands) { markAllSafe(object) }
        case .call: if isBound(right) { markAllSafe(object) }
        case .object(let others) where others.count == entries.count:
            var values: [DocumentKey: Node] = [:]
            var variableKeys: [VariableID: Node] = [:]
            for other in others {
                if let key = DocumentKey(other.key) { values[key] = other.value }
                if let key = other.key.variable { variableKeys[key] = other.value }
            }
            for entry in entries {
                let value = DocumentKey(entry.key).flatMap { values[$0] } ?? entry.key.variable.flatMap { variableKeys[$0] }
                if let value { unify(entry.value, value) }
            }
        default: break
        }
    }

    private mutating func markAllSafe(_ pattern: Node) {
        for variable in pattern.variables(except: Self.patternExceptions) { markSafe(variable) }
    }

    private mutating func unifyAll(_ variable: VariableID, _ pattern: Node) {
        if isSafe(variable) {
            markAllSafe(pattern)
            return
        }
        let unknown = pattern.variables(except: Self.patternExceptions).filter { !isSafe($0) }
        if unknown.isEmpty { markSafe(variable) }
        for other in unknown { markPending(variable, needs: other) }
    }

    private mutating func markPending(_ variable: VariableID, needs other: VariableID) {
        if let position = pending.firstIndex(where: { $0.variable == variable }) {
            pending[position].needs.insert(other)
        } else {
            pending.append((variable, VariableSet(other)))
        }
    }

    /// Marks a variable, what it stands for, and what waited for it.
    private mutating func markSafe(_ first: VariableID) {
        var known = [first]
        while let variable = known.popLast() {
            unified.insert(variable)
            if let position = pending.firstIndex(where: { $0.variable == variable }) {
                known.append(contentsOf: pending.remove(at: position).needs)
            }
            for position in pending.indices.reversed() where pending[position].needs.contains(variable) {
                pending[position].needs.removeAll { $0 == variable }
                if pending[position].needs.isEmpty { known.append(pending.remove(at: position).variable) }
            }
        }
    }
}
