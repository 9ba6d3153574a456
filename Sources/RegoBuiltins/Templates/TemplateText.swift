@_spi(Engine) import RegoRuntime

/// Texts of templates: quoted as Go quotes them, and read from Go's literals.
enum TemplateText {
    /// Go's `%q`.
    static func quoted(_ text: String) -> String {
        let arena = Arena(chunkSize: 1024)
        defer { arena.destroy() }
        var builder = TextBuilder(in: arena)
        var text = text
        text.withUTF8 { GoQuoting.quote($0, asciiOnly: false, into: &builder) }
        return String(decoding: builder.bytes, as: UTF8.self)
    }

    /// Go's `strconv.Unquote` of a string in double or back quotes; `nil` when it is none.
    static func unquoted(_ literal: [UInt8]) -> [UInt8]? {
        guard literal.count >= 2, let quote = literal.first, literal.last == quote else { return nil }
        let body = literal[1..<(literal.count - 1)]
        if quote == UInt8(ascii: "`") { return body.contains(quote) ? nil : body.filter { $0 != 13 } }
        var (output, position) = ([UInt8](), body.startIndex)
        while position < body.endIndex {
            if body[position] == quote || body[position] == 10 { return nil }
            guard let next = append(body, at: position, quote, to: &output) else { return nil }
            position = next
        }
        return output
    }

    /// Go's `strconv.UnquoteChar` of a literal in single quotes, which it has to fill: `nil` when its escapes are none or nothing stands
    /// between the quotes, `.some(nil)` when something is left over.
    static func character(_ literal: [UInt8]) -> Int?? {
        guard literal.count > 2, literal[1] != UInt8(ascii: "'") else { return nil }
        var output: [UInt8] = []
        guard let next = append(literal[...], at: 1, UInt8(ascii: "'"), to: &output) else { return nil }
        guard next == literal.count - 1 else { return .some(nil) }
        // A byte's escape is that number and not a character.
        if output.count == 1 { return Int(output[0]) }
        return String(decoding: output, as: UTF8.self).unicodeScalars.first.map { .some(Int($0.value)) } ?? .some(nil)
    }

    /// Appends the character at a place, and returns the next place.
    private static func append(_ text: ArraySlice<UInt8>, at position: Int, _ quote: UInt8, to output: inout [UInt8]) -> Int? {
        guard text[position] == UInt8(ascii: "\\") else {
            var next = position + 1
            while next < text.endIndex, text[next] & 0xC0 == 0x80 { next += 1 }
            output += text[position..<next]
            return next
        }
        guard position + 1 < text.endIndex else { return nil }
        let escape = text[position + 1]
        let simple: [UInt8: UInt8] = [97: 7, 98: 8, 102: 12, 110: 10, 114: 13, 116: 9, 118: 11, 92: 92]
        if let byte = simple[escape] {
            output.append(byte)
            return position + 2
        }
        switch escape {
        case quote:
            output.append(quote)
            return position + 2
        case UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"):
            let length = escape == UInt8(ascii: "x") ? 2 : escape == UInt8(ascii: "u") ? 4 : 8
            guard position + 2 + length <= text.endIndex else { return nil }
            let digits = text[(position + 2)..<(position + 2 + length)]
            guard digits.allSatisfy(isHexadecimal), let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) else {
                return nil
            }
            if length == 2 {
                output.append(UInt8(truncatingIfNeeded: value))
            } else {
                guard let scalar = Unicode.Scalar(value) else { return nil }
                output += Array(String(Character(scalar)).utf8)
            }
            return position + 2 + length
        case 48...55:
            guard position + 4 <= text.endIndex, text[(position + 1)..<(position + 4)].allSatisfy({ (48...55).contains($0) }),
                let value = UInt8(String(decoding: text[(position + 1)..<(position + 4)], as: UTF8.self), radix: 8)
            else { return nil }
            output.append(value)
            return position + 4
        default: return nil
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte | 0x20) }
}
