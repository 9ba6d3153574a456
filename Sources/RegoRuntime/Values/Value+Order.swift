import Glibc

extension Value {
    /// Whether two values are equal: numbers by value, strings by bytes, collections by content.
    ///
    /// - Complexity: O(1) for scalars and whatever differs in kind, length or hash; else O(size).
    @inline(__always)
    package static func equal(_ a: Value, _ b: Value) -> Bool {
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
    package static func equalContents(_ a: Value, _ b: Value) -> Bool {
        if a.w0 != b.w0 { return equalNumbers(a, b) }
        switch a.tag {
        case .string:
            return unsafe memcmp(a.bytePointer, b.bytePointer, a.length) == 0
        case .bigNumber:
            return equalNumbers(a, b)
        case .array:
            let (left, right) = unsafe (a.elementPointer, b.elementPointer)
            for position in 0..<a.length where unsafe !equal(left[position], right[position]) { return false }
            return true
        case .object:
            return equalObjects(a, b)
        case .set:
            let members = unsafe a.table.keys
            for position in 0..<a.length where unsafe b.table.find(members[position]) < 0 { return false }
            return true
        default:
            // Scalars are canonical: the words decide.
            return false
        }
    }

    private static func equalObjects(_ a: Value, _ b: Value) -> Bool {
        let (left, right) = unsafe (a.table, b.table)
        for position in 0..<a.length {
            // Objects of one make have their keys in the same places.
            if unsafe left.keys[position].w0 == right.keys[position].w0 && left.keys[position].w1 == right.keys[position].w1 {
                if unsafe !equal(left.values[position], right.values[position]) { return false }
                continue
            }
            let other = unsafe right.find(left.keys[position])
            if unsafe other < 0 || !equal(left.values[position], right.values[other]) { return false }
        }
        return true
    }

    /// Orders two values as Rego does: negative, zero or positive.
    ///
    /// null < false < true < numbers by value < strings by bytes < arrays by elements < objects < sets. Objects compare entry by entry in
    /// sorted order, the key first, then the value; sets member by member in sorted order; a proper prefix comes first.
    @inline(never)
    package static func compare(_ a: Value, _ b: Value) -> Int {
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
        case .array:
            return unsafe compareSequences(a.elementPointer, a.length, b.elementPointer, b.length)
        case .object:
            return compareObjects(a, b)
        case .set:
            return unsafe compareSequences(a.sortedKeys, a.length, b.sortedKeys, b.length)
        default:
            return 0
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

    private static func compareSequences(_ a: UnsafePointer<Value>, _ countA: Int, _ b: UnsafePointer<Value>, _ countB: Int) -> Int {
        for position in 0..<min(countA, countB) {
            let order = unsafe compare(a[position], b[position])
            if order != 0 { return order }
        }
        return countA - countB
    }

    private static func compareObjects(_ a: Value, _ b: Value) -> Int {
        let (keysA, keysB) = unsafe (a.sortedKeys, b.sortedKeys)
        let (valuesA, valuesB) = unsafe (a.sortedValues, b.sortedValues)
        for position in 0..<min(a.length, b.length) {
            let keys = unsafe compare(keysA[position], keysB[position])
            if keys != 0 { return keys }
            let values = unsafe compare(valuesA[position], valuesB[position])
            if values != 0 { return values }
        }
        return a.length - b.length
    }

    /// A hash under the process's seed; equal values have equal hashes.
    @inline(__always)
    package var hash: UInt32 {
        tag == .string ? UInt32(truncatingIfNeeded: w0 & Value.hashMask) : otherHash
    }

    private var otherHash: UInt32 {
        @inline(never) get {
            switch tag {
            case .bigNumber:
                return unsafe bigNumber.hash
            case .array:
                var state: UInt64 = 0x51_7C_C1_B7_27_22_0A_95 ^ UInt64(length)
                for index in unsafe elements.indices {
                    let element = unsafe elements[index]
                    state = Hashing.word(state &* 31 &+ UInt64(element.hash))
                }
                return UInt32(truncatingIfNeeded: state >> 16)
            case .object, .set:
                return tableHash
            default:
                return UInt32(truncatingIfNeeded: Hashing.word(w1 &+ w0 &* 0x9E37_79B9_7F4A_7C15) >> 16)
            }
        }
    }

    /// The sum over all entries does not depend on their order, so that hashing never sorts.
    private var tableHash: UInt32 {
        let header = unsafe table
        if unsafe header.pointee.flags & TableHeader.hasHash != 0 { return unsafe header.pointee.hash }
        var sum = UInt64(tag.rawValue) &+ UInt64(length) &* 0x9E37_79B9
        for position in 0..<length {
            let key = unsafe UInt64(header.keys[position].hash)
            let value = unsafe tag == .object ? UInt64(header.values[position].hash) : 0
            sum = sum &+ Hashing.word(key << 32 | value)
        }
        let hash = UInt32(truncatingIfNeeded: Hashing.word(sum) >> 16)
        // Frozen tables have their hash since they were frozen.
        unsafe header.pointee.hash = hash
        unsafe header.pointee.flags |= TableHeader.hasHash
        return hash
    }
}
