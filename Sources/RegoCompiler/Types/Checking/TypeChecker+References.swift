import RegoSyntax

extension TypeChecker {
    // MARK: Types

    /// The type of what a reference refers to; `nil` if there is nothing.
    func type(ofReference operands: [Node], in scope: TypeScope) -> RegoType? {
        guard let head = operands[0].variable else { return nil }
        let isRoot = head == .data || head == .input
        var current: TypeScope? = scope
        while let place = current {
            current = place.next
            if let type = place.ownType(of: head) { return select(operands[1...], of: type) }
            guard isRoot, var node = place.documents?.child(root: head) else { continue }
            var position = 1
            var isMissing = false
            while position < operands.count, node.type == nil || !node.children.isEmpty {
                guard let key = DocumentKey(operands[position]) else { break }
                guard let child = node.child(.document(key)) else {
                    isMissing = node.type == nil
                    break
                }
                node = child
                position += 1
            }
            if isMissing { continue }
            return select(operands[position...], of: node.documentType)
        }
        if isRoot { return .any }
        return builtinType(head).flatMap { select(operands.dropFirst(), of: .function($0)) }
    }

    /// The type of the member that operands lead to.
    private func select(_ operands: ArraySlice<Node>, of type: RegoType?) -> RegoType? {
        var type = type
        for operand in operands {
            guard let current = type, step() else { return type }
            switch operand.kind {
            case .variable, .reference, .array, .object, .set: type = current.values
            case .null, .boolean, .number, .string: type = TypeKey(operand).flatMap(current.member)
            case .call, .comprehension, .template: type = nil
            }
        }
        return type
    }

    private func key(_ operand: Node) -> TypeTree.Key? {
        if let variable = operand.variable { return .variable(resolution.symbols.name(variable)) }
        return DocumentKey(operand).map { .document($0) }
    }

    // MARK: Checks

    /// Checks the references of an expression, those of comprehensions aside.
    func checkReferences(of expression: ExpressionNode, in scope: TypeScope) -> [TypeProblem] {
        var problems: [TypeProblem] = []
        checkReferences(of: expression, in: scope, into: &problems)
        return problems
    }

    private func checkReferences(of expression: ExpressionNode, in scope: TypeScope, into problems: inout [TypeProblem]) {
        switch expression.kind {
        case .term(let term): checkReferences(of: term, in: scope, into: &problems)
        case .call(let terms): for term in terms.dropFirst() { checkReferences(of: term, in: scope, into: &problems) }
        case .some: break
        case .every(let every):
            if let key = every.key { checkReferences(of: key, in: scope, into: &problems) }
            checkReferences(of: every.value, in: scope, into: &problems)
            checkReferences(of: every.domain, in: scope, into: &problems)
            for inner in every.body { checkReferences(of: inner, in: scope, into: &problems) }
            for with in expression.with {
                checkReferences(of: with.target, in: scope, into: &problems)
                checkReferences(of: with.value, in: scope, into: &problems)
            }
        }
    }

    private func checkReferences(of node: Node, in scope: TypeScope, into problems: inout [TypeProblem]) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable, .comprehension: break
        case .reference(let operands):
            if case .function(let function)? = type(ofReference: operands, in: scope) {
                problems.append(TypeProblem(.unsupported(operands, position: operands.count - 1, have: .function(function)), at: node.span))
                return
            }
            if let problem = check(operands, in: scope) { problems.append(problem) }
            for operand in operands { checkReferences(of: operand, in: scope, into: &problems) }
        case .call(let nodes), .array(let nodes), .set(let nodes):
            for element in nodes { checkReferences(of: element, in: scope, into: &problems) }
        case .object(let entries):
            for entry in entries {
                checkReferences(of: entry.key, in: scope, into: &problems)
                checkReferences(of: entry.value, in: scope, into: &problems)
            }
        case .template(let parts):
            for case .expression(let expression) in parts { checkReferences(of: expression, in: scope, into: &problems) }
        }
    }

    private func check(_ operands: [Node], in scope: TypeScope) -> TypeProblem? {
        guard operands.count > 1, let head = operands[0].variable else { return nil }
        let isRoot = head == .data || head == .input
        var current: TypeScope? = scope
        while let place = current {
            current = place.next
            if let type = place.ownType(of: head) { return check(operands, from: 1, of: type, in: scope) }
            guard isRoot, let node = place.documents?.child(root: head) else { continue }
            if let type = node.type { return check(operands, from: 1, of: type, in: scope) }
            switch check(operands, below: node, in: scope) {
            case .missing: continue
            case .checked(let problem): return problem
            }
        }
        if isRoot { return check(operands, from: 1, of: .any, in: scope) }
        if let function = builtinType(head) { return check(operands, from: 1, of: .function(function), in: scope) }
        scope.set(head, to: .any)
        return check(operands, from: 1, of: .any, in: scope)
    }

    private enum Outcome {
        case checked(TypeProblem?)
        /// There is no document at the reference here; the scope around may have one.
        case missing
    }

    /// Checks a reference against the documents below `data` or `input`.
    private func check(_ operands: [Node], below root: TypeTree, in scope: TypeScope) -> Outcome {
        var node = root
        var position = 1
        while position < operands.count {
            let operand = operands[position]
            if position <= 2, operand.variable == nil, !operand.isString {
                let have = type(of: operand, in: scope)
                return .checked(invalid(operands, position, have: have, want: .string, oneOf: node.sortedKeys))
            }
            if let variable = operand.variable {
                let keys = node.documentKeys
                if let known = typeOfVariable(variable, in: scope) {
                    guard unifies(keys, known) else {
                        return .checked(invalid(operands, position, have: known, want: keys, oneOf: node.sortedKeys))
                    }
                } else {
                    scope.set(variable, to: keys)
                }
            }
            guard let key = key(operand), let child = node.child(key) else { return .missing }
            if let type = child.type { return .checked(check(operands, from: position + 1, of: type, in: scope)) }
            node = child
            position += 1
        }
        return .checked(nil)
    }

    /// Checks the rest of a reference against a value's type.
    private func check(_ operands: [Node], from start: Int, of type: RegoType, in scope: TypeScope) -> TypeProblem? {
        var type: RegoType? = type
        for position in start..<max(start, operands.count) {
            guard step() else { return nil }
            let operand = operands[position]
            guard let current = type, let keys = current.keys else {
                return TypeProblem(.unsupported(operands, position: position - 1, have: type), at: operands[0].span)
            }
            switch operand.kind {
            case .variable(let variable):
                if let known = typeOfVariable(variable, in: scope) {
                    if !unifies(known, keys) { return invalid(operands, position, have: known, want: keys, oneOf: current.sortedKnownKeys) }
                } else {
                    scope.set(variable, to: keys)
                }
            case .reference(let inner):
                if let known = self.type(ofReference: inner, in: scope), !unifies(known, keys) {
                    return invalid(operands, position, have: known, want: keys, oneOf: current.sortedKnownKeys)
                }
            case .array, .object, .set:
                if !unify(operand, keys, isUnion: false, in: scope) {
                    return invalid(operands, position, have: self.type(of: operand, in: scope), want: keys, oneOf: [])
                }
            case .null, .boolean, .number, .string, .call, .comprehension, .template:
                guard let member = TypeKey(operand).flatMap(current.member) else {
                    return invalid(operands, position, have: nil, want: keys, oneOf: current.sortedKnownKeys)
                }
                type = member
                continue
            }
            type = current.values
        }
        return nil
    }

    private func invalid(_ operands: [Node], _ position: Int, have: RegoType?, want: RegoType?, oneOf: [TypeKey]) -> TypeProblem {
        TypeProblem(.invalid(operands, position: position, have: have, want: want, oneOf: oneOf), at: operands[0].span)
    }
}

extension Node {
    fileprivate var isString: Bool { if case .string = kind { true } else { false } }
}

extension TypeTree {
    /// The keys of the documents below, in order.
    fileprivate var sortedKeys: [TypeKey] {
        children.map { child in
            switch child.key {
            case .document(.null): TypeKey.null
            case .variable(let name): TypeKey.string(name)
            case .document: child.key.typeKey ?? .null
            }
        }.sorted { TypeKey.compare($0, $1) < 0 }
    }
}

extension RegoType {
    /// The keys that can be named, each once, in order.
    fileprivate var sortedKnownKeys: [TypeKey] {
        var distinct: [TypeKey] = []
        for key in knownKeys.sorted(by: { TypeKey.compare($0, $1) < 0 }) {
            if let last = distinct.last, TypeKey.compare(last, key) == 0 { continue }
            distinct.append(key)
        }
        return distinct
    }
}
