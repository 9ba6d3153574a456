extension TypeChecker {
    // MARK: Terms

    /// Whether two terms can be equal; gives variables of one the types of the other's parts.
    func unify(_ left: Node, _ leftType: RegoType?, with right: Node, _ rightType: RegoType?, in scope: TypeScope) -> Bool {
        guard step() else { return true }
        let isLeftUnknown = RegoType.isUnknown(leftType)
        let isRightUnknown = RegoType.isUnknown(rightType)
        if isLeftUnknown, !isRightUnknown { return unify(left, rightType, isUnion: false, in: scope) }
        if isRightUnknown, !isLeftUnknown { return unify(right, leftType, isUnion: false, in: scope) }
        if !isLeftUnknown, !isRightUnknown { return unifies(leftType, rightType) }
        switch (left.kind, right.kind) {
        case (.array(let a), .array(let b)):
            return a.count == b.count && zip(a, b).allSatisfy { unifyUnknown($0, $1, in: scope) }
        case (.object(let a), .object(let b)): return unifyObjects(a, b, in: scope)
        case (.array, .variable), (.object, .variable), (.variable, .variable): return assumeAny(left, thenSet: right, in: scope)
        case (.variable, .array), (.variable, .object): return assumeAny(right, thenSet: left, in: scope)
        default: return false
        }
    }

    private func unifyUnknown(_ left: Node, _ right: Node, in scope: TypeScope) -> Bool {
        unify(left, type(of: left, in: scope), with: right, type(of: right, in: scope), in: scope)
    }

    private func assumeAny(_ term: Node, thenSet variable: Node, in scope: TypeScope) -> Bool {
        unify(term, .any, isUnion: false, in: scope) && unify(variable, type(of: term, in: scope), isUnion: false, in: scope)
    }

    /// Objects with the same keys, whose values are compared.
    private func unifyObjects(_ left: [Node.Entry], _ right: [Node.Entry], in scope: TypeScope) -> Bool {
        guard left.count == right.count else { return false }
        var byKey: [String: Node] = [:]
        for entry in right { byKey[resolution.printer.term(entry.key)] = entry.value }
        for entry in left {
            guard let other = byKey[resolution.printer.term(entry.key)] else { return false }
            guard unifyUnknown(entry.value, other, in: scope) else { return false }
        }
        return true
    }

    /// Whether a term can have a type; gives its variables the types of the parts.
    ///
    /// - Parameter isUnion: whether variables that have a type may have the new one as well
    func unify(_ node: Node, _ type: RegoType?, isUnion: Bool, in scope: TypeScope) -> Bool {
        guard step() else { return true }
        switch node.kind {
        case .variable(let variable):
            if isUnion {
                scope.set(variable, to: RegoType.union(typeOfVariable(variable, in: scope), type))
            } else if let known = typeOfVariable(variable, in: scope) {
                return unifies(known, type)
            } else {
                scope.set(variable, to: type)
            }
            return true
        case .array(let elements):
            if case .array(let array)? = type {
                guard elements.count == array.elements.count || array.rest != nil else { return false }
                for (position, element) in elements.enumerated() {
                    guard unify(element, array.element(at: position), isUnion: isUnion, in: scope) else { return false }
                }
                return true
            }
            return unify(node, parts: elements, withAny: type, in: scope)
        case .object(let entries):
            if case .object(let object)? = type { return unify(entries, object, isUnion: isUnion, in: scope) }
            return unify(node, parts: entries.flatMap { [$0.key, $0.value] }, withAny: type, in: scope)
        case .set(let members):
            if case .set(let set)? = type { return members.allSatisfy { unify($0, set.member, isUnion: isUnion, in: scope) } }
            return unify(node, parts: members, withAny: type, in: scope)
        case .null, .boolean, .number, .string, .reference, .comprehension, .call, .template:
            return unifies(self.type(of: node, in: scope), type)
        }
    }

    /// A composite can have a union's type if it can have that of one of its members.
    private func unify(_ node: Node, parts: [Node], withAny type: RegoType?, in scope: TypeScope) -> Bool {
        guard case .any(let types)? = type else { return false }
        if types.isEmpty {
            for part in parts { _ = unify(part, .any, isUnion: true, in: scope) }
            return true
        }
        var canBe = false
        for type in types where unify(node, type, isUnion: true, in: scope) { canBe = true }
        return canBe
    }

    private func unify(_ entries: [Node.Entry], _ object: ObjectType, isUnion: Bool, in scope: TypeScope) -> Bool {
        guard entries.count == object.properties.count || object.dynamic?.value != nil else { return false }
        for entry in entries {
            if let key = TypeKey(entry.key) {
                guard let value = object.value(of: key), unify(entry.value, value, isUnion: isUnion, in: scope) else { return false }
            } else {
                _ = unify(entry.value, .any, isUnion: isUnion, in: scope)
            }
        }
        return true
    }

    // MARK: Types

    /// Whether a value can be of both types.
    func unifies(_ left: RegoType?, _ right: RegoType?) -> Bool {
        guard let left, let right else { return false }
        guard step() else { return true }
        switch (left, right) {
        case (.null, .null), (.boolean, .boolean), (.number, .number), (.string, .string): return true
        case (.any(let types), let other), (let other, .any(let types)):
            if case .function = other { return false }
            return types.isEmpty || isAny(other) || types.contains { unifies($0, other) }
        case (.array(let a), .array(let b)): return unifies(a, b)
        case (.object(let a), .object(let b)): return unifies(a, b)
        case (.set(let a), .set(let b)): return unifies(a.member, b.member)
        case (.function(let a), .function(let b)):
            return a.arity == b.arity && zip(a.parameters, b.parameters).allSatisfy { unifies($0.type, $1.type) }
        default: return false
        }
    }

    private func isAny(_ type: RegoType) -> Bool { type.isAny }

    private func unifies(_ left: ArrayType, _ right: ArrayType) -> Bool {
        for position in 0..<max(left.elements.count, right.elements.count) {
            guard unifies(left.element(at: position), right.element(at: position)) else { return false }
        }
        guard let a = left.rest, let b = right.rest else { return true }
        return unifies(a, b)
    }

    private func unifies(_ left: ObjectType, _ right: ObjectType) -> Bool {
        for property in left.properties {
            guard unifies(property.value, right.value(of: property.key)) else { return false }
        }
        for property in right.properties {
            if left.hasProperty(property.key) { continue }
            guard unifies(left.value(of: property.key), property.value) else { return false }
        }
        guard let a = left.dynamic?.value, let b = right.dynamic?.value else { return true }
        return unifies(a, b)
    }
}
