import RegoCrypto
@_spi(Engine) import RegoRuntime

/// Calls one of the module's builtins as the machine does.
enum BuiltinRunner {
    /// The result of a call.
    ///
    /// - Throws: the builtin's failure, or one that says that there is no such builtin.
    static func call(_ name: String, _ arguments: RegoValue..., time: Int64 = 0) throws(BuiltinFailure) -> RegoValue {
        guard let definition = CryptoBuiltins.families.joined().first(where: { "\($0.name)" == name }),
            definition.arity == arguments.count
        else { throw BuiltinFailure(kind: .halt, message: "there is no \(name)") }
        let arena = Arena()
        defer { arena.destroy() }
        let context = BuiltinContext()
        context.time = time
        let values = arguments.map { $0.makeValue(in: arena) }
        let frame = values.withUnsafeBufferPointer { values in
            withUnsafeTemporaryAllocation(of: BuiltinFrame.self, capacity: 1) { memory in
                let unused = UnsafePointer<Value>(bitPattern: 16)
                guard let arguments = values.baseAddress ?? unused, let place = memory.baseAddress else { return nil as BuiltinFrame? }
                place.initialize(
                    to: BuiltinFrame(
                        arguments: arguments, count: values.count, arena: arena, context: Unmanaged.passUnretained(context),
                        name: definition.name))
                definition.implementation(UnsafeMutableRawPointer(place))
                return place.pointee
            }
        }
        if let failure = context.failures.last { throw failure }
        guard let frame else { throw BuiltinFailure(kind: .halt, message: "no memory") }
        return RegoValue(frame.result)
    }

    /// The message of a call that fails; `nil` when it does not.
    static func failure(_ name: String, _ arguments: RegoValue...) -> String? {
        do throws(BuiltinFailure) {
            switch arguments.count {
            case 1: _ = try call(name, arguments[0])
            case 2: _ = try call(name, arguments[0], arguments[1])
            default: _ = try call(name, arguments[0], arguments[1], arguments[2])
            }
            return nil
        } catch {
            return error.message
        }
    }
}
