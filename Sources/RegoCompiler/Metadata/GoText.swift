@_spi(Engine) import RegoRuntime

/// Texts of values in messages, as Go's `fmt` writes them.
enum GoText {
    /// A value by the verb `%s`.
    static func of(_ value: RegoValue) -> String {
        switch value {
        case .null: return "%!s(<nil>)"
        case .boolean(let value): return "%!s(bool=\(value))"
        case .number(let number):
            let text = RegoValue.number(number).json()
            return number.int64 != nil ? "%!s(int=\(text))" : "%!s(float64=\(text))"
        case .string(let text): return text
        case .array(let elements): return "[" + elements.map(of).joined(separator: " ") + "]"
        case .set(let members): return "[" + members.map(of).sorted().joined(separator: " ") + "]"
        case .object(let members):
            return "map["
                + members.map { (of($0.key), of($0.value)) }.sorted { $0.0 < $1.0 }.map { "\($0.0):\($0.1)" }
                .joined(separator: " ") + "]"
        }
    }

    /// A string by the verb `%q`.
    static func quoted(_ text: String) -> String {
        "\"" + text.unicodeScalars.map { escaped($0, quote: "\"") }.joined() + "\""
    }

    /// A character by the verb `%+q`.
    static func quotedASCII(_ scalar: Unicode.Scalar) -> String {
        guard scalar.value >= 0x7F else { return "'" + escaped(scalar, quote: "'") + "'" }
        let digits = String(scalar.value, radix: 16)
        let (mark, width) = scalar.value > 0xFFFF ? ("\\U", 8) : ("\\u", 4)
        return "'" + mark + String(repeating: "0", count: width - digits.utf8.count) + digits + "'"
    }

    private static func escaped(_ scalar: Unicode.Scalar, quote: Unicode.Scalar) -> String {
        switch scalar {
        case quote, "\\": return "\\\(scalar)"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        case "\u{07}": return "\\a"
        case "\u{08}": return "\\b"
        case "\u{0B}": return "\\v"
        case "\u{0C}": return "\\f"
        default:
            guard scalar.value < 0x20 || scalar.value == 0x7F else { return String(scalar) }
            let digits = String(scalar.value, radix: 16)
            return "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
        }
    }
}
