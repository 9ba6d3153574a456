@_spi(Engine) import RegoRuntime
import RegoSyntax

/// What an index of rules has come to.
struct RuleIndex {
    /// The registers that are defined for the rules and `else` branches to be evaluated, in order.
    let chosen: Register
    /// Defined if one solution settles the document.
    let early: Register
}

extension FunctionPlanner {
    /// Plans OPA's index of rules for a program that tells what it does: a rule need not be entered if an expression of its body that
    /// compares `input`, base documents or a parameter with a constant does not hold.
    ///
    /// Programs that tell nothing have an index of another kind (`planEach`), which only saves time.
    ///
    /// - Returns: what the index comes to; `nil` in a program that tells nothing.
    func planIndex(of rules: [ResolvedRule], parameters: Register = Register(0)) throws(AssemblyLimit) -> RuleIndex? {
        guard let trace, let first = rules.first else { return nil }
        let count = rules.reduce(0) { $0 + 1 + $1.elseRules.count }
        let chosen = try allocate(count)
        let early = try allocate()
        var candidates: [TraceCandidate] = []
        var values: [String: Int] = [:]
        for (index, rule) in rules.enumerated() {
            for branch in 0...rule.elseRules.count {
                let body = branch == 0 ? rule.body : rule.elseRules[branch - 1].body
                try planConditions(of: body, rule, parameters: parameters, into: chosen.advanced(by: candidates.count))
                let value = branch == 0 ? rule.value : rule.elseRules[branch - 1].value
                candidates.append(TraceCandidate(rule: index, value: Self.identity(of: value, among: &values)))
            }
        }
        let path = Array(first.reference.prefix(first.groundPrefixLength))
        let point = point(trace.node(.document(path, first.span)))
        trace.choose(candidates, at: point)
        emit(Instruction(trace: .index, a: early, b: chosen, c: UInt16(count), point: point))
        return RuleIndex(chosen: chosen, early: early)
    }

    /// Goes on at `next` unless the index has chosen a candidate.
    func skipUnlessChosen(_ index: RuleIndex, _ candidate: Int, next: Label) {
        let chosen = makeLabel()
        program.assembler.emit(Instruction(.jumpIfDefined, a: index.chosen.advanced(by: candidate)), t: chosen)
        jump(to: next)
        place(chosen)
    }

    /// A number for each constant value; -1 for a value that is none.
    private static func identity(of value: Term?, among values: inout [String: Int]) -> Int {
        guard let value, value.isConstant else { return -1 }
        let text = TermPrinter.text(of: value)
        if let known = values[text] { return known }
        values[text] = values.count
        return values.count - 1
    }

    /// Makes a register defined if everything that the index knows of a body holds.
    private func planConditions(
        of body: Body, _ rule: ResolvedRule, parameters: Register, into chosen: Register
    ) throws(AssemblyLimit) {
        emit(Instruction(.setUndefined, a: chosen))
        let excluded = makeLabel()
        try region(exhausted: excluded) { () throws(AssemblyLimit) in
            for expression in Self.indexed(body) { try planConditions(of: expression, rule, parameters: parameters) }
            if let constant = constant(Term(.boolean(true))) { emit(Instruction(.loadConstant, a: chosen, d: constant.index)) }
        }
        place(excluded)
    }

    /// Plans what OPA's index would find out about a body before any of it is evaluated, as far as it matters to the answer: conditions
    /// that stand after an expression that could end the evaluation with an error. Fails where OPA would not enter the rule.
    func planLateConditions(of body: Body, _ rule: ResolvedRule, parameters: Register = Register(0)) throws(AssemblyLimit) {
        guard trace == nil, let first = body.firstIndex(where: mayEndEvaluation), first < body.count - 1 else { return }
        for expression in Self.indexed(body).dropFirst(first + 1) { try planConditions(of: expression, rule, parameters: parameters) }
    }

    /// The body, if OPA's index looks at it; else nothing.
    private static func indexed(_ body: Body) -> Body {
        body.contains { $0.calls("internal.print") || $0.calls("internal.test_case") } ? [] : body
    }

    /// Plans the conditions that an index knows from an expression.
    private func planConditions(of expression: Expression, _ rule: ResolvedRule, parameters: Register) throws(AssemblyLimit) {
        guard expression.with.isEmpty, !expression.isNegated else { return }
        switch expression.kind {
        case .term(let term):
            if case .reference = term.kind { _ = try indexed(term, rule, parameters: parameters) }
        case .call(let terms) where terms.count == 3 && (expression.calls("eq") || expression.calls("equal")):
            if Self.isIndexable(terms[2]), let register = try indexed(terms[1], rule, parameters: parameters) {
                try planCondition(register, terms[2])
            } else if Self.isIndexable(terms[1]), let register = try indexed(terms[2], rule, parameters: parameters) {
                try planCondition(register, terms[1])
            }
        default: break
        }
    }

    /// Whether evaluating an expression could come to an error: it calls something, or needs other rules.
    func mayEndEvaluation(_ expression: Expression) -> Bool {
        guard expression.with.isEmpty else { return true }
        switch expression.kind {
        case .term(let term): return mayEndEvaluation(term)
        case .call(let terms):
            let name = Self.functionName(terms[0])
            let isOperator = name == "eq" || name == "equal" || name == "internal.member_2" || Relation(builtin: name) != nil
            return !isOperator || terms.dropFirst().contains(where: mayEndEvaluation)
        case .some, .every: return true
        }
    }

    func mayEndEvaluation(_ term: Term) -> Bool {
        switch term.kind {
        case .null, .boolean, .number, .string, .variable: return false
        case .reference(let terms):
            guard case .variable("data") = terms[0].kind else { return terms.contains(where: mayEndEvaluation) }
            return isVirtual(Array(terms.dropFirst().prefix { $0.isConstant })) || terms.dropFirst().contains(where: mayEndEvaluation)
        case .array(let terms), .set(let terms): return terms.contains(where: mayEndEvaluation)
        case .object(let items): return items.contains { mayEndEvaluation($0.key) || mayEndEvaluation($0.value) }
        case .call, .arrayComprehension, .setComprehension, .objectComprehension, .templateString: return true
        }
    }

    /// The register of a term that an index can look up: a path into `input` or base documents, or a parameter; fails if it is undefined.
    private func indexed(_ term: Term, _ rule: ResolvedRule, parameters: Register) throws(AssemblyLimit) -> Register? {
        switch term.kind {
        case .variable(let name):
            let index = rule.arguments.firstIndex { argument in
                if case .variable(name) = argument.kind { true } else { false }
            }
            return index.map { parameters.advanced(by: $0) }
        case .reference(let terms):
            guard case .variable(let head) = terms[0].kind, head == "input" || head == "data", terms.count > 1 else { return nil }
            guard terms.dropFirst().allSatisfy(\.isConstant), head == "input" || !isVirtual(Array(terms.dropFirst())) else { return nil }
            let register = try allocate()
            let opcode: Opcode = head == "input" ? .getInputPath : .getDataPath
            test(Instruction(opcode, a: register, d: try pathConstant(Array(terms.dropFirst())).index))
            return register
        default: return nil
        }
    }

    func isVirtual(_ path: [Term]) -> Bool {
        var node = program.resolved.root
        for operand in path {
            guard let child = node.child(operand) else { return false }
            if !child.rules.isEmpty { return true }
            node = child
        }
        return true
    }

    /// Scalars, variables, and arrays of such.
    static func isIndexable(_ term: Term) -> Bool {
        if case .array(let items) = term.kind { return items.allSatisfy { isScalarOrVariable($0) } }
        return isScalarOrVariable(term)
    }

    private static func isScalarOrVariable(_ term: Term) -> Bool {
        if case .variable = term.kind { return true }
        return term.scalar != nil
    }

    /// Fails unless a value can be equal to an indexable term; any value can, if there is none.
    private func planCondition(_ register: Register, _ term: Term?) throws(AssemblyLimit) {
        guard let term else { return }
        if case .array(let items) = term.kind {
            test(Instruction(.testArray, a: register, d: Int32(items.count)))
            for (index, item) in items.enumerated() where item.scalar != nil {
                let element = try allocate()
                emit(Instruction(.element, a: element, b: register, d: Int32(index)))
                test(Instruction(.equalConstant, a: element, d: try constantID(item).index))
            }
        } else if term.scalar != nil {
            test(Instruction(.equalConstant, a: register, d: try constantID(term).index))
        }
    }
}

extension Expression {
    /// Whether the expression calls a builtin.
    func calls(_ name: String) -> Bool {
        guard case .call(let terms) = kind, let operation = terms.first else { return false }
        return FunctionPlanner.functionName(operation) == name
    }
}
