@_spi(Engine) package import RegoRuntime
package import RegoSyntax

/// What a node of an instrumented program is about.
package enum TraceSyntax: Sendable {
    /// Rules of the document at a path, with the terms of the rule's head; the rule itself if it is one, and the index of its `else`.
    case rule(path: [Term], head: [Term], ResolvedRule? = nil, branch: Int? = nil)
    case body(Body)
    case expression(Expression)
}

/// What is told of, before it has become a node.
enum TraceSubject {
    case rule(ResolvedRule)
    /// The `else` of a rule at an index of its branches.
    case elseRule(ResolvedRule, Int)
    /// All rules of the document at a path.
    case document([Term], Span)
    case body(Body)
    case expression(Expression, index: Int)
}

/// Collects what the `trace` instructions of a program refer to, while the program is planned.
package final class TracePlan {
    /// The nodes, points and candidates.
    package private(set) var table = TraceTable()
    /// What each node is about, by its index in the table.
    package private(set) var syntax: [TraceSyntax] = []
    /// The names of variables and documents, by the index that points have.
    package private(set) var names: [String] = []
    private var nameIndices: [String: Int32] = [:]

    package init() {}

    func node(_ subject: TraceSubject) -> Int32 {
        let kind: TraceNode.Kind
        let span: Span
        var place = 0
        switch subject {
        case .rule(let rule):
            (kind, span) = (.rule, rule.span)
            let head = rule.reference[rule.groundPrefixLength...] + rule.arguments + [rule.key, rule.value].compactMap { $0 }
            syntax.append(.rule(path: Array(rule.reference.prefix(rule.groundPrefixLength)), head: Array(head), rule))
        case .elseRule(let rule, let branch):
            (kind, span) = (.rule, rule.elseRules[branch].span)
            let path = Array(rule.reference.prefix(rule.groundPrefixLength))
            syntax.append(.rule(path: path, head: rule.arguments + [rule.elseRules[branch].value], rule, branch: branch))
        case .document(let path, let place):
            (kind, span) = (.rule, place)
            syntax.append(.rule(path: path, head: []))
        case .body(let body):
            (kind, span) = (.body, body.first?.span ?? .none)
            syntax.append(.body(body))
        case .expression(let expression, let index):
            (kind, span, place) = (.expression, expression.span, index)
            syntax.append(.expression(expression))
        }
        let position: SourcePosition? =
            span.file == .none ? nil : SourcePosition(file: span.file.rawValue, row: span.row, column: span.column)
        table.nodes.append(TraceNode(kind: kind, index: place, position: position))
        return Int32(table.nodes.count - 1)
    }

    func name(_ text: String) -> Int32 {
        if let known = nameIndices[text] { return known }
        names.append(text)
        nameIndices[text] = Int32(names.count - 1)
        return Int32(names.count - 1)
    }

    func point(_ point: TracePoint) -> Int32 {
        table.points.append(point)
        return Int32(table.points.count - 1)
    }

    func choose(_ candidates: [TraceCandidate], at point: Int32) { table.candidates[point] = candidates }
}

extension Instruction {
    /// A `trace` instruction.
    init(trace operation: TraceOperation, a: Register = Register(0), b: Register = Register(0), c: UInt16 = 0, point: Int32 = 0) {
        self.init(.trace, x: operation.rawValue, a: a, b: b, c: c, d: point)
    }
}

extension FunctionPlanner {
    /// The point of a node where the code is now, with the variables that have a value here.
    func point(_ node: Int32) -> Int32 {
        guard let trace else { return 0 }
        let locals = scope.entries.sorted { $0.key < $1.key }.map { (name: trace.name($0.key), register: $0.value) }
        return trace.point(TracePoint(node: node, locals: locals, documents: documents(in: trace.syntax[Int(node)], trace)))
    }

    /// A point for bookkeeping.
    private func place() -> Int32 { trace?.point(TracePoint(node: -1, locals: [], documents: [])) ?? 0 }

    func tell(_ operation: TraceOperation, _ node: Int32, a: Register = Register(0), c: UInt16 = 0) {
        emit(Instruction(trace: operation, a: a, c: c, point: point(node)))
    }

    /// The documents that an expression's references name, with their memos.
    private func documents(in syntax: TraceSyntax, _ trace: TracePlan) -> [(name: Int32, memo: Int32)] {
        guard case .expression(let expression) = syntax else { return [] }
        var found: [(name: Int32, memo: Int32)] = []
        expression.forEachReference { terms in
            guard case .variable("data")? = terms.first?.kind else { return }
            let path = terms.dropFirst().prefix { $0.isConstant }
            guard let node = program.node(at: Array(path)), !node.rules.isEmpty, !node.isFunction else { return }
            guard let memo = program.memo(of: program.rules(at: node, overlay: overlay)) else { return }
            let name = trace.name(TermPrinter.text(ofReference: Array(terms.prefix(path.count + 1))))
            if !found.contains(where: { $0.name == name }) { found.append((name, memo)) }
        }
        return found
    }

    // MARK: Calls

    /// Emits a call of a document's or function's rules.
    func planCall(_ call: Instruction) throws(AssemblyLimit) {
        guard trace != nil else { return test(call) }
        emit(Instruction(trace: .call))
        test(call)
        let point = place()
        emit(Instruction(trace: .hold, point: point))
        onFailure([Instruction(trace: .resume, point: point)], unwinding: Instruction(trace: .resumeEarly, point: point))
    }

    // MARK: Expressions

    /// Plans an expression and what is told of it.
    ///
    /// The order of what follows when a later expression fails is that of the failure handlers: `redo`, the expression's own iterations,
    /// and `fail` if it never held.
    func planTraced(_ expression: Expression, at index: Int, in trace: TracePlan) throws(AssemblyLimit) {
        if case .some = expression.kind { return }
        let node = trace.node(.expression(expression, index: index))
        tell(.eval, node)
        if expression.isNegated { return try planTracedNegation(expression, node: node, in: trace) }
        let holds = try allocate()
        emit(Instruction(.setUndefined, a: holds))
        onFailure([Instruction(trace: .fail, a: holds, point: point(node))])
        try planUntraced(expression)
        if let constant = constant(Term(.boolean(true))) { emit(Instruction(.loadConstant, a: holds, d: constant.index)) }
        let redo = Instruction(trace: .redo, point: point(node))
        onFailure([redo], unwinding: redo)
    }

    private func planTracedNegation(_ expression: Expression, node: Int32, in trace: TracePlan) throws(AssemblyLimit) {
        var positive = expression
        positive.isNegated = false
        var shown = positive
        shown.with = []
        let body = trace.node(.body([shown]))
        let inner = trace.node(.expression(shown, index: 0))
        let exhausted = makeLabel()
        let outer = failure
        try region(exhausted: exhausted) { () throws(AssemblyLimit) in
            tell(.enter, body)
            tell(.eval, inner)
            let holds = try allocate()
            emit(Instruction(.setUndefined, a: holds))
            onFailure([Instruction(trace: .fail, a: holds, point: point(inner))])
            try planUntraced(positive)
            tell(.exit, body)
            tell(.redo, body)
            tell(.redo, inner)
            unwind()
            emit(Instruction(trace: .leave))
            tell(.failAlways, node)
            jump(to: outer)
        }
        place(exhausted)
        emit(Instruction(trace: .leave))
    }

    /// Plans `every`: OPA evaluates a query that generates the domain's entries, and the body as a query of its own for each.
    func planTracedEvery(_ expression: Expression, _ every: Expression.Every) throws(AssemblyLimit) {
        guard let trace else { return }
        let domain = try value(of: every.domain)
        let outer = failure
        let node = trace.node(.expression(expression, index: 0))
        let entryOfDomain = Term(.reference([every.domain, every.key ?? Term(.variable("_"))]), span: every.domain.span)
        let generating = Expression(
            .call([Term(.reference([Term(.variable("eq"))])), entryOfDomain, every.value]), span: every.domain.span, isGenerated: true)
        let generator = trace.node(.expression(generating, index: 0))
        let body = trace.node(.body(every.body))
        let (none, notIterable, broken, next, over) = (makeLabel(), makeLabel(), makeLabel(), makeLabel(), makeLabel())
        let cursor = try allocate(2)
        let entry = try allocate(2)
        let query = try allocate()
        let start = makeLabel()
        let flags: UInt8 = 3
        program.assembler.emit(
            Instruction(.iterate, x: flags, a: cursor, b: domain, c: entry.index), t: notIterable, d: none)
        tell(.enter, node)
        tell(.eval, generator)
        place(start)
        let outerScope = scope
        if let key = every.key { bindFresh(key, to: entry) }
        bindFresh(every.value, to: entry.advanced(by: 1))
        try region(exhausted: broken) { () throws(AssemblyLimit) in
            tell(.enter, body)
            try planBody(every.body)
            tell(.exit, body, c: 1)
            tell(.redo, body)
            unwind()
            emit(Instruction(trace: .leave))
            tell(.redo, node)
            tell(.redo, generator)
            jump(to: next)
        }
        place(broken)
        emit(Instruction(trace: .leave))
        tell(.redo, node)
        tell(.redo, generator)
        tell(.failAlways, node)
        emit(Instruction(trace: .leave))
        jump(to: outer)
        place(next)
        program.assembler.emit(Instruction(.next, x: flags, a: cursor, c: entry.index), t: start)
        jump(to: over)
        scope = outerScope
        place(notIterable)
        tell(.failAlways, node)
        jump(to: outer)
        place(none)
        tell(.enter, node)
        tell(.eval, generator)
        tell(.failAlways, generator)
        place(over)
        emit(Instruction(trace: .saveQuery, a: query))
        emit(Instruction(trace: .leave))
        let exit = Instruction(trace: .exitSaved, a: query, point: point(node))
        onFailure([exit], unwinding: exit)
    }
}

extension Expression {
    /// Visits the terms of every reference in the expression, the operators of calls aside.
    fileprivate func forEachReference(_ visit: ([Term]) -> Void) {
        switch kind {
        case .term(let term): term.forEachReference(visit)
        case .call(let terms): for term in terms.dropFirst() { term.forEachReference(visit) }
        case .some: break
        case .every(let every):
            every.domain.forEachReference(visit)
            for expression in every.body { expression.forEachReference(visit) }
        }
        for modifier in with { modifier.value.forEachReference(visit) }
    }
}

extension Term {
    fileprivate func forEachReference(_ visit: ([Term]) -> Void) {
        switch kind {
        case .reference(let terms):
            visit(terms)
            for term in terms.dropFirst() { term.forEachReference(visit) }
        case .call(let terms): for term in terms.dropFirst() { term.forEachReference(visit) }
        case .array(let terms), .set(let terms): for term in terms { term.forEachReference(visit) }
        case .object(let items):
            for item in items {
                item.key.forEachReference(visit)
                item.value.forEachReference(visit)
            }
        case .arrayComprehension(let head, let body), .setComprehension(let head, let body):
            head.forEachReference(visit)
            for expression in body { expression.forEachReference(visit) }
        case .objectComprehension(let key, let value, let body):
            key.forEachReference(visit)
            value.forEachReference(visit)
            for expression in body { expression.forEachReference(visit) }
        case .null, .boolean, .number, .string, .variable, .templateString: break
        }
    }
}
