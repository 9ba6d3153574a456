import RegoSyntax

/// Checks that calls name functions and give them as many arguments as they take.
struct CallChecker {
    let resolution: Resolution
    let callees: Callees
    /// The types of the documents that are known already: those of a query's program.
    var types = TypeTree()

    // MARK: Values of functions that yield none

    /// Whether a source text names `print`, the one builtin without result that authors call.
    ///
    /// The others, `internal.print` and `internal.test_case`, are the compiler's own: `check` finds them.
    func mayCallVoidFunctions() -> Bool { resolution.symbols.occurs(.print) }

    /// Reports calls of `print` and its like where a value is needed.
    func checkVoidCalls(_ rule: RuleNode) {
        for branch in rule.chain {
            for term in (branch.arguments ?? []) + [branch.key, branch.value].compactMap({ $0 }) { checkVoidCalls(in: term) }
            checkVoidCalls(branch.body)
        }
    }

    func checkVoidCalls(_ body: [ExpressionNode]) {
        for expression in body {
            switch expression.kind {
            case .term(let term): checkVoidCalls(in: term)
            case .call(let terms), .some(let terms): for term in terms { checkVoidCalls(in: term) }
            case .every(let every):
                checkVoidCalls(in: every.domain)
                checkVoidCalls(every.body)
            }
            for with in expression.with { checkVoidCalls(in: with.value) }
        }
    }

    private func checkVoidCalls(in node: Node) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable: break
        case .call(let terms):
            if callees.callee(terms[0]).hasNoResult {
                resolution.report(.type, "\(resolution.printer.call(terms)) used as value", at: node.span)
            }
            for term in terms { checkVoidCalls(in: term) }
        case .reference(let nodes), .array(let nodes), .set(let nodes): for element in nodes { checkVoidCalls(in: element) }
        case .object(let entries):
            for entry in entries {
                checkVoidCalls(in: entry.key)
                checkVoidCalls(in: entry.value)
            }
        case .comprehension(let comprehension):
            for term in comprehension.head { checkVoidCalls(in: term) }
            checkVoidCalls(comprehension.body)
        case .template(let parts): for case .expression(let expression) in parts { checkVoidCalls([expression]) }
        }
    }

    // MARK: Functions and arity

    /// Checks the calls of a rule or an `else`.
    func check(_ rule: RuleNode) { check(rule.body, hasClosures: rule.hasClosures) }

    /// Checks the calls of a body and of its closures, if there may be any.
    func check(_ body: [ExpressionNode], hasClosures: Bool = true) {
        for expression in body { check(expression, hasClosures: hasClosures) }
    }

    private func check(_ expression: ExpressionNode, hasClosures: Bool) {
        switch expression.kind {
        case .call(let terms):
            guard checkCall(expression, terms), hasClosures else { return }
            for term in terms.dropFirst() { check(in: term) }
        case .term(let term): if hasClosures { check(in: term) }
        case .some: break
        case .every(let every):
            check(in: every.domain)
            check(every.body)
        }
    }

    private func check(in node: Node) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable, .template: break
        case .reference(let nodes), .call(let nodes), .array(let nodes), .set(let nodes): for element in nodes { check(in: element) }
        case .object(let entries):
            for entry in entries {
                check(in: entry.key)
                check(in: entry.value)
            }
        case .comprehension(let comprehension): check(comprehension.body)
        }
    }

    private func checkCall(_ expression: ExpressionNode, _ terms: [Node]) -> Bool {
        let callee = callees.callee(terms[0])
        let count = terms.count - 1
        guard callee.arity >= 0 else {
            resolution.report(.type, "undefined function \(name(terms[0]))", at: expression.span)
            return false
        }
        if callee.hasNoResult, count > callee.arity {
            let call = resolution.printer.call(Array(terms.dropLast()))
            resolution.report(.type, "\(call) used as value", at: expression.span)
            return false
        }
        if expression.isGenerated {
            // The last operand is the result.
            if count == callee.arity + 1 || expression.calls(.unify) { return true }
        } else if count == callee.arity || count == callee.arity + 1 {
            return true
        }
        if let function = typeOfFunction(terms[0]) {
            let checker = TypeChecker(resolution: resolution, callees: callees, documents: types)
            let scope = TypeScope(in: nil, documents: types)
            let want = FunctionArguments(parameters: function.parameters, variadic: function.variadic)
            let have = terms.dropFirst().map { checker.type(of: $0, in: scope) }
            let problem = TypeProblem(
                .arguments(function: terms[0], "arity mismatch", have: have, want: want), at: expression.span)
            resolution.report(problem.diagnostic(resolution.printer))
            return false
        }
        let got = expression.isGenerated ? count - 1 : count
        resolution.report(
            .type, "function \(name(terms[0])) has arity \(callee.arity), got \(got) argument\(got == 1 ? "" : "s")",
            at: expression.span)
        return false
    }

    /// The type of a function that is known before rules are checked: a builtin's, or for queries that of a program's function.
    private func typeOfFunction(_ operation: Node) -> FunctionType? {
        if let type = callees.callee(operation).type { return type }
        let scope = TypeScope(in: nil, documents: types)
        guard let path = operation.reference,
            case .function(let type)? = TypeChecker(resolution: resolution, callees: callees, documents: types)
                .type(ofReference: path, in: scope)
        else { return nil }
        return type
    }

    private func name(_ operation: Node) -> String {
        operation.reference.map(resolution.printer.authoredReference) ?? resolution.printer.term(operation)
    }

    // MARK: Forbidden builtins

    /// Reports calls of builtins that the options forbid, and of deprecated ones where they may not be used.
    func checkForbidden(_ body: [ExpressionNode], deprecated: Bool) {
        ExpressionWalker { expression in
            guard let terms = expression.call, let builtin = callees.callee(terms[0]).builtin else { return }
            if resolution.options.unsafeBuiltins.contains(builtin.name) {
                resolution.report(
                    .type, "unsafe built-in function calls in expression: \(builtin.name)", at: expression.span)
            }
            if deprecated, builtin.isDeprecated {
                resolution.report(
                    .type, "deprecated built-in function calls in expression: \(builtin.name)", at: expression.span)
            }
        }.walk(body)
    }

    /// Whether any call could be forbidden: none of the deprecated names occurs in most programs.
    func mayCallForbidden() -> Bool {
        !resolution.options.unsafeBuiltins.isEmpty || Self.deprecatedHeads.contains(where: resolution.symbols.occurs)
            || resolution.builtins.further.values.contains(where: \.isDeprecated)
    }

    /// The first names of OPA's deprecated builtins.
    private static let deprecatedHeads = [
        "any", "all", "re_match", "net", "set_diff", "cast_array", "cast_set", "cast_string", "cast_boolean", "cast_null", "cast_object",
    ]
}
