/// Follows the operands of a reference below `data` through rules and base documents.
struct TreeEvaluation {
    let evaluation: Evaluation
    /// The bindings of the reference's variables.
    let bindings: Bindings
    let other: SymbolicTerm
    let otherBindings: Bindings
    /// The rules at the document reached so far; `nil` if there are none.
    var node: DocumentTree?
    let reference: [SymbolicTerm]
    /// The reference with the operands so far replaced by what they stand for.
    var plugged: [SymbolicTerm]
    /// The operand that is followed next.
    var position: Int

    private var session: Session { evaluation.session }

    func run(_ then: Continuation) throws {
        guard position < reference.count else { return try finish(then) }
        let operand = bindings.plug(reference[position])
        if operand.isGround { return try next(operand, then) }
        try enumerate(then)
    }

    private func finish(_ then: Continuation) throws {
        if try evaluation.isUnknown(reference: plugged, of: bindings) {
            return try evaluation.saveUnification(.reference(plugged), bindings, other, otherBindings, then)
        }
        guard let document = try extent() else { return }
        try evaluation.unify(other, of: otherBindings, document, of: bindings, then)
    }

    private func next(_ operand: SymbolicTerm, _ then: Continuation) throws {
        var inner = self
        inner.plugged[position] = operand
        inner.position += 1
        inner.node = nil
        if !session.isReplaced(Array(inner.plugged[..<inner.position])), let child = node?.child(operand) {
            if child.hasRules {
                let rules = RulesEvaluation(
                    evaluation: evaluation, bindings: bindings, other: other, otherBindings: otherBindings,
                    rules: try evaluation.rules(of: child),
                    reference: reference, plugged: inner.plugged, position: position)
                return try rules.run(then)
            }
            inner.node = child
        }
        try inner.run(then)
    }

    private func enumerate(_ then: Continuation) throws {
        let prefix = Array(plugged[..<position])
        if session.inlining.isDisabledByCaller(prefix) {
            return try evaluation.saveUnification(.reference(plugged), bindings, other, otherBindings, then)
        }
        if let document = try evaluation.resolve(prefix) {
            switch document.kind {
            case .array(let elements): for index in elements.indices { try enumerate(.integer(index), then) }
            case .object(let items): for item in items { try enumerate(item.key, then) }
            case .set(let members): for member in members { try enumerate(member, then) }
            default: break
            }
        }
        guard let node else { return }
        for child in node.children { try enumerate(child.key, then) }
    }

    private func enumerate(_ key: SymbolicTerm, _ then: Continuation) throws {
        try evaluation.unify(key, of: bindings, reference[position], of: bindings) { try next(key, then) }
    }

    /// The whole document that the reference leads to: base documents and what all rules below define.
    private func extent() throws -> SymbolicTerm? {
        let base = try evaluation.resolve(plugged)
        guard let node else { return base }
        let virtual = try leaves(of: node, at: plugged)
        return base.map { SymbolicTerm.merge($0, virtual) } ?? virtual
    }

    private func leaves(of node: DocumentTree, at path: [SymbolicTerm]) throws -> SymbolicTerm {
        var items: [SymbolicTerm.Item] = []
        for child in node.children where !(path.count == 1 && child.isHidden) {
            let inner = path + [child.key]
            guard child.hasRules else {
                items.append(.init(key: child.key, value: try leaves(of: child, at: inner)))
                continue
            }
            var found: SymbolicTerm?
            let leaf = evaluation.generateVariable("leaf")
            try evaluation.unify(.reference(inner), leaf) { found = evaluation.bindings.plug(leaf) }
            if let found { items.append(.init(key: child.key, value: found)) }
        }
        return .object(items)
    }
}

/// Evaluates the rules of a document that a reference leads to.
struct RulesEvaluation {
    let evaluation: Evaluation
    /// The bindings of the reference's variables.
    let bindings: Bindings
    let other: SymbolicTerm
    let otherBindings: Bindings
    let rules: DocumentTree.Rules
    let reference: [SymbolicTerm]
    /// The reference with the operands up to the document replaced by what they stand for.
    let plugged: [SymbolicTerm]
    /// The operand that led to the document.
    let position: Int

    var session: Session { evaluation.session }

    /// The document's path.
    var path: [SymbolicTerm] { Array(plugged[...position]) }

    func run(_ then: Continuation) throws {
        if rules.arity > 0 { return }
        // Which of several ordered branches holds cannot be said before all before it are known.
        if rules.hasElse, try evaluation.isUnknown(reference: reference, of: bindings) {
            return try evaluation.saveUnification(.reference(reference), bindings, other, otherBindings, then)
        }
        if rules.isPartialSet || !rules.areGround { return try runPartial(then) }
        try runComplete(then)
    }

    /// Goes on with a document's value, as far as the rest of the reference leads into it.
    func follow(_ term: SymbolicTerm, of termBindings: Bindings, from position: Int, _ then: Continuation) throws {
        let inner = TermEvaluation(
            evaluation: evaluation, bindings: bindings, term: term, termBindings: termBindings, other: other,
            otherBindings: otherBindings, reference: reference, position: position)
        try inner.run(then)
    }

    /// Keeps a reference to the rules of the result.
    func saveSupport(_ term: SymbolicTerm, _ then: Continuation) throws {
        try evaluation.saveUnification(term, bindings, other, otherBindings, then)
    }

    /// The reference into the rules of the result.
    var supportReference: SymbolicTerm { .reference(evaluation.namespaced(reference)) }

    /// Makes rules of the result of what a rule comes to; whether there are any.
    ///
    /// - Parameter head: makes a rule with its head of the body's bindings and the body.
    func makeSupport(_ rule: SymbolicRule, head: (Evaluation, SymbolicBody) -> SupportRule) throws -> Bool {
        let child = evaluation.child(rule.body)
        session.saveStack.pushQuery()
        defer { _ = session.saveStack.popQuery() }
        var isDefined = false
        try child.run {
            isDefined = true
            let saved = session.saveStack.popQuery()
            defer { session.saveStack.pushQuery(saved) }
            let body = saved.plugged(in: session.rootBindings)
            guard try session.passesTypeCheck(body) else { return }
            var support = head(child, body)
            if !session.inlining.isShallow {
                let propagator = CopyPropagator(live: support.headVariables, ensuresNonEmptyBody: true, analysis: session.analysis)
                support.body = propagator.apply(to: body)
            }
            support.isDefault = rule.isDefault
            try session.insert(support)
        }
        return isDefined
    }
}

extension Session {
    /// Adds a rule to the result.
    func insert(_ rule: SupportRule) throws {
        try meter.charge(rule.body + [SymbolicExpression(.array(rule.arguments + [rule.key ?? .true, rule.value ?? .true]))])
        support.insert(rule)
    }
}
