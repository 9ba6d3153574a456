extension Machine {
    /// A machine without a program, which only calls builtins.
    ///
    /// - Parameters:
    ///   - registry: the builtins, called by their index there.
    ///   - hosted: the embedding program's own, whose indices follow.
    package convenience init(callingFrom registry: BuiltinRegistry, hosted: [HostedBuiltin], context: BuiltinContext) {
        let none = [HostedBuiltin?](repeating: nil, count: registry.count)
        let program = Program(
            code: [Instruction(.setUndefined)], constants: [], functions: [],
            builtins: registry.definitions + hosted.map(\.definition), hosted: none + hosted, memoCount: 0, globalCount: 0,
            query: FunctionID(0), heap: FrozenHeap.Builder().finish(), positions: [])
        self.init(program: program, context: context)
    }

    /// Sets the limits of the calls that follow.
    package func begin(_ limits: MachineLimits) {
        unsafe state.pointee.limits = limits
        arena.byteLimit = limits.memory
        context.deadline = limits.deadline
        unsafe state.pointee.hasFailed = false
        unsafe watch.initialize(to: EvaluationWatch(context: Unmanaged.passUnretained(context), byteLimit: limits.memory))
    }

    /// Calls a builtin by its index.
    ///
    /// - Parameter arguments: values that outlive the call.
    /// - Returns: the result in the machine's arena, valid until `reset()`; undefined if there is none.
    package func call(builtin index: Int, _ arguments: [Value]) throws(MachineError) -> Value {
        precondition(arguments.count < Self.registerCapacity, "calls have few arguments")
        unsafe state.pointee.hasFailed = false
        for position in arguments.indices { unsafe registers[position] = arguments[position] }
        return try watching { () throws(MachineError) in
            let result = unsafe callBuiltin(index, arguments: registers, count: arguments.count, at: program.code)
            if var failure {
                failure.position = nil
                throw failure
            }
            return result
        }
    }
}
