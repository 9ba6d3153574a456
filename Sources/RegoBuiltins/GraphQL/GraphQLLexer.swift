@_spi(Engine) import RegoRuntime

/// A token of GraphQL.
struct GraphQLToken {
    enum Kind: String {
        case invalid = "<Invalid>"
        case end = "<EOF>"
        case bang = "!"
        case dollar = "$"
        case ampersand = "&"
        case openParenthesis = "("
        case closeParenthesis = ")"
        case spread = "..."
        case colon = ":"
        case equals = "="
        case at = "@"
        case openBracket = "["
        case closeBracket = "]"
        case openBrace = "{"
        case closeBrace = "}"
        case pipe = "|"
        case name = "Name"
        case integer = "Int"
        case float = "Float"
        case string = "String"
        case blockString = "BlockString"
    }

    var kind: Kind
    /// A name, a number as written, or a string's value.
    var text = ""
    /// From 1; columns are code points.
    var line: Int
    var column: Int

    /// As messages show it.
    var shown: String { text.isEmpty ? kind.rawValue : "\(kind.rawValue) \(GraphQLToken.quoted(text))" }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// Takes a GraphQL document apart (GraphQL October 2021, 2.1); comments, commas and white space fall away.
struct GraphQLLexer {
    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1
    /// Where the line begins, and how many bytes since then continue a code point.
    private var lineStart = 0
    private var continuations = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private func byte(_ place: Int) -> UInt8 { place < bytes.count ? bytes[place] : 0 }

    private func token(_ kind: GraphQLToken.Kind, at start: Int, _ text: String = "") -> GraphQLToken {
        GraphQLToken(kind: kind, text: text, line: line, column: start - lineStart - continuations + 1)
    }

    /// The next token; after the last one always `end`, for what is none `invalid`.
    mutating func next() -> GraphQLToken {
        skipIgnored()
        let start = offset
        guard start < bytes.count else { return token(.end, at: start) }
        let kind: GraphQLToken.Kind
        switch bytes[start] {
        case UInt8(ascii: "!"): kind = .bang
        case UInt8(ascii: "$"): kind = .dollar
        case UInt8(ascii: "&"): kind = .ampersand
        case UInt8(ascii: "("): kind = .openParenthesis
        case UInt8(ascii: ")"): kind = .closeParenthesis
        case UInt8(ascii: ":"): kind = .colon
        case UInt8(ascii: "="): kind = .equals
        case UInt8(ascii: "@"): kind = .at
        case UInt8(ascii: "["): kind = .openBracket
        case UInt8(ascii: "]"): kind = .closeBracket
        case UInt8(ascii: "{"): kind = .openBrace
        case UInt8(ascii: "}"): kind = .closeBrace
        case UInt8(ascii: "|"): kind = .pipe
        case UInt8(ascii: "."):
            guard byte(start + 1) == UInt8(ascii: "."), byte(start + 2) == UInt8(ascii: ".") else { return token(.invalid, at: start) }
            offset += 3
            return token(.spread, at: start)
        case UInt8(ascii: "\""):
            let isBlock = byte(start + 1) == UInt8(ascii: "\"") && byte(start + 2) == UInt8(ascii: "\"")
            return isBlock ? blockString() : string()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        case let first where Self.isNameByte(first):
            while offset < bytes.count, Self.isNameByte(bytes[offset]) { offset += 1 }
            return token(.name, at: start, String(decoding: bytes[start..<offset], as: UTF8.self))
        default: return token(.invalid, at: start)
        }
        offset += 1
        return token(kind, at: start)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_") || (byte | 0x20 >= 97 && byte | 0x20 <= 122)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    private mutating func newLine() {
        line += 1
        lineStart = offset
        continuations = 0
    }

    /// One byte of a string or comment.
    private mutating func advance() {
        if bytes[offset] & 0xC0 == 0x80 { continuations += 1 }
        offset += 1
    }

    private mutating func skipIgnored() {
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ","): offset += 1
            case UInt8(ascii: "\n"):
                offset += 1
                newLine()
            case UInt8(ascii: "\r"):
                offset += byte(offset + 1) == UInt8(ascii: "\n") ? 2 : 1
                newLine()
            case 0xEF where byte(offset + 1) == 0xBB && byte(offset + 2) == 0xBF:
                for _ in 0..<3 { advance() }
            case UInt8(ascii: "#"):
                while offset < bytes.count, bytes[offset] > 0x1F || bytes[offset] == UInt8(ascii: "\t") { advance() }
            default: return
            }
        }
    }

    private mutating func number() -> GraphQLToken {
        let start = offset
        var isFloat = false
        if byte(offset) == UInt8(ascii: "-") { offset += 1 }
        if byte(offset) == UInt8(ascii: "0") {
            offset += 1
            if Self.isDigit(byte(offset)) { return token(.invalid, at: offset) }
        } else if !digits() {
            return token(.invalid, at: offset)
        }
        if byte(offset) == UInt8(ascii: ".") {
            isFloat = true
            offset += 1
            if !digits() { return token(.invalid, at: offset) }
        }
        if byte(offset) | 0x20 == UInt8(ascii: "e") {
            isFloat = true
            offset += 1
            if byte(offset) == UInt8(ascii: "-") || byte(offset) == UInt8(ascii: "+") { offset += 1 }
            if !digits() { return token(.invalid, at: offset) }
        }
        return token(isFloat ? .float : .integer, at: start, String(decoding: bytes[start..<offset], as: UTF8.self))
    }

    private mutating func digits() -> Bool {
        let start = offset
        while Self.isDigit(byte(offset)) { offset += 1 }
        return offset > start
    }

    /// Strings are placed behind their opening quote, as OPA does.
    private mutating func string() -> GraphQLToken {
        offset += 1
        let place = token(.string, at: offset)
        var text: [UInt8] = []
        while offset < bytes.count {
            let next = bytes[offset]
            if next == UInt8(ascii: "\"") {
                offset += 1
                return GraphQLToken(kind: .string, text: String(decoding: text, as: UTF8.self), line: place.line, column: place.column)
            }
            if next < 0x20, next != UInt8(ascii: "\t") { break }
            if next == UInt8(ascii: "\\") {
                guard escape(into: &text) else { break }
            } else {
                text.append(next)
                advance()
            }
        }
        return token(.invalid, at: offset)
    }

    private mutating func escape(into text: inout [UInt8]) -> Bool {
        let plain: UInt8
        switch byte(offset + 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "\\"): plain = bytes[offset + 1]
        case UInt8(ascii: "b"): plain = 8
        case UInt8(ascii: "f"): plain = 12
        case UInt8(ascii: "n"): plain = 10
        case UInt8(ascii: "r"): plain = 13
        case UInt8(ascii: "t"): plain = 9
        case UInt8(ascii: "u"):
            guard offset + 6 < bytes.count, bytes[offset + 2...offset + 5].allSatisfy({ $0 != UInt8(ascii: "+") }),
                let code = UInt32(String(decoding: bytes[offset + 2...offset + 5], as: UTF8.self), radix: 16)
            else { return false }
            text += Array(String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
            offset += 6
            return true
        default: return false
        }
        text.append(plain)
        offset += 2
        return true
    }

    private mutating func blockString() -> GraphQLToken {
        let quote = UInt8(ascii: "\"")
        offset += 3
        var text: [UInt8] = []
        while offset < bytes.count {
            let next = bytes[offset]
            switch next {
            case quote where byte(offset + 1) == quote && byte(offset + 2) == quote:
                let place = token(.blockString, at: offset)
                var quotes = 0
                while byte(offset) == quote {
                    quotes += 1
                    offset += 1
                }
                text += Array(repeating: quote, count: quotes - 3)
                let value = String(decoding: Self.blockValue(text), as: UTF8.self)
                return GraphQLToken(kind: .blockString, text: value, line: place.line, column: place.column)
            case UInt8(ascii: "\\") where bytes[offset...].starts(with: [next, quote, quote, quote]):
                text += [quote, quote, quote]
                offset += 4
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                offset += next == UInt8(ascii: "\r") && byte(offset + 1) == UInt8(ascii: "\n") ? 2 : 1
                text.append(UInt8(ascii: "\n"))
                newLine()
            case 0..<0x20 where next != UInt8(ascii: "\t"): return token(.invalid, at: offset)
            default:
                text.append(next)
                advance()
            }
        }
        return token(.invalid, at: offset)
    }

    /// Without the indentation that all lines but the first share, and without blank lines at either end.
    private static func blockValue(_ text: [UInt8]) -> [UInt8] {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let indents = lines.dropFirst().filter { !$0.allSatisfy(isBlank) }.map { $0.prefix(while: isBlank).count }
        if let indent = indents.min() {
            for index in lines.indices.dropFirst() { lines[index] = lines[index].dropFirst(indent) }
        }
        guard let first = lines.firstIndex(where: { !$0.allSatisfy(isBlank) }),
            let last = lines.lastIndex(where: { !$0.allSatisfy(isBlank) })
        else { return [] }
        return Array(lines[first...last].joined(separator: [UInt8(ascii: "\n")]))
    }
}
