/// Base documents that are put together from several JSON texts, then frozen.
///
/// Large objects stay open while further texts may add to them, and are laid out once all are read: the documents of many texts take no
/// more memory than those of one. Used by one thread.
@safe package final class DocumentBuilder {
    private let builder = FrozenHeap.Builder()
    private let open: OpenObjects
    private let isMerging: Bool
    /// The memory of documents that were frozen elsewhere.
    private var others: [FrozenHeap] = []
    private var root = Value.undefined

    /// Begins with no documents.
    ///
    /// - Parameter isMerging: whether there will be more than one; otherwise a text is laid out as it is read.
    package init(isMerging: Bool) {
        self.isMerging = isMerging
        open = OpenObjects()
    }

    /// Reads JSON text; what it stands for is for `add(_:at:)`, once.
    ///
    /// - Throws: what is wrong with the text and where.
    package func read(json bytes: UnsafeRawBufferPointer) throws(JSONError) -> Value {
        unsafe try builder.freeze(json: bytes, open: isMerging ? open : nil)
    }

    /// Whether a value that was read is an object.
    package func isObject(_ value: Value) -> Bool { value.tag == .object || value.tag == .builder }

    /// Adds what was read, unless it has a value where there is one and they are not both objects.
    ///
    /// - Parameter names: the keys that lead to the value; without any it must be an object.
    /// - Returns: the keys that lead to the first such place; then nothing is added.
    package func add(_ value: Value, at names: [String]) -> [String]? {
        var document = value
        for name in names.reversed() {
            let object = OpenObject(capacity: 1)
            object.append(.string(name, in: builder.arena), document)
            document = open.add(object)
        }
        return merge(document)
    }

    /// Adds an object of other heaps, which are kept; as `add(_:at:)` does.
    package func add(_ object: Value, of heaps: [FrozenHeap], at names: [String] = []) -> [String]? {
        if let place = add(object, at: names) { return place }
        others += heaps
        return nil
    }

    /// The object of all documents and the heaps that it lies in; nothing more can be added.
    package func finish() -> (root: Value, heaps: [FrozenHeap]) {
        let root = closed(self.root)
        return (root, [builder.finish()] + others)
    }

    // MARK: Merging

    private func merge(_ document: Value) -> [String]? {
        precondition(isObject(document), "documents are merged below an object")
        guard root.isDefined else {
            root = document
            return nil
        }
        // All or nothing: a text that conflicts leaves no trace that another one could conflict with.
        if let place = conflict(root, document) { return place.reversed() }
        root = merged(root, document)
        return nil
    }

    /// The members of an object, open or not.
    private func members(of object: Value) -> Members {
        if object.tag == .builder {
            let object = open[object]
            return unsafe Members(keys: object.keys, values: object.values, count: object.count)
        }
        return unsafe Members(keys: object.table.keys, values: object.table.values, count: object.length)
    }

    private func lookup(_ key: Value, in object: Value) -> Value {
        guard object.tag == .builder else { return object.lookup(key) }
        let object = open[object]
        let position = object.find(key)
        return unsafe position < 0 ? .undefined : object.values[position]
    }

    /// The keys, the last one first, that lead to the first place at which both objects have a value and those are not both objects.
    private func conflict(_ left: Value, _ right: Value) -> [String]? {
        // Nearly always one of them is small.
        let (few, other) = count(left) < count(right) ? (members(of: left), right) : (members(of: right), left)
        for position in 0..<few.count {
            let (key, value) = few[position]
            let present = lookup(key, in: other)
            guard present.isDefined else { continue }
            guard isObject(present), isObject(value) else { return [key.swiftString] }
            if let place = conflict(present, value) { return place + [key.swiftString] }
        }
        return nil
    }

    /// Two objects that do not conflict, as one.
    private func merged(_ left: Value, _ right: Value) -> Value {
        // What is added to is open; the one that is open already, or else the larger one.
        let keepsLeft =
            (left.tag == .builder) == (right.tag == .builder) ? count(left) >= count(right) : left.tag == .builder
        let (target, source) = keepsLeft ? (left, right) : (right, left)
        let added = members(of: source)
        let handle = opened(target, adding: added.count)
        let object = open[handle]
        for position in 0..<added.count {
            let (key, value) = added[position]
            let place = object.find(key)
            if place < 0 {
                object.append(key, value)
            } else {
                unsafe object.values[place] = merged(object.values[place], value)
            }
        }
        if source.tag == .builder { open.remove(source) }
        return handle
    }

    private func count(_ object: Value) -> Int { object.tag == .builder ? open[object].count : object.length }

    /// The handle of an object with room for more members.
    private func opened(_ object: Value, adding count: Int) -> Value {
        if object.tag == .builder {
            open[object].reserve(open[object].count + count)
            return object
        }
        let present = members(of: object)
        let copy = OpenObject(capacity: present.count + count)
        for position in 0..<present.count { copy.append(present[position].key, present[position].value) }
        return open.add(copy)
    }

    /// A value whose open objects are laid out in the heap.
    private func closed(_ value: Value) -> Value {
        guard value.tag == .builder else { return value }
        let object = open[value]
        for position in 0..<object.count { unsafe object.values[position] = closed(object.values[position]) }
        defer { open.remove(value) }
        return object.frozen(in: builder.arena)
    }
}

/// The members of an object that is not changed meanwhile.
@safe private struct Members {
    let keys: UnsafeMutablePointer<Value>
    let values: UnsafeMutablePointer<Value>
    let count: Int

    subscript(position: Int) -> (key: Value, value: Value) { unsafe (keys[position], values[position]) }
}
