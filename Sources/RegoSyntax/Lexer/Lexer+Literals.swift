extension Lexer {
    mutating func scanIdentifier() {
        while Self.isLetter(cursor.current) || Self.isDigit(cursor.current) {
            // ASCII, of which nearly all names are, in one step.
            let start = cursor.offset + cursor.width
            let next = bytes.withUnsafeBufferPointer { bytes in
                var next = start
                while next < bytes.count, Self.isLetter(UInt32(bytes[next])) || Self.isDecimal(UInt32(bytes[next])) { next &+= 1 }
                return next
            }
            if next > start {
                cursor.column += UInt32(truncatingIfNeeded: next - start)
                cursor.offset = next - 1
                cursor.width = 1
            }
            advance()
        }
    }

    mutating func scanNumber() {
        while Self.isDecimal(cursor.current) { advance() }
        if cursor.current == UInt32(UInt8(ascii: ".")) {
            advance()
            if !scanDecimals() { errors.append("expected fraction") }
        }
        if cursor.current | 0x20 == UInt32(UInt8(ascii: "e")) {
            advance()
            if cursor.current == UInt32(UInt8(ascii: "+")) || cursor.current == UInt32(UInt8(ascii: "-")) { advance() }
            if !scanDecimals() { errors.append("expected exponent") }
        }
        // `0a2b` is one broken number rather than a number and a name.
        if Self.isLetter(cursor.current) {
            errors.append("illegal number format")
            scanIdentifier()
        }
    }

    /// Steps over decimal digits; whether there were any.
    private mutating func scanDecimals() -> Bool {
        guard Self.isDecimal(cursor.current) else { return false }
        while Self.isDecimal(cursor.current) { advance() }
        return true
    }

    mutating func scanComment() -> Token.Kind {
        while cursor.current != UInt32(UInt8(ascii: "\n")), cursor.current != Self.end { advance() }
        return .comment
    }

    mutating func scanRawString() -> Token.Kind {
        while true {
            let character = cursor.current
            if character == Self.end {
                errors.append("non-terminated string")
                return .rawString
            }
            advance()
            if character == UInt32(UInt8(ascii: "`")) { return .rawString }
        }
    }

    mutating func scanString() -> Token.Kind {
        while true {
            let character = cursor.current
            if character == UInt32(UInt8(ascii: "\n")) || character == Self.end {
                errors.append("non-terminated string")
                return .string
            }
            advance()
            if character == UInt32(UInt8(ascii: "\"")) { return .string }
            if character == UInt32(UInt8(ascii: "\\")) { scanEscape(allowsBrace: false) }
        }
    }

    mutating func scanTemplate() -> Token.Kind {
        while true {
            let character = cursor.current
            if character == UInt32(UInt8(ascii: "\n")) || character == Self.end {
                errors.append("non-terminated string")
                return .templatePart
            }
            advance()
            if character == UInt32(UInt8(ascii: "\"")) { return .templateEnd }
            if character == UInt32(UInt8(ascii: "{")) { return .templatePart }
            if character == UInt32(UInt8(ascii: "\\")) { scanEscape(allowsBrace: true) }
        }
    }

    mutating func scanRawTemplate() -> Token.Kind {
        while true {
            let character = cursor.current
            if character == Self.end {
                errors.append("non-terminated string")
                return .rawTemplatePart
            }
            advance()
            if character == UInt32(UInt8(ascii: "`")) { return .rawTemplateEnd }
            if character == UInt32(UInt8(ascii: "{")) { return .rawTemplatePart }
            if character == UInt32(UInt8(ascii: "\\")), cursor.current == UInt32(UInt8(ascii: "{")) { advance() }
        }
    }

    /// Steps over what follows a backslash; the digits of `\u` are checked when the string is decoded.
    private mutating func scanEscape(allowsBrace: Bool) {
        guard cursor.current < 0x80 else {
            errors.append("illegal escape sequence")
            return
        }
        switch UInt8(truncatingIfNeeded: cursor.current) {
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            advance()
        case UInt8(ascii: "{") where allowsBrace:
            advance()
        case UInt8(ascii: "u"):
            for _ in 0..<4 { advance() }
        default:
            errors.append("illegal escape sequence")
        }
    }
}

/// Reading and writing of UTF-8 by hand: the parser works on bytes.
package enum UTF8Decoding {
    /// The scalar that begins at an offset, and its length in bytes; `nil` if no well-formed one does.
    package static func scalar(in bytes: [UInt8], at offset: Int) -> (scalar: UInt32, width: Int)? {
        let first = bytes[offset]
        let width: Int
        var value: UInt32
        switch first {
        case 0x00...0x7F: return (UInt32(first), 1)
        case 0xC2...0xDF: (width, value) = (2, UInt32(first & 0x1F))
        case 0xE0...0xEF: (width, value) = (3, UInt32(first & 0x0F))
        case 0xF0...0xF4: (width, value) = (4, UInt32(first & 0x07))
        default: return nil
        }
        guard offset + width <= bytes.count else { return nil }
        for index in (offset + 1)..<(offset + width) {
            guard bytes[index] & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(bytes[index] & 0x3F)
        }
        // Overlong forms, surrogates and values past the last plane.
        let isWellFormed =
            switch width {
            case 3: value >= 0x800 && !(0xD800...0xDFFF).contains(value)
            case 4: value >= 0x10000 && value <= 0x10FFFF
            default: true
            }
        return isWellFormed ? (value, width) : nil
    }

    /// Appends a scalar's bytes.
    package static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    }
}

/// What stands between the quotes of a string, as JSON's grammar decodes it.
package enum StringDecoding {
    /// Decodes bytes in which a backslash occurs; `nil` where JSON would refuse them (control characters, broken `\u`).
    ///
    /// Surrogates without their other half become U+FFFD. `\{` stands for a brace in template strings only.
    package static func unescape(_ bytes: [UInt8], from start: Int, to end: Int, allowsBrace: Bool = false) -> String? {
        var result: [UInt8] = []
        result.reserveCapacity(end - start)
        var index = start
        while index < end {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                guard byte >= 0x20 else { return nil }
                // An unescaped quote ends a JSON string early; the lexer lets one pass only behind a broken `\u`.
                guard byte != UInt8(ascii: "\"") else { return nil }
                result.append(byte)
                continue
            }
            guard index < end else { return nil }
            let escape = bytes[index]
            index += 1
            switch escape {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "/"): result.append(escape)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "{") where allowsBrace: result.append(escape)
            case UInt8(ascii: "u"):
                guard let scalar = unicodeEscape(bytes, at: &index, to: end) else { return nil }
                UTF8Decoding.append(scalar, to: &result)
            default: return nil
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The scalar of the digits behind `\u`, and of a second escape if the two are surrogates of one character.
    private static func unicodeEscape(_ bytes: [UInt8], at index: inout Int, to end: Int) -> Unicode.Scalar? {
        guard let first = hexadecimal(bytes, at: index, to: end) else { return nil }
        index += 4
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, index + 1 < end, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u"),
            let second = hexadecimal(bytes, at: index + 2, to: end), (0xDC00...0xDFFF).contains(second)
        {
            index += 6
            return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        }
        return "\u{FFFD}"
    }

    private static func hexadecimal(_ bytes: [UInt8], at start: Int, to end: Int) -> UInt32? {
        guard start + 4 <= end else { return nil }
        var value: UInt32 = 0
        for index in start..<(start + 4) {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }
}
