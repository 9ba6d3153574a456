@_spi(Engine) import RegoRuntime

/// Go's `strconv.Quote`.
enum GoQuoting {
    /// Writes text in double quotes with Go's escapes.
    static func quote(_ text: UnsafeBufferPointer<UInt8>, asciiOnly: Bool, into builder: inout TextBuilder) {
        builder.append(UInt8(ascii: "\""))
        var index = 0
        while index < text.count {
            let length = UTF8Text.sequenceLength(text, at: index)
            if length == 0 {
                escape(byte: text[index], into: &builder)
                index += 1
                continue
            }
            append(scalar: scalar(text, index, length), quote: UInt8(ascii: "\""), asciiOnly: asciiOnly, into: &builder)
            index += length
        }
        builder.append(UInt8(ascii: "\""))
    }

    /// Writes one character in single quotes.
    static func quote(scalar: UInt32, asciiOnly: Bool, into builder: inout TextBuilder) {
        builder.append(UInt8(ascii: "'"))
        append(scalar: Unicode.Scalar(scalar) == nil ? 0xFFFD : scalar, quote: UInt8(ascii: "'"), asciiOnly: asciiOnly, into: &builder)
        builder.append(UInt8(ascii: "'"))
    }

    /// The scalar of a well-formed sequence.
    static func scalar(_ text: UnsafeBufferPointer<UInt8>, _ index: Int, _ length: Int) -> UInt32 {
        var scalar = UInt32(text[index])
        if length == 1 { return scalar }
        scalar &= 0x7F >> UInt32(length)
        for offset in 1..<length { scalar = scalar << 6 | UInt32(text[index + offset]) & 0x3F }
        return scalar
    }

    private static func append(scalar: UInt32, quote: UInt8, asciiOnly: Bool, into builder: inout TextBuilder) {
        switch scalar {
        case UInt32(quote), 0x5C:
            builder.append(UInt8(ascii: "\\"))
            builder.append(UInt8(scalar))
        case 7: builder.append("\\a")
        case 8: builder.append("\\b")
        case 9: builder.append("\\t")
        case 10: builder.append("\\n")
        case 11: builder.append("\\v")
        case 12: builder.append("\\f")
        case 13: builder.append("\\r")
        default:
            if scalar < 0x80 ? scalar >= 0x20 && scalar < 0x7F : !asciiOnly && isPrintable(scalar) {
                builder.append(scalar: scalar)
            } else if scalar < 0x20 || scalar == 0x7F {
                escape(byte: UInt8(scalar), into: &builder)
            } else {
                let isShort = scalar < 0x10000
                builder.append(isShort ? "\\u" : "\\U")
                let digits = String(scalar, radix: 16)
                builder.append(48, repeated: (isShort ? 4 : 8) - digits.utf8.count)
                builder.append(text: digits)
            }
        }
    }

    private static func escape(byte: UInt8, into builder: inout TextBuilder) {
        builder.append("\\x")
        if byte < 16 { builder.append(48) }
        builder.append(text: String(byte, radix: 16))
    }

    /// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
    static func isPrintable(_ scalar: UInt32) -> Bool {
        guard let scalar = Unicode.Scalar(scalar) else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        case .spaceSeparator: return scalar == " "
        default: return true
        }
    }
}
