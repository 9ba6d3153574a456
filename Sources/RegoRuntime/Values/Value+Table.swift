@_spi(Engine) extension Value {
    /// The memory of an object or set.
    @inline(__always)
    public var table: UnsafeMutablePointer<TableHeader> {
        unsafe UnsafeMutablePointer<TableHeader>(bitPattern: UInt(w1)).unsafelyUnwrapped
    }

    /// Wraps a finished table.
    @inline(__always)
    init(table: UnsafeMutablePointer<TableHeader>) {
        let tag = unsafe table.pointee.flags & TableHeader.isSet != 0 ? Tag.set : Tag.object
        unsafe self.init(tag: tag, length: Int(table.pointee.count), w1: UInt64(UInt(bitPattern: table)))
    }

    /// The value of a key in an object; undefined without such a key and for anything but an object.
    ///
    /// - Complexity: O(1)
    public func lookup(_ key: Value) -> Value {
        guard tag == .object else { return .undefined }
        let header = unsafe table
        if key.isString, unsafe header.pointee.mask == 0 { return lookup(string: key) }
        let position = unsafe header.find(key)
        return unsafe position < 0 ? .undefined : header.values[position]
    }

    /// The value of a string in an object, whose keys are nearly always few, and the string's own memory.
    @inline(__always)
    func lookup(string key: Value) -> Value {
        let header = unsafe table
        guard unsafe header.pointee.mask == 0 else { return lookup(indexed: key) }
        let keys = unsafe header.keys
        let count = length
        var position = 0
        while position < count {
            // A string equals nothing whose first word differs.
            if unsafe keys[position].w0 == key.w0, unsafe keys[position].w1 == key.w1 || Value.equalContents(keys[position], key) {
                return unsafe keys[count + position]
            }
            position += 1
        }
        return .undefined
    }

    /// The value of a key in an object that has an index.
    @inline(never)
    private func lookup(indexed key: Value) -> Value {
        let header = unsafe table
        let position = unsafe header.find(key)
        return unsafe position < 0 ? .undefined : header.values[position]
    }

    /// Whether a set has this member; false for anything but a set.
    ///
    /// - Complexity: O(1)
    public func contains(_ member: Value) -> Bool {
        guard tag == .set else { return false }
        return unsafe table.find(member) >= 0
    }

    /// What the reference `self[operand]` means: an object's value, an array's element, a set's member itself, else undefined.
    public func dereference(_ operand: Value) -> Value {
        switch tag {
        case .object:
            return lookup(operand)
        case .array:
            guard let index = operand.int64, UInt64(bitPattern: index) < UInt64(length) else { return .undefined }
            return unsafe elementPointer[Int(index)]
        case .set:
            let header = unsafe table
            let position = unsafe header.find(operand)
            return unsafe position < 0 ? .undefined : header.keys[position]
        default:
            return .undefined
        }
    }

    /// The keys of an object or members of a set in Rego's order; sorts them in place when that has not happened yet.
    @inline(__always)
    public var sortedKeys: UnsafePointer<Value> {
        let header = unsafe table
        if unsafe header.pointee.flags & TableHeader.isSorted == 0 { unsafe sort(header) }
        return unsafe UnsafePointer(header.keys)
    }

    /// The values of an object in the order of its sorted keys.
    @inline(__always)
    public var sortedValues: UnsafePointer<Value> {
        let header = unsafe table
        if unsafe header.pointee.flags & TableHeader.isSorted == 0 { unsafe sort(header) }
        return unsafe UnsafePointer(header.values)
    }

    /// The keys of an object or members of a set as they lie, in no order to rely on.
    @inline(__always)
    public var keys: UnsafeBufferPointer<Value> {
        unsafe UnsafeBufferPointer(start: table.keys, count: length)
    }

    /// The values of an object as they lie, in the order of `keys`.
    @inline(__always)
    public var values: UnsafeBufferPointer<Value> {
        unsafe UnsafeBufferPointer(start: table.values, count: length)
    }
}

/// Sets and objects within each other that are sorted at once, each for the order of the one around it.
private let sortDepthLimit = 200

@inline(never)
private func sort(_ header: UnsafeMutablePointer<TableHeader>) {
    let watch = unsafe EvaluationWatch.current
    if let watch = unsafe watch {
        unsafe watch.pointee.sortDepth += 1
        if unsafe watch.pointee.sortDepth > sortDepthLimit { unsafe watch.pointee.cut(.depth) }
    }
    defer { if let watch = unsafe watch { unsafe watch.pointee.sortDepth -= 1 } }
    // In whatever order: the evaluation ends with an error.
    if unsafe watch.map({ unsafe $0.pointee.reason != .none }) ?? false { return }
    let count = unsafe Int(header.pointee.count)
    let keys = unsafe header.keys
    var isOrdered = true
    var position = 1
    while position < count {
        if unsafe Value.compare(keys[position - 1], keys[position]) > 0 {
            isOrdered = false
            break
        }
        position += 1
    }
    if !isOrdered {
        if unsafe header.pointee.flags & TableHeader.isSet != 0 {
            if unsafe count <= TableHeader.linearLimit || !sortStrings(keys, nil, count) {
                var members = unsafe UnsafeMutableBufferPointer(start: keys, count: count)
                unsafe members.sort { Value.compare($0, $1) < 0 }
            }
        } else if count <= TableHeader.linearLimit {
            unsafe insertionSort(keys, header.values, count)
        } else if unsafe !sortStrings(keys, header.values, count) {
            unsafe sortPairs(keys, header.values, count)
        }
        unsafe header.rebuildIndex()
    }
    unsafe header.pointee.flags |= TableHeader.isSorted
}

private func insertionSort(_ keys: UnsafeMutablePointer<Value>, _ values: UnsafeMutablePointer<Value>, _ count: Int) {
    for end in 1..<count {
        let key = unsafe keys[end]
        let value = unsafe values[end]
        var position = end
        while position > 0, unsafe Value.compare(keys[position - 1], key) > 0 {
            unsafe keys[position] = keys[position - 1]
            unsafe values[position] = values[position - 1]
            position -= 1
        }
        unsafe keys[position] = key
        unsafe values[position] = value
    }
}

/// Sorts strings, with a value each if there are values, by their first bytes as numbers, which nearly always decide; `false`, and nothing
/// is sorted, if not all keys are strings.
private func sortStrings(_ keys: UnsafeMutablePointer<Value>, _ values: UnsafeMutablePointer<Value>?, _ count: Int) -> Bool {
    for position in 0..<count where unsafe !keys[position].isString { return false }
    unsafe withUnsafeTemporaryAllocation(of: (prefix: UInt64, place: Int).self, capacity: count) { order in
        for position in 0..<count {
            unsafe order.initializeElement(at: position, to: (keys[position].orderedPrefix, position))
        }
        var order = unsafe order
        unsafe order.sort {
            $0.prefix != $1.prefix ? $0.prefix < $1.prefix : unsafe Value.compare(keys[$0.place], keys[$1.place]) < 0
        }
        unsafe withUnsafeTemporaryAllocation(of: Value.self, capacity: count) { moved in
            for position in 0..<count { unsafe moved.initializeElement(at: position, to: keys[order[position].place]) }
            for position in 0..<count { unsafe keys[position] = moved[position] }
            guard let values = unsafe values else { return }
            for position in 0..<count { unsafe moved[position] = unsafe values[order[position].place] }
            for position in 0..<count { unsafe values[position] = moved[position] }
        }
    }
    return true
}

extension Value {
    /// The first eight bytes of a string as a number that is ordered as they are; a shorter string's is filled up with zeros.
    fileprivate var orderedPrefix: UInt64 {
        // Sixteen bytes after a string's end are readable.
        let word = unsafe UInt64(bigEndian: UnsafeRawPointer(bytePointer).loadUnaligned(as: UInt64.self))
        return length >= 8 ? word : length == 0 ? 0 : word & ~(UInt64.max &>> UInt64(length * 8))
    }
}

private func sortPairs(_ keys: UnsafeMutablePointer<Value>, _ values: UnsafeMutablePointer<Value>, _ count: Int) {
    unsafe withUnsafeTemporaryAllocation(of: (Value, Value).self, capacity: count) { pairs in
        for position in 0..<count {
            unsafe pairs.initializeElement(at: position, to: (keys[position], values[position]))
        }
        var pairs = unsafe pairs
        unsafe pairs.sort { Value.compare($0.0, $1.0) < 0 }
        for position in 0..<count {
            unsafe keys[position] = pairs[position].0
            unsafe values[position] = pairs[position].1
        }
    }
}
