import RegoSyntax

extension SyntaxTree {
    /// What an event of an explanation is about: an expression, a body, or a rule with the names that resolution gave its variables.
    ///
    /// - Parameter index: an expression's place in its body.
    package func json(_ subject: TraceSyntax, index: Int) -> SyntaxJSON {
        switch subject {
        case .expression(let expression): json(expression, index: index)
        case .body(let body): json(body)
        case .rule(_, _, let rule?, let branch): json(rule, branch: branch)
        case .rule(let path, _, nil, _): .object([("head", .object([("ref", json(path))]))])
        }
    }

    private func json(_ rule: ResolvedRule, branch: Int?) -> SyntaxJSON {
        var members: Members = [("body", json(branch.map { rule.elseRules[$0].body } ?? rule.body))]
        if rule.isDefault { members.append(("default", .boolean(true))) }
        let next = branch.map { $0 + 1 } ?? 0
        if next < rule.elseRules.count { members.append(("else", json(rule, branch: next))) }
        var head: Members = []
        if !rule.arguments.isEmpty { head.append(("args", json(rule.arguments))) }
        if let key = rule.key { head.append(("key", json(key))) }
        if let value = branch.map({ rule.elseRules[$0].value }) ?? rule.value { head.append(("value", json(value))) }
        head.append(("ref", json(rule.reference)))
        members.append(("head", .object(head)))
        return .object(members)
    }
}
