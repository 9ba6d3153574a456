import RegoSyntax

extension SyntaxTree {
    /// What an event of an explanation is about: an expression, a body, or a rule with the names that resolution gave its variables.
    ///
    /// - Parameter index: an expression's place in its body.
    package func json(_ subject: TraceSyntax, index: Int) -> SyntaxJSON {
        switch subject {
        case .expression(let expression): json(expression, index: index)
        case .body(let body): json(body)
        case .rule(_, _, let rule?, let branch): json(rule, from: branch)
        case .rule(let path, _, nil, _): .object([("head", .object([("ref", json(path))]))])
        }
    }

    /// A rule, or one of its `else` branches, with the branches behind it, each within that before it.
    private func json(_ rule: ResolvedRule, from first: Int?) -> SyntaxJSON {
        var chain: SyntaxJSON?
        for branch in rule.elseRules.indices.dropFirst(first.map { $0 + 1 } ?? 0).reversed() {
            chain = json(rule, branch: branch, else: chain)
        }
        return json(rule, branch: first, else: chain)
    }

    private func json(_ rule: ResolvedRule, branch: Int?, else chain: SyntaxJSON?) -> SyntaxJSON {
        var members: Members = [("body", json(branch.map { rule.elseRules[$0].body } ?? rule.body))]
        if rule.isDefault { members.append(("default", .boolean(true))) }
        if let chain { members.append(("else", chain)) }
        var head: Members = []
        // As in source text, the reference begins with the rule's name.
        var reference = Array(rule.reference.dropFirst(rule.packageLength))
        if let first = reference.first, case .string(let name) = first.kind {
            reference[0] = Term(.variable(name), span: first.span)
            if reference.count == 1 { head.append(("name", .string(name))) }
        }
        if !rule.arguments.isEmpty { head.append(("args", json(rule.arguments))) }
        if let key = rule.key { head.append(("key", json(key))) }
        if let value = branch.map({ rule.elseRules[$0].value }) ?? rule.value { head.append(("value", json(value))) }
        head.append(("ref", json(reference)))
        members.append(("head", .object(head)))
        return .object(members)
    }
}
