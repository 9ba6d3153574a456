extension JSONReader {
    /// Reads the string whose first byte after the quotation mark the cursor is at.
    @inline(__always)
    mutating func string(after first: Cursor) -> Step {
        var cursor = unsafe first
        while true {
            // Eight bytes at once: the lowest byte marked is the first that is '"', '\', a control character or not ASCII.
            let word = unsafe UnsafeRawPointer(cursor).loadUnaligned(as: UInt64.self)
            let quote = word ^ 0x2222_2222_2222_2222
            let slash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let quotes = (quote &- 0x0101_0101_0101_0101) & ~quote
            let slashes = (slash &- 0x0101_0101_0101_0101) & ~slash
            let controls = (word &- 0x2020_2020_2020_2020) & ~word
            let marks = (quotes | slashes | controls | word) & 0x8080_8080_8080_8080
            if marks == 0 {
                unsafe cursor += 8
                continue
            }
            unsafe cursor += marks.trailingZeroBitCount >> 3
            if unsafe cursor.pointee == UInt8(ascii: "\"") {
                return unsafe (cursor + 1, Value(utf8: first, count: cursor - first, isASCII: true))
            }
            return unsafe slowString(first, from: cursor)
        }
    }

    /// Reads a string that has escapes or is not ASCII, or is malformed; all before `from` is plain.
    @inline(never)
    private mutating func slowString(_ first: Cursor, from: Cursor) -> Step {
        var cursor = unsafe from
        var hasEscapes = false
        var isASCII = true
        let text = unsafe UnsafeBufferPointer(start: first, count: end - first)
        while true {
            let byte = unsafe cursor.pointee
            if byte == UInt8(ascii: "\"") { break }
            if byte < 0x20 {
                return unsafe fail(.syntax, "in string literal", at: cursor)
            } else if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                if unsafe cursor + 1 >= end { return unsafe fail(.truncated, "in string escape code", at: end) }
                unsafe cursor += 2
            } else if byte < 0x80 {
                unsafe cursor += 1
            } else {
                let length = unsafe UTF8Text.sequenceLength(text, at: cursor - first)
                if length == 0 {
                    return unsafe fail(.encoding, "a string is not valid UTF-8", at: cursor, namesByte: false)
                }
                isASCII = false
                unsafe cursor += length
            }
        }
        let raw = unsafe UnsafeBufferPointer(start: first, count: cursor - first)
        if !hasEscapes { return unsafe (cursor + 1, Value(utf8: first, count: raw.count, isASCII: isASCII)) }
        guard let value = unsafe unescape(raw, isASCII: isASCII) else { return (nil, .undefined) }
        return unsafe (cursor + 1, value)
    }

    /// Replaces escapes; no escape is shorter than what it stands for.
    private mutating func unescape(_ raw: UnsafeBufferPointer<UInt8>, isASCII: Bool) -> Value? {
        let target = unsafe arena.allocate(bytes: raw.count).assumingMemoryBound(to: UInt8.self)
        var isASCII = isASCII
        var count = 0
        var offset = 0
        while offset < raw.count {
            let byte = unsafe raw[offset]
            if byte != UInt8(ascii: "\\") {
                unsafe target[count] = byte
                offset += 1
                count += 1
                continue
            }
            let code = unsafe raw[offset + 1]
            if code == UInt8(ascii: "u") {
                guard let scalar = unsafe unicodeEscape(raw, &offset) else { return nil }
                if scalar >= 0x80 { isASCII = false }
                count += unsafe UTF8Text.encode(scalar, to: target + count)
                continue
            }
            guard let plain = JSONReader.simpleEscape(code) else {
                unsafe fail(.syntax, "in string escape code", at: raw.baseAddress! + offset + 1)
                return nil
            }
            unsafe target[count] = plain
            offset += 2
            count += 1
        }
        return unsafe Value(utf8: target, count: count, isASCII: isASCII)
    }

    private static func simpleEscape(_ code: UInt8) -> UInt8? {
        switch code {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): code
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// Reads `\uXXXX` or a surrogate pair of them at the offset, which it moves behind them; half a pair is U+FFFD.
    private mutating func unicodeEscape(_ raw: UnsafeBufferPointer<UInt8>, _ offset: inout Int) -> UInt32? {
        guard let unit = unsafe hexUnit(raw, offset + 2) else { return nil }
        offset += 6
        guard unit & 0xF800 == 0xD800 else { return unit }
        guard unit < 0xDC00, offset + 1 < raw.count,
            unsafe raw[offset] == UInt8(ascii: "\\") && raw[offset + 1] == UInt8(ascii: "u")
        else { return 0xFFFD }
        guard let low = unsafe hexUnit(raw, offset + 2) else { return nil }
        guard low & 0xFC00 == 0xDC00 else { return 0xFFFD }
        offset += 6
        return 0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF
    }

    private mutating func hexUnit(_ raw: UnsafeBufferPointer<UInt8>, _ offset: Int) -> UInt32? {
        var unit: UInt32 = 0
        for position in offset..<offset + 4 {
            // Behind the raw text lies its quotation mark, which is no digit.
            let byte = raw.baseAddress![min(position, raw.count)]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default:
                unsafe fail(.syntax, "in \\u hexadecimal character escape", at: raw.baseAddress! + min(position, raw.count))
                return nil
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}
