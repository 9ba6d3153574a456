@_spi(Engine) import RegoRuntime
import RegoSyntax

extension FunctionPlanner {
    /// Plans the function of the rules at one node; ends with its return.
    func planRules(_ rules: [ResolvedRule]) throws(AssemblyLimit) {
        guard let first = rules.first else { return }
        if rules.contains(where: \.isDynamic) {
            try planPartialObject(rules)
        } else if first.kind == .partialSet {
            try planPartialSet(rules)
        } else if trace != nil {
            try planTracedComplete(rules)
        } else {
            try planComplete(rules)
        }
    }

    // MARK: Complete rules and functions

    private func planComplete(_ rules: [ResolvedRule]) throws(AssemblyLimit) {
        let isFunction = rules[0].kind == .function
        let parameters = isFunction ? try allocate(max(rules[0].arguments.count, 1)) : Register(0)
        let result = try allocate()
        let end = makeLabel()
        emit(Instruction(.setUndefined, a: result))
        let alternatives = rules.filter { !$0.isDefault }
        // Rules that can only come to one value need not look for a conflict: the first that holds settles it.
        let settled = Self.commonConstant(of: alternatives) ? end : nil
        try planEach(alternatives, parameters: parameters) { (_, rule, next) throws(AssemblyLimit) in
            try planChain(rule, parameters: parameters, into: result, isOnly: alternatives.count == 1, settled: settled, next: next)
            place(next)
        }
        if let fallback = rules.first(where: \.isDefault), let value = fallback.value {
            program.assembler.emit(Instruction(.jumpIfDefined, a: result), t: end)
            try region(exhausted: end) { () throws(AssemblyLimit) in
                // A default's body is only what its value needs: comprehensions.
                try planBody(fallback.body)
                emit(Instruction(.move, a: result, b: try self.value(of: value)))
                jump(to: end)
            }
        }
        place(end)
        emit(Instruction(.return, a: result))
    }

    /// Whether every rule's value, `else` branches included, is one and the same constant.
    private static func commonConstant(of rules: [ResolvedRule]) -> Bool {
        var common: Term.Scalar?
        for rule in rules {
            for term in [rule.value] + rule.elseRules.map(\.value) {
                guard let scalar = term?.scalar, common == nil || common == scalar else { return false }
                common = scalar
            }
        }
        return common != nil
    }

    /// Plans a rule and its `else` chain: the first branch whose body holds gives the value.
    private func planChain(
        _ rule: ResolvedRule, parameters: Register, into result: Register, isOnly: Bool, settled: Label?, next: Label
    ) throws(AssemblyLimit) {
        let branches = [(rule.value ?? Term(.boolean(true)), rule.body, rule.span)] + rule.elseRules.map { ($0.value, $0.body, $0.span) }
        let outer = scope
        defer { scope = outer }
        for (index, (value, body, span)) in branches.enumerated() {
            let isLast = index == branches.count - 1
            let branch = try allocate()
            let exhausted = makeLabel()
            let hasElse = !isLast
            if hasElse { emit(Instruction(.setUndefined, a: branch)) }
            try region(exhausted: exhausted) { () throws(AssemblyLimit) in
                for (offset, argument) in rule.arguments.enumerated() {
                    try match(argument, with: parameters.advanced(by: offset))
                }
                try planLateConditions(of: body, rule, parameters: parameters)
                try planBody(body)
                program.assembler.mark(span)
                let register = try self.value(of: value)
                try planAssignment(
                    register, isConstant: value.isConstant, into: result, branch: hasElse ? branch : nil, isOnly: isOnly,
                    function: rule.kind == .function,
                    settled: settled, next: next)
            }
            place(exhausted)
            if hasElse { program.assembler.emit(Instruction(.jumpIfDefined, a: branch), t: next) }
        }
    }

    private func planAssignment(
        _ register: Register, isConstant: Bool, into result: Register, branch: Register?, isOnly: Bool, function: Bool, settled: Label?,
        next: Label
    ) throws(AssemblyLimit) {
        let single = isDeterministic || isConstant
        if single, isOnly || settled != nil {
            emit(Instruction(.move, a: result, b: register))
            jump(to: settled ?? next)
            return
        }
        emit(Instruction(.assignOnce, x: function ? 1 : 0, a: result, b: register))
        if single {
            jump(to: next)
        } else if let branch {
            emit(Instruction(.move, a: branch, b: register))
        }
    }

    // MARK: Partial rules

    private func planPartialSet(_ rules: [ResolvedRule]) throws(AssemblyLimit) {
        let builder = try allocate()
        emit(Instruction(.newSet, a: builder))
        let chosen = try planIndex(of: rules)
        try planEach(rules) { (index, rule, next) throws(AssemblyLimit) in
            if let chosen { skipUnlessChosen(chosen, index, next: next) }
            try planSolutions(of: rule.body, as: .rule(rule), exhausted: next) { () throws(AssemblyLimit) in
                if let key = rule.key { emit(Instruction(.insert, a: builder, b: try value(of: key))) }
            }
        }
        try finishCollection(builder, kind: 1)
    }

    /// Rules with variables in their reference: `p[x] := y`, `p[x].q contains y`.
    private func planPartialObject(_ rules: [ResolvedRule]) throws(AssemblyLimit) {
        let builder = try allocate()
        emit(Instruction(.newObject, a: builder))
        try planEntries(of: rules, into: builder, from: rules[0].groundPrefixLength)
        try finishCollection(builder, kind: 2)
    }

    /// Puts what rules yield into a builder, at their references' operands from a depth on.
    func planEntries(of rules: [ResolvedRule], into builder: Register, from depth: Int) throws(AssemblyLimit) {
        let alternatives = rules.filter { !$0.isDefault }
        let chosen = try planIndex(of: alternatives)
        try planEach(alternatives) { (index, rule, next) throws(AssemblyLimit) in
            if let chosen { skipUnlessChosen(chosen, index, next: next) }
            try planSolutions(of: rule.body, as: .rule(rule), exhausted: next) { () throws(AssemblyLimit) in
                program.assembler.mark(rule.span)
                var keys: [Register] = []
                for operand in rule.reference[depth...] { keys.append(try value(of: operand)) }
                guard let term = rule.kind == .partialSet ? rule.key : rule.value else { return }
                let value = try value(of: term)
                let x: UInt8 = rule.kind == .partialSet ? 1 : 0
                emit(Instruction(.putPath, x: x, a: builder, b: try gather(keys), c: UInt16(keys.count), d: Int32(value.index)))
            }
        }
    }

    /// Ends a function whose result a builder holds; `kind` as `Opcode.finish` has it.
    func finishCollection(_ builder: Register, kind: UInt8) throws(AssemblyLimit) {
        let result = try allocate()
        emit(Instruction(.finish, x: kind, a: result, b: builder))
        emit(Instruction(.return, a: result))
    }

    // MARK: Queries

    /// Plans the query function of an ad-hoc query.
    func planQuery(_ query: ResolvedQuery) throws(AssemblyLimit) {
        let builder = try allocate()
        emit(Instruction(.newArray, a: builder))
        let done = makeLabel()
        try planSolutions(of: query.body, as: .body(query.body), exhausted: done) { () throws(AssemblyLimit) in
            var registers: [Register] = []
            for expression in query.expressions { registers.append(try value(of: expression.value)) }
            for variable in query.variables { registers.append(try value(of: Term(.variable(variable.local)))) }
            let first = try gather(registers)
            let solution = try allocate()
            emit(Instruction(.makeArray, a: solution, b: first, c: UInt16(registers.count)))
            emit(Instruction(.append, a: builder, b: solution))
        }
        try finishCollection(builder, kind: 0)
    }

    /// Plans the query function of the document at a path.
    func planDecision(_ path: [Term]) throws(AssemblyLimit) {
        guard trace == nil else { return try planTracedDecision(path) }
        let undefined = makeLabel()
        let result = try allocate()
        try region(exhausted: undefined) { () throws(AssemblyLimit) in
            let value = try dataReference(path)
            emit(Instruction(.return, a: value))
        }
        place(undefined)
        emit(Instruction(.setUndefined, a: result))
        emit(Instruction(.return, a: result))
    }
}
