extension RulesEvaluation {
    /// Evaluates the rules of a document that has one value.
    func runComplete(_ then: Continuation) throws {
        if rules.isEmpty { return }
        guard try evaluation.isUnknown(reference: reference, of: bindings) else { return try evaluateValue(then) }
        var needsSupport = false
        if let value = rules.defaultRule?.value {
            // Where the value is compared with a constant that the default is not, the default does not matter.
            let wanted = otherBindings.plug(other)
            needsSupport = !wanted.isConstant || value == wanted
        }
        if needsSupport || session.inlining.isShallow || session.inlining.isDisabled(path) { return try evaluateSupport(then) }
        for rule in rules.rules {
            let child = evaluation.child(rule.body)
            try child.run {
                let (term, termBindings) = child.bindings.apply(rule.result)
                try follow(term, of: termBindings, from: position + 1, then)
            }
        }
    }

    /// Evaluates rules that depend on nothing unknown.
    private func evaluateValue(_ then: Continuation) throws {
        let path = path
        if let known = session.cache[path] {
            guard let value = known else { return }
            return try follow(value, of: bindings, from: position + 1, then)
        }
        var previous: SymbolicTerm?
        for chain in rules.chains {
            for branch in chain where try evaluate(branch, &previous, then) { break }
        }
        if let defaultRule = rules.defaultRule, previous == nil { _ = try evaluate(defaultRule, &previous, then) }
        if previous == nil { session.cache[path] = .some(nil) }
    }

    /// Evaluates a rule; whether it is defined.
    private func evaluate(_ rule: SymbolicRule, _ previous: inout SymbolicTerm?, _ then: Continuation) throws -> Bool {
        let child = evaluation.child(rule.body)
        let path = path
        var found = previous
        var isDefined = false
        try child.run {
            isDefined = true
            let result = child.bindings.plug(rule.result)
            if let known = found {
                guard known == result else {
                    throw PartialFailure(.conflict, "complete rules must not produce multiple outputs", at: rule.span)
                }
                return
            }
            found = result
            session.cache[path] = .some(result)
            let (term, termBindings) = child.bindings.apply(rule.result)
            try follow(term, of: termBindings, from: position + 1, then)
        }
        previous = found
        return isDefined
    }

    private func evaluateSupport(_ then: Continuation) throws {
        let namespaced = evaluation.namespaced(path)
        let context = session.context
        var isDefined = try session.support.isDefined(namespaced, in: context) ?? false
        if try session.support.isDefined(namespaced, in: context) == nil {
            for rule in rules.all {
                let package = Array(evaluation.namespaced(rule.reference)[...rule.packageLength])
                let found = try makeSupport(rule) { child, body in
                    SupportRule(
                        package: package, reference: rule.head, value: child.bindings.plug(rule.result, in: session.rootBindings),
                        body: body)
                }
                isDefined = isDefined || found
            }
            session.support.note(namespaced, isDefined: isDefined, in: context)
        }
        if isDefined { try saveSupport(supportReference, then) }
    }
}
