@_spi(Engine) import RegoRuntime
import RegoSyntax

/// What does not change from entry to entry of an iteration is found out when an entry asks for it first, and kept for the others.
///
/// Not before the iteration: an entry may never ask for it, and finding it out may fail with an error that an earlier expression prevents.
/// A term's or expression's level is the number of iterations around it that it depends on, counted from the outermost.
extension FunctionPlanner {
    /// Notes that the code from the next instruction on, which opens an iteration, is part of it.
    func enterLoop(_ entry: Register) {
        loops.append(program.assembler.code.count)
        for offset in 0...1 { levels[Int(entry.index) + offset] = loops.count }
    }

    /// Plans what depends on only so many of the iterations at hand: its value is found out once in each run of the next one further in.
    func onceALoop(_ level: Int, _ plan: () throws(AssemblyLimit) -> Register) throws(AssemblyLimit) -> Register {
        let known = makeLabel()
        let undefined = makeLabel()
        let result = try emitRecall(at: level, known: known)
        let inner = loops[level...]
        loops.removeSubrange(level...)
        try region(exhausted: undefined) { () throws(AssemblyLimit) in
            let register = try plan()
            emit(Instruction(.move, a: result, b: register))
            if let literal = literals[register] { literals.set(result, to: literal) }
            jump(to: known)
        }
        loops += inner
        place(undefined)
        emit(Instruction(.setUndefined, a: result))
        fail()
        place(known)
        return result
    }

    /// Begins the code that finds out what one run of an iteration has in common; where it is known already, that code is jumped over.
    ///
    /// - Returns: the register that the code leaves it in, undefined if that is what it comes to.
    func emitRecall(at level: Int, known: Label) throws(AssemblyLimit) -> Register {
        let result = try allocate()
        levels[Int(result.index)] = level
        program.assembler.insert(Instruction(.forget, a: result), before: loops[level])
        program.assembler.emit(Instruction(.recall, a: result), t: failure, d: known)
        return result
    }

    func level(of origin: Scope.Origin) -> Int {
        switch origin {
        case .input, .data: contextLevel
        case .register(let register): levels[Int(register.index)]
        // The machine keeps documents.
        case .document: loops.count
        }
    }

    // MARK: What is worth keeping

    /// The level of a term whose value is not found out anew by each entry of the iterations at hand; `nil` for any other, and for those
    /// that are found as fast as they are remembered.
    func invariantLevel(of term: Term) -> Int? {
        guard !loops.isEmpty, trace == nil, isWorthKeeping(term) else { return nil }
        var walk = InvariantWalk(planner: self)
        return walk.level(of: term).flatMap { $0 < loops.count ? $0 : nil }
    }

    /// The same for an expression that binds nothing.
    func invariantLevel(of expression: Expression) -> Int? {
        guard !loops.isEmpty, trace == nil, expression.with.isEmpty, isWorthKeeping(expression) else { return nil }
        var walk = InvariantWalk(planner: self)
        return walk.level(of: expression).flatMap { $0 < loops.count ? $0 : nil }
    }

    private func isWorthKeeping(_ term: Term) -> Bool {
        switch term.kind {
        case .null, .boolean, .number, .string, .variable, .templateString: return false
        case .reference(let terms):
            if terms.dropFirst().contains(where: { !$0.isConstant }) { return true }
            guard case .variable("data") = terms[0].kind, scope["data"] == nil else {
                // What is looked up with constants alone, `once` keeps.
                if case .variable = terms[0].kind { return false }
                return true
            }
            return isVirtual(Array(terms.dropFirst())) && program.node(at: Array(terms.dropFirst())) == nil
        case .call, .array, .set, .object, .arrayComprehension, .setComprehension, .objectComprehension: return true
        }
    }

    private func isWorthKeeping(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .term(let term): return isWorthKeeping(term)
        case .call(let terms):
            let name = Self.functionName(terms[0])
            let isComparison = name == "eq" || name == "equal" || Relation(builtin: name) != nil
            return !isComparison || terms.dropFirst().contains { !$0.isConstant && !isVariable($0) }
        case .some: return false
        case .every: return true
        }
    }

    private func isVariable(_ term: Term) -> Bool {
        if case .variable = term.kind { true } else { false }
    }
}

/// Finds out which iterations a term or expression depends on, where evaluating it leaves nothing behind but its value.
private struct InvariantWalk {
    let planner: FunctionPlanner
    /// Terms that may still be looked at: each is looked at again for each one around it.
    private var budget = 256
    /// Variables that have no value yet belong to the comprehension or `every` at hand.
    private var isInside = false

    init(planner: FunctionPlanner) { self.planner = planner }

    mutating func level(of term: Term) -> Int? {
        budget -= 1
        guard budget > 0 else { return nil }
        switch term.kind {
        case .null, .boolean, .number, .string: return 0
        case .variable(let name):
            if let register = planner.scope[name] { return planner.levels[Int(register.index)] }
            if name == "input" || name == "data" { return planner.contextLevel }
            return isInside ? 0 : nil
        case .reference(let terms), .array(let terms), .set(let terms): return level(of: terms[...])
        case .call(let terms): return level(ofCall: terms)
        case .object(let items):
            var result = 0
            for item in items {
                guard let key = level(of: item.key), let value = level(of: item.value) else { return nil }
                result = max(result, key, value)
            }
            return result
        case .arrayComprehension(let head, let body), .setComprehension(let head, let body): return level(of: [head], and: body)
        case .objectComprehension(let key, let value, let body): return level(of: [key, value], and: body)
        case .templateString: return nil
        }
    }

    mutating func level(of expression: Expression) -> Int? {
        guard expression.with.isEmpty else { return nil }
        switch expression.kind {
        case .term(let term): return level(of: term)
        case .call(let terms): return level(ofCall: terms)
        case .some: return isInside ? 0 : nil
        case .every(let every):
            guard let domain = level(of: every.domain) else { return nil }
            return level(of: [every.key, every.value].compactMap { $0 }, and: every.body).map { max($0, domain) }
        }
    }

    private mutating func level(of terms: ArraySlice<Term>) -> Int? {
        var result = 0
        for term in terms {
            guard let level = level(of: term) else { return nil }
            result = max(result, level)
        }
        return result
    }

    private mutating func level(of heads: [Term], and body: Body) -> Int? {
        let outer = isInside
        isInside = true
        defer { isInside = outer }
        guard var result = level(of: heads[...]) else { return nil }
        for expression in body {
            guard let level = level(of: expression) else { return nil }
            result = max(result, level)
        }
        return result
    }

    private mutating func level(ofCall terms: [Term]) -> Int? {
        let name = FunctionPlanner.functionName(terms[0])
        guard planner.overlay.replacements[name] == nil, let operands = level(of: terms.dropFirst()) else { return nil }
        if case .reference(let path) = terms[0].kind, case .variable("data")? = path.first?.kind {
            guard planner.overlay.replacements.isEmpty, let node = planner.program.node(at: Array(path.dropFirst())),
                planner.program.isPure(node)
            else { return nil }
            return max(operands, planner.contextLevel)
        }
        return planner.program.isPureBuiltin(name) ? operands : nil
    }
}
