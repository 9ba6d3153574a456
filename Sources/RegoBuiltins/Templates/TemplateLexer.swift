/// A word of a template's action, or the text between actions.
struct TemplateToken {
    enum Kind {
        case error, bool, char, character, complex, assign, declare, end, field, identifier, leftDelimiter, leftParenthesis, number, pipe
        case rawString, rightDelimiter, rightParenthesis, space, string, text, variable
        case keyword(Keyword)
    }

    /// Words and signs that stand for themselves.
    enum Keyword: String {
        case dot = "."
        case block, `break`, `continue`, define, `else`, end, `if`, `nil`, range, template, with
    }

    var kind: Kind
    /// Where it begins, in bytes.
    var position: Int
    var text: [UInt8]
    /// From 1.
    var line: Int

    func `is`(_ keyword: Keyword) -> Bool {
        if case .keyword(let own) = kind { return own == keyword }
        return false
    }

    /// As messages show it.
    var shown: String {
        switch kind {
        case .end: return "EOF"
        case .error: return string
        case .keyword(let keyword) where keyword != .dot: return "<\(keyword.rawValue)>"
        case .keyword: return "<.>"
        default:
            return text.count > 10 ? TemplateText.quoted(String(string.unicodeScalars.prefix(10))) + "..." : TemplateText.quoted(string)
        }
    }

    var string: String { String(decoding: text, as: UTF8.self) }
}

/// Cuts a template into tokens, one at a time (Go: `text/template/parse`).
struct TemplateLexer {
    private let source: [UInt8]
    private var position = 0
    private var start = 0
    private var line = 1
    private var startLine = 1
    private var parentheses = 0
    private var isInsideAction = false
    /// Nothing comes after an error.
    private var hasFailed = false

    init(_ source: [UInt8]) { self.source = source }

    /// The next token; at the end, and after an error, that of the end.
    mutating func next() -> TemplateToken {
        if hasFailed { return TemplateToken(kind: .end, position: 0, text: Array("EOF".utf8), line: startLine) }
        return isInsideAction ? insideAction() : text()
    }

    // MARK: Characters

    private var byte: UInt8? { position < source.count ? source[position] : nil }

    private func has(_ text: StaticString, at position: Int) -> Bool {
        guard position + text.utf8CodeUnitCount <= source.count else { return false }
        return text.withUTF8Buffer { source[position..<position + $0.count].elementsEqual($0) }
    }

    private func find(_ text: StaticString, from position: Int) -> Int? {
        guard let first = text.withUTF8Buffer({ $0.first }) else { return nil }
        var place = position
        while let found = source[place...].firstIndex(of: first) {
            if has(text, at: found) { return found }
            place = found + 1
        }
        return nil
    }

    private func scalar(at position: Int) -> Unicode.Scalar? {
        guard position < source.count else { return nil }
        return String(decoding: source[position..<min(position + 4, source.count)], as: UTF8.self).unicodeScalars.first
    }

    private static func isSpace(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 9 || byte == 10 || byte == 13 }

    /// Letters, digits and `_`; how many bytes it has.
    private func wordLength(at position: Int) -> Int {
        guard let scalar = scalar(at: position) else { return 0 }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
            return UTF8.width(scalar)
        default: return scalar == "_" ? 1 : 0
        }
    }

    /// Whether what stands here may follow a word.
    private var isAtTerminator: Bool {
        guard let byte else { return true }
        return Self.isSpace(byte) || ".,|:)(".utf8.contains(byte) || has("}}", at: position)
    }

    private mutating func take(_ kind: TemplateToken.Kind) -> TemplateToken {
        let token = TemplateToken(kind: kind, position: start, text: Array(source[start..<position]), line: startLine)
        skip()
        return token
    }

    private mutating func skip() {
        line += source[start..<position].count { $0 == 10 }
        start = position
        startLine = line
    }

    private mutating func fail(_ message: String) -> TemplateToken {
        hasFailed = true
        return TemplateToken(kind: .error, position: start, text: Array(message.utf8), line: startLine)
    }

    private mutating func failCharacter(_ prefix: String) -> TemplateToken {
        guard let scalar = scalar(at: position) else { return fail("\(prefix) U+FFFFFFFFFFFFFFFF") }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let shown = GoQuoting.isPrintable(scalar.value) ? " '\(scalar)'" : ""
        return fail("\(prefix) U+\(String(repeating: "0", count: max(4 - digits.count, 0)))\(digits)\(shown)")
    }

    // MARK: Text

    private mutating func text() -> TemplateToken {
        while true {
            guard let action = find("{{", from: position) else {
                position = source.count
                return take(position > start ? .text : .end)
            }
            if action > position {
                let isTrimmed = has("-", at: action + 2) && action + 3 < source.count && Self.isSpace(source[action + 3])
                var end = action
                if isTrimmed { while end > start, Self.isSpace(source[end - 1]) { end -= 1 } }
                position = end
                let token = take(.text)
                position = action
                skip()
                if !token.text.isEmpty { return token }
            }
            position += 2
            let isTrimmed = has("-", at: position) && position + 1 < source.count && Self.isSpace(source[position + 1])
            guard has("/*", at: position + (isTrimmed ? 2 : 0)) else {
                let token = take(.leftDelimiter)
                isInsideAction = true
                if isTrimmed { position += 2 }
                skip()
                parentheses = 0
                return token
            }
            if let failure = comment(isTrimmed ? 2 : 0) { return failure }
        }
    }

    private mutating func comment(_ marker: Int) -> TemplateToken? {
        position += marker
        skip()
        guard let end = find("*/", from: position + 2) else { return fail("unclosed comment") }
        position = end + 2
        guard let isTrimmed = rightDelimiter else { return fail("comment ends before closing delimiter") }
        position += isTrimmed ? 4 : 2
        if isTrimmed { while Self.isSpace(byte) { position += 1 } }
        skip()
        return nil
    }

    /// Whether `}}` stands here: `true` if it trims the text behind it, `nil` if it does not stand here.
    private var rightDelimiter: Bool? {
        if Self.isSpace(byte), has("-}}", at: position + 1) { return true }
        return has("}}", at: position) ? false : nil
    }

    // MARK: Actions

    private mutating func insideAction() -> TemplateToken {
        if let isTrimmed = rightDelimiter {
            if parentheses > 0 { return fail("unclosed left paren") }
            return endAction(isTrimmed)
        }
        guard let byte else { return fail("unclosed action") }
        switch byte {
        case 0x20, 9, 10, 13: return space()
        case UInt8(ascii: "="): return single(.assign)
        case UInt8(ascii: ":"):
            position += 1
            if self.byte != UInt8(ascii: "=") { return fail("expected :=") }
            return single(.declare)
        case UInt8(ascii: "|"): return single(.pipe)
        case UInt8(ascii: "\""): return quoted(byte, .string, "unterminated quoted string")
        case UInt8(ascii: "'"): return quoted(byte, .character, "unterminated character constant")
        case UInt8(ascii: "`"):
            guard let end = source[(position + 1)...].firstIndex(of: byte) else { return fail("unterminated raw quoted string") }
            position = end + 1
            return take(.rawString)
        case UInt8(ascii: "$"): return word(after: 1, .variable)
        case UInt8(ascii: ".") where position + 1 < source.count && !(48...57).contains(source[position + 1]):
            return word(after: 1, .field)
        case UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"), 48...57: return number()
        case UInt8(ascii: "("):
            parentheses += 1
            return single(.leftParenthesis)
        case UInt8(ascii: ")"):
            parentheses -= 1
            if parentheses < 0 { return fail("unexpected right paren") }
            return single(.rightParenthesis)
        default:
            if wordLength(at: position) > 0 { return identifier() }
            return byte < 0x7F && byte > 0x20 ? single(.char) : failCharacter("unrecognized character in action:")
        }
    }

    private mutating func single(_ kind: TemplateToken.Kind) -> TemplateToken {
        position += 1
        return take(kind)
    }

    private mutating func endAction(_ isTrimmed: Bool) -> TemplateToken {
        if isTrimmed {
            position += 2
            skip()
        }
        position += 2
        let token = take(.rightDelimiter)
        if isTrimmed {
            while Self.isSpace(byte) { position += 1 }
            skip()
        }
        isInsideAction = false
        return token
    }

    private mutating func space() -> TemplateToken {
        let first = position
        while Self.isSpace(byte) { position += 1 }
        // The last space may be the beginning of ` -}}`.
        if has("-}}", at: position) {
            position -= 1
            if position == first { return endAction(true) }
        }
        return take(.space)
    }

    /// A string with escapes, or a character; its syntax is the parser's to check.
    private mutating func quoted(_ quote: UInt8, _ kind: TemplateToken.Kind, _ failure: String) -> TemplateToken {
        position += 1
        while let byte, byte != 10 {
            position += 1
            if byte == quote { return take(kind) }
            if byte == UInt8(ascii: "\\") {
                guard let escaped = self.byte, escaped != 10 else { break }
                position += 1
            }
        }
        return fail(failure)
    }

    /// `.Field` or `$variable`; `.` or `$` alone.
    private mutating func word(after sign: Int, _ kind: TemplateToken.Kind) -> TemplateToken {
        position += sign
        if isAtTerminator {
            if case .variable = kind { return take(.variable) }
            return take(.keyword(.dot))
        }
        while case let length = wordLength(at: position), length > 0 { position += length }
        return isAtTerminator ? take(kind) : failCharacter("bad character")
    }

    private mutating func identifier() -> TemplateToken {
        while case let length = wordLength(at: position), length > 0 { position += length }
        guard isAtTerminator else { return failCharacter("bad character") }
        let word = String(decoding: source[start..<position], as: UTF8.self)
        if let keyword = TemplateToken.Keyword(rawValue: word) { return take(.keyword(keyword)) }
        return take(word == "true" || word == "false" ? .bool : .identifier)
    }

    // MARK: Numbers

    private mutating func number() -> TemplateToken {
        func failure() -> String { "bad number syntax: " + TemplateText.quoted(String(decoding: source[start..<position], as: UTF8.self)) }
        guard scanNumber() else { return fail(failure()) }
        if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") {
            guard scanNumber(), source[position - 1] == UInt8(ascii: "i") else { return fail(failure()) }
            return take(.complex)
        }
        return take(.number)
    }

    private mutating func accept(_ set: StaticString) -> Bool {
        guard let byte, set.withUTF8Buffer({ $0.contains(byte) }) else { return false }
        position += 1
        return true
    }

    private mutating func scanNumber() -> Bool {
        _ = accept("+-")
        var digits: StaticString = "0123456789_"
        var (isDecimal, isHexadecimal) = (true, false)
        if accept("0") {
            if accept("xX") {
                (digits, isDecimal, isHexadecimal) = ("0123456789abcdefABCDEF_", false, true)
            } else if accept("oO") {
                (digits, isDecimal) = ("01234567_", false)
            } else if accept("bB") {
                (digits, isDecimal) = ("01_", false)
            }
        }
        while accept(digits) {}
        if accept(".") { while accept(digits) {} }
        if isDecimal && accept("eE") || isHexadecimal && accept("pP") {
            _ = accept("+-")
            while accept("0123456789_") {}
        }
        _ = accept("i")
        let length = wordLength(at: position)
        position += length
        return length == 0
    }
}
