@_spi(Engine) extension Value {
    /// The members of either set.
    public static func union(_ a: Value, _ b: Value, in arena: Arena) -> Value {
        if a.length == 0 { return b }
        if b.length == 0 { return a }
        let builder = SetBuilder(in: arena, capacity: max(a.length, b.length))
        for index in unsafe a.keys.indices {
            let member = unsafe a.keys[index]
            builder.insert(member)
        }
        for index in unsafe b.keys.indices {
            let member = unsafe b.keys[index]
            builder.insert(member)
        }
        return builder.finish()
    }

    /// The members of both sets.
    public static func intersection(_ a: Value, _ b: Value, in arena: Arena) -> Value {
        let (smaller, larger) = a.length <= b.length ? (a, b) : (b, a)
        let builder = SetBuilder(in: arena)
        for index in unsafe smaller.keys.indices {
            let member = unsafe smaller.keys[index]
            guard larger.contains(member) else { continue }
            builder.insert(member)
        }
        return builder.finish()
    }

    /// The members of the first set that are not in the second.
    public static func difference(_ a: Value, _ b: Value, in arena: Arena) -> Value {
        if b.length == 0 { return a }
        let builder = SetBuilder(in: arena)
        for index in unsafe a.keys.indices {
            let member = unsafe a.keys[index]
            guard !b.contains(member) else { continue }
            builder.insert(member)
        }
        return builder.finish()
    }

    /// Merges objects deeply, as `object.union`: where both sides of a key are objects they are merged, else the second one's value wins.
    public static func objectUnion(_ a: Value, _ b: Value, in arena: Arena) -> Value {
        var walk = ValueWalk()
        return objectUnion(a, b, in: arena, &walk)
    }

    private static func objectUnion(_ a: Value, _ b: Value, in arena: Arena, _ walk: inout ValueWalk) -> Value {
        if arena.isExhausted { walk.cutForSize() }
        guard walk.enter() else {
            walk.leave()
            return b
        }
        defer { walk.leave() }
        return merge(a, b, in: arena) { left, right in
            left.tag == .object && right.tag == .object ? objectUnion(left, right, in: arena, &walk) : right
        }
    }

    /// The entries of both objects; `combine` chooses the value of a key that is in both.
    public static func merge(_ a: Value, _ b: Value, in arena: Arena, combine: (Value, Value) -> Value = { $1 }) -> Value {
        if a.length == 0 { return b }
        if b.length == 0 { return a }
        let builder = ObjectBuilder(in: arena, capacity: a.length + b.length)
        let (keysA, valuesA) = unsafe (a.keys, a.values)
        for position in 0..<a.length {
            let other = unsafe b.lookup(keysA[position])
            unsafe builder.add(keysA[position], other.isDefined ? combine(valuesA[position], other) : valuesA[position])
        }
        let (keysB, valuesB) = unsafe (b.keys, b.values)
        for position in 0..<b.length where unsafe a.lookup(keysB[position]).isUndefined {
            unsafe builder.add(keysB[position], valuesB[position])
        }
        return builder.finish()
    }
}
