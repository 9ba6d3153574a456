/// Evaluates a call of one of the author's functions.
struct FunctionEvaluation {
    let evaluation: Evaluation
    let rules: DocumentTree.Rules
    /// The operator, the arguments, and perhaps what the result is unified with.
    let terms: [SymbolicTerm]
    /// The function's path.
    let path: [SymbolicTerm]

    private var session: Session { evaluation.session }
    private var arity: Int { rules.arity }
    /// Whether the result is unified with an operand.
    private var hasResult: Bool { terms.count == arity + 2 }

    func run(_ then: Continuation) throws {
        if rules.hasElse, try isUnknownCall() { return try evaluation.saveCall(arity: arity, terms, then) }
        var needsSupport = false
        if let value = rules.defaultRule?.value { needsSupport = hasResult || !value.isFalse }
        if needsSupport || session.inlining.isShallow || session.inlining.isDisabled(path) {
            var isUnknown = try evaluation.isUnknown(reference: path, of: evaluation.bindings)
            for argument in terms[1...arity] where !isUnknown { isUnknown = try evaluation.isUnknown(argument, of: evaluation.bindings) }
            if isUnknown { return try evaluateSupport(then) }
        }
        try evaluateRules(then)
    }

    private func isUnknownCall() throws -> Bool {
        let (query, index) = (evaluation.query, evaluation.index)
        if index < query.count, !query[index].with.isEmpty { return true }
        return try session.isUnknown(SymbolicExpression(.call(terms)), of: evaluation.bindings)
    }

    private func evaluateRules(_ then: Continuation) throws {
        var previous: SymbolicTerm?
        for chain in rules.chains {
            for branch in chain where try evaluate(branch, &previous, then) { break }
        }
        if let defaultRule = rules.defaultRule, previous == nil { _ = try evaluate(defaultRule, &previous, then) }
    }

    /// Evaluates a rule; whether it is defined.
    private func evaluate(_ rule: SymbolicRule, _ previous: inout SymbolicTerm?, _ then: Continuation) throws -> Bool {
        let child = evaluation.child(rule.body)
        var known = previous
        var isDefined = false
        let parameters = hasResult ? rule.arguments + [rule.result] : rule.arguments
        child.beginHead()
        try child.unify(terms[1...], of: evaluation.bindings, parameters[...], of: child.bindings) {
            try child.runBody {
                isDefined = true
                // Where nobody asks for the result, the call fails if it is `false`, which is not known yet.
                if !hasResult, session.saveSet.contains(rule.result, of: child.bindings) {
                    return try evaluation.save(SymbolicExpression(rule.result), of: child.bindings, then)
                }
                let result = child.bindings.plug(rule.result)
                if !hasResult, result.isFalse {
                    if let known, known != result { throw conflict(at: rule) }
                    known = result
                    return
                }
                // Arguments that are unknown make no result a conflict: other rules may be those that do not hold.
                known = result
                try then()
            }
        }
        previous = known
        return isDefined
    }

    private func conflict(at rule: SymbolicRule) -> PartialFailure {
        PartialFailure(.conflict, "functions must not produce multiple outputs for same inputs", at: rule.span)
    }

    private func evaluateSupport(_ then: Continuation) throws {
        let namespaced = evaluation.namespaced(path)
        let context = session.context
        var isDefined = try session.support.isDefined(namespaced, in: context) ?? false
        if try session.support.isDefined(namespaced, in: context) == nil {
            for rule in rules.all where try makeSupport(rule) { isDefined = true }
            session.support.note(namespaced, isDefined: isDefined, in: context)
        }
        if isDefined { try evaluation.saveCall(arity: arity, [.reference(namespaced)] + terms.dropFirst(), then) }
    }

    /// Makes a function of the result of a rule, whose arguments are unknown; whether there is any.
    private func makeSupport(_ rule: SymbolicRule) throws -> Bool {
        let child = evaluation.child(rule.body)
        let root = session.rootBindings
        var names: Set<String> = []
        for argument in rule.arguments { argument.collectVariables(into: &names) }
        session.saveStack.pushQuery()
        session.saveSet.push(Array(names), of: child.bindings)
        defer {
            session.saveSet.pop()
            _ = session.saveStack.popQuery()
        }
        var isDefined = false
        try child.run {
            let saved = session.saveStack.popQuery()
            defer { session.saveStack.pushQuery(saved) }
            let body = saved.plugged(in: root)
            guard try session.passesTypeCheck(body) else { return }
            isDefined = true
            var support = SupportRule(
                package: Array(evaluation.namespaced(rule.reference).prefix(rule.packageLength + 1)), reference: rule.head,
                arguments: rule.arguments.map { child.bindings.plug($0, in: root) }, value: child.bindings.plug(rule.result, in: root),
                body: body)
            support.isDefault = rule.isDefault
            try session.insert(support)
        }
        return isDefined
    }
}
