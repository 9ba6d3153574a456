/// Turns the members that the parser collected into an object of exactly their size; of equal keys the last one's value stays.
enum JSONObjectLayout {
    /// - Parameter members: key, value, key, value …
    static func object(_ members: UnsafeMutablePointer<Value>, pairs: Int, in arena: Arena) -> Value {
        let mask = TableHeader.mask(for: pairs)
        let memory = unsafe arena.allocate(bytes: TableHeader.bytes(count: pairs, isSet: false, mask: mask))
        let table = unsafe memory.bindMemory(to: TableHeader.self, capacity: 1)
        unsafe table.initialize(to: TableHeader(count: UInt32(pairs), mask: mask, flags: 0, hash: 0))
        let distinct = unsafe mask == 0 ? fillSmall(table, members, pairs) : fillIndexed(table, members, pairs)
        if distinct < pairs { unsafe shrink(table, from: pairs, to: distinct) }
        return unsafe Value(table: table)
    }

    private static func fillSmall(_ table: UnsafeMutablePointer<TableHeader>, _ members: UnsafeMutablePointer<Value>, _ pairs: Int) -> Int {
        let (keys, values) = unsafe (table.keys, table.values)
        // One bit a key, by its hash: while no bit is met twice, no key can be.
        var seen: UInt64 = 0
        var count = 0
        for pair in 0..<pairs {
            let key = unsafe members[pair &* 2]
            let bit: UInt64 = 1 &<< (key.w0 >> 9 & 63)
            var position = count
            if seen & bit != 0 {
                position = 0
                while position < count, unsafe !Value.equal(keys[position], key) { position += 1 }
            }
            seen |= bit
            unsafe keys[position] = key
            unsafe values[position] = members[pair &* 2 &+ 1]
            if position == count { count += 1 }
        }
        return count
    }

    private static func fillIndexed(_ table: UnsafeMutablePointer<TableHeader>, _ members: UnsafeMutablePointer<Value>, _ pairs: Int) -> Int
    {
        let (keys, values) = unsafe (table.keys, table.values)
        let index = unsafe TableIndex(base: table.index, mask: table.pointee.mask)
        index.clear()
        var count = 0
        for pair in 0..<pairs {
            let key = unsafe members[pair &* 2]
            var position = unsafe index.find(key, among: keys)
            if position < 0 {
                position = count
                count += 1
                unsafe keys[position] = key
                index.add(position, hash: key.hash)
            }
            unsafe values[position] = members[pair &* 2 &+ 1]
        }
        return count
    }

    /// Moves values and index to where they belong in a table of fewer entries.
    private static func shrink(_ table: UnsafeMutablePointer<TableHeader>, from pairs: Int, to count: Int) {
        let values = unsafe table.values
        unsafe table.pointee.count = UInt32(count)
        unsafe table.pointee.mask = TableHeader.mask(for: count)
        for position in 0..<count { unsafe table.values[position] = values[position] }
        unsafe table.rebuildIndex()
    }
}
