import Glibc

@_spi(Engine) extension Value {
    /// Copies everything the value points to into another arena, so that it outlives its own.
    public func deepCopy(into arena: Arena) -> Value {
        ValueCopier(arena: arena, interner: nil).copy(self)
    }
}

/// Copies values deeply; with an interner into a frozen heap, where tables are sorted and carry their hashes.
struct ValueCopier {
    let arena: Arena
    let interner: FrozenHeap.Builder?

    func copy(_ value: Value) -> Value {
        switch value.tag {
        case .string:
            return unsafe interner?.intern(value) ?? .string(value.utf8, in: arena)
        case .bigNumber:
            return unsafe BigNumber.copy(value.bigNumber, in: arena)
        case .array:
            let count = value.length
            let elements = unsafe arena.allocateValues(count)
            let source = unsafe value.elementPointer
            for position in 0..<count { unsafe elements[position] = copy(source[position]) }
            return unsafe .array(elements, count: count)
        case .object, .set:
            return copyTable(value)
        default:
            return value
        }
    }

    private func copyTable(_ value: Value) -> Value {
        let source = unsafe value.table
        if interner != nil { _ = unsafe value.sortedKeys }
        let count = value.length
        let isSet = value.tag == .set
        let mask = TableHeader.mask(for: count)
        let memory = unsafe arena.allocate(bytes: TableHeader.bytes(count: count, isSet: isSet, mask: mask))
        let table = unsafe memory.bindMemory(to: TableHeader.self, capacity: 1)
        let flags = unsafe source.pointee.flags & ~TableHeader.isFrozen
        unsafe table.initialize(to: TableHeader(count: UInt32(count), mask: mask, flags: flags, hash: source.pointee.hash))
        for position in 0..<count {
            unsafe table.keys[position] = copy(source.keys[position])
            if !isSet { unsafe table.values[position] = copy(source.values[position]) }
        }
        unsafe table.rebuildIndex()
        let result = unsafe Value(table: table)
        if interner != nil {
            _ = result.hash
            unsafe table.pointee.flags |= TableHeader.isFrozen
        }
        return result
    }
}
