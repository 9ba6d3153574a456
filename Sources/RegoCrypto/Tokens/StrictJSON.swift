/// Reads JSON (RFC 8259) as tokens and key sets need it: UTF-8 without a byte order mark, no duplicate members, no lone surrogates, nothing
/// after the value, limited depth. What two readers could understand differently is refused, because one of them checks the signature and
/// another grants the rights (RFC 8725, section 2.4).
struct StrictJSON {
    /// What is wrong, with the byte's offset; never the document's content.
    struct Failure: Error {
        var message: String
    }

    /// Deeper nesting is refused.
    static let depthLimit = 32

    private let bytes: [UInt8]
    private var at = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Parses one value.
    /// - Complexity: O(n), and O(m²) in the members of one object.
    static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONClaim {
        var parser = StrictJSON(bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.at == bytes.count else { throw parser.failure("something follows the value") }
        return value
    }

    private func failure(_ what: String) -> Failure { Failure(message: "\(what) at byte \(at)") }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONClaim {
        guard depth <= Self.depthLimit else { throw failure("nested too deeply") }
        skipSpace()
        guard let next else { throw failure("an unexpected end") }
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("an unexpected character")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONClaim) throws(Failure) -> JSONClaim {
        for byte in "\(text)".utf8 where !take(byte) { throw failure("an unexpected character") }
        return value
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONClaim {
        at += 1
        var members: [JSONClaim.Member] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw failure("a member without a name") }
            let name = try string()
            guard !members.contains(where: { sameBytes($0.name, name) }) else { throw failure("a member given twice") }
            guard members.count < 1024 else { throw failure("too many members") }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure("a missing colon") }
            members.append(JSONClaim.Member(name, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw failure("a missing comma") }
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONClaim {
        at += 1
        var elements: [JSONClaim] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw failure("a missing comma") }
        }
    }

    private mutating func number() throws(Failure) -> JSONClaim {
        let start = at
        var isInteger = true
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isInteger = false
            at += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw failure("a number out of range") }
        return .number(value)
    }

    private mutating func digits() throws(Failure) {
        let start = at
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
        guard at > start else { throw failure("a malformed number") }
    }

    private mutating func string() throws(Failure) -> String {
        at += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                guard let string = String(validating: text, as: UTF8.self) else { throw failure("a string that is not UTF-8") }
                return string
            case UInt8(ascii: "\\"):
                at += 1
                try escape(into: &text)
            case 0..<0x20:
                throw failure("a control character in a string")
            default:
                text.append(byte)
                at += 1
            }
        }
        throw failure("an unexpected end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Failure) {
        guard let byte = next else { throw failure("an unexpected end") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if code & 0xFC00 == 0xD800 {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw failure("a lone surrogate") }
                let low = try hexadecimal()
                guard low & 0xFC00 == 0xDC00 else { throw failure("a lone surrogate") }
                code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("a lone surrogate") }
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw failure("an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw failure("a malformed escape")
            }
            code = code << 4 | UInt32(digit)
            at += 1
        }
        return code
    }
}
