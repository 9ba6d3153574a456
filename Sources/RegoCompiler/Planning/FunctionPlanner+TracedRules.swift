@_spi(Engine) import RegoRuntime
import RegoSyntax

extension FunctionPlanner {
    /// Plans the function of complete rules, or of a Rego function, and what is told of it.
    ///
    /// What is told follows OPA's search: rules that the index leaves out are not entered; a rule is gone back to for further values
    /// unless every rule that is left has one and the same constant value.
    func planTracedComplete(_ rules: [ResolvedRule]) throws(AssemblyLimit) {
        let isFunction = rules[0].kind == .function
        let parameters = isFunction ? try allocate(max(rules[0].arguments.count, 1)) : Register(0)
        let result = try allocate()
        let end = makeLabel()
        emit(Instruction(.setUndefined, a: result))
        emit(Instruction(trace: .begin))
        let alternatives = rules.filter { !$0.isDefault }
        let index = try planIndex(of: alternatives, parameters: parameters)
        var candidate = 0
        for rule in alternatives {
            let next = makeLabel()
            for branch in 0...rule.elseRules.count {
                let skipped = makeLabel()
                if let index { skipUnlessChosen(index, candidate, next: skipped) }
                candidate += 1
                try planTracedBranch(rule, branch, parameters: parameters, into: result, early: index?.early, next: next, end: end)
                place(skipped)
            }
            place(next)
        }
        if let fallback = rules.first(where: \.isDefault) {
            program.assembler.emit(Instruction(.jumpIfDefined, a: result), t: end)
            try planTracedBranch(fallback, 0, parameters: parameters, into: result, early: index?.early, next: end, end: end)
        }
        place(end)
        emit(Instruction(trace: .end))
        emit(Instruction(.return, a: result))
    }

    /// Plans a rule, or its `else` number `branch` - 1; goes on at `next` if it had a value, else falls through.
    private func planTracedBranch(
        _ rule: ResolvedRule, _ branch: Int, parameters: Register, into result: Register, early: Register?, next: Label, end: Label
    ) throws(AssemblyLimit) {
        guard let trace else { return }
        let node = trace.node(branch == 0 ? .rule(rule) : .elseRule(rule, branch - 1))
        let value = branch == 0 ? rule.value ?? Term(.boolean(true)) : rule.elseRules[branch - 1].value
        let body = branch == 0 ? rule.body : rule.elseRules[branch - 1].body
        let span = branch == 0 ? rule.span : rule.elseRules[branch - 1].span
        let found = try allocate()
        let exhausted = makeLabel()
        let outer = scope
        emit(Instruction(.setUndefined, a: found))
        try region(exhausted: exhausted) { () throws(AssemblyLimit) in
            tell(.enter, node)
            for (offset, argument) in rule.arguments.enumerated() { try match(argument, with: parameters.advanced(by: offset)) }
            try planBody(rule.isDefault && body.isEmpty ? [Self.holding(rule.span)] : body)
            program.assembler.mark(span)
            let register = try self.value(of: value)
            tell(.exit, node, a: early ?? Register(0), c: early == nil ? 0 : 2)
            emit(Instruction(.assignOnce, x: rule.kind == .function ? 1 : 0, a: result, b: register))
            emit(Instruction(.move, a: found, b: register))
            emit(Instruction(trace: .settle))
            let settled = makeLabel()
            tell(.redo, node)
            if let early { program.assembler.emit(Instruction(.jumpIfDefined, a: early), t: settled) }
            fail()
            place(settled)
            if early != nil {
                unwind()
                emit(Instruction(trace: .leave))
                jump(to: end)
            }
        }
        scope = outer
        place(exhausted)
        emit(Instruction(trace: .leave))
        program.assembler.emit(Instruction(.jumpIfDefined, a: found), t: next)
    }

    /// The body of a default, which is not written.
    private static func holding(_ span: Span) -> Expression { Expression(.term(Term(.boolean(true), span: span)), span: span) }

    /// Plans the query function of the document at a path as the query `data.… = _`.
    func planTracedDecision(_ path: [Term]) throws(AssemblyLimit) {
        let result = try allocate()
        let done = makeLabel()
        emit(Instruction(.setUndefined, a: result))
        let reference = Term(.reference([Term(.variable("data"))] + path))
        let capture = Term(.variable("$term0"))
        let expression = Expression(
            .call([Term(.reference([Term(.variable("eq"))])), reference, capture]),
            span: Span(file: FileID(0), offset: 0, length: 0, row: 1, column: 1))
        try planSolutions(of: [expression], as: .body([expression]), exhausted: done) { () throws(AssemblyLimit) in
            emit(Instruction(.move, a: result, b: try value(of: capture)))
        }
        emit(Instruction(.return, a: result))
    }
}
