import Glibc

/// How an entry came into an object under construction.
@_spi(Engine) public enum PutResult: UInt8, BitwiseCopyable, Sendable {
    /// The key is new.
    case inserted
    /// The key was there with an equal value.
    case same
    /// The key was there with another value, which stays.
    case conflict
}

/// What `SetBuilder` and `ObjectBuilder` share: a table with room for more entries than it has.
///
/// While it grows, the values begin after `capacity` keys; `finish()` moves values and index down to their final place, so that no
/// finished table is copied.
@safe private struct TableState: BitwiseCopyable {
    var arena: Arena
    var header: UnsafeMutablePointer<TableHeader>
    var capacity: Int
    var isSet: Bool

    var keys: UnsafeMutablePointer<Value> { @inline(__always) get { unsafe header.keys } }
    var values: UnsafeMutablePointer<Value> { @inline(__always) get { unsafe header.keys + capacity } }
    var index: TableIndex {
        @inline(__always) get {
            unsafe TableIndex(base: UnsafeMutableRawPointer(keys + capacity * (isSet ? 1 : 2)), mask: header.pointee.mask)
        }
    }

    static func make(in arena: Arena, capacity: Int, isSet: Bool) -> UnsafeMutablePointer<TableState> {
        let room = max(capacity, TableHeader.linearLimit)
        let mask = TableHeader.mask(for: room)
        let stateBytes = (MemoryLayout<TableState>.stride + 15) & ~15
        let memory = unsafe arena.allocate(bytes: stateBytes + TableHeader.bytes(count: room, isSet: isSet, mask: mask))
        let state = unsafe memory.bindMemory(to: TableState.self, capacity: 1)
        let header = unsafe (memory + stateBytes).bindMemory(to: TableHeader.self, capacity: 1)
        unsafe header.initialize(to: TableHeader(count: 0, mask: mask, flags: isSet ? TableHeader.isSet : 0, hash: 0))
        unsafe state.initialize(to: TableState(arena: arena, header: header, capacity: room, isSet: isSet))
        if mask != 0 { unsafe state.pointee.index.clear() }
        return unsafe state
    }

    /// The position of a key, or -1.
    @inline(__always)
    func find(_ key: Value) -> Int {
        if unsafe header.pointee.mask != 0 { return unsafe index.find(key, among: keys) }
        let count = unsafe Int(header.pointee.count)
        var position = 0
        while position < count {
            if unsafe Value.equal(keys[position], key) { return position }
            position += 1
        }
        return -1
    }

    /// Adds a key that is known to be new and returns its position.
    @inline(__always)
    mutating func add(_ key: Value) -> Int {
        let position = unsafe Int(header.pointee.count)
        if position == capacity { grow() }
        unsafe keys[position] = key
        unsafe header.pointee.count += 1
        if unsafe header.pointee.mask != 0 { index.add(position, hash: key.hash) }
        return position
    }

    @inline(never)
    private mutating func grow() {
        let count = unsafe Int(header.pointee.count)
        let newCapacity = capacity * 2
        let mask = TableHeader.mask(for: newCapacity)
        let memory = unsafe arena.allocate(bytes: TableHeader.bytes(count: newCapacity, isSet: isSet, mask: mask))
        let larger = unsafe memory.bindMemory(to: TableHeader.self, capacity: 1)
        unsafe larger.initialize(to: TableHeader(count: UInt32(count), mask: mask, flags: header.pointee.flags, hash: 0))
        unsafe larger.keys.update(from: keys, count: count)
        if !isSet { unsafe (larger.keys + newCapacity).update(from: values, count: count) }
        unsafe header = larger
        capacity = newCapacity
        let index = self.index
        index.clear()
        for position in 0..<count { unsafe index.add(position, hash: larger.keys[position].hash) }
    }

    func finish() -> Value {
        let count = unsafe Int(header.pointee.count)
        if count < capacity {
            var target = unsafe UnsafeMutableRawPointer(keys + count)
            if !isSet {
                unsafe memmove(target, values, count * 16)
                unsafe target += count * 16
            }
            if count <= TableHeader.linearLimit {
                unsafe header.pointee.mask = 0
            } else {
                unsafe memmove(target, index.base, TableHeader.indexBytes(mask: header.pointee.mask))
            }
        }
        return unsafe Value(table: header)
    }
}

/// A set under construction in an arena; copies of the handle mean the same set.
@_spi(Engine) @safe public struct SetBuilder: BitwiseCopyable {
    private let state: UnsafeMutablePointer<TableState>

    /// Begins an empty set; `capacity` members need no further memory.
    public init(in arena: Arena, capacity: Int = 8) {
        unsafe state = TableState.make(in: arena, capacity: capacity, isSet: true)
    }

    /// Takes the builder out of a register.
    @inline(__always)
    public init(_ builderValue: Value) {
        unsafe state = UnsafeMutablePointer<TableState>(bitPattern: UInt(builderValue.w1)).unsafelyUnwrapped
    }

    /// The builder as a value for a register of the machine.
    @inline(__always)
    public var value: Value { unsafe Value(tag: .builder, w1: UInt64(UInt(bitPattern: state))) }

    /// Members so far.
    public var count: Int { unsafe Int(state.pointee.header.pointee.count) }

    /// Whether a member is there already.
    public func contains(_ member: Value) -> Bool { unsafe state.pointee.find(member) >= 0 }

    /// Adds a member; returns whether it is new.
    @discardableResult
    public func insert(_ member: Value) -> Bool {
        if unsafe state.pointee.find(member) >= 0 { return false }
        _ = unsafe state.pointee.add(member)
        return true
    }

    /// Ends the construction; the builder must not be used afterwards.
    public func finish() -> Value { unsafe state.pointee.finish() }
}

/// An object under construction in an arena; copies of the handle mean the same object.
@_spi(Engine) @safe public struct ObjectBuilder: BitwiseCopyable {
    private let state: UnsafeMutablePointer<TableState>

    /// Begins an empty object; `capacity` entries need no further memory.
    public init(in arena: Arena, capacity: Int = 8) {
        unsafe state = TableState.make(in: arena, capacity: capacity, isSet: false)
    }

    /// Takes the builder out of a register.
    @inline(__always)
    public init(_ builderValue: Value) {
        unsafe state = UnsafeMutablePointer<TableState>(bitPattern: UInt(builderValue.w1)).unsafelyUnwrapped
    }

    /// The builder as a value for a register of the machine.
    @inline(__always)
    public var value: Value { unsafe Value(tag: .builder, w1: UInt64(UInt(bitPattern: state))) }

    /// Entries so far.
    public var count: Int { unsafe Int(state.pointee.header.pointee.count) }

    /// The value of a key so far, or undefined.
    public func lookup(_ key: Value) -> Value {
        let position = unsafe state.pointee.find(key)
        return unsafe position < 0 ? .undefined : state.pointee.values[position]
    }

    /// Adds an entry unless its key is there.
    @discardableResult
    public func put(_ key: Value, _ value: Value) -> PutResult {
        let position = unsafe state.pointee.find(key)
        if position >= 0 { return unsafe Value.equal(state.pointee.values[position], value) ? .same : .conflict }
        let added = unsafe state.pointee.add(key)
        unsafe state.pointee.values[added] = value
        return .inserted
    }

    /// Adds an entry whose key is known to be new.
    func add(_ key: Value, _ value: Value) {
        let added = unsafe state.pointee.add(key)
        unsafe state.pointee.values[added] = value
    }

    /// Adds an entry or replaces its value.
    public func set(_ key: Value, _ value: Value) {
        var position = unsafe state.pointee.find(key)
        if position < 0 { position = unsafe state.pointee.add(key) }
        unsafe state.pointee.values[position] = value
    }

    /// Ends the construction; the builder must not be used afterwards.
    public func finish() -> Value { unsafe state.pointee.finish() }
}
