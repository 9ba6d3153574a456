/// An array under construction in an arena; copies of the handle mean the same array.
@_spi(Engine) @safe public struct ArrayBuilder: BitwiseCopyable {
    /// The memory of an array under construction.
    @safe public struct State: BitwiseCopyable {
        let arena: Arena
        var elements: UnsafeMutablePointer<Value>
        var count: Int
        var capacity: Int
    }

    private let state: UnsafeMutablePointer<State>

    /// Begins an empty array.
    public init(in arena: Arena, capacity: Int = 8) {
        let room = max(capacity, 1)
        let stateBytes = (MemoryLayout<State>.stride + 15) & ~15
        let memory = unsafe arena.allocate(bytes: stateBytes + room * 16)
        unsafe state = memory.bindMemory(to: State.self, capacity: 1)
        let elements = unsafe (memory + stateBytes).bindMemory(to: Value.self, capacity: room)
        unsafe state.initialize(to: State(arena: arena, elements: elements, count: 0, capacity: room))
    }

    /// Takes the builder out of a register.
    @inline(__always)
    public init(_ builderValue: Value) {
        unsafe state = UnsafeMutablePointer<State>(bitPattern: UInt(builderValue.w1)).unsafelyUnwrapped
    }

    /// The builder as a value for a register of the machine.
    @inline(__always)
    public var value: Value { unsafe Value(tag: .builder, w1: UInt64(UInt(bitPattern: state))) }

    /// Elements so far.
    public var count: Int { unsafe state.pointee.count }

    /// Adds an element at the end.
    @inline(__always)
    public func append(_ element: Value) {
        let count = unsafe state.pointee.count
        if unsafe count == state.pointee.capacity { grow() }
        unsafe state.pointee.elements[count] = element
        unsafe state.pointee.count = count + 1
    }

    /// Ends the construction; the builder must not be used afterwards.
    @inline(__always)
    public func finish() -> Value {
        unsafe .array(state.pointee.elements, count: state.pointee.count)
    }

    @usableFromInline @inline(never)
    func grow() {
        let capacity = unsafe state.pointee.capacity * 2
        let elements = unsafe state.pointee.arena.allocateValues(capacity)
        unsafe elements.update(from: state.pointee.elements, count: state.pointee.count)
        unsafe state.pointee.elements = elements
        unsafe state.pointee.capacity = capacity
    }
}
