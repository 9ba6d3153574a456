import Glibc

@_spi(Engine) extension Value {
    /// Whether two values are equal: numbers by value, strings by bytes, collections by content.
    ///
    /// - Complexity: O(1) for scalars and whatever differs in kind, length or hash; else O(size).
    @inline(__always)
    public static func equal(_ a: Value, _ b: Value) -> Bool {
        if a.w0 == b.w0 {
            if a.w1 == b.w1 { return true }
        } else if Int64(bitPattern: a.w0 | b.w0) >= 0 {
            // Neither is a number that words do not decide.
            return false
        }
        return equalContents(a, b)
    }

    /// Compares values of one kind and length that lie in different places, and numbers of which one is a `bigNumber`.
    @inline(never)
    public static func equalContents(_ a: Value, _ b: Value) -> Bool {
        if a.w0 != b.w0 { return equalNumbers(a, b) }
        switch a.tag {
        case .string:
            return equalBytes(a, b)
        case .bigNumber:
            return equalNumbers(a, b)
        case .array where a.length <= smallLength:
            let (left, right) = unsafe (a.elementPointer, b.elementPointer)
            for position in 0..<a.length {
                let (x, y) = unsafe (left[position], right[position])
                if x.isCollection { return equalInWalk(a, b) }
                if !equal(x, y) { return false }
            }
            return true
        case .object where a.length <= TableHeader.linearLimit:
            return equalSmallObjects(a, b)
        case .array, .object, .set:
            return equalInWalk(a, b)
        default:
            // Scalars are canonical: the words decide.
            return false
        }
    }

    /// Compares two strings of one length.
    @inline(__always)
    private static func equalBytes(_ a: Value, _ b: Value) -> Bool {
        let length = a.length
        guard length <= 16 else { return unsafe memcmp(a.bytePointer, b.bytePointer, length) == 0 }
        // Sixteen bytes after a string's end are readable.
        let (left, right) = unsafe (UnsafeRawPointer(a.bytePointer), UnsafeRawPointer(b.bytePointer))
        let first = unsafe left.loadUnaligned(as: UInt64.self) ^ right.loadUnaligned(as: UInt64.self)
        if length < 8 { return first & ((1 &<< UInt64(truncatingIfNeeded: length &* 8)) &- 1) == 0 }
        let last = length &- 8
        let second = unsafe left.loadUnaligned(fromByteOffset: last, as: UInt64.self)
        return unsafe first | (second ^ right.loadUnaligned(fromByteOffset: last, as: UInt64.self)) == 0
    }

    /// Compares two objects of one length, without a walk if they are of one make and their values are scalars.
    @inline(__always)
    private static func equalSmallObjects(_ a: Value, _ b: Value) -> Bool {
        let (left, right) = unsafe (a.table, b.table)
        for position in 0..<a.length {
            let (key, other) = unsafe (left.keys[position], right.keys[position])
            guard key.w0 == other.w0 && key.w1 == other.w1 else { return equalInWalk(a, b) }
            let (x, y) = unsafe (left.values[position], right.values[position])
            if x.w0 == y.w0, x.w1 == y.w1 { continue }
            if x.isCollection && x.w0 == y.w0 { return equalInWalk(a, b) }
            if !equal(x, y) { return false }
        }
        return true
    }

    /// Elements of an array of scalars that is compared and hashed without a walk.
    private static let smallLength = 64

    @inline(never)
    private static func equalInWalk(_ a: Value, _ b: Value) -> Bool {
        var walk = ValueWalk()
        return equalCollections(a, b, &walk)
    }

    /// The same within a walk.
    @inline(__always)
    static func equal(_ a: Value, _ b: Value, _ walk: inout ValueWalk) -> Bool {
        if a.w0 == b.w0 {
            if a.w1 == b.w1 { return true }
            return a.isCollection ? equalCollections(a, b, &walk) : equalContents(a, b)
        }
        return Int64(bitPattern: a.w0 | b.w0) < 0 && equalContents(a, b)
    }

    /// Compares two collections of one kind and length.
    private static func equalCollections(_ a: Value, _ b: Value, _ walk: inout ValueWalk) -> Bool {
        guard walk.enter(a.length) else {
            walk.leave()
            return false
        }
        defer { walk.leave() }
        switch a.tag {
        case .array:
            let (left, right) = unsafe (a.elementPointer, b.elementPointer)
            for position in 0..<a.length where unsafe !equal(left[position], right[position], &walk) { return false }
        case .object:
            let (left, right) = unsafe (a.table, b.table)
            for position in 0..<a.length {
                // Objects of one make have their keys in the same places.
                if unsafe left.keys[position].w0 == right.keys[position].w0 && left.keys[position].w1 == right.keys[position].w1 {
                    if unsafe !equal(left.values[position], right.values[position], &walk) { return false }
                    continue
                }
                let other = unsafe right.find(left.keys[position], &walk)
                if unsafe other < 0 || !equal(left.values[position], right.values[other], &walk) { return false }
            }
        default:
            let (left, right) = unsafe (a.table, b.table)
            for position in 0..<a.length where unsafe right.find(left.keys[position], &walk) < 0 { return false }
        }
        return true
    }

    /// Whether the value is an array, object or set.
    @inline(__always)
    var isCollection: Bool { UInt8(truncatingIfNeeded: w0) &- Tag.array.rawValue <= 2 }

    /// Orders two values as Rego does: negative, zero or positive.
    ///
    /// null < false < true < numbers by value < strings by bytes < arrays by elements < objects < sets. Objects compare entry by entry in
    /// sorted order, the key first, then the value; sets member by member in sorted order; a proper prefix comes first.
    @inline(never)
    public static func compare(_ a: Value, _ b: Value) -> Int {
        if a.w0 == b.w0 && a.w1 == b.w1 { return 0 }
        let (kindA, kindB) = (a.orderOfKind, b.orderOfKind)
        if kindA != kindB { return kindA < kindB ? -1 : 1 }
        switch a.tag {
        case .integer where b.tag == .integer:
            return a.asInteger < b.asInteger ? -1 : a.asInteger > b.asInteger ? 1 : 0
        case .integer, .double, .bigNumber:
            return compareNumbers(a, b)
        case .string:
            return compareStrings(a, b)
        case .array, .object, .set:
            var walk = ValueWalk()
            return compareCollections(a, b, &walk)
        default:
            return 0
        }
    }

    /// The same within a walk.
    private static func compare(_ a: Value, _ b: Value, _ walk: inout ValueWalk) -> Int {
        guard a.tag == b.tag, a.isCollection else { return compare(a, b) }
        if a.w0 == b.w0 && a.w1 == b.w1 { return 0 }
        return compareCollections(a, b, &walk)
    }

    private static func compareCollections(_ a: Value, _ b: Value, _ walk: inout ValueWalk) -> Int {
        guard walk.enter(a.length) else {
            walk.leave()
            return 1
        }
        defer { walk.leave() }
        switch a.tag {
        case .array: return unsafe compareSequences(a.elementPointer, a.length, b.elementPointer, b.length, &walk)
        case .object: return compareObjects(a, b, &walk)
        default: return unsafe compareSequences(a.sortedKeys, a.length, b.sortedKeys, b.length, &walk)
        }
    }

    /// The tag with all numbers counted as one kind.
    @inline(__always)
    private var orderOfKind: UInt8 {
        let raw = tag.rawValue
        return raw == 5 || raw == 6 ? 4 : raw
    }

    @inline(__always)
    private static func compareStrings(_ a: Value, _ b: Value) -> Int {
        let order = unsafe memcmp(a.bytePointer, b.bytePointer, min(a.length, b.length))
        return order != 0 ? Int(order) : a.length - b.length
    }

    private static func compareSequences(
        _ a: UnsafePointer<Value>, _ countA: Int, _ b: UnsafePointer<Value>, _ countB: Int, _ walk: inout ValueWalk
    ) -> Int {
        for position in 0..<min(countA, countB) {
            let order = unsafe compare(a[position], b[position], &walk)
            if order != 0 { return order }
        }
        return countA - countB
    }

    private static func compareObjects(_ a: Value, _ b: Value, _ walk: inout ValueWalk) -> Int {
        let (keysA, keysB) = unsafe (a.sortedKeys, b.sortedKeys)
        let (valuesA, valuesB) = unsafe (a.sortedValues, b.sortedValues)
        for position in 0..<min(a.length, b.length) {
            let keys = unsafe compare(keysA[position], keysB[position], &walk)
            if keys != 0 { return keys }
            let values = unsafe compare(valuesA[position], valuesB[position], &walk)
            if values != 0 { return values }
        }
        return a.length - b.length
    }

    /// A hash under the process's seed; equal values have equal hashes.
    @inline(__always)
    public var hash: UInt32 {
        tag == .string ? UInt32(truncatingIfNeeded: w0 & Value.hashMask) : otherHash
    }

    private var otherHash: UInt32 {
        @inline(never) get {
            switch tag {
            case .bigNumber:
                return unsafe bigNumber.hash
            case .array where length <= Self.smallLength:
                var state = arraySeed
                for index in unsafe elements.indices {
                    let element = unsafe elements[index]
                    if element.isCollection { return hashInWalk }
                    state = Hashing.word(state &* 31 &+ UInt64(element.hash))
                }
                return UInt32(truncatingIfNeeded: state >> 16)
            case .object where unsafe table.pointee.flags & TableHeader.hasHash != 0,
                .set where unsafe table.pointee.flags & TableHeader.hasHash != 0:
                return unsafe table.pointee.hash
            case .array, .object, .set:
                return hashInWalk
            default:
                return UInt32(truncatingIfNeeded: Hashing.word(w1 &+ w0 &* 0x9E37_79B9_7F4A_7C15) >> 16)
            }
        }
    }

    private var arraySeed: UInt64 { 0x51_7C_C1_B7_27_22_0A_95 ^ UInt64(length) }

    private var hashInWalk: UInt32 {
        @inline(never) get {
            var walk = ValueWalk()
            return collectionHash(&walk)
        }
    }

    /// The same within a walk.
    @inline(__always)
    func hash(_ walk: inout ValueWalk) -> UInt32 { isCollection ? collectionHash(&walk) : hash }

    private func collectionHash(_ walk: inout ValueWalk) -> UInt32 {
        // Tables keep their hash.
        guard walk.enter(tag == .array ? length : 0) else {
            walk.leave()
            return 0
        }
        defer { walk.leave() }
        guard tag == .array else { return tableHash(&walk) }
        var state = arraySeed
        for index in unsafe elements.indices {
            let element = unsafe elements[index]
            state = Hashing.word(state &* 31 &+ UInt64(element.hash(&walk)))
        }
        return UInt32(truncatingIfNeeded: state >> 16)
    }

    /// The sum over all entries does not depend on their order, so that hashing never sorts.
    private func tableHash(_ walk: inout ValueWalk) -> UInt32 {
        let header = unsafe table
        if unsafe header.pointee.flags & TableHeader.hasHash != 0 { return unsafe header.pointee.hash }
        var sum = UInt64(tag.rawValue) &+ UInt64(length) &* 0x9E37_79B9
        for position in 0..<length {
            let key = unsafe UInt64(header.keys[position].hash(&walk))
            let value = unsafe tag == .object ? UInt64(header.values[position].hash(&walk)) : 0
            sum = sum &+ Hashing.word(key << 32 | value)
        }
        let hash = UInt32(truncatingIfNeeded: Hashing.word(sum) >> 16)
        if walk.isCut { return hash }
        // Frozen tables have their hash since they were frozen.
        unsafe header.pointee.hash = hash
        unsafe header.pointee.flags |= TableHeader.hasHash
        return hash
    }
}
