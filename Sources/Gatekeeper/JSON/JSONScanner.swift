/// Walks JSON text without building values.
struct JSONScanner {
    let bytes: [UInt8]
    var position: Int
    let depthLimit: Int

    /// The byte at the position; `nil` at the end.
    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    func error(_ message: String) -> MalformedJSON { MalformedJSON(message: message, offset: position) }

    mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// Skips a byte that a checked text is known to have here, and the white space around it.
    mutating func skip(_ byte: UInt8) {
        skipSpace()
        if current == byte { position += 1 }
        skipSpace()
    }

    /// Moves to the next element of a checked list; `false` at its end.
    mutating func next(before end: UInt8) -> Bool {
        skip(UInt8(ascii: ","))
        return current != end && current != nil
    }

    /// The range of the value here in a checked text.
    mutating func slice() -> Range<Int>? {
        let start = position
        do {
            try skipValue()
        } catch {
            return nil
        }
        return start..<position
    }

    /// Skips and checks one value. Iterative: nesting costs a byte a level, not a stack frame.
    mutating func skipValue() throws(MalformedJSON) {
        var open: [UInt8] = []
        while true {
            try beginValue(&open)
            // A complete value stands behind us: close what ends here, or go on with the next element.
            closing: while true {
                guard let container = open.last else { return }
                skipSpace()
                switch current {
                case UInt8(ascii: ","):
                    position += 1
                    skipSpace()
                    if container == UInt8(ascii: "{") { try skipName() }
                    break closing
                case UInt8(ascii: "}") where container == UInt8(ascii: "{"), UInt8(ascii: "]") where container == UInt8(ascii: "["):
                    position += 1
                    open.removeLast()
                case nil: throw error("unexpected end of JSON input")
                default:
                    throw error("invalid character after \(container == UInt8(ascii: "{") ? "object key:value pair" : "array element")")
                }
            }
        }
    }

    /// Skips a scalar or an empty container; of other containers everything up to the first element, noting them in `open`.
    private mutating func beginValue(_ open: inout [UInt8]) throws(MalformedJSON) {
        while true {
            skipSpace()
            switch current {
            case UInt8(ascii: "{"):
                position += 1
                skipSpace()
                if current == UInt8(ascii: "}") {
                    position += 1
                    return
                }
                open.append(UInt8(ascii: "{"))
                try skipName()
            case UInt8(ascii: "["):
                position += 1
                skipSpace()
                if current == UInt8(ascii: "]") {
                    position += 1
                    return
                }
                open.append(UInt8(ascii: "["))
            case UInt8(ascii: "\""): return try skipString()
            case UInt8(ascii: "t"): return try skipWord("true")
            case UInt8(ascii: "f"): return try skipWord("false")
            case UInt8(ascii: "n"): return try skipWord("null")
            case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return try skipNumber()
            case nil: throw error("unexpected end of JSON input")
            default: throw error("invalid character looking for beginning of value")
            }
            guard open.count <= depthLimit else { throw error("exceeded max depth") }
        }
    }

    private mutating func skipName() throws(MalformedJSON) {
        guard current == UInt8(ascii: "\"") else {
            throw error(current == nil ? "unexpected end of JSON input" : "invalid character looking for beginning of object key string")
        }
        try skipString()
        skipSpace()
        guard current == UInt8(ascii: ":") else {
            throw error(current == nil ? "unexpected end of JSON input" : "invalid character after object key")
        }
        position += 1
    }

    private mutating func skipWord(_ word: StaticString) throws(MalformedJSON) {
        let text = word.description.utf8
        guard bytes[position...].starts(with: text) else {
            throw error(bytes.count - position < text.count ? "unexpected end of JSON input" : "invalid character in literal \(word)")
        }
        position += text.count
    }

    private mutating func skipNumber() throws(MalformedJSON) {
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") {
            position += 1
        } else {
            try skipDigits()
        }
        if current == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
    }

    private mutating func skipDigits() throws(MalformedJSON) {
        let start = position
        while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else {
            throw error(current == nil ? "unexpected end of JSON input" : "invalid character in numeric literal")
        }
    }

    private mutating func skipString() throws(MalformedJSON) {
        let start = position
        position += 1
        var isASCII = true
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard isASCII || String(validating: bytes[start..<position], as: UTF8.self) != nil else {
                    throw MalformedJSON(message: "invalid UTF-8 in string", offset: start)
                }
                return
            case UInt8(ascii: "\\"): try skipEscape()
            case ..<0x20: throw error("invalid character in string literal")
            case 0x80...: isASCII = false
            default: break
            }
        }
        throw error("unexpected end of JSON input")
    }

    private mutating func skipEscape() throws(MalformedJSON) {
        guard let byte = current else { throw error("unexpected end of JSON input") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                guard let digit = current else { throw error("unexpected end of JSON input") }
                guard Self.hexadecimal(digit) != nil else { throw error("invalid character in \\u hexadecimal character escape") }
                position += 1
            }
        default: throw error("invalid character in string escape code")
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte) - 0x61 + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte) - 0x41 + 10
        default: nil
        }
    }

    /// The text that a checked string's inside stands for; surrogates without their partner become U+FFFD, as in Go.
    static func decodeString(_ inside: ArraySlice<UInt8>) -> String {
        guard inside.contains(UInt8(ascii: "\\")) else { return String(decoding: inside, as: UTF8.self) }
        var result: [UInt8] = []
        var index = inside.startIndex
        while index < inside.endIndex {
            let byte = inside[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            let escape = inside[index]
            index += 1
            switch escape {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"): result.append(contentsOf: Array(String(decodeUnit(inside, &index)).utf8))
            default: result.append(escape)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The scalar of the four digits at `index`, together with a low surrogate's escape right behind a high one.
    private static func decodeUnit(_ inside: ArraySlice<UInt8>, _ index: inout Int) -> Unicode.Scalar {
        func unit(at start: Int) -> UInt32 { inside[start..<start + 4].reduce(0) { $0 << 4 | (hexadecimal($1) ?? 0) } }
        let first = unit(at: index)
        index += 4
        if let scalar = Unicode.Scalar(first) { return scalar }
        let hasEscape =
            index + 6 <= inside.endIndex && inside[index] == UInt8(ascii: "\\") && inside[index + 1] == UInt8(ascii: "u")
        guard first < 0xDC00, hasEscape else { return "\u{FFFD}" }
        let second = unit(at: index + 2)
        guard (0xDC00...0xDFFF).contains(second) else { return "\u{FFFD}" }
        index += 6
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }
}
