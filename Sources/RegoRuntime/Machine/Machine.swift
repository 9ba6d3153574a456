import Glibc

/// A register machine: the memory that one evaluation after another runs in. One thread uses it at a time.
@safe package final class Machine {
    package let program: Program
    /// The values that an evaluation makes.
    package let arena: Arena
    /// The values of the input at hand.
    package let inputArena: Arena
    package let context: BuiltinContext

    let state: UnsafeMutablePointer<MachineState>
    /// What walks over values look at, and tell of having been cut.
    let watch: UnsafeMutablePointer<EvaluationWatch>
    let registers: UnsafeMutablePointer<Value>
    let memos: UnsafeMutablePointer<Memo>
    let globals: UnsafeMutablePointer<Value>
    let entryIndices: UnsafeMutablePointer<EntryIndexPlace>
    let keptResults: KeptResults
    /// The memory of the call of a builtin that is under way; none calls another.
    let builtinFrame: UnsafeMutablePointer<BuiltinFrame>
    /// Takes what the `trace` instructions of an instrumented program tell.
    private(set) var recorder: TraceRecorder?
    private var lastFailure: MachineError?

    // What changes with each evaluation lies in `state`: a class's variables are checked for exclusive access, which would take longer than
    // a small evaluation itself.

    var limits: MachineLimits { @inline(__always) get { unsafe state.pointee.limits } }

    /// What has ended the evaluation.
    var failure: MachineError? {
        get { unsafe state.pointee.hasFailed ? lastFailure : nil }
        set {
            unsafe state.pointee.hasFailed = newValue != nil
            lastFailure = newValue
        }
    }

    /// Registers of all windows together; the pages are only used as deep calls touch them.
    static let registerCapacity = 1 << 19
    /// Steps between two looks at the clock and the memory in use.
    static let quantum: Int = 4096

    package init(program: Program, context: BuiltinContext) {
        self.program = program
        self.context = context
        arena = Arena()
        inputArena = Arena()
        unsafe state = .allocate(capacity: 1)
        unsafe watch = .allocate(capacity: 1)
        unsafe watch.initialize(to: EvaluationWatch(context: Unmanaged.passUnretained(context), byteLimit: .max))
        unsafe registers = .allocate(capacity: Self.registerCapacity)
        unsafe memos = .allocate(capacity: max(program.memoCount, 1))
        unsafe memos.initialize(repeating: Memo(value: .undefined, epoch: 0), count: max(program.memoCount, 1))
        unsafe globals = .allocate(capacity: max(program.globalCount, 1))
        unsafe globals.initialize(repeating: .undefined, count: max(program.globalCount, 1))
        unsafe entryIndices = .allocate(capacity: Self.entryIndexPlaces)
        unsafe entryIndices.initialize(repeating: EntryIndexPlace(), count: Self.entryIndexPlaces)
        keptResults = KeptResults(program)
        unsafe builtinFrame = .allocate(capacity: 1)
        unsafe builtinFrame.initialize(
            to: BuiltinFrame(arguments: registers, count: 0, arena: arena, context: Unmanaged.passUnretained(context), name: ""))
        unsafe state.initialize(to: MachineState(frames: .allocate(capacity: 64), frameCapacity: 64))
    }

    deinit {
        arena.destroy()
        inputArena.destroy()
        unsafe watch.deallocate()
        unsafe builtinFrame.deallocate()
        unsafe registers.deallocate()
        unsafe memos.deallocate()
        unsafe globals.deallocate()
        unsafe entryIndices.deallocate()
        unsafe state.pointee.frames.deallocate()
        unsafe state.deallocate()
    }

    /// Runs the program's query.
    ///
    /// - Parameters:
    ///   - input: the input document, in memory that outlives the call; undefined for none.
    ///   - data: the base documents, in memory that outlives the machine: what follows from them alone is kept for further evaluations.
    ///   - query: the function to run instead of the program's own query; one without parameters.
    ///   - recorder: what an instrumented program's events are told to.
    /// - Returns: the query's value in the machine's arena, valid until `reset()`; undefined if the query is.
    package func evaluate(
        input: Value, data: Value, limits: MachineLimits, query: FunctionID? = nil, recorder: TraceRecorder? = nil
    ) throws(MachineError) -> Value {
        unsafe state.pointee.limits = limits
        if let recorder { self.recorder = recorder }
        defer { if recorder != nil { self.recorder = nil } }
        arena.byteLimit = limits.memory
        // Another evaluation may have made more room than this one is allowed.
        unsafe state.pointee.frameLimit = unsafe min(state.pointee.frameCapacity, limits.depth)
        context.deadline = limits.deadline
        unsafe state.pointee.hasFailed = false
        unsafe state.pointee.evaluations += 1
        if unsafe state.pointee.lastEpoch > UInt32.max / 2 { forgetMemos() }
        unsafe state.pointee.lastEpoch += 1
        unsafe state.pointee.epoch = unsafe state.pointee.lastEpoch
        unsafe state.pointee.outermostEpoch = unsafe state.pointee.lastEpoch
        unsafe state.pointee.change = nil
        unsafe state.pointee.input = input
        unsafe state.pointee.data = data
        unsafe state.pointee.snapshot = data
        unsafe state.pointee.hasTolerated = false
        unsafe state.pointee.steps = limits.steps
        unsafe watch.initialize(
            to: EvaluationWatch(context: Unmanaged.passUnretained(context), byteLimit: max(limits.memory, Self.leastTextLimit)))
        return try watching { () throws(MachineError) in
            let result = run(query ?? program.query)
            if let failure { throw failure }
            return result
        }
    }

    /// Bytes of text that walks may always make: answers that come of base data need none of the evaluation's memory.
    private static let leastTextLimit = 1 << 24

    /// Does something with the values of the evaluation, within its limits.
    ///
    /// - Throws: what the action throws, or which limit the values exceed.
    package func watching<Result>(_ action: () throws(MachineError) -> Result) throws(MachineError) -> Result {
        let outer = unsafe EvaluationWatch.current
        unsafe EvaluationWatch.makeCurrent(watch)
        defer { unsafe EvaluationWatch.makeCurrent(outer) }
        let result = try action()
        if unsafe watch.pointee.reason != .none {
            unsafe failForWalk(at: program.code)
            if var failure {
                failure.position = nil
                throw failure
            }
        }
        return result
    }

    /// Frees what evaluations have made.
    package func reset() {
        arena.reset()
        inputArena.reset()
    }

    /// Whether what evaluations find out from base documents alone is kept for further ones; not while it is measured how long that takes.
    package var keepsDocuments: Bool {
        get { keptResults.keepsDocuments }
        set { keptResults.keepsDocuments = newValue }
    }

    private func forgetMemos() {
        unsafe memos.update(repeating: Memo(value: .undefined, epoch: 0), count: max(program.memoCount, 1))
        unsafe state.pointee.lastEpoch = 0
        keptResults.forgetCalls()
    }

    // MARK: What the loop does rarely

    /// Ends the evaluation with an error.
    @inline(never)
    func fail(_ code: MachineError.Code, _ message: String, at instruction: UnsafeMutablePointer<Instruction>) {
        failure = unsafe MachineError(code: code, message: message, position: program.position(of: instruction - program.code))
    }

    /// The steps until the first look at the limits, that step included.
    func firstQuantum() -> Int {
        let allowed = unsafe min(state.pointee.steps, UInt64(Self.quantum))
        unsafe state.pointee.steps -= allowed
        return Int(allowed) + 1
    }

    /// Called for the first step after a quantum: how many more may be taken, it included; 0 if the evaluation must end.
    @inline(never)
    func nextQuantum(at instruction: UnsafeMutablePointer<Instruction>) -> Int {
        let steps = unsafe state.pointee.steps
        if steps == 0 {
            unsafe fail(.instructionLimit, "evaluation stopped: it took more than \(limits.steps) steps", at: unsafe instruction)
            return 0
        }
        let allowed = min(steps, UInt64(Self.quantum))
        unsafe state.pointee.steps = steps - allowed
        if arena.isExhausted {
            unsafe failForMemory(at: instruction)
            return 0
        }
        if context.isInterrupted {
            unsafe failForTime(at: instruction)
            return 0
        }
        if unsafe watch.pointee.reason != .none {
            unsafe failForWalk(at: instruction)
            return 0
        }
        return Int(allowed)
    }

    /// Ends an evaluation in which a walk over a value was cut.
    @inline(never)
    func failForWalk(at instruction: UnsafeMutablePointer<Instruction>) {
        guard failure == nil else { return }
        switch unsafe watch.pointee.reason {
        case .none: break
        case .interrupted: unsafe failForTime(at: instruction)
        case .size: unsafe failForMemory(at: instruction)
        case .depth:
            unsafe fail(
                .memoryLimit, "evaluation stopped: values are nested deeper than \(ValueWalk.depthLimit)", at: unsafe instruction)
        }
    }

    /// Ends an evaluation that has been cancelled or whose time is up.
    @inline(never)
    func failForTime(at instruction: UnsafeMutablePointer<Instruction>) {
        guard failure == nil else { return }
        unsafe context.isCancelled
            ? fail(.cancelled, BuiltinContext.cancelledMessage, at: instruction)
            : fail(.deadline, BuiltinContext.lateMessage, at: instruction)
    }

    @inline(never) @discardableResult
    func failForMemory(at instruction: UnsafeMutablePointer<Instruction>) -> Value {
        unsafe fail(.memoryLimit, "evaluation stopped: it needed more than \(limits.memory) bytes of memory", at: unsafe instruction)
        return .undefined
    }

    /// The time of day.
    static func nanosecondsSince1970() -> Int64 { Int64(bitPattern: nanoseconds(CLOCK_REALTIME)) }

    package static func monotonicNanoseconds() -> UInt64 { nanoseconds(CLOCK_MONOTONIC) }

    /// The same clock as it was up to 4 ms ago, for a quarter of the time.
    static func coarseNanoseconds() -> UInt64 { nanoseconds(CLOCK_MONOTONIC_COARSE) }

    private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Makes room for more calls under way; `false` at the limit.
    @inline(never)
    func growFrames(at instruction: UnsafeMutablePointer<Instruction>) -> Bool {
        guard unsafe state.pointee.frameLimit < limits.depth else {
            unsafe fail(.depthLimit, "evaluation stopped: calls are nested deeper than \(limits.depth)", at: unsafe instruction)
            return false
        }
        let (frames, frameCapacity) = unsafe (state.pointee.frames, state.pointee.frameCapacity)
        let capacity = min(frameCapacity * 2, max(limits.depth, frameCapacity + 1))
        let grown = UnsafeMutablePointer<CallFrame>.allocate(capacity: capacity)
        unsafe grown.update(from: frames, count: frameCapacity)
        unsafe frames.deallocate()
        unsafe state.pointee.frames = unsafe grown
        unsafe state.pointee.frameCapacity = capacity
        unsafe state.pointee.frameLimit = min(capacity, limits.depth)
        return true
    }

    @inline(never)
    func failForConflict(_ kind: UInt8, at instruction: UnsafeMutablePointer<Instruction>) {
        let message =
            switch kind {
            case 0: "complete rules must not produce multiple outputs"
            case 1: "functions must not produce multiple outputs for same inputs"
            default: "object keys must be unique"
            }
        unsafe fail(.conflict, message, at: instruction)
    }

    // MARK: Builtins

    /// Calls a builtin; `undefined` if it has no result or failed.
    @inline(never)
    func callBuiltin(
        _ index: Int, arguments: UnsafeMutablePointer<Value>, count: Int, at instruction: UnsafeMutablePointer<Instruction>
    ) -> Value {
        let definition = unsafe program.builtins + index
        if unsafe definition.pointee.isSpecial {
            return unsafe callSpecial(definition, index, arguments: arguments, count: count, at: instruction)
        }
        return unsafe call(definition, arguments: arguments, count: count, at: instruction)
    }

    @inline(__always)
    func call(
        _ definition: UnsafeMutablePointer<BuiltinDefinition>, arguments: UnsafeMutablePointer<Value>, count: Int,
        at instruction: UnsafeMutablePointer<Instruction>
    ) -> Value {
        let frame = unsafe builtinFrame
        unsafe frame.pointee.arguments = unsafe UnsafePointer(arguments)
        unsafe frame.pointee.count = count
        unsafe frame.pointee.constants = unsafe instruction.pointee.opcode == .callBuiltin ? instruction.pointee.x : 0
        unsafe frame.pointee.result = .undefined
        unsafe frame.pointee.hasFailed = false
        unsafe frame.pointee.name = unsafe definition.pointee.name
        unsafe definition.pointee.implementation(UnsafeMutableRawPointer(frame))
        if arena.isExhausted { unsafe failForMemory(at: instruction) }
        // Some calls take milliseconds: the quantum of steps alone would notice too late.
        if unsafe watch.pointee.reason != .none { unsafe failForWalk(at: instruction) }
        unsafe state.pointee.builtinCalls &+= 1
        if unsafe state.pointee.builtinCalls & 7 == 0, context.isLate { unsafe failForTime(at: instruction) }
        guard unsafe !frame.pointee.hasFailed else {
            unsafe settleFailure(at: instruction)
            return .undefined
        }
        return unsafe definition.pointee.hasResult ? frame.pointee.result : .true
    }

    /// A builtin's failure ends the evaluation if errors are strict or the failure insists.
    func settleFailure(at instruction: UnsafeMutablePointer<Instruction>) {
        guard let last = context.failures.last else { return }
        switch last.kind {
        case .halt: unsafe fail(.builtin, last.message, at: instruction)
        case .limit: unsafe fail(.memoryLimit, last.message, at: instruction)
        case .interrupted: unsafe fail(context.isCancelled ? .cancelled : .deadline, last.message, at: instruction)
        case .builtin: if limits.isStrict { unsafe fail(.builtin, last.message, at: instruction) }
        case .type: if limits.isStrict { unsafe fail(.type, last.message, at: instruction) }
        }
        // In a loop over much data each call may fail: only strict evaluations, which end here, need the message.
        guard failure == nil else { return }
        unsafe state.pointee.hasTolerated = true
        context.failures.removeAll(keepingCapacity: true)
        if let tolerated = context.tolerated {
            let position = unsafe program.position(of: instruction - program.code)
            tolerated(MachineError(code: last.kind == .type ? .type : .builtin, message: last.message, position: position))
        }
    }

    // MARK: Paths

    /// Follows the operands of a constant array from a value.
    @inline(__always)
    func follow(_ path: Value, from start: Value) -> Value {
        var value = start
        var operand = unsafe path.elementPointer
        let end = unsafe operand + path.length
        while unsafe operand != end, value.isDefined {
            let key = unsafe operand.pointee
            value = key.isString && value.tag == .object ? value.lookup(string: key) : value.dereference(key)
            unsafe operand += 1
        }
        return value
    }

    /// Follows the operands of a constant array from the base documents.
    func followData(_ path: Value) -> Value {
        let value = unsafe follow(path, from: state.pointee.data)
        return value.isDefined ? value : followDataByText(path)
    }

    /// The same where integers are taken for the keys that they are written as: OPA's paths of base documents are text.
    @inline(never)
    private func followDataByText(_ path: Value) -> Value {
        var value = unsafe state.pointee.data
        for index in 0..<path.length {
            let operand = unsafe path.elementPointer[index]
            var next = value.dereference(operand)
            if next.isUndefined, operand.isInteger, value.tag == .object {
                next = value.lookup(.string(String(operand.asInteger), in: arena))
            }
            value = next
        }
        return value
    }

    /// Adds the entries of an object to a builder that has no entry at their key.
    @inline(never)
    func mergeBelow(_ builderValue: Value, _ object: Value) {
        guard object.tag == .object else { return }
        let builder = ObjectBuilder(builderValue)
        let keys = unsafe object.sortedKeys
        let values = unsafe object.sortedValues
        // `put` leaves an entry that is there as it is.
        for index in 0..<object.length { _ = unsafe builder.put(keys[index], values[index]) }
    }

    /// Puts a value at a path of keys into nested builders; `false` on a conflict.
    @inline(never)
    func putPath(_ root: Value, keys: UnsafeMutablePointer<Value>, count: Int, value: Value, mode: UInt8) -> Bool {
        var builder = ObjectBuilder(root)
        for index in 0..<count - 1 {
            guard let below = unsafe descend(builder, keys[index], isSet: false) else { return false }
            builder = ObjectBuilder(below)
        }
        guard mode != 0 else { return unsafe builder.put(keys[count - 1], value) != .conflict }
        guard let set = unsafe descend(builder, keys[count - 1], isSet: true) else { return false }
        if mode == 1 { SetBuilder(set).insert(value) }
        return true
    }

    /// Marks the builder of a set among nested builders.
    private static let setMark: UInt64 = 1 << 8

    /// The builder at a key, made if there is none; `nil` if something else is there.
    private func descend(_ builder: ObjectBuilder, _ key: Value, isSet: Bool) -> Value? {
        let below = builder.lookup(key)
        if below.isUndefined {
            var made = isSet ? SetBuilder(in: arena).value : ObjectBuilder(in: arena).value
            if isSet { made.w0 |= Self.setMark }
            builder.put(key, made)
            return made
        }
        guard below.tag == .builder, (below.w0 & Self.setMark != 0) == isSet else { return nil }
        return below
    }

    /// What nested builders hold.
    @inline(never)
    func finishNested(_ builder: Value) -> Value {
        guard builder.w0 & Self.setMark == 0 else { return SetBuilder(builder).finish() }
        let object = ObjectBuilder(builder).finish()
        let values = unsafe object.table.values
        for index in 0..<object.length where unsafe values[index].tag == .builder {
            unsafe values[index] = unsafe finishNested(values[index])
        }
        return object
    }
}
