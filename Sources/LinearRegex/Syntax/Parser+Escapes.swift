extension Parser {
    /// What begins with a backslash outside of a class.
    mutating func parseBackslash() throws(RegexError) {
        switch peek(1) {
        case UInt8(ascii: "A"):
            position += 2
            return try push(.assertion(.beginText))
        case UInt8(ascii: "z"):
            position += 2
            return try push(.assertion(.endText))
        case UInt8(ascii: "b"):
            position += 2
            return try push(.assertion(.wordBoundary))
        case UInt8(ascii: "B"):
            position += 2
            return try push(.assertion(.noWordBoundary))
        case UInt8(ascii: "C"):
            throw RegexError(.invalidEscape, pattern[position..<(position + 2)])
        case UInt8(ascii: "Q"):
            return try parseQuoted()
        default:
            break
        }
        let unicodeClass = try parseUnicodeClass()
        if let characterClass = unicodeClass ?? parsePerlClass() { return try push(characterClass) }
        let scalar = try parseEscape()
        try pushLiteral(scalar)
    }

    /// `\Q…\E`: literals, to the pattern's end where `\E` is missing.
    private mutating func parseQuoted() throws(RegexError) {
        position += 2
        while !isAtEnd {
            if peek() == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "E") {
                position += 2
                return
            }
            let scalar = try nextScalar()
            try pushLiteral(scalar)
        }
    }

    /// An escaped character.
    mutating func parseEscape() throws(RegexError) -> UInt32 {
        let start = position
        position += 1
        guard !isAtEnd else { throw RegexError(.trailingBackslash, []) }
        let scalar = try nextScalar()
        switch scalar {
        case 0x31...0x37:
            if let next = peek(), next.isOctalDigit { return parseOctal(first: scalar) }
        case 0x30:
            return parseOctal(first: scalar)
        case 0x78:
            if let value = try parseHexadecimal() { return value }
        case 0x61: return 7
        case 0x66: return 12
        case 0x6E: return 10
        case 0x72: return 13
        case 0x74: return 9
        case 0x76: return 11
        default:
            if scalar < 0x80, !UInt8(scalar).isASCIIAlphanumeric { return scalar }
        }
        throw RegexError(.invalidEscape, pattern[start..<position])
    }

    private mutating func parseOctal(first: UInt32) -> UInt32 {
        var value = first - 48
        for _ in 0..<2 {
            guard let digit = peek(), digit.isOctalDigit else { break }
            value = value * 8 + UInt32(digit - 48)
            position += 1
        }
        return value
    }

    /// What follows `\x`; `nil` when it is no number, with the position where Go's message ends.
    private mutating func parseHexadecimal() throws(RegexError) -> UInt32? {
        guard !isAtEnd else { return nil }
        let first = try nextScalar()
        if first != 0x7B {
            guard !isAtEnd else { return nil }
            let second = try nextScalar()
            guard let high = hexadecimalValue(first), let low = hexadecimalValue(second) else { return nil }
            return high * 16 + low
        }
        var value: UInt32 = 0
        var digits = 0
        while !isAtEnd {
            let scalar = try nextScalar()
            if scalar == 0x7D { return digits == 0 ? nil : value }
            guard let digit = hexadecimalValue(scalar) else { return nil }
            value = value * 16 + digit
            if value > CharacterClass.lastScalar { return nil }
            digits += 1
        }
        return nil
    }

    private func hexadecimalValue(_ scalar: UInt32) -> UInt32? {
        switch scalar {
        case 48...57: scalar - 48
        case 65...70: scalar - 55
        case 97...102: scalar - 87
        default: nil
        }
    }

    // MARK: UTF-8

    /// The scalar at the position, which moves behind it.
    mutating func nextScalar() throws(RegexError) -> UInt32 {
        guard let decoded = UTF8Decoding.decode(pattern, at: position) else { throw RegexError(.invalidUTF8, pattern) }
        position += decoded.length
        return decoded.scalar
    }

    func checkUTF8(_ bytes: ArraySlice<UInt8>) throws(RegexError) {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard let decoded = UTF8Decoding.decode(bytes, at: index) else { throw RegexError(.invalidUTF8, bytes) }
            index += decoded.length
        }
    }
}

extension UInt8 {
    fileprivate var isOctalDigit: Bool { self >= 48 && self <= 55 }
}

/// Strict decoding of UTF-8: no surrogates, no overlong forms, nothing beyond U+10FFFF.
enum UTF8Decoding {
    static func decode(_ bytes: some UTF8Source, at index: Int) -> (scalar: UInt32, length: Int)? {
        let first = UInt32(bytes[index])
        if first < 0x80 { return (first, 1) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, first <= 0xF4, index + length <= bytes.endIndex else { return nil }
        var scalar = first & (0x7F >> UInt32(length))
        for offset in 1..<length {
            let byte = UInt32(bytes[index + offset])
            guard byte & 0xC0 == 0x80 else { return nil }
            scalar = scalar << 6 | byte & 0x3F
        }
        let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard scalar >= least, scalar <= 0x10FFFF, scalar < 0xD800 || scalar > 0xDFFF else { return nil }
        return (scalar, length)
    }

    /// Bytes that a scalar takes.
    static func encodedLength(of scalar: UInt32) -> Int { scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4 }

    /// Bytes to go forward for one character; 1 where the text is not UTF-8.
    static func length(of bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        bytes[index] < 0x80 ? 1 : decode(bytes, at: index)?.length ?? 1
    }
}

/// Bytes found by `Int` indices.
protocol UTF8Source: RandomAccessCollection where Element == UInt8, Index == Int {}
extension [UInt8]: UTF8Source {}
extension ArraySlice<UInt8>: UTF8Source {}
extension UnsafeBufferPointer<UInt8>: UTF8Source {}
