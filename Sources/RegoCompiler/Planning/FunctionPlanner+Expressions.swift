@_spi(Engine) import RegoRuntime
import RegoSyntax

extension FunctionPlanner {
    /// Plans an expression: the code falls through where it holds, and jumps to `failure` where it does not.
    ///
    /// - Parameter index: the expression's place in its body, from 0.
    func planExpression(_ expression: Expression, at index: Int) throws(AssemblyLimit) {
        program.assembler.mark(expression.span)
        if let trace { return try planTraced(expression, at: index, in: trace) }
        try planUntraced(expression)
    }

    /// Plans an expression without telling of it.
    func planUntraced(_ expression: Expression) throws(AssemblyLimit) {
        if expression.isNegated {
            var positive = expression
            positive.isNegated = false
            let holds = makeLabel()
            let outer = failure
            try region(exhausted: holds) { () throws(AssemblyLimit) in
                try planUntraced(positive)
                jump(to: outer)
            }
            place(holds)
        } else if !expression.with.isEmpty {
            try planWith(expression)
        } else {
            switch expression.kind {
            case .term(let term):
                if case .boolean(true) = term.kind { return }
                test(Instruction(.testTruthy, a: try value(of: term)))
            case .call(let terms): try planCallExpression(terms)
            case .some: break
            case .every(let every): try trace == nil ? planEvery(every) : planTracedEvery(expression, every)
            }
        }
    }

    private func planEvery(_ every: Expression.Every) throws(AssemblyLimit) {
        let domain = try value(of: every.domain)
        let holds = makeLabel()
        let broken = failure
        // A domain that is no collection is not an empty one: the expression fails.
        let cursor = try allocate(2)
        let entry = try allocate(2)
        let body = makeLabel()
        let flags: UInt8 = (every.key == nil ? 0 : 1) | 2
        program.assembler.emit(Instruction(.iterate, x: flags, a: cursor, b: domain, c: entry.index), t: broken, d: holds)
        place(body)
        let outerScope = scope
        if let key = every.key { bindFresh(key, to: entry) }
        bindFresh(every.value, to: entry.advanced(by: 1))
        let next = makeLabel()
        try region(exhausted: broken) { () throws(AssemblyLimit) in
            try planBody(every.body)
            jump(to: next)
        }
        place(next)
        program.assembler.emit(Instruction(.next, x: flags, a: cursor, c: entry.index), t: body)
        place(holds)
        scope = outerScope
    }

    func bindFresh(_ term: Term, to register: Register) {
        if case .variable(let name) = term.kind { scope.set(name, to: register) }
    }

    // MARK: Unification

    /// Plans `left = right`.
    func unify(_ left: Term, _ right: Term) throws(AssemblyLimit) {
        if unboundVariable(left) != nil {
            // The value may be found by an iteration that binds the variable: `x == input.next[x]`.
            let register = try value(of: right)
            try match(left, with: register)
        } else if unboundVariable(right) != nil {
            let register = try value(of: left)
            try match(right, with: register)
        } else if case .array(let lefts) = left.kind, case .array(let rights) = right.kind, isPattern(left) || isPattern(right) {
            guard lefts.count == rights.count else { return fail() }
            // Elements whose other side is known come first, so that `[x, y] = [y, 1]` binds y before it asks for it.
            for (l, r) in zip(lefts, rights) where !(isPattern(l) && isPattern(r)) { try unify(l, r) }
            for (l, r) in zip(lefts, rights) where isPattern(l) && isPattern(r) { try unify(l, r) }
        } else if case .object(let lefts) = left.kind, case .object(let rights) = right.kind, isPattern(left), isPattern(right) {
            try unifyObjects(lefts, rights)
        } else if isPattern(left) {
            try match(left, with: try value(of: right))
        } else if isPattern(right) {
            try match(right, with: try value(of: left))
        } else if let constant = constant(right) {
            test(Instruction(.equalConstant, a: try value(of: left), d: constant.index))
        } else if let constant = constant(left) {
            test(Instruction(.equalConstant, a: try value(of: right), d: constant.index))
        } else {
            let a = try value(of: left)
            let b = try value(of: right)
            test(Instruction(.equal, a: a, b: b))
        }
    }

    private func unifyObjects(_ lefts: [Term.ObjectItem], _ rights: [Term.ObjectItem]) throws(AssemblyLimit) {
        guard lefts.count == rights.count else { return fail() }
        for item in lefts {
            guard let key = item.key.scalar, let other = rights.first(where: { $0.key.scalar == key }) else { return fail() }
            try unify(item.value, other.value)
        }
    }

    /// Plans the unification of a term with a value: variables without a value get theirs, everything else must be equal.
    func match(_ term: Term, with register: Register) throws(AssemblyLimit) {
        if let name = unboundVariable(term) {
            scope.set(name, to: register)
            return
        }
        guard isPattern(term) else {
            if let constant = constant(term) {
                test(Instruction(.equalConstant, a: register, d: constant.index))
            } else {
                test(Instruction(.equal, a: try value(of: term), b: register))
            }
            return
        }
        switch term.kind {
        case .array(let items):
            test(Instruction(.testArray, a: register, d: Int32(items.count)))
            for (index, item) in items.enumerated() {
                let element = try allocate()
                emit(Instruction(.element, a: element, b: register, d: Int32(index)))
                try match(item, with: element)
            }
        case .object(let items):
            test(Instruction(.testObject, a: register, d: Int32(items.count)))
            for item in items {
                let element = try get(item.key, from: register)
                try match(item.value, with: element)
            }
        default:
            throw AssemblyLimit(message: "internal error: a pattern that is neither array nor object")
        }
    }

    /// The name of a variable that has no value yet.
    func unboundVariable(_ term: Term) -> String? {
        if case .variable(let name) = term.kind, scope[name] == nil, name != "input", name != "data" { return name }
        return nil
    }

    /// Whether matching the term binds variables. References and calls are values, not patterns.
    func isPattern(_ term: Term) -> Bool {
        switch term.kind {
        case .variable: unboundVariable(term) != nil
        case .array(let items): items.contains(where: isPattern)
        case .object(let items): items.contains { isPattern($0.value) }
        default: false
        }
    }

    // MARK: with

    /// Plans `expression with …`: the context is changed while the expression runs, and is the old one again wherever the code goes on.
    private func planWith(_ expression: Expression) throws(AssemblyLimit) {
        var inner = expression
        inner.with = []
        let old = try allocate(3)
        let new = try allocate(3)
        emit(Instruction(.saveContext, a: old))
        for offset in 0..<3 { emit(Instruction(.move, a: new.advanced(by: offset), b: old.advanced(by: offset))) }
        let outerOverlay = overlay
        var changed = overlay
        var entering: [Instruction] = []
        for with in expression.with {
            try planModifier(with, context: new, overlay: &changed, entering: &entering)
        }
        emit(Instruction(.newEpoch, a: new))
        entering.append(Instruction(.setContext, a: new))
        for instruction in entering { emit(instruction) }
        onFailure([Instruction(.setContext, a: old)])
        overlay = changed
        let label = failure
        let outerScope = scope
        scope.forgetReferences()
        try planUntraced(inner)
        scope.takeReferences(of: outerScope)
        overlay = outerOverlay
        emit(Instruction(.setContext, a: old))
        if failure == label {
            // The expression has no further solution: a later failure leaves it with the old context in place.
            endFailureHandler()
        } else {
            onFailure(entering)
        }
    }

    private func planModifier(
        _ with: With, context: Register, overlay: inout Overlay, entering: inout [Instruction]
    ) throws(AssemblyLimit) {
        let target = with.target
        let operands: [Term]
        let head: String
        switch target.kind {
        case .variable(let name): (head, operands) = (name, [])
        case .reference(let terms):
            guard case .variable(let name)? = terms.first?.kind else { return }
            (head, operands) = (name, Array(terms.dropFirst()))
        default: return
        }
        let isRule = head == "data" && program.node(at: operands)?.isFunction == true
        if head != "input", head != "data" || isRule {
            let name = Self.functionName(target)
            if let replacement = functionName(ofReplacement: with.value) {
                overlay.replacements[name] = .function(replacement)
            } else {
                let global = program.globalCount
                program.globalCount += 1
                overlay.replacements[name] = .value(global: global)
                entering.append(Instruction(.setGlobal, a: try value(of: with.value), d: Int32(global)))
            }
            return
        }
        let value = try value(of: with.value)
        let register = head == "input" ? context : context.advanced(by: 1)
        if operands.isEmpty {
            emit(Instruction(.move, a: register, b: value))
        } else {
            let path = try pathConstant(operands)
            emit(Instruction(.upsert, a: register, b: register, c: value.index, d: path.index))
        }
        if head == "data" {
            let path = operands.compactMap(\.scalar)
            if operands.isEmpty || program.node(at: operands) != nil { overlay.hidden.insert(path) }
        }
    }

    /// The name of the function that a `with` puts in another's place; `nil` if it puts a value there.
    private func functionName(ofReplacement term: Term) -> String? {
        switch term.kind {
        case .reference(let terms):
            guard case .variable(let head)? = terms.first?.kind else { return nil }
            if head == "data" {
                return program.node(at: Array(terms.dropFirst()))?.isFunction == true ? Self.functionName(term) : nil
            }
            return scope[head] == nil && program.builtin(Self.functionName(term)) != nil ? Self.functionName(term) : nil
        case .variable(let name):
            return scope[name] == nil && program.builtin(name) != nil ? name : nil
        default: return nil
        }
    }

    /// A function's reference as its name: `count`, `json.unmarshal`, `data.a.f`.
    static func functionName(_ term: Term) -> String {
        switch term.kind {
        case .variable(let name): return name
        case .reference(let terms):
            var name = ""
            for (position, term) in terms.enumerated() {
                if position > 0 { name += "." }
                switch term.kind {
                case .variable(let text), .string(let text), .number(let text): name += text
                default: name += "?"
                }
            }
            return name
        default: return "?"
        }
    }
}
