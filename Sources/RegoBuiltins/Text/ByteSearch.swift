import Glibc
import LinearRegex

/// Searches in bytes of strings, after which sixteen more are readable.
enum ByteSearch {
    /// A one in each byte.
    static var ones: UInt64 { @inline(__always) get { 0x0101_0101_0101_0101 } }

    /// The first bytes of a word, one to eight.
    @inline(__always)
    static func mask(_ count: Int) -> UInt64 { .max &>> UInt64(truncatingIfNeeded: 64 &- count &* 8) }

    /// The high bit of each byte that is zero, and no other bit.
    @inline(__always)
    static func zeroBytes(_ word: UInt64) -> UInt64 {
        let low = 0x7F &* ones
        return ~((word & low) &+ low | word | low)
    }

    /// Texts up to this length are searched eight bytes at a time: `memchr` and `memcmp` would take longer to be called.
    private static let shortLength = 64

    /// The offset of the first occurrence at or after `start`, or `nil`; an empty needle is found at once.
    static func find(_ needle: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Int? {
        guard text.count - start >= needle.count else { return nil }
        guard let wanted = needle.baseAddress, needle.count > 0, let base = text.baseAddress else { return start }
        let last = text.count - needle.count
        if needle.count <= 8, last - start <= shortLength { return findNearby(wanted, needle.count, in: base, start...last) }
        var position = start
        // Bytes compared in vain; repetitive texts go to an algorithm that has no bad case.
        var wasted = 0
        while position <= last {
            guard let first = memchr(base + position, Int32(wanted[0]), last - position + 1) else { return nil }
            position = UnsafeRawPointer(first) - UnsafeRawPointer(base)
            if memcmp(base + position, wanted, needle.count) == 0 { return position }
            position += 1
            wasted += needle.count
            if wasted > 4 * text.count + 1024 { return findByBorders(needle, in: text, from: position) }
        }
        return nil
    }

    /// The first of some places at which one to eight bytes stand.
    @inline(__always)
    private static func findNearby(
        _ wanted: UnsafeRawPointer, _ count: Int, in text: UnsafeRawPointer, _ places: ClosedRange<Int>
    ) -> Int? {
        let mask = mask(count)
        let needle = wanted.loadUnaligned(as: UInt64.self) & mask
        let first = (needle & 0xFF) &* ones
        var offset = places.lowerBound
        while offset <= places.upperBound {
            var found = zeroBytes(text.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ first)
            while found != 0 {
                let place = offset &+ found.trailingZeroBitCount >> 3
                guard place <= places.upperBound else { return nil }
                if text.loadUnaligned(fromByteOffset: place, as: UInt64.self) & mask == needle { return place }
                found &= found &- 1
            }
            offset &+= 8
        }
        return nil
    }

    /// Knuth, Morris and Pratt's search: linear whatever the bytes.
    private static func findByBorders(
        _ needle: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int? {
        var borders = [Int](repeating: 0, count: needle.count)
        var length = 0
        for index in 1..<max(needle.count, 1) {
            while length > 0, needle[index] != needle[length] { length = borders[length - 1] }
            if needle[index] == needle[length] { length += 1 }
            borders[index] = length
        }
        length = 0
        for index in start..<text.count {
            while length > 0, text[index] != needle[length] { length = borders[length - 1] }
            if text[index] == needle[length] { length += 1 }
            if length == needle.count { return index + 1 - length }
        }
        return nil
    }

    static func hasPrefix(_ text: UnsafeBufferPointer<UInt8>, _ prefix: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= prefix.count else { return false }
        guard let left = text.baseAddress, let right = prefix.baseAddress else { return true }
        return areEqual(left, right, prefix.count)
    }

    static func hasSuffix(_ text: UnsafeBufferPointer<UInt8>, _ suffix: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= suffix.count else { return false }
        guard let left = text.baseAddress, let right = suffix.baseAddress else { return true }
        return areEqual(left + (text.count - suffix.count), right, suffix.count)
    }

    /// Code points before an offset.
    static func codePoints(_ text: UnsafeBufferPointer<UInt8>, before offset: Int) -> Int {
        var count = 0
        for index in 0..<offset where text[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }
}
