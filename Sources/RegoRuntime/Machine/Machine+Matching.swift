/// A collection's entries by the value that lies along a path in each, made for one evaluation.
///
/// The memory of an index: this header, `mask + 1` heads, `count` links, each an entry's position plus one or 0 for none; then `count`
/// values. The entries of one hash are linked in ascending order.
struct EntryIndex: BitwiseCopyable {
    var mask: UInt32
    var count: UInt32

    static func bytes(count: Int, mask: UInt32) -> Int { 16 + ((Int(mask) + 1 + count) * 4 + 15) & ~15 + count * 16 }
}

/// What is known of a collection whose entries were looked for by a value: that it was gone through once, or its index.
struct EntryIndexPlace: BitwiseCopyable {
    var collection = Value.undefined
    var path: UInt64 = 0
    /// The evaluation that the place was written in.
    var evaluation: UInt64 = 0
    /// The address of the index; 0 if there is none yet.
    var index: UInt64 = 0
}

/// Iterations over the entries whose value along a path stands in a relation to a given value: a filter without a step of the machine for
/// each entry, and a join without one for each pair.
///
/// The cursor is three registers: the collection; the given value; the position at hand (`w0`) with the address of the index (`w1`), which
/// is 0 where entries are gone through one by one.
extension Machine {
    /// Places of a machine's table of indices, a power of two.
    static let entryIndexPlaces = 64
    /// Collections of fewer entries are always gone through.
    private static let indexedCount = 16

    /// Opens a cursor, whose second register holds the given value, at the first matching entry.
    ///
    /// - Returns: the number of entries gone through, negative if none matches.
    @inline(never)
    func openMatching(
        _ cursor: UnsafeMutablePointer<Value>, over collection: Value, _ instruction: UnsafeMutablePointer<Instruction>
    ) -> Int {
        unsafe cursor[0] = collection
        unsafe cursor[2] = Value(w0: 0, w1: 0)
        let isEquality = unsafe instruction.pointee.x == Relation.equal.rawValue
        if isEquality && collection.length >= Self.indexedCount {
            let path = unsafe program.constants[Int(instruction.pointee.d)]
            let index = entryIndex(of: collection, path)
            if index != 0 {
                let position = unsafe firstMatch(index, cursor[1])
                unsafe cursor[2] = Value(w0: UInt64(truncatingIfNeeded: max(position, 0)), w1: index)
                return position < 0 ? -1 : 1
            }
        }
        return unsafe scan(cursor, from: 0, instruction)
    }

    /// Moves a cursor to the next matching entry.
    ///
    /// - Returns: the number of entries gone through, negative if no further one matches.
    @inline(never)
    func advanceMatching(_ cursor: UnsafeMutablePointer<Value>, _ instruction: UnsafeMutablePointer<Instruction>) -> Int {
        let address = unsafe cursor[2].w1
        guard address != 0 else { return unsafe scan(cursor, from: Int(truncatingIfNeeded: cursor[2].w0) + 1, instruction) }
        let links = EntryIndexMemory(address)
        let position = unsafe links.next(after: Int(truncatingIfNeeded: cursor[2].w0), cursor[1])
        guard position >= 0 else { return -1 }
        unsafe cursor[2].w0 = UInt64(truncatingIfNeeded: position)
        return 1
    }

    /// Loads the key and value of the entry at hand.
    @inline(__always)
    func loadMatch(_ cursor: UnsafeMutablePointer<Value>, into entry: UnsafeMutablePointer<Value>) {
        let collection = unsafe cursor[0]
        let position = unsafe Int(truncatingIfNeeded: cursor[2].w0)
        switch collection.tag {
        case .array:
            unsafe entry[0] = .integer(position)
            unsafe entry[1] = unsafe collection.elementPointer[position]
        case .object:
            unsafe entry[0] = unsafe collection.sortedKeys[position]
            unsafe entry[1] = unsafe collection.sortedValues[position]
        default:
            unsafe entry[0] = unsafe collection.sortedKeys[position]
            unsafe entry[1] = unsafe collection.sortedKeys[position]
        }
    }

    /// The steps until the next look at the limits after an instruction that took more of them than were left; 0 if the evaluation must end.
    @inline(never)
    func nextQuantum(owing debt: Int, at instruction: UnsafeMutablePointer<Instruction>) -> Int {
        // What is left is less than the debt where the limit is passed: the next quantum then has nothing to give.
        unsafe state.pointee.steps -= min(UInt64(debt), state.pointee.steps)
        return unsafe nextQuantum(at: instruction)
    }

    private static func values(of collection: Value) -> UnsafePointer<Value> {
        switch collection.tag {
        case .array: unsafe collection.elementPointer
        case .object: unsafe collection.sortedValues
        default: unsafe collection.sortedKeys
        }
    }

    // MARK: One by one

    private func scan(_ cursor: UnsafeMutablePointer<Value>, from start: Int, _ instruction: UnsafeMutablePointer<Instruction>) -> Int {
        let count = unsafe cursor[0].length
        let values = unsafe Self.values(of: cursor[0])
        let given = unsafe cursor[1]
        let relation = unsafe instruction.pointee.x
        let path = unsafe program.constants[Int(instruction.pointee.d)]
        var position = start
        if path.length == 0 {
            if given.isInteger {
                position = unsafe Self.scanIntegers(values, from: start, to: count, relation, given.asInteger)
            }
            // An entry that is no small integer is compared here, then the integers after it.
            while position < count {
                if unsafe holds(relation, values[position], given) { break }
                position += 1
                if given.isInteger { position = unsafe Self.scanIntegers(values, from: position, to: count, relation, given.asInteger) }
            }
        } else {
            while position < count {
                let value = unsafe follow(path, from: values[position])
                if value.isDefined, holds(relation, value, given) { break }
                position += 1
            }
        }
        unsafe cursor[2].w0 = UInt64(truncatingIfNeeded: position)
        return position < count ? position - start + 1 : start - position - 1
    }

    /// The first position of an integer that stands in the relation, or of anything but a small integer.
    private static func scanIntegers(
        _ values: UnsafePointer<Value>, from start: Int, to end: Int, _ relation: UInt8, _ given: Int64
    ) -> Int {
        switch relation {
        case Relation.equal.rawValue: unsafe first(values, start, end) { $0 == given }
        case Relation.notEqual.rawValue: unsafe first(values, start, end) { $0 != given }
        case Relation.less.rawValue: unsafe first(values, start, end) { $0 < given }
        case Relation.lessOrEqual.rawValue: unsafe first(values, start, end) { $0 <= given }
        case Relation.greater.rawValue: unsafe first(values, start, end) { $0 > given }
        default: unsafe first(values, start, end) { $0 >= given }
        }
    }

    @inline(__always)
    private static func first(_ values: UnsafePointer<Value>, _ start: Int, _ end: Int, _ holds: (Int64) -> Bool) -> Int {
        var position = start
        while position < end {
            let value = unsafe values[position]
            if !value.isInteger || holds(value.asInteger) { return position }
            position += 1
        }
        return end
    }

    // MARK: By an index

    /// The address of the index of a collection by the values along a path; 0 where the collection is met for the first time in this
    /// evaluation: to go through it once is cheaper.
    private func entryIndex(of collection: Value, _ path: Value) -> UInt64 {
        let mixed = ((collection.w1 >> 4) &+ (path.w1 >> 3)) &* 0x9E37_79B9_7F4A_7C15
        let place = unsafe entryIndices + Int(truncatingIfNeeded: mixed >> 58) % Self.entryIndexPlaces
        let isKnown =
            unsafe place.pointee.evaluation == state.pointee.evaluations && place.pointee.collection.w0 == collection.w0
            && place.pointee.collection.w1 == collection.w1 && place.pointee.path == path.w1
        guard isKnown else {
            unsafe place.pointee = EntryIndexPlace(collection: collection, path: path.w1, evaluation: state.pointee.evaluations, index: 0)
            return 0
        }
        if unsafe place.pointee.index == 0 { unsafe place.pointee.index = makeEntryIndex(of: collection, path) }
        return unsafe place.pointee.index
    }

    /// Makes an index; 0 if there is no memory for it.
    private func makeEntryIndex(of collection: Value, _ path: Value) -> UInt64 {
        let count = collection.length
        guard count < 1 << 28 else { return 0 }
        var slots: UInt32 = 32
        while slots < UInt32(count) * 2 { slots *= 2 }
        let size = EntryIndex.bytes(count: count, mask: slots - 1)
        guard arena.canAllocate(size) else { return 0 }
        let memory = unsafe arena.allocate(bytes: size)
        unsafe memory.storeBytes(of: EntryIndex(mask: slots - 1, count: UInt32(count)), as: EntryIndex.self)
        let address = UInt64(UInt(bitPattern: memory))
        let index = EntryIndexMemory(address)
        let values = unsafe Self.values(of: collection)
        unsafe index.heads.update(repeating: 0, count: Int(slots))
        // From the last to the first, so that the links ascend.
        var position = count
        while position > 0 {
            position -= 1
            let value = unsafe path.length == 0 ? values[position] : follow(path, from: values[position])
            unsafe index.values[position] = value
            guard value.isDefined else { continue }
            let head = unsafe index.heads + Int(index.slot(of: value))
            unsafe index.links[position] = unsafe head.pointee
            unsafe head.pointee = UInt32(position + 1)
        }
        return address
    }

    private func firstMatch(_ address: UInt64, _ value: Value) -> Int {
        let index = EntryIndexMemory(address)
        return unsafe index.match(from: index.heads[Int(index.slot(of: value))], value)
    }
}

/// The parts of an `EntryIndex`.
@safe private struct EntryIndexMemory {
    let mask: UInt32
    let heads: UnsafeMutablePointer<UInt32>
    let links: UnsafeMutablePointer<UInt32>
    let values: UnsafeMutablePointer<Value>

    init(_ address: UInt64) {
        let memory = unsafe UnsafeMutableRawPointer(bitPattern: UInt(address)).unsafelyUnwrapped
        let header = unsafe memory.load(as: EntryIndex.self)
        mask = header.mask
        let (slots, count) = (Int(header.mask) + 1, Int(header.count))
        unsafe heads = (memory + 16).assumingMemoryBound(to: UInt32.self)
        unsafe links = heads + slots
        unsafe values = (memory + 16 + ((slots + count) * 4 + 15) & ~15).assumingMemoryBound(to: Value.self)
    }

    func slot(of value: Value) -> UInt32 {
        let hash = value.hash
        return (hash >> 9 ^ hash << 23 ^ hash) & mask
    }

    /// The first position of a list whose value is the given one; -1 for none.
    func match(from link: UInt32, _ value: Value) -> Int {
        var link = link
        while link != 0 {
            let position = Int(link) - 1
            if unsafe Value.equal(values[position], value) { return position }
            link = unsafe links[position]
        }
        return -1
    }

    func next(after position: Int, _ value: Value) -> Int { unsafe match(from: links[position], value) }
}
