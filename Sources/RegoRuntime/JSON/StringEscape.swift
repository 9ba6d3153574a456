/// Writes strings with their quotation marks and escapes.
enum StringEscape {
    private static let hexDigits: StaticString = "0123456789abcdef"

    /// Writes a string as Go's JSON encoder does.
    static func writeJSON(_ string: Value, escapesHTML: Bool, into buffer: inout OutputBuffer) {
        let bytes = unsafe string.utf8
        buffer.append(UInt8(ascii: "\""))
        var plain = 0
        var offset = 0
        while offset < bytes.count {
            let byte = unsafe bytes[offset]
            var length = 1
            let isEscaped: Bool
            if byte >= 0x80 {
                // U+2028 and U+2029, which end a line in JavaScript.
                isEscaped = unsafe byte == 0xE2 && offset + 2 < bytes.count && bytes[offset + 1] == 0x80 && bytes[offset + 2] & 0xFE == 0xA8
                if isEscaped { length = 3 }
            } else {
                isEscaped =
                    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
                    || escapesHTML && (byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&"))
            }
            if isEscaped {
                unsafe buffer.append(UnsafeBufferPointer(rebasing: bytes[plain..<offset]))
                if length == 3 {
                    buffer.append(unsafe bytes[offset + 2] == 0xA8 ? "\\u2028" : "\\u2029")
                } else {
                    writeEscape(byte, &buffer)
                }
                plain = offset + length
            }
            offset += length
        }
        unsafe buffer.append(UnsafeBufferPointer(rebasing: bytes[plain...]))
        buffer.append(UInt8(ascii: "\""))
    }

    private static func writeEscape(_ byte: UInt8, _ buffer: inout OutputBuffer) {
        switch byte {
        case UInt8(ascii: "\""): buffer.append("\\\"")
        case UInt8(ascii: "\\"): buffer.append("\\\\")
        case 0x08: buffer.append("\\b")
        case 0x0C: buffer.append("\\f")
        case 0x0A: buffer.append("\\n")
        case 0x0D: buffer.append("\\r")
        case 0x09: buffer.append("\\t")
        default:
            buffer.append("\\u00")
            writeHex(UInt32(byte), digits: 2, &buffer)
        }
    }

    private static func writeHex(_ value: UInt32, digits: Int, _ buffer: inout OutputBuffer) {
        for place in (0..<digits).reversed() {
            let digit = Int(value >> UInt32(place * 4) & 15)
            buffer.append(unsafe hexDigits.utf8Start[digit])
        }
    }

    /// Writes a string as Go's `strconv.Quote` does.
    static func writeQuoted(_ string: Value, into buffer: inout OutputBuffer) {
        buffer.append(UInt8(ascii: "\""))
        let bytes = unsafe string.utf8
        if string.isASCII {
            for index in bytes.indices {
                let byte = unsafe bytes[index]
                writeQuoted(ascii: byte, &buffer)
            }
        } else {
            for scalar in string.swiftString.unicodeScalars { writeQuoted(scalar, &buffer) }
        }
        buffer.append(UInt8(ascii: "\""))
    }

    private static func writeQuoted(ascii byte: UInt8, _ buffer: inout OutputBuffer) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x0C, 0x0A, 0x0D, 0x09: writeEscape(byte, &buffer)
        case 0x07: buffer.append("\\a")
        case 0x0B: buffer.append("\\v")
        case 0x20..<0x7F: buffer.append(byte)
        default:
            buffer.append("\\x")
            writeHex(UInt32(byte), digits: 2, &buffer)
        }
    }

    private static func writeQuoted(_ scalar: Unicode.Scalar, _ buffer: inout OutputBuffer) {
        if scalar.isASCII {
            writeQuoted(ascii: UInt8(truncatingIfNeeded: scalar.value), &buffer)
        } else if isPrintable(scalar) {
            buffer.append(text: String(scalar))
        } else {
            buffer.append(scalar.value < 0x10000 ? "\\u" : "\\U")
            writeHex(scalar.value, digits: scalar.value < 0x10000 ? 4 : 8, &buffer)
        }
    }

    /// Letters, marks, numbers, punctuation and symbols, as Go's `unicode.IsPrint` has it.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
