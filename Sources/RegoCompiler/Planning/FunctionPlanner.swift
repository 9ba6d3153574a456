@_spi(Engine) import RegoRuntime
import RegoSyntax

/// Plans one function: allocates its registers and emits its code.
///
/// A body is planned as straight-line code. Whatever fails jumps to `failure`: the label of the innermost iteration that may still have
/// another entry, or where the body as a whole has no (further) solution. The iterations' own ends (`bottoms`) are emitted after the
/// body, innermost first, each falling through into the next one out when it is exhausted.
final class FunctionPlanner {
    let program: ProgramPlanner
    /// What `trace` instructions refer to, in a program that has any.
    let trace: TracePlan?
    var overlay: Overlay
    /// What has a value here.
    var scope = Scope()
    /// The sets and objects that the body writes with terms whose values are not known before.
    var literals = LookupTable<Register, Literal>()
    private(set) var registerCount = 0
    /// The iterations that the code at hand is part of, outermost first: for each the offset of the instruction that opens it.
    var loops: [Int] = []
    /// How many of the iterations around it each register's value depends on, counted from the outermost.
    var levels: [Int] = []
    /// How many of the iterations what `with` has made of `input`, base documents and functions depends on.
    var contextLevel = 0
    private var base = Label(index: -1)
    private var bottoms: [Bottom] = []

    /// Where an iteration goes on, or what has to be undone on the way out of it.
    private struct Bottom {
        var label: Label
        var instructions: [Instruction]
        /// Where the last instruction goes when it has found another entry.
        var again: Label?
        /// What to tell where the search is broken off instead of going on here.
        var unwinding: Instruction?
    }

    init(program: ProgramPlanner, overlay: Overlay) {
        self.program = program
        trace = program.trace
        self.overlay = overlay
    }

    // MARK: Emission

    /// Where to go when the expression at hand has no (further) solution.
    var failure: Label { bottoms.last?.label ?? base }

    /// No iteration is open: a failure ends the body.
    var isDeterministic: Bool { bottoms.isEmpty }

    func allocate(_ count: Int = 1) throws(AssemblyLimit) -> Register {
        guard registerCount + count < Int(UInt16.max) else {
            throw AssemblyLimit(message: "a rule needs more than \(UInt16.max) registers: split it")
        }
        defer { registerCount += count }
        for _ in 0..<count { levels.append(loops.count) }
        return Register(registerCount)
    }

    func emit(_ instruction: Instruction) { program.assembler.emit(instruction) }
    func emit(_ instruction: Instruction, failingTo label: Label) { program.assembler.emit(instruction, t: label) }
    /// Emits an instruction that fails as the body does.
    func test(_ instruction: Instruction) { program.assembler.emit(instruction, t: failure) }
    func jump(to label: Label) { program.assembler.jump(to: label) }
    func fail() { program.assembler.jump(to: failure) }
    func makeLabel() -> Label { program.assembler.makeLabel() }
    func place(_ label: Label) { program.assembler.place(label) }

    // MARK: Regions

    /// Plans code whose failures go to `exhausted`, with a scope of its own: variables that it binds are unbound after it.
    ///
    /// `plan` emits the code of one solution; where its code ends, the next solution is looked for.
    func region(exhausted: Label, _ plan: () throws(AssemblyLimit) -> Void) throws(AssemblyLimit) {
        let outer = (scope, base, bottoms, loops)
        (base, bottoms) = (exhausted, [])
        try plan()
        emitBottoms()
        (scope, base, bottoms, loops) = outer
    }

    private func emitBottoms() {
        while let bottom = bottoms.popLast() {
            place(bottom.label)
            for (index, instruction) in bottom.instructions.enumerated() {
                let isLast = index == bottom.instructions.count - 1
                program.assembler.emit(instruction, t: isLast ? bottom.again : nil)
            }
        }
        jump(to: base)
    }

    /// Adds code that runs whenever the planned code after this point has failed, before the failure goes further out.
    func onFailure(_ instructions: [Instruction], unwinding: Instruction? = nil) {
        bottoms.append(Bottom(label: makeLabel(), instructions: instructions, again: nil, unwinding: unwinding))
    }

    /// Tells what breaking off the search of the region at hand comes by, from the inside out.
    func unwind() {
        for bottom in bottoms.reversed() {
            if let instruction = bottom.unwinding { emit(instruction) }
        }
    }

    /// Ends what `onFailure` began, where the code since then has no iteration that could be come back to: its handler is placed aside.
    func endFailureHandler() {
        guard let bottom = bottoms.popLast() else { return }
        let after = makeLabel()
        jump(to: after)
        place(bottom.label)
        for instruction in bottom.instructions { emit(instruction) }
        fail()
        place(after)
    }

    /// Opens an iteration over a collection: the code from here on runs for each entry.
    ///
    /// - Returns: the registers of the entry's key and value.
    func iterate(_ collection: Register, wantsKey: Bool = true, wantsValue: Bool = true) throws(AssemblyLimit) -> (
        key: Register, value: Register
    ) {
        let cursor = try allocate(2)
        let entry = try allocate(2)
        let flags: UInt8 = (wantsKey ? 1 : 0) | (wantsValue ? 2 : 0)
        let body = makeLabel()
        enterLoop(entry)
        program.assembler.emit(Instruction(.iterate, x: flags, a: cursor, b: collection, c: entry.index), t: failure, d: failure)
        place(body)
        let next = Instruction(.next, x: flags, a: cursor, c: entry.index)
        bottoms.append(Bottom(label: makeLabel(), instructions: [next], again: body))
        return (entry, entry.advanced(by: 1))
    }

    /// Plans a body for each of whose solutions `solution` is emitted; places `exhausted` after the last one.
    func planSolutions(
        of body: Body, as subject: TraceSubject, exhausted: Label, _ solution: () throws(AssemblyLimit) -> Void
    ) throws(AssemblyLimit) {
        let node = trace?.node(subject)
        try region(exhausted: exhausted) { () throws(AssemblyLimit) in
            if let node { tell(.enter, node) }
            if case .rule(let rule) = subject { try planLateConditions(of: body, rule) }
            try planBody(body)
            if let node { tell(.exit, node) }
            try solution()
            if let node { tell(.redo, node) }
        }
        place(exhausted)
        if node != nil { emit(Instruction(trace: .leave)) }
    }

    /// Plans the expressions of a body, each after the one before.
    func planBody(_ body: Body) throws(AssemblyLimit) {
        var settled: Set<Int> = []
        for (index, expression) in body.enumerated() where !settled.contains(index) {
            if let matching = try planMatchingIteration(body, at: index) {
                settled.formUnion(matching)
            } else {
                try planExpression(expression, at: index)
            }
        }
    }

    /// Opens an iteration over the entries of a collection whose value along a path stands in a relation to a value.
    ///
    /// - Returns: the registers of the entry's key and value.
    func iterate(
        _ collection: Register, path: ConstantID, _ relation: Relation, _ value: Register
    ) throws(AssemblyLimit) -> (key: Register, value: Register) {
        let cursor = try allocate(3)
        let entry = try allocate(2)
        let body = makeLabel()
        emit(Instruction(.move, a: cursor.advanced(by: 1), b: value))
        enterLoop(entry)
        test(Instruction(.iterateMatching, x: relation.rawValue, a: cursor, b: collection, c: entry.index, d: path.index))
        place(body)
        let next = Instruction(.nextMatching, x: relation.rawValue, a: cursor, c: entry.index, d: path.index)
        bottoms.append(Bottom(label: makeLabel(), instructions: [next], again: body))
        return (entry, entry.advanced(by: 1))
    }

    // MARK: Values

    func load(_ constant: ConstantID) throws(AssemblyLimit) -> Register {
        let register = try allocate()
        emit(Instruction(.loadConstant, a: register, d: constant.index))
        return register
    }

    func constant(_ term: Term) -> ConstantID? { program.constants.constant(for: term) }

    /// The constant array of ground operands.
    func pathConstant(_ operands: [Term]) throws(AssemblyLimit) -> ConstantID {
        guard let id = program.constants.path(operands) else { throw AssemblyLimit(message: "a path is not ground") }
        return id
    }

    /// Plans terms' values in registers that follow each other, as calls and constructions take them.
    func gather(terms: [Term]) throws(AssemblyLimit) -> Register {
        guard terms.contains(where: { registerAtHand($0) != nil }) else {
            var registers: [Register] = []
            for term in terms { registers.append(try value(of: term)) }
            return try gather(registers)
        }
        // Some have to be moved in any case, so constants are loaded where they are needed.
        var loads: [Instruction] = []
        for term in terms {
            if let constant = constant(term) {
                loads.append(Instruction(.loadConstant, d: constant.index))
            } else {
                loads.append(Instruction(.move, b: try value(of: term)))
            }
        }
        let block = try allocate(terms.count)
        for (offset, load) in loads.enumerated() {
            var load = load
            load.a = block.advanced(by: offset).index
            emit(load)
        }
        return block
    }

    /// Moves values into registers that follow each other.
    func gather(_ registers: [Register]) throws(AssemblyLimit) -> Register {
        if let first = registers.first, registers.enumerated().allSatisfy({ first.advanced(by: $0.offset) == $0.element }) { return first }
        let block = try allocate(max(registers.count, 1))
        for (offset, register) in registers.enumerated() { emit(Instruction(.move, a: block.advanced(by: offset), b: register)) }
        return block
    }
}

/// The terms of a set or object that a body writes, in registers that follow each other, in the order of terms.
struct Literal {
    let first: Register
    let count: Int
    let isObject: Bool
}
