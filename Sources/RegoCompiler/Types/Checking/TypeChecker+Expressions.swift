@_spi(Engine) import RegoRuntime

extension TypeChecker {
    /// Checks a call's arguments, and what `with` puts in the place of functions.
    func check(_ expression: ExpressionNode, in scope: TypeScope) -> TypeProblem? {
        if let problem = checkReplacements(of: expression, in: scope) { return problem }
        guard let terms = expression.call else { return nil }
        return expression.calls(.unify) ? checkUnification(expression, terms, in: scope) : checkCall(expression, terms, in: scope)
    }

    private func checkReplacements(of expression: ExpressionNode, in scope: TypeScope) -> TypeProblem? {
        for with in expression.with {
            guard case .function(let target)? = typeOfCallee(with.target, in: scope),
                case .function(let value)? = typeOfCallee(with.value, in: scope)
            else { continue }
            if !unifies(.function(target), .function(value)) {
                return TypeProblem(
                    .arguments(
                        function: with.target, "arity mismatch", have: value.parameters.map(\.type),
                        want: FunctionArguments(parameters: target.parameters, variadic: target.variadic)), at: with.span)
            }
        }
        return nil
    }

    /// The type of a term that may name a function.
    private func typeOfCallee(_ node: Node, in scope: TypeScope) -> RegoType? {
        callees.builtin(of: node).map { .function($0.type) } ?? type(of: node, in: scope)
    }

    private func checkCall(_ expression: ExpressionNode, _ terms: [Node], in scope: TypeScope) -> TypeProblem? {
        let function: FunctionType
        switch typeOfOperator(terms[0], in: scope) {
        case .any(let types)? where types.isEmpty: return nil
        case .function(let type)?: function = type
        default: return TypeProblem(.undefinedFunction(terms[0]), at: expression.span)
        }
        var fault: String?
        if terms.count - 1 > function.argumentLimit, function.variadic == nil {
            fault = "too many arguments"
        } else if terms.count - 1 < function.arity {
            fault = "too few arguments"
        } else {
            for position in 1..<max(terms.count, 1)
            where !unify(terms[position], function.type(ofArgument: position - 1), isUnion: false, in: scope) {
                fault = "invalid argument(s)"
                break
            }
        }
        guard let fault else { return nil }
        let want = function.signature
        let have = terms.dropFirst().map { type(of: $0, in: scope) }
        return TypeProblem(.arguments(function: terms[0], fault, have: have, want: want), at: expression.span)
    }

    private func typeOfOperator(_ operation: Node, in scope: TypeScope) -> RegoType? {
        guard let path = operation.reference else { return nil }
        if let type = callees.callee(operation).type {
            // A variable of the author's may have the name of a builtin.
            if path.count == 1, let head = path[0].variable, let known = scope.type(of: head) { return known }
            return .function(type)
        }
        return type(ofReference: path, in: scope)
    }

    private func checkUnification(_ expression: ExpressionNode, _ terms: [Node], in scope: TypeScope) -> TypeProblem? {
        guard terms.count == 3 else {
            let have = terms.dropFirst().map { type(of: $0, in: scope) }
            let parameters = Array(repeating: FunctionType.Parameter(type: .any), count: 2)
            return TypeProblem(
                .arguments(
                    function: terms[0], terms.count < 3 ? "too few arguments" : "too many arguments", have: have,
                    want: FunctionArguments(parameters: parameters, variadic: nil)), at: expression.span)
        }
        let left = type(of: terms[1], in: scope)
        let right = type(of: terms[2], in: scope)
        if unify(terms[1], left, with: terms[2], right, in: scope) { return nil }
        return TypeProblem(.match(left: left, right: right), at: expression.span)
    }

    // MARK: Types of terms

    /// The type of a term; `nil` if it is not known.
    func type(of node: Node, in scope: TypeScope) -> RegoType? {
        guard step() else { return .any }
        switch node.kind {
        case .null: return .null
        case .boolean: return .boolean
        case .number: return .number
        case .string, .template: return .string
        case .variable(let variable): return typeOfVariable(variable, in: scope)
        case .reference(let operands): return type(ofReference: operands, in: scope)
        case .call: return nil
        case .array(let elements):
            return elements.isEmpty ? .array(rest: .any) : .array(of: elements.map { type(of: $0, in: scope) })
        case .object(let entries): return typeOfObject(entries, in: scope)
        case .set(let members):
            var union = TypeUnion()
            for member in members { union.add(type(of: member, in: scope)) }
            return .set(of: union.type ?? .any)
        case .comprehension(let comprehension): return type(of: comprehension, in: scope)
        }
    }

    private func typeOfObject(_ entries: [Node.Entry], in scope: TypeScope) -> RegoType {
        var properties: [ObjectType.Property] = []
        properties.reserveCapacity(entries.count)
        var dynamic: ObjectType.Dynamic?
        for entry in entries {
            let value = type(of: entry.value, in: scope)
            if let key = TypeKey(entry.key) {
                properties.append(.init(key: key, value: value))
            } else {
                dynamic = .init(key: type(of: entry.key, in: scope), value: value)
            }
        }
        if entries.isEmpty { dynamic = .init(key: .any, value: .any) }
        return .object(of: properties, dynamic: dynamic)
    }

    private func type(of comprehension: ComprehensionNode, in scope: TypeScope) -> RegoType? {
        let (inner, problems) = check(comprehension, in: scope)
        guard problems.isEmpty else { return nil }
        let value = type(of: comprehension.value, in: inner)
        switch comprehension.shape {
        case .array: return .array(rest: value)
        case .set: return .set(of: value)
        case .object:
            return .object(dynamic: .init(key: comprehension.key.flatMap { type(of: $0, in: inner) }, value: value))
        }
    }
}

extension TypeKey {
    /// The key that a constant term is; `nil` for terms with variables, references or calls.
    init?(_ node: Node) {
        switch node.kind {
        case .null: self = .null
        case .boolean(let value): self = .boolean(value)
        case .number(let text): self = .number(text)
        case .string(let text): self = .string(text)
        case .array(let nodes), .set(let nodes):
            var elements: [TypeKey] = []
            for node in nodes {
                guard let element = TypeKey(node) else { return nil }
                elements.append(element)
            }
            self = .array(elements)
        case .object(let entries):
            var members: [Member] = []
            for entry in entries {
                guard let key = TypeKey(entry.key), let value = TypeKey(entry.value) else { return nil }
                if case .string(let name) = key {
                    members.append(Member(name: name, value: value))
                } else {
                    members.append(Member(name: key.json.json(), value: value))
                }
            }
            self = .object(members.sorted { TypeKey.compare($0.name, $1.name) < 0 })
        case .variable, .reference, .call, .comprehension, .template: return nil
        }
    }
}
