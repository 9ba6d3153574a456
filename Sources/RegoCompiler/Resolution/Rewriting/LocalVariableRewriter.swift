import RegoSyntax

/// Gives every declared variable a unique name and removes declarations: `a := 1; p[a]` becomes `__local0__ = 1; p[__local0__]`.
///
/// Finds variables that are declared twice, used before they are declared, or never used.
struct LocalVariableRewriter {
    let resolution: Resolution
    var scopes = LocalScopes()
    /// Diagnostics of the body at hand: with any, its variables are not checked for use.
    var errors: [Diagnostic] = []

    init(resolution: Resolution) {
        self.resolution = resolution
    }

    var symbols: SymbolTable { resolution.symbols }

    // MARK: Rules and queries

    /// Rewrites a rule and its `else` chain, whose branches share the parameters.
    static func rewrite(_ rule: RuleNode, in resolution: Resolution) {
        var parameters = LocalVariableRewriter(resolution: resolution)
        var unused = VariableSet()
        if let arguments = rule.arguments {
            for argument in arguments {
                if resolution.options.isStrict { unused.formUnion(argument.variables()) }
                parameters.rewriteParameter(argument)
            }
            resolution.report(parameters.errors)
        }
        if rule.elseRules.isEmpty {
            parameters.errors = []
            parameters.rewriteBranch(rule, unusedArguments: &unused)
            resolution.report(parameters.errors)
            unused.removeAll { (parameters.scopes.entry($0)?.count ?? 0) > 1 }
        } else {
            for branch in rule.chain {
                var rewriter = LocalVariableRewriter(resolution: resolution)
                rewriter.scopes = parameters.scopes
                rewriter.rewriteBranch(branch, unusedArguments: &unused)
                resolution.report(rewriter.errors)
                unused.removeAll { (rewriter.scopes.entry($0)?.count ?? 0) > 1 }
            }
        }
        for argument in unused where !resolution.symbols.isWildcard(argument) {
            let name = resolution.symbols.description(argument)
            resolution.report(.compile, "unused argument \(name). (hint: use _ (wildcard variable) instead)", at: rule.headSpan)
        }
    }

    /// Rewrites an ad-hoc query.
    static func rewrite(query body: [ExpressionNode], in resolution: Resolution) -> [ExpressionNode] {
        var rewriter = LocalVariableRewriter(resolution: resolution)
        let result = rewriter.rewrite(body, usedBy: [])
        resolution.report(rewriter.errors)
        return result
    }

    private mutating func rewriteBranch(_ rule: RuleNode, unusedArguments: inout VariableSet) {
        guard rule.headMayHaveVariables else {
            rule.body = rewrite(rule.body, usedBy: [])
            return
        }
        var terms = [Node](capacity: rule.reference.count + 1)
        terms += rule.reference.dropFirst()
        if let key = rule.key { terms.append(key) }
        if let value = rule.value { terms.append(value) }
        // Closures in the head see only their own declarations, as if each stood alone.
        if rule.hasClosures {
            for argument in rule.arguments ?? [] { rewriteNestedClosures(argument) }
            for term in terms { rewriteNestedClosures(term) }
        }
        if !unusedArguments.isEmpty, let used = rule.value?.variables() {
            unusedArguments.removeAll(where: used.contains)
        }
        rule.body = rewrite(rule.body, usedBy: terms)
        let scope = scopes.innermost
        for argument in rule.arguments ?? [] { rename(argument, by: scope) }
        for term in terms { rename(term, by: scope) }
    }

    private mutating func rewriteParameter(_ node: Node) {
        switch node.kind {
        case .variable(let variable):
            if let local = scopes.use(variable) {
                node.kind = .variable(local)
            } else {
                let local = symbols.generate()
                symbols.rewrite(variable, to: local)
                scopes.insert(variable, local: local, as: .argument)
                node.kind = .variable(local)
            }
        case .object(let entries): for entry in entries { rewriteParameter(entry.value) }
        case .array(let nodes), .reference(let nodes): for element in nodes { rewriteParameter(element) }
        case .call: errors.append(Diagnostic(.compile, "rule arguments cannot contain calls", at: node.span))
        case .null, .boolean, .number, .string, .set, .comprehension, .template: break
        }
    }

    private mutating func rewriteNestedClosures(_ node: Node) {
        switch node.kind {
        case .comprehension, .template:
            var nested = LocalVariableRewriter(resolution: resolution)
            nested.rewrite(node)
            resolution.report(nested.errors)
        case .null, .boolean, .number, .string, .variable: break
        case .reference(let nodes), .call(let nodes), .array(let nodes), .set(let nodes):
            for element in nodes { rewriteNestedClosures(element) }
        case .object(let entries):
            for entry in entries {
                rewriteNestedClosures(entry.key)
                rewriteNestedClosures(entry.value)
            }
        }
    }

    /// Replaces the variables that a body declares in a term of its head.
    private func rename(_ node: Node, by scope: LocalScopes.Scope) {
        switch node.kind {
        case .null, .boolean, .number, .string: break
        case .variable(let variable):
            if let position = scope.position(of: variable) { node.kind = .variable(scope.entries[position].local) }
        case .reference(let nodes), .call(let nodes), .array(let nodes), .set(let nodes):
            for element in nodes { rename(element, by: scope) }
        case .object(let entries):
            for entry in entries {
                rename(entry.key, by: scope)
                rename(entry.value, by: scope)
            }
        case .comprehension(let comprehension):
            for term in comprehension.head { rename(term, by: scope) }
            for expression in comprehension.body { rename(expression, by: scope) }
        case .template(let parts):
            for case .expression(let expression) in parts { rename(expression, by: scope) }
        }
    }

    private func rename(_ expression: ExpressionNode, by scope: LocalScopes.Scope) {
        switch expression.kind {
        case .term(let term): rename(term, by: scope)
        case .call(let terms), .some(let terms): for term in terms { rename(term, by: scope) }
        case .every(let every):
            if let key = every.key { rename(key, by: scope) }
            rename(every.value, by: scope)
            rename(every.domain, by: scope)
            for inner in every.body { rename(inner, by: scope) }
        }
        for with in expression.with {
            rename(with.target, by: scope)
            rename(with.value, by: scope)
        }
    }

    // MARK: Bodies

    /// Rewrites a body in the innermost scope.
    ///
    /// - Parameter usedBy: the head's terms, which use the body's variables too.
    mutating func rewrite(_ body: [ExpressionNode], usedBy terms: [Node]) -> [ExpressionNode] {
        var result = [ExpressionNode](capacity: body.count)
        let authored = declarations(in: body)
        for expression in body {
            if let rewritten = rewrite(expression) { result.append(rewritten) }
        }
        if result.isEmpty, !body.isEmpty {
            result.append(ExpressionNode(.term(Node(.boolean(true), span: body[0].span)), span: body[0].span))
        }
        checkAssigned(in: body, usedBy: terms)
        checkDeclared(authored, in: body, result: result, usedBy: terms)
        return result
    }

    /// The variables that each expression declares, taken before names are replaced; only of bodies with `some`.
    private func declarations(in body: [ExpressionNode]) -> [VariableSet] {
        let hasSome = body.contains { if case .some = $0.kind { true } else { false } }
        return hasSome ? body.map(DeclaredVariables.of) : []
    }

    private mutating func rewrite(_ expression: ExpressionNode) -> ExpressionNode? {
        switch expression.kind {
        case .some(let declared): return rewriteSome(expression, declared)
        case .every(let every):
            rewriteEvery(expression, every)
            return expression
        case .call(let terms):
            if expression.calls(.assign) {
                rewriteAssignment(expression, terms)
                return expression
            }
            for term in terms { rewrite(term) }
        case .term(let term): rewrite(term)
        }
        rewriteModifiers(of: expression)
        return expression
    }

    // MARK: Declarations

    /// Declares a name in the innermost scope; `nil` if it has been declared or used there before.
    private mutating func declare(_ name: VariableID, as occurrence: LocalScopes.Occurrence, at span: Span) -> VariableID? {
        if let earlier = scopes.occurrence(name) {
            let text = symbols.description(name)
            let message =
                switch earlier {
                case .seen: "var \(text) referenced above"
                case .assigned: "var \(text) assigned above"
                case .declared: "var \(text) declared above"
                case .argument: "arg \(text) redeclared"
                }
            errors.append(Diagnostic(.compile, message, at: span))
            return nil
        }
        let local = symbols.generate()
        symbols.rewrite(name, to: local)
        scopes.insert(name, local: local, as: occurrence)
        return local
    }

    private mutating func rewriteAssignment(_ expression: ExpressionNode, _ terms: [Node]) {
        if expression.isNegated {
            errors.append(Diagnostic(.compile, "cannot assign vars inside negated expression", at: expression.span))
            return
        }
        guard terms.count == 3 else { return }
        let before = errors.count
        rewrite(terms[2])
        for with in expression.with { rewrite(with.value) }
        assign(terms[1])
        if errors.count == before, let name = terms[0].reference?.first { name.kind = .variable(.unify) }
    }

    private mutating func assign(_ target: Node) {
        switch target.kind {
        case .variable(let name):
            if let local = declare(name, as: .assigned, at: target.span) { target.kind = .variable(local) }
        case .array(let elements): for element in elements { assign(element) }
        case .object(let entries): for entry in entries { assign(entry.value) }
        default:
            if let root = target.rootDocument {
                if let local = declare(root, as: .assigned, at: target.span) { target.kind = .variable(local) }
            } else {
                errors.append(Diagnostic(.compile, "cannot assign to \(target.kindName)", at: target.span))
            }
        }
    }

    private mutating func rewriteSome(_ expression: ExpressionNode, _ declared: [Node]) -> ExpressionNode? {
        for symbol in declared {
            switch symbol.kind {
            case .variable(let name):
                guard declare(name, as: .declared, at: expression.span) != nil else { return nil }
            case .call(let terms): return rewriteMembership(expression, terms)
            default: break
            }
        }
        return nil
    }

    /// `some key, value in domain` becomes `value = domain[key]`.
    private mutating func rewriteMembership(_ expression: ExpressionNode, _ terms: [Node]) -> ExpressionNode? {
        guard terms.count == 3 || terms.count == 4, let domain = terms.last else { return nil }
        let key = terms.count == 4 ? terms[1] : Node(variable: symbols.generate(), span: domain.span)
        let value = terms[terms.count - 2]
        var operands = domain.reference ?? [domain]
        operands.append(key)
        let access = Node(.reference(operands), span: domain.span)
        let operation = Node(.reference([Node(variable: .unify, span: expression.span)]), span: expression.span)
        let result = ExpressionNode(
            .call([operation, value, access]), isNegated: expression.isNegated, with: expression.with, span: expression.span,
            isGenerated: expression.isGenerated)
        let outputs = OutputVariables.ofUnification(result, value, access, safe: domain.variables())
        let sorted = outputs.count > 1 ? outputs.sorted(by: symbols.precedes) : Array(outputs)
        for variable in sorted {
            guard declare(variable, as: .declared, at: expression.span) != nil else { return nil }
        }
        rewrite(value)
        rewrite(access)
        rewriteModifiers(of: result)
        return result
    }

    private mutating func rewriteEvery(_ expression: ExpressionNode, _ every: EveryNode) {
        rewrite(every.domain)
        scopes.push()
        defer { scopes.pop() }
        if let key = every.key {
            guard declare(loopVariable: key, at: expression.span) else { return }
        } else {
            every.key = Node(variable: symbols.generate(), span: every.value.span)
        }
        guard declare(loopVariable: every.value, at: expression.span) else { return }
        every.body = rewrite(every.body, usedBy: [])
        rewriteModifiers(of: expression)
    }

    private mutating func declare(loopVariable node: Node, at span: Span) -> Bool {
        guard let name = node.variable, !symbols.isWildcard(name) else { return true }
        guard let local = declare(name, as: .declared, at: span) else { return false }
        node.kind = .variable(local)
        return true
    }
}
