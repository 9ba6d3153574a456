extension Value {
    /// The memory of an object or set.
    @inline(__always)
    package var table: UnsafeMutablePointer<TableHeader> {
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
    package func lookup(_ key: Value) -> Value {
        guard tag == .object else { return .undefined }
        let header = unsafe table
        let position = unsafe header.find(key)
        return unsafe position < 0 ? .undefined : header.values[position]
    }

    /// The value of a string in an object, whose keys are nearly always few, and the string's own memory.
    @inline(__always)
    func lookup(string key: Value) -> Value {
        let header = unsafe table
        guard unsafe header.pointee.mask == 0 else { return lookup(key) }
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

    /// Whether a set has this member; false for anything but a set.
    ///
    /// - Complexity: O(1)
    package func contains(_ member: Value) -> Bool {
        guard tag == .set else { return false }
        return unsafe table.find(member) >= 0
    }

    /// What the reference `self[operand]` means: an object's value, an array's element, a set's member itself, else undefined.
    package func dereference(_ operand: Value) -> Value {
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
    package var sortedKeys: UnsafePointer<Value> {
        let header = unsafe table
        if unsafe header.pointee.flags & TableHeader.isSorted == 0 { unsafe sort(header) }
        return unsafe UnsafePointer(header.keys)
    }

    /// The values of an object in the order of its sorted keys.
    @inline(__always)
    package var sortedValues: UnsafePointer<Value> {
        let header = unsafe table
        if unsafe header.pointee.flags & TableHeader.isSorted == 0 { unsafe sort(header) }
        return unsafe UnsafePointer(header.values)
    }

    /// The keys of an object or members of a set as they lie, in no order to rely on.
    @inline(__always)
    package var keys: UnsafeBufferPointer<Value> {
        unsafe UnsafeBufferPointer(start: table.keys, count: length)
    }

    /// The values of an object as they lie, in the order of `keys`.
    @inline(__always)
    package var values: UnsafeBufferPointer<Value> {
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
            var members = unsafe UnsafeMutableBufferPointer(start: keys, count: count)
            unsafe members.sort { Value.compare($0, $1) < 0 }
        } else if count <= TableHeader.linearLimit {
            unsafe insertionSort(keys, header.values, count)
        } else {
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
