import Glibc

/// The memory of an object or set.
///
/// Layout: this header; `count` keys; for an object `count` values; for more than 8 entries the index, an open-addressed table of
/// `mask + 1` slots, each holding an entry's position plus one (0 is empty) in 1, 2 or 4 bytes. At most half the slots are taken.
/// Up to 8 entries are found by comparing their first words one by one.
///
/// Tables of an arena are sorted in place when order is first asked for; frozen ones are sorted when frozen and never written again.
@_spi(Engine) public struct TableHeader: BitwiseCopyable {
    /// Entries.
    public var count: UInt32
    /// Slots of the index minus one; 0 without an index.
    public var mask: UInt32
    /// `isSet` and what follows it.
    public var flags: UInt32
    /// The cached hash of the whole collection, valid under `hasHash`.
    public var hash: UInt32

    /// A set, which has no values.
    public static var isSet: UInt32 { @inlinable @inline(__always) get { 1 } }
    /// The entries lie in Rego's order.
    public static var isSorted: UInt32 { @inlinable @inline(__always) get { 2 } }
    /// Never written again.
    public static var isFrozen: UInt32 { @inlinable @inline(__always) get { 4 } }
    /// `hash` is the collection's.
    public static var hasHash: UInt32 { @inlinable @inline(__always) get { 8 } }

    /// Entries that are found without an index.
    public static var linearLimit: Int { @inlinable @inline(__always) get { 8 } }

    /// The mask of the smallest index for so many entries.
    static func mask(for count: Int) -> UInt32 {
        if count <= linearLimit { return 0 }
        var slots: UInt32 = 32
        while slots < UInt32(count) * 2 { slots *= 2 }
        return slots - 1
    }

    /// Bytes of an index.
    static func indexBytes(mask: UInt32) -> Int {
        if mask == 0 { return 0 }
        return (Int(mask) + 1) * (mask < 256 ? 1 : mask < 65536 ? 2 : 4)
    }

    /// Bytes of a whole table.
    static func bytes(count: Int, isSet: Bool, mask: UInt32) -> Int {
        16 + count * (isSet ? 16 : 32) + indexBytes(mask: mask)
    }
}

@_spi(Engine) extension UnsafeMutablePointer where Pointee == TableHeader {
    /// The keys of an object or the members of a set.
    @inline(__always)
    public var keys: UnsafeMutablePointer<Value> {
        unsafe UnsafeMutableRawPointer(self + 1).assumingMemoryBound(to: Value.self)
    }

    /// The values of an object's entries, in the order of its keys.
    @inline(__always)
    public var values: UnsafeMutablePointer<Value> {
        unsafe keys + Int(pointee.count)
    }

    @inline(__always)
    var index: UnsafeMutableRawPointer {
        unsafe UnsafeMutableRawPointer(keys + Int(pointee.count) * (pointee.flags & TableHeader.isSet != 0 ? 1 : 2))
    }

    /// The position of a key's entry, or -1.
    @inline(__always)
    public func find(_ key: Value) -> Int {
        if unsafe pointee.mask == 0 {
            let keys = unsafe self.keys
            let count = unsafe Int(pointee.count)
            var position = 0
            while position < count {
                if unsafe Value.equal(keys[position], key) { return position }
                position += 1
            }
            return -1
        }
        return unsafe TableIndex(base: index, mask: pointee.mask).find(key, among: keys)
    }

    /// The position of a key's entry, or -1, found within a walk.
    func find(_ key: Value, _ walk: inout ValueWalk) -> Int {
        let keys = unsafe self.keys
        if unsafe pointee.mask != 0 { return unsafe TableIndex(base: index, mask: pointee.mask).find(key, among: keys, &walk) }
        for position in 0..<Int(unsafe pointee.count) where unsafe Value.equal(keys[position], key, &walk) { return position }
        return -1
    }

    /// Writes the index anew; its memory is there.
    func rebuildIndex() {
        let mask = unsafe pointee.mask
        if mask == 0 { return }
        let index = unsafe TableIndex(base: self.index, mask: mask)
        index.clear()
        let keys = unsafe self.keys
        for position in 0..<Int(unsafe pointee.count) {
            unsafe index.add(position, hash: keys[position].hash)
        }
    }
}

/// The index of a table with more than 8 entries.
@safe struct TableIndex: BitwiseCopyable {
    let base: UnsafeMutableRawPointer
    let mask: UInt32

    func clear() {
        unsafe memset(base, 0, TableHeader.indexBytes(mask: mask))
    }

    @inline(__always)
    private func slot(_ number: UInt32) -> Int {
        if mask < 256 { return unsafe Int(base.load(fromByteOffset: Int(number), as: UInt8.self)) }
        if mask < 65536 { return unsafe Int(base.load(fromByteOffset: Int(number) &* 2, as: UInt16.self)) }
        return unsafe Int(base.load(fromByteOffset: Int(number) &* 4, as: UInt32.self))
    }

    /// Spreads the 23 bits of a string's hash over the low bits that the mask keeps.
    @inline(__always)
    private func start(_ hash: UInt32) -> UInt32 {
        (hash >> 9 ^ hash << 23 ^ hash) & mask
    }

    /// The position of a key's entry, or -1.
    @inline(never)
    func find(_ key: Value, among keys: UnsafeMutablePointer<Value>) -> Int {
        var number = start(key.hash)
        while true {
            let entry = slot(number)
            if entry == 0 { return -1 }
            if unsafe Value.equal(keys[entry - 1], key) { return entry - 1 }
            number = (number &+ 1) & mask
        }
    }

    /// The same within a walk.
    func find(_ key: Value, among keys: UnsafeMutablePointer<Value>, _ walk: inout ValueWalk) -> Int {
        var number = start(key.hash(&walk))
        while true {
            let entry = slot(number)
            if entry == 0 { return -1 }
            if unsafe Value.equal(keys[entry - 1], key, &walk) { return entry - 1 }
            number = (number &+ 1) & mask
        }
    }

    /// Adds an entry whose key is known to be new.
    func add(_ position: Int, hash: UInt32) {
        var number = start(hash)
        while slot(number) != 0 { number = (number &+ 1) & mask }
        if mask < 256 {
            unsafe base.storeBytes(of: UInt8(truncatingIfNeeded: position + 1), toByteOffset: Int(number), as: UInt8.self)
        } else if mask < 65536 {
            unsafe base.storeBytes(of: UInt16(truncatingIfNeeded: position + 1), toByteOffset: Int(number) * 2, as: UInt16.self)
        } else {
            unsafe base.storeBytes(of: UInt32(truncatingIfNeeded: position + 1), toByteOffset: Int(number) * 4, as: UInt32.self)
        }
    }
}
