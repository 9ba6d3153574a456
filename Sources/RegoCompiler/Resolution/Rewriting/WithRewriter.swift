import RegoSyntax

/// Checks what `with` replaces, and binds replacement values that must be evaluated to variables.
struct WithRewriter {
    let resolution: Resolution
    let callees: Callees

    func rewrite(_ rule: RuleNode) {
        for branch in rule.chain {
            for term in (branch.arguments ?? []) + [branch.key, branch.value].compactMap({ $0 }) { rewrite(term) }
            branch.body = rewrite(branch.body)
        }
    }

    func rewrite(_ body: [ExpressionNode]) -> [ExpressionNode] {
        var result: [ExpressionNode] = []
        result.reserveCapacity(body.count)
        for expression in body {
            for with in expression.with {
                guard let mustEvaluate = check(with) else { return body }
                if mustEvaluate {
                    let variable = resolution.symbols.generate()
                    result.append(.binding(variable, to: with.value.extract(to: variable)))
                }
            }
            result.append(expression)
        }
        for expression in result { rewriteClosures(of: expression) }
        return result
    }

    private func rewriteClosures(of expression: ExpressionNode) {
        switch expression.kind {
        case .term(let term): rewrite(term)
        case .call(let terms), .some(let terms): for term in terms { rewrite(term) }
        case .every(let every):
            rewrite(every.domain)
            every.body = rewrite(every.body)
        }
    }

    private func rewrite(_ node: Node) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable, .template: break
        case .reference(let nodes), .call(let nodes), .array(let nodes), .set(let nodes): for element in nodes { rewrite(element) }
        case .object(let entries):
            for entry in entries {
                rewrite(entry.key)
                rewrite(entry.value)
            }
        case .comprehension(let comprehension): comprehension.body = rewrite(comprehension.body)
        }
    }

    /// Whether the value must be evaluated before the expression; `nil` if the modifier is refused, which has been reported.
    private func check(_ with: WithNode) -> Bool? {
        if let variable = with.value.variable, callees.builtin(of: with.value) != nil {
            with.value.kind = .reference([Node(variable: variable, span: with.value.span)])
        }
        guard checkAllowed(with.target) else { return nil }
        if let target = with.target.reference, let head = target.first?.variable {
            if head == .data { return checkDocument(target, with) }
            if head == .input { return with.value.requiresEvaluation }
        }
        if let builtin = callees.builtin(of: with.target) { return check(builtin, with) }
        resolution.report(.type, "with keyword target must reference existing input, data, or a function", at: with.target.span)
        return nil
    }

    private func checkAllowed(_ term: Node) -> Bool {
        guard !resolution.options.unsafeBuiltins.isEmpty, let builtin = callees.builtin(of: term),
            resolution.options.unsafeBuiltins.contains(builtin.name)
        else { return true }
        resolution.report(
            .compile, "with keyword replacing built-in function: target must not be unsafe: \"\(builtin.name)\"", at: term.span)
        return false
    }

    private func checkDocument(_ target: [Node], _ with: WithNode) -> Bool? {
        var node: (any DocumentNode)? = callees.documents
        for operand in target.dropFirst().dropLast() {
            node = DocumentKey(operand).flatMap { node?.child($0) }
            if let rules = node?.ruleCount, rules > 0 {
                resolution.report(.compile, "with keyword cannot partially replace virtual document(s)", at: with.target.span)
                return nil
            }
        }
        if target.count > 1, let last = target.last, let key = DocumentKey(last), let document = node?.child(key), document.hasFunction {
            guard let isFunction = namesFunction(with.value) else { return nil }
            if isFunction { return false }
        }
        // A function's name is not evaluated.
        if let value = with.value.reference, value.first?.variable == .data,
            let document = callees.documents.find(value.dropFirst()), document.hasFunction
        {
            return false
        }
        return with.value.requiresEvaluation
    }

    private func check(_ builtin: BuiltinSignature, _ with: WithNode) -> Bool? {
        if let variable = with.target.variable {
            with.target.kind = .reference([Node(variable: variable, span: with.target.span)])
        }
        let prefix = "with keyword replacing built-in function: "
        var problem: String?
        if ["eq", "rego.metadata.chain", "rego.metadata.rule"].contains(builtin.name) {
            problem = "replacement of \"\(builtin.name)\" invalid"
        } else if with.target.reference?.first?.variable == .internal {
            problem = "replacement of internal function \"\(builtin.name)\" invalid"
        } else if builtin.isRelation {
            problem = "target must not be a relation"
        } else if !builtin.hasResult {
            problem = "target must not be a void function"
        }
        if let problem {
            resolution.report(.compile, prefix + problem, at: with.target.span)
            return nil
        }
        guard let isFunction = namesFunction(with.value) else { return nil }
        return isFunction ? false : with.value.requiresEvaluation
    }

    /// Whether a replacement names a document or builtin instead of being a value; `nil` if it must not be used.
    private func namesFunction(_ value: Node) -> Bool? {
        if let path = value.reference, path.first?.variable == .data, callees.documents.find(path.dropFirst()) != nil { return true }
        guard checkAllowed(value) else { return nil }
        return callees.builtin(of: value) != nil
    }
}
