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
        if let level = invariantLevel(of: expression) {
            // Known to hold, or known not to.
            _ = try onceALoop(level) { () throws(AssemblyLimit) in
                try planUntraced(expression)
                return try load(try constantID(Term(.boolean(true))))
            }
        } else if expression.isNegated {
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
        let outerScope = scope
        let outerLoops = loops
        enterLoop(entry)
        program.assembler.emit(Instruction(.iterate, x: flags, a: cursor, b: domain, c: entry.index), t: broken, d: holds)
        place(body)
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
        loops = outerLoops
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
}
