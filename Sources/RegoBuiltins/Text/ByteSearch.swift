import Glibc

/// Searches in bytes.
enum ByteSearch {
    /// The offset of the first occurrence at or after `start`, or `nil`; an empty needle is found at once.
    static func find(_ needle: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Int? {
        guard text.count - start >= needle.count else { return nil }
        guard let wanted = needle.baseAddress, needle.count > 0, let base = text.baseAddress else { return start }
        let last = text.count - needle.count
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
        return memcmp(left, right, prefix.count) == 0
    }

    static func hasSuffix(_ text: UnsafeBufferPointer<UInt8>, _ suffix: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= suffix.count else { return false }
        guard let left = text.baseAddress, let right = suffix.baseAddress else { return true }
        return memcmp(left + (text.count - suffix.count), right, suffix.count) == 0
    }

    /// Code points before an offset.
    static func codePoints(_ text: UnsafeBufferPointer<UInt8>, before offset: Int) -> Int {
        var count = 0
        for index in 0..<offset where text[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }
}
