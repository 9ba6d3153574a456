/// The memory of one call, made by the machine on its stack.
@_spi(Engine) @safe public struct BuiltinFrame {
    /// The arguments.
    public var arguments: UnsafePointer<Value>
    /// How many arguments there are.
    public var count: Int
    /// The arguments, by bits, that are constants of the program: they lie where they are as long as the context's program.
    public var constants: UInt8
    /// Undefined until the builtin returns something.
    public var result: Value
    /// Memory for the result.
    public var arena: Arena
    /// Kept alive by the machine for the time of the call.
    public var context: Unmanaged<BuiltinContext>
    /// The builtin's name.
    public var name: StaticString
    /// Whether the builtin failed; the failure is the last one of the context.
    public var hasFailed: Bool

    /// Makes the memory of one call.
    public init(
        arguments: UnsafePointer<Value>, count: Int, constants: UInt8 = 0, arena: Arena, context: Unmanaged<BuiltinContext>,
        name: StaticString
    ) {
        unsafe self.arguments = arguments
        self.count = count
        self.constants = constants
        self.result = .undefined
        self.arena = arena
        unsafe self.context = context
        self.name = name
        self.hasFailed = false
    }
}

/// What a builtin's code sees of the call: its arguments, memory, and where its result or failure goes.
@_spi(Engine) @safe public struct BuiltinCall {
    @usableFromInline let frame: UnsafeMutablePointer<BuiltinFrame>

    /// Wraps the pointer that a `BuiltinImplementation` is given.
    @inlinable @inline(__always)
    public init(_ frame: UnsafeMutableRawPointer) {
        unsafe self.frame = frame.assumingMemoryBound(to: BuiltinFrame.self)
    }

    /// An argument, from 0.
    @inlinable @inline(__always)
    public subscript(index: Int) -> Value { unsafe frame.pointee.arguments[index] }

    /// How many arguments there are.
    public var count: Int { unsafe frame.pointee.count }

    /// Whether the arguments of these bits are constants of the program.
    @inlinable @inline(__always)
    public func areConstant(_ arguments: UInt8) -> Bool { unsafe frame.pointee.constants & arguments == arguments }

    /// Memory for the result.
    public var arena: Arena { @inlinable @inline(__always) get { unsafe frame.pointee.arena } }

    /// What the evaluation's builtins share.
    public var context: BuiltinContext { unsafe frame.pointee.context.takeUnretainedValue() }

    /// What was kept in `ConstantObjects` for an argument or two, alive as long as the context; counts no reference.
    @inlinable @inline(__always)
    public func constantObject(_ kind: ObjectIdentifier, _ first: Value, _ second: Value = .undefined) -> UnsafeRawPointer? {
        unsafe frame.pointee.context._withUnsafeGuaranteedRef { unsafe $0.constantObjects.pointer(kind, first, second) }
    }

    /// The builtin's name.
    public var name: StaticString { unsafe frame.pointee.name }

    /// Ends with a result; undefined is one.
    @inlinable @inline(__always)
    public func `return`(_ value: Value) { unsafe frame.pointee.result = value }

    /// Ends with a string that is copied.
    public func `return`(_ text: String) { self.return(.string(text, in: arena)) }

    /// Ends with a boolean.
    @inlinable @inline(__always)
    public func `return`(_ value: Bool) { self.return(.boolean(value)) }

    /// Ends without a result.
    ///
    /// - Parameter message: what is wrong; the builtin's name is put before it, as OPA does.
    package func fail(_ kind: BuiltinFailureKind, _ message: String) {
        unsafe frame.pointee.result = .undefined
        unsafe frame.pointee.hasFailed = true
        context.failures.append(BuiltinFailure(kind: kind, message: "\(name): \(message)"))
    }

    /// Ends the call, and the evaluation, if it has been cancelled or its time is up; for loops that run long.
    public func endIfInterrupted() -> Bool {
        guard context.isInterrupted else { return false }
        fail(.interrupted, context.isCancelled ? BuiltinContext.cancelledMessage : BuiltinContext.lateMessage)
        return true
    }

    /// Ends with a result of arithmetic, or with its failure.
    package func `return`(arithmetic: () throws(ArithmeticError) -> Value) {
        do throws(ArithmeticError) {
            self.return(try arithmetic())
        } catch {
            fail(.builtin, error.message)
        }
    }
}
