extension Machine {
    /// Nesting of a hosted builtin's result beyond which it is refused; JSON texts may be nested as deeply.
    private static let hostedDepth = JSONParser.defaultDepth

    /// Calls a closure, or a nondeterministic builtin: it is told where it is called, and the recorded result, if there is one, is the
    /// result.
    @inline(never)
    func callSpecial(
        _ definition: UnsafeMutablePointer<BuiltinDefinition>, _ index: Int, arguments: UnsafeMutablePointer<Value>, count: Int,
        at instruction: UnsafeMutablePointer<Instruction>
    ) -> Value {
        if program.hasHostedBuiltins, let hosted = program.hosted[index] {
            return unsafe callHosted(hosted, arguments: arguments, count: count, at: instruction)
        }
        context.position = unsafe program.position(of: instruction - program.code)
        guard let results = context.nondeterministicResults else {
            return unsafe call(definition, arguments: arguments, count: count, at: instruction)
        }
        let name = unsafe definition.pointee.name
        if let known = unsafe results.result(name, UnsafeBufferPointer(start: arguments, count: count), in: arena) { return known }
        let result = unsafe call(definition, arguments: arguments, count: count, at: instruction)
        if result.isDefined { unsafe results.record(name, UnsafeBufferPointer(start: arguments, count: count), result) }
        return result
    }

    /// Calls a closure of the embedding program; `undefined` if it has no result or failed.
    @inline(never)
    func callHosted(
        _ hosted: HostedBuiltin, arguments: UnsafeMutablePointer<Value>, count: Int, at instruction: UnsafeMutablePointer<Instruction>
    ) -> Value {
        var values: [RegoValue] = []
        values.reserveCapacity(count)
        for index in 0..<count { values.append(unsafe RegoValue(arguments[index])) }
        let result: RegoValue?
        if hosted.isMemoized, let known = context.hostedResults.result(of: hosted, values) {
            result = known
        } else {
            let call = HostedCall(time: context.time, deadline: limits.deadline, cancellation: context.cancellation)
            do throws(BuiltinFailure) {
                result = try hosted.body(values, call)
            } catch {
                context.failures.append(BuiltinFailure(kind: error.kind, message: "\(hosted.name): \(error.message)"))
                unsafe settleFailure(at: instruction)
                return .undefined
            }
            if hosted.isMemoized { context.hostedResults.keep(result, of: hosted, values) }
        }
        // Such calls may take long: the quantum of steps would notice too late.
        if context.isInterrupted {
            unsafe failForTime(at: instruction)
            return .undefined
        }
        guard hosted.hasResult else { return .true }
        guard let result else { return .undefined }
        guard !result.isNested(deeperThan: Self.hostedDepth) else {
            let message = "\(hosted.name): the result is nested deeper than \(Self.hostedDepth)"
            context.failures.append(BuiltinFailure(kind: .limit, message: message))
            unsafe settleFailure(at: instruction)
            return .undefined
        }
        let value = result.makeValue(in: arena)
        if arena.isExhausted { unsafe failForMemory(at: instruction) }
        return value
    }
}
