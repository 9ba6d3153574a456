import Glibc

/// The contexts that `with` makes.
///
/// What a `with` replaces is copied once, along the paths that it names: everything else is shared. Results that depend on nothing that it
/// replaces stay valid: their epoch is that of the innermost `with` that they do depend on.
extension Machine {
    /// A context's third register: its epoch, and what its `with` has replaced.
    @inline(__always)
    func contextMark() -> Value {
        unsafe Value(w0: UInt64(state.pointee.epoch), w1: UInt64(UInt(bitPattern: state.pointee.change)))
    }

    /// Makes a context's third register the mark of an epoch of its own.
    @inline(never)
    func newContextMark(_ instruction: UnsafeMutablePointer<Instruction>) -> Value {
        unsafe state.pointee.lastEpoch += 1
        let change = unsafe arena.allocate(bytes: MemoryLayout<ContextChange>.stride).bindMemory(to: ContextChange.self, capacity: 1)
        let (low, high) = unsafe (UInt32(bitPattern: instruction.pointee.d), UInt32(bitPattern: instruction.pointee.t))
        let epoch = unsafe state.pointee.lastEpoch
        unsafe change.initialize(to: ContextChange(parts: UInt64(high) << 32 | UInt64(low), epoch: epoch, outer: state.pointee.change))
        return Value(w0: UInt64(epoch), w1: UInt64(UInt(bitPattern: change)))
    }

    /// The epoch that a function's results belong to within a `with`.
    @inline(never)
    func epoch(of function: UnsafeMutablePointer<FunctionCode>) -> UInt32 {
        let dependencies = unsafe function.pointee.dependencies
        var change = unsafe state.pointee.change
        while let one = unsafe change {
            if unsafe one.pointee.parts & dependencies != 0 { return unsafe one.pointee.epoch }
            unsafe change = unsafe one.pointee.outer
        }
        return unsafe state.pointee.outermostEpoch
    }

    /// A document as `with` changes it: what is no object on a path gives way to one.
    ///
    /// - Parameters:
    ///   - change: as `Opcode.replace` says.
    ///   - values: the values of the `with`.
    /// - Complexity: O(paths + entries of the objects that they lead through).
    @inline(never)
    func replace(_ base: Value, by change: Value, _ values: UnsafeMutablePointer<Value>) -> Value {
        let parts = unsafe change.elementPointer
        let base = unsafe parts[0].isInteger ? values[Int(parts[0].asInteger)] : base
        let (keys, changes) = unsafe (parts[1], parts[2])
        guard keys.length > 0 else { return base }
        guard base.tag == .object else {
            let builder = ObjectBuilder(in: arena, capacity: keys.length)
            for place in 0..<keys.length {
                unsafe builder.set(keys.elementPointer[place], replace(.undefined, by: changes.elementPointer[place], values))
            }
            return builder.finish()
        }
        var added = 0
        for place in 0..<keys.length where unsafe base.table.find(keys.elementPointer[place]) < 0 { added += 1 }
        guard added > 0 else { return unsafe replaceEntries(of: base, keys, changes, values) }
        let table = unsafe base.table
        let builder = ObjectBuilder(in: arena, capacity: base.length + added)
        for position in 0..<base.length { unsafe builder.add(table.keys[position], table.values[position]) }
        for place in 0..<keys.length {
            let key = unsafe keys.elementPointer[place]
            unsafe builder.set(key, replace(base.lookup(key), by: changes.elementPointer[place], values))
        }
        return builder.finish()
    }

    /// The same where all keys are there: the entries stay in their places, so the copy's order and index are the original's.
    private func replaceEntries(of base: Value, _ keys: Value, _ changes: Value, _ values: UnsafeMutablePointer<Value>) -> Value {
        let original = unsafe base.table
        let bytes = unsafe TableHeader.bytes(count: base.length, isSet: false, mask: original.pointee.mask)
        let memory = unsafe arena.allocate(bytes: bytes)
        unsafe memcpy(memory, original, bytes)
        let table = unsafe memory.bindMemory(to: TableHeader.self, capacity: 1)
        unsafe table.pointee.flags &= ~(TableHeader.isFrozen | TableHeader.hasHash)
        for place in 0..<keys.length {
            let position = unsafe table.find(keys.elementPointer[place])
            let value = unsafe replace(table.values[position], by: changes.elementPointer[place], values)
            unsafe table.values[position] = value
        }
        return unsafe Value(table: table)
    }
}
