import Glibc

@_spi(Engine) extension Value {
    /// Bits of `w0` above the tag: whether all bytes are ASCII, and the hash.
    static var asciiBit: UInt64 { @inline(__always) get { 1 << 8 } }
    static var hashMask: UInt64 { @inline(__always) get { 0xFFFF_FE00 } }

    /// Makes a string of bytes that outlive it and are followed by 16 readable ones.
    ///
    /// - Parameters:
    ///   - pointer: valid UTF-8, not copied.
    ///   - count: its bytes.
    ///   - isASCII: whether every byte is below 0x80.
    @inline(__always)
    public init(utf8 pointer: UnsafePointer<UInt8>, count: Int, isASCII: Bool) {
        // Short strings are nearly all, and need no register but the arguments'.
        if count <= 16 {
            unsafe self.init(pointer, count, isASCII, hash: Hashing.short(UnsafeRawPointer(pointer), count: count))
        } else {
            self = unsafe Value.long(pointer, count, isASCII)
        }
    }

    @inline(never)
    private static func long(_ pointer: UnsafePointer<UInt8>, _ count: Int, _ isASCII: Bool) -> Value {
        unsafe Value(pointer, count, isASCII, hash: Hashing.long(UnsafeRawPointer(pointer), count: count))
    }

    @inline(__always)
    private init(_ pointer: UnsafePointer<UInt8>, _ count: Int, _ isASCII: Bool, hash: UInt64) {
        let w0 =
            UInt64(Tag.string.rawValue) | (isASCII ? Value.asciiBit : 0) | hash & Value.hashMask
            | UInt64(UInt32(truncatingIfNeeded: count)) << 32
        self.init(w0: w0, w1: UInt64(UInt(bitPattern: pointer)))
    }

    /// Copies valid UTF-8 into the arena.
    public static func string(_ utf8: UnsafeBufferPointer<UInt8>, in arena: Arena) -> Value {
        let count = utf8.count
        precondition(count <= Int(UInt32.max), "a string has more than 4 GiB")
        let bytes = unsafe arena.allocate(bytes: count)
        if let source = utf8.baseAddress { unsafe memcpy(bytes, source, count) }
        let pointer = unsafe UnsafePointer(bytes.assumingMemoryBound(to: UInt8.self))
        return unsafe Value(utf8: pointer, count: count, isASCII: UTF8Text.isASCII(pointer, count: count))
    }

    /// Copies a Swift string into the arena.
    public static func string(_ text: String, in arena: Arena) -> Value {
        var text = text
        return text.withUTF8 { utf8 in unsafe string(utf8, in: arena) }
    }

    /// The bytes of a string.
    @inlinable @inline(__always)
    public var utf8: UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(start: bytePointer, count: length)
    }

    /// Where the bytes of a string begin.
    @inlinable @inline(__always)
    public var bytePointer: UnsafePointer<UInt8> {
        unsafe UnsafePointer<UInt8>(bitPattern: UInt(w1)).unsafelyUnwrapped
    }

    /// The text of a string as a Swift string.
    public var swiftString: String { unsafe String(decoding: utf8, as: UTF8.self) }

    /// Whether every byte of a string is ASCII.
    public var isASCII: Bool { @inlinable @inline(__always) get { w0 & 0x100 != 0 } }

    /// The code points of a string: what Rego's `count` returns.
    ///
    /// - Complexity: O(1) for ASCII, else O(length).
    public var codePointCount: Int {
        if isASCII { return length }
        var count = 0
        for index in unsafe utf8.indices {
            let byte = unsafe utf8[index]
            guard byte & 0xC0 != 0x80 else { continue }
            count += 1
        }
        return count
    }

    /// A part of a string, sharing its bytes.
    ///
    /// - Parameter byteRange: offsets within the string that do not split a code point.
    @inlinable @inline(__always)
    public func substring(byteRange: Range<Int>) -> Value {
        precondition(byteRange.lowerBound >= 0 && byteRange.upperBound <= length, "a slice reaches beyond its string")
        let pointer = unsafe bytePointer + byteRange.lowerBound
        let ascii = unsafe isASCII || UTF8Text.isASCII(pointer, count: byteRange.count)
        return unsafe Value(utf8: pointer, count: byteRange.count, isASCII: ascii)
    }

    /// Whether a string's bytes are those of a Swift string.
    public func isString(_ text: StaticString) -> Bool {
        unsafe tag == .string && length == text.utf8CodeUnitCount && memcmp(bytePointer, text.utf8Start, length) == 0
    }
}

/// Checks on raw UTF-8.
@_spi(Engine) public enum UTF8Text {
    /// Whether every byte is below 0x80.
    public static func isASCII(_ pointer: UnsafePointer<UInt8>, count: Int) -> Bool {
        let raw = unsafe UnsafeRawPointer(pointer)
        var offset = 0
        while offset + 8 <= count {
            if unsafe (raw + offset).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return false }
            offset += 8
        }
        while offset < count {
            if unsafe pointer[offset] >= 0x80 { return false }
            offset += 1
        }
        return true
    }

    /// Bytes of the well-formed sequence that begins at `offset`, or 0 when it is malformed (Unicode 16, table 3-7).
    public static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Int {
        let first = unsafe bytes[offset]
        let rest = bytes.count - offset
        func continues(_ index: Int, _ low: UInt8 = 0x80, _ high: UInt8 = 0xBF) -> Bool {
            let byte = unsafe bytes[offset + index]
            return byte >= low && byte <= high
        }
        switch first {
        case 0..<0x80: return 1
        case 0xC2...0xDF: return rest >= 2 && continues(1) ? 2 : 0
        case 0xE0...0xEF:
            guard rest >= 3 else { return 0 }
            return continues(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && continues(2) ? 3 : 0
        case 0xF0...0xF4:
            guard rest >= 4 else { return 0 }
            return continues(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && continues(2) && continues(3) ? 4 : 0
        default: return 0
        }
    }

    /// Whether the bytes are well-formed UTF-8.
    public static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let length = unsafe sequenceLength(bytes, at: offset)
            if length == 0 { return false }
            offset += length
        }
        return true
    }

    /// Writes a scalar's bytes and returns how many they are; there is room for four.
    @discardableResult
    public static func encode(_ scalar: UInt32, to target: UnsafeMutablePointer<UInt8>) -> Int {
        switch scalar {
        case 0..<0x80:
            unsafe target[0] = UInt8(truncatingIfNeeded: scalar)
            return 1
        case 0x80..<0x800:
            unsafe target[0] = UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6)
            unsafe target[1] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
            return 2
        case 0x800..<0x10000:
            unsafe target[0] = UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
            unsafe target[1] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F)
            unsafe target[2] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
            return 3
        default:
            unsafe target[0] = UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
            unsafe target[1] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F)
            unsafe target[2] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F)
            unsafe target[3] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
            return 4
        }
    }
}
