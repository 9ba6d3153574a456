import Glibc

/// Whether so many bytes are the same in two places: `memcmp` for strings that are mostly short, for which its call would take longer.
@inlinable @inline(__always)
package func areEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    if count > 16 { return areEqualAndLong(left, right, count) }
    let (first, second) = (UnsafeRawPointer(left), UnsafeRawPointer(right))
    // Two words that overlap, or reach from either end up to each other.
    if count >= 8 {
        let head = first.loadUnaligned(as: UInt64.self) ^ second.loadUnaligned(as: UInt64.self)
        let tail = first.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        return head | (tail ^ second.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)) == 0
    }
    if count >= 4 {
        let head = first.loadUnaligned(as: UInt32.self) ^ second.loadUnaligned(as: UInt32.self)
        let tail = first.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
        return head | (tail ^ second.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)) == 0
    }
    for index in 0..<count where left[index] != right[index] { return false }
    return true
}

@usableFromInline
func areEqualAndLong(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool { memcmp(left, right, count) == 0 }
