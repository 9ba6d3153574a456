import Glibc

/// An object of a heap that is being filled, to which further texts may add members; it is laid out when no more come.
@safe final class OpenObject {
    private(set) var count = 0
    private var capacity: Int
    /// The keys of the members, which lie in the heap.
    private(set) var keys: UnsafeMutablePointer<Value>
    /// The values of the members in the order of their keys: values of the heap, or handles of open objects.
    private(set) var values: UnsafeMutablePointer<Value>
    private var index: TableIndex

    init(capacity: Int) {
        self.capacity = max(capacity, TableHeader.linearLimit)
        unsafe keys = Self.resized(nil, to: self.capacity)
        unsafe values = Self.resized(nil, to: self.capacity)
        index = Self.makeIndex(for: self.capacity)
    }

    deinit {
        unsafe free(keys)
        unsafe free(values)
        unsafe index.base.deallocate()
    }

    /// The position of a key's member, or -1.
    func find(_ key: Value) -> Int {
        if index.mask != 0 { return unsafe index.find(key, among: keys) }
        for position in 0..<count where unsafe Value.equal(keys[position], key) { return position }
        return -1
    }

    /// Adds a member whose key is known to be new.
    func append(_ key: Value, _ value: Value) {
        if count == capacity { reserve(count + count / 2) }
        unsafe keys[count] = key
        unsafe values[count] = value
        if index.mask != 0 { index.add(count, hash: key.hash) }
        count += 1
    }

    /// Makes room for so many members in all.
    func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        // By half at least, so that many small additions cost no more than a few large ones.
        capacity = max(wanted, capacity + capacity / 2)
        unsafe keys = Self.resized(keys, to: capacity)
        unsafe values = Self.resized(values, to: capacity)
        guard TableHeader.mask(for: capacity) != index.mask else { return }
        unsafe index.base.deallocate()
        index = Self.makeIndex(for: capacity)
        for position in 0..<count { unsafe index.add(position, hash: keys[position].hash) }
    }

    /// The object in its final form in an arena; all its values must be values.
    func frozen(in arena: Arena) -> Value {
        let mask = TableHeader.mask(for: count)
        let memory = unsafe arena.allocate(bytes: TableHeader.bytes(count: count, isSet: false, mask: mask))
        let table = unsafe memory.bindMemory(to: TableHeader.self, capacity: 1)
        // Without an index at first, so that sorting does not write one that is written anew.
        unsafe table.initialize(to: TableHeader(count: UInt32(count), mask: 0, flags: 0, hash: 0))
        unsafe memcpy(table.keys, keys, count * MemoryLayout<Value>.stride)
        unsafe memcpy(table.values, values, count * MemoryLayout<Value>.stride)
        let object = unsafe Value(table: table)
        _ = unsafe object.sortedKeys
        unsafe table.pointee.mask = mask
        unsafe table.rebuildIndex()
        PackedStrings.freeze(object)
        return object
    }

    private static func resized(_ memory: UnsafeMutablePointer<Value>?, to capacity: Int) -> UnsafeMutablePointer<Value> {
        guard let memory = unsafe realloc(memory, capacity * MemoryLayout<Value>.stride) else {
            preconditionFailure("the system has no memory left for \(capacity) values")
        }
        return unsafe memory.assumingMemoryBound(to: Value.self)
    }

    private static func makeIndex(for capacity: Int) -> TableIndex {
        let mask = TableHeader.mask(for: capacity)
        let bytes = TableHeader.indexBytes(mask: mask)
        let index = unsafe TableIndex(base: .allocate(byteCount: bytes, alignment: 16), mask: mask)
        index.clear()
        return index
    }
}

/// The open objects of a heap that is being filled. A value with the tag `builder` is the handle of one.
final class OpenObjects {
    private var objects: [OpenObject?] = []

    /// Members from which on an object stays open: what another text adds to a smaller one costs the memory of a copy.
    private static let least = 64

    /// The object of a handle.
    subscript(_ handle: Value) -> OpenObject {
        guard handle.tag == .builder, let object = objects[Int(handle.w1)] else { preconditionFailure("the object is not open") }
        return object
    }

    /// Takes an object up and returns its handle.
    func add(_ object: OpenObject) -> Value {
        objects.append(object)
        return Value(tag: .builder, w1: UInt64(objects.count - 1))
    }

    /// Forgets an object.
    func remove(_ handle: Value) { objects[Int(handle.w1)] = nil }

    /// The object of members that a text has, or undefined if it need not be open; of equal keys the last one's value stays.
    ///
    /// - Parameter members: key, value, key, value …
    func object(_ members: UnsafeMutablePointer<Value>, pairs: Int) -> Value {
        // Only open objects contain open objects.
        guard pairs >= Self.least || (0..<pairs).contains(where: { unsafe members[$0 * 2 + 1].tag == .builder }) else {
            return .undefined
        }
        let object = OpenObject(capacity: pairs)
        for pair in 0..<pairs {
            let (key, value) = unsafe (members[pair * 2], members[pair * 2 + 1])
            let position = object.find(key)
            if position < 0 { object.append(key, value) } else { unsafe object.values[position] = value }
        }
        return add(object)
    }
}
