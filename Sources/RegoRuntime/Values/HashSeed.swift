/// The process's secret of hashing: whoever sends documents cannot choose keys that collide.
///
/// The words lie in statically initialised globals, so that reading them costs no once-check; `prepare()` fills them before the first
/// value can exist, because every string lives in an `Arena` or a `FrozenHeap` and both prepare on creation. Hashes are therefore never
/// written to a file.
enum HashSeed {
    // Written once, inside the initialiser of `prepared`, whose once-token orders the write before every later read.
    nonisolated(unsafe) static var first: UInt64 = 0x9E37_79B9_7F4A_7C15
    nonisolated(unsafe) static var second: UInt64 = 0xD1B5_4A32_D192_ED03

    private static let prepared: Bool = {
        var generator = SystemRandomNumberGenerator()
        unsafe first = generator.next() | 1
        unsafe second = generator.next() | 1
        return true
    }()

    /// Draws the seed if no one has yet.
    static func prepare() { _ = prepared }
}

/// The hash functions under `Value.hash` and the tables.
enum Hashing {
    /// Folds two words into one through a full-width product (the round of wyhash).
    @inline(__always)
    static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    /// Hashes one word under the process's seed.
    @inline(__always)
    static func word(_ value: UInt64) -> UInt64 {
        unsafe fold(value ^ HashSeed.first, HashSeed.second ^ 0x2545_F491_4F6C_DD1D)
    }

    /// Hashes bytes, of which at least 16 after the end are readable.
    @inline(__always)
    static func bytes(_ pointer: UnsafeRawPointer, count: Int) -> UInt64 {
        if count <= 16 {
            return unsafe short(pointer, count: count)
        }
        return unsafe outlinedLong(pointer, count: count)
    }

    @inline(never)
    private static func outlinedLong(_ pointer: UnsafeRawPointer, count: Int) -> UInt64 { unsafe long(pointer, count: count) }

    @inline(__always)
    static func short(_ pointer: UnsafeRawPointer, count: Int) -> UInt64 {
        var a = unsafe pointer.loadUnaligned(as: UInt64.self)
        var b: UInt64 = 0
        if count < 8 {
            a &= (1 &<< (UInt64(truncatingIfNeeded: count) &* 8)) &- 1
        } else if count > 8 {
            b = unsafe (pointer + 8).loadUnaligned(as: UInt64.self)
            if count < 16 { b &= (1 &<< ((UInt64(truncatingIfNeeded: count) &- 8) &* 8)) &- 1 }
        }
        return unsafe fold(a ^ HashSeed.first, b ^ HashSeed.second ^ UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15)
    }

    @inline(__always)
    static func long(_ pointer: UnsafeRawPointer, count: Int) -> UInt64 {
        var state = unsafe HashSeed.first ^ UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
        let second = unsafe HashSeed.second
        var offset = 0
        while count - offset > 16 {
            let a = unsafe (pointer + offset).loadUnaligned(as: UInt64.self)
            let b = unsafe (pointer + offset + 8).loadUnaligned(as: UInt64.self)
            state = fold(a ^ second, b ^ state)
            offset += 16
        }
        // The last 16 bytes, overlapping what came before.
        let a = unsafe (pointer + count - 16).loadUnaligned(as: UInt64.self)
        let b = unsafe (pointer + count - 8).loadUnaligned(as: UInt64.self)
        return fold(a ^ second, b ^ state)
    }
}
