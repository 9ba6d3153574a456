/// What Go's `yaml.v2`, which Kubernetes and OPA read documents with, makes of a scalar: YAML 1.1's booleans, and numbers as Go writes them.
enum CompatibleScalar {
    case null
    case boolean(Bool)
    /// An integer of 64 bits, in decimal; `isUnsigned` if only an unsigned one holds it.
    case integer(String, isUnsigned: Bool)
    case float(Double)
    case string(String)
    /// Text that is an instant or a day.
    case timestamp(String)
    /// Text in base 64.
    case binary(String)

    /// Why a text cannot be what its tag says.
    struct Mismatch: Error { let message: String }

    /// Reads a scalar with a tag in its short form; `nil` for none.
    init(_ text: String, tag: String?) throws(Mismatch) {
        switch tag {
        case nil: self = Self.untagged(text)
        case "!!str": self = .string(text)
        case "!!binary": self = .binary(text)
        case "!!bool", "!!int", "!!float", "!!null", "!!timestamp":
            let scalar = tag == "!!timestamp" ? Self.untagged(text) : Self.untagged(text, mayBeTimestamp: false)
            switch (scalar, tag) {
            case (.integer(let digits, isUnsigned: false), "!!float"): self = .float(Double(digits) ?? 0)
            case _ where scalar.tag == tag: self = scalar
            default: throw Mismatch(message: "yaml: cannot decode \(scalar.tag) `\(text)` as a \(tag ?? "")")
            }
        default: self = .string(text)
        }
    }

    private var tag: String {
        switch self {
        case .null: "!!null"
        case .boolean: "!!bool"
        case .integer: "!!int"
        case .float: "!!float"
        case .string: "!!str"
        case .timestamp: "!!timestamp"
        case .binary: "!!binary"
        }
    }

    /// Reads a scalar without quotes and tag.
    static func untagged(_ text: String, mayBeTimestamp: Bool = true) -> CompatibleScalar {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            return number(text, first, mayBeTimestamp: mayBeTimestamp)
        default: break
        }
        switch text {
        case "~", "null", "Null", "NULL": return .null
        case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .boolean(true)
        case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .boolean(false)
        default: return .string(text)
        }
    }

    private static func number(_ text: String, _ first: UInt8, mayBeTimestamp: Bool) -> CompatibleScalar {
        switch text {
        case ".nan", ".NaN", ".NAN": return .float(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
        default: break
        }
        var digits = text
        if text.utf8.contains(UInt8(ascii: "_")) {
            // After a leading point, underscores must separate digits; anywhere else they are passed over.
            if first == UInt8(ascii: "."), !separatesDigits(text) { return .string(text) }
            digits.unicodeScalars.removeAll { $0 == "_" }
        }
        if first != UInt8(ascii: ".") {
            if mayBeTimestamp, YAMLScalar.timestamp(text) != nil { return .timestamp(text) }
            if let integer = integer(digits) { return integer }
        }
        guard isFloat(digits), let value = Double(digits.last == "." ? digits + "0" : digits), value.isFinite else { return .string(text) }
        return .float(value)
    }

    /// Go's `underscoreOK` for a text that begins with a point.
    private static func separatesDigits(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.indices.allSatisfy { index in
            bytes[index] != UInt8(ascii: "_")
                || index > 0 && index + 1 < bytes.count && isDigit(bytes[index - 1]) && isDigit(bytes[index + 1])
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Go's `strconv.ParseInt` and `ParseUint` with base 0: decimal, `0x`, `0o`, `0b`, and octal after a 0.
    private static func integer(_ text: String) -> CompatibleScalar? {
        var rest = Substring(text)
        let isNegative = rest.utf8.first == UInt8(ascii: "-")
        let isSigned = isNegative || rest.utf8.first == UInt8(ascii: "+")
        if isSigned { rest = rest.dropFirst() }
        var radix = 10
        if rest.utf8.count > 1, rest.utf8.first == UInt8(ascii: "0") {
            switch rest.utf8.dropFirst().first.map({ $0 | 0x20 }) {
            case UInt8(ascii: "x"): (radix, rest) = (16, rest.dropFirst(2))
            case UInt8(ascii: "o"): (radix, rest) = (8, rest.dropFirst(2))
            case UInt8(ascii: "b"): (radix, rest) = (2, rest.dropFirst(2))
            default: (radix, rest) = (8, rest.dropFirst())
            }
        }
        // Swift reads a sign here too, which may stand only at the front.
        guard let head = rest.unicodeScalars.first, head.properties.isASCIIHexDigit, let value = UInt64(rest, radix: radix) else {
            return nil
        }
        if isNegative {
            guard value <= UInt64(Int64.max) + 1 else { return nil }
            return .integer(value == 0 ? "0" : "-\(value)", isUnsigned: false)
        }
        let isUnsigned = value > UInt64(Int64.max)
        // Only signed integers may have a sign.
        guard !isSigned || !isUnsigned else { return nil }
        return .integer(String(value), isUnsigned: isUnsigned)
    }

    /// Digits with a point before, among, or after them, and an exponent.
    private static func isFloat(_ text: String) -> Bool {
        var rest = text.utf8[...]
        if let first = rest.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") { rest.removeFirst() }
        var digits = 0
        func skip() -> Int {
            let start = rest.count
            rest = rest.drop(while: isDigit)
            return start - rest.count
        }
        digits = skip()
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            digits += skip()
        }
        guard digits > 0 else { return false }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest.removeFirst() }
            guard skip() > 0 else { return false }
        }
        return rest.isEmpty
    }

    /// Numbers of base 60, which YAML 1.1 had: Go reads them as text and writes them with quotes.
    static func isSexagesimal(_ text: String) -> Bool {
        var rest = text.utf8[...]
        if let first = rest.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") { rest.removeFirst() }
        guard let first = rest.first, isDigit(first) else { return false }
        rest = rest.drop { isDigit($0) || $0 == UInt8(ascii: "_") }
        guard rest.first == UInt8(ascii: ":") else { return false }
        while rest.first == UInt8(ascii: ":") {
            rest.removeFirst()
            let digits = rest.prefix(while: isDigit)
            guard let leading = digits.first, digits.count == 1 || digits.count == 2 && leading <= UInt8(ascii: "5") else { return false }
            rest.removeFirst(digits.count)
        }
        guard rest.first == UInt8(ascii: ".") else { return rest.isEmpty }
        return rest.dropFirst().allSatisfy { isDigit($0) || $0 == UInt8(ascii: "_") }
    }
}
