/// Splits a source text into tokens, one at a time.
///
/// The lexer looks one character ahead, and reports what is wrong with a character (a null, broken UTF-8) for the token before it, as
/// OPA's scanner does.
package struct Lexer: Sendable {
    /// Where the lexer stands: everything that must be restored to scan a text again from an earlier place.
    package struct Cursor: Sendable, BitwiseCopyable {
        /// The offset of the current character.
        var offset = 0
        /// The length of the current character in bytes; 0 at the end of the text.
        var width = 0
        /// The current character; `Lexer.end` at the end.
        var current: UInt32 = Lexer.end
        var row: UInt32 = 1
        var column: UInt32 = 0
    }

    /// Stands for the character behind the last.
    static let end: UInt32 = .max

    package let bytes: [UInt8]
    package var cursor = Cursor()
    package var futureKeywords: FutureKeywords
    /// What was wrong with the characters read since the last token.
    package var errors: [String] = []

    package init(bytes: [UInt8], futureKeywords: FutureKeywords) {
        self.bytes = bytes
        self.futureKeywords = futureKeywords
        advance()
        if cursor.current == 0xFEFF { advance() }
    }

    /// Steps to the next character.
    @inline(__always)
    mutating func advance() {
        let next = cursor.offset + cursor.width
        guard next < bytes.count else {
            cursor.offset = bytes.count
            cursor.width = 0
            cursor.current = Self.end
            return
        }
        cursor.offset = next
        let byte = bytes[next]
        if byte == UInt8(ascii: "\n") {
            cursor.row += 1
            cursor.column = 0
        } else {
            cursor.column += 1
        }
        cursor.current = UInt32(byte)
        cursor.width = 1
        if byte == 0 {
            errors.append("illegal null character")
        } else if byte >= 0x80 {
            decode(at: next)
        }
    }

    /// Makes the multi-byte character at an offset the current one.
    @inline(never)
    private mutating func decode(at offset: Int) {
        guard let (scalar, width) = UTF8Decoding.scalar(in: bytes, at: offset) else {
            cursor.current = 0xFFFD
            errors.append("illegal utf-8 character")
            return
        }
        cursor.current = scalar
        cursor.width = width
        if scalar == 0xFEFF, offset > 0 { errors.append("illegal byte-order mark") }
    }

    /// The next token; single characters of white space are tokens too.
    package mutating func next() -> Token {
        var token = Token(kind: .illegal, offset: cursor.offset, end: 0, row: cursor.row, column: cursor.column)
        let first = cursor.current
        if Self.isWhitespace(first) {
            advance()
            token.kind = .whitespace
        } else if Self.isLetter(first) {
            scanIdentifier()
            token.kind = keyword(from: token.offset, to: cursor.offset)
        } else if Self.isDecimal(first) {
            scanNumber()
            token.kind = .number
        } else {
            advance()
            token.kind = scanRest(after: first)
        }
        token.end = cursor.offset
        return token
    }

    /// Steps over white space as far as nothing can be wrong right behind it, which the token before would have to report; whether a line
    /// break was among it.
    mutating func skipWhitespace() -> Bool {
        guard Self.isWhitespace(cursor.current) else { return false }
        var sawLineBreak = false
        var cursor = cursor
        bytes.withUnsafeBufferPointer { bytes in
            let last = bytes.count &- 1
            while cursor.offset < last, Self.isWhitespace(cursor.current) {
                let next = bytes[cursor.offset &+ 1]
                guard next &- 1 < 0x7F else { break }
                if cursor.current == 0x0A { sawLineBreak = true }
                if next == 0x0A {
                    cursor.row &+= 1
                    cursor.column = 0
                } else {
                    cursor.column &+= 1
                }
                cursor.offset &+= 1
                cursor.current = UInt32(next)
            }
        }
        self.cursor = cursor
        return sawLineBreak
    }

    /// The rest of a template string, the `}` of an expression being the current token.
    package mutating func continueTemplate(isRaw: Bool) -> Token {
        var token = Token(kind: .illegal, offset: cursor.offset, end: 0, row: cursor.row, column: cursor.column)
        token.kind = isRaw ? scanRawTemplate() : scanTemplate()
        token.end = cursor.offset
        return token
    }

    /// Scans what neither white space, nor a letter or a digit begins.
    private mutating func scanRest(after first: UInt32) -> Token.Kind {
        guard first < 0x80 else { return first == Self.end ? .eof : .illegal }
        switch UInt8(truncatingIfNeeded: first) {
        case UInt8(ascii: "#"): return scanComment()
        case UInt8(ascii: "\""): return scanString()
        case UInt8(ascii: "`"): return scanRawString()
        case UInt8(ascii: "["): return .leftBracket
        case UInt8(ascii: "]"): return .rightBracket
        case UInt8(ascii: "{"): return .leftBrace
        case UInt8(ascii: "}"): return .rightBrace
        case UInt8(ascii: "("): return .leftParen
        case UInt8(ascii: ")"): return .rightParen
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: "."): return .dot
        case UInt8(ascii: ";"): return .semicolon
        case UInt8(ascii: "+"): return .plus
        case UInt8(ascii: "-"): return .minus
        case UInt8(ascii: "*"): return .mul
        case UInt8(ascii: "/"): return .div
        case UInt8(ascii: "%"): return .rem
        case UInt8(ascii: "&"): return .and
        case UInt8(ascii: "|"): return .or
        case UInt8(ascii: ":"): return followed(by: "=") ? .assign : .colon
        case UInt8(ascii: "="): return followed(by: "=") ? .equal : .eq
        case UInt8(ascii: ">"): return followed(by: "=") ? .gte : .gt
        case UInt8(ascii: "<"): return followed(by: "=") ? .lte : .lt
        case UInt8(ascii: "!"):
            if followed(by: "=") { return .neq }
            errors.append("illegal ! character")
            return .illegal
        case UInt8(ascii: "$"):
            if followed(by: "\"") { return scanTemplate() }
            return followed(by: "`") ? scanRawTemplate() : .illegal
        default: return .illegal
        }
    }

    /// Steps over the current character if it is the one given.
    private mutating func followed(by character: Unicode.Scalar) -> Bool {
        guard cursor.current == character.value else { return false }
        advance()
        return true
    }
}

extension Lexer {
    @inline(__always)
    static func isWhitespace(_ character: UInt32) -> Bool {
        character == 0x20 || character == 0x0A || character == 0x09 || character == 0x0D
    }

    @inline(__always)
    static func isLetter(_ character: UInt32) -> Bool {
        let lowered = character | 0x20
        return lowered &- 0x61 < 26 || character == 0x5F
    }

    @inline(__always)
    static func isDecimal(_ character: UInt32) -> Bool { character &- 0x30 < 10 }

    /// A decimal digit of any script.
    @inline(__always)
    static func isDigit(_ character: UInt32) -> Bool { character < 0x80 ? isDecimal(character) : isForeignDigit(character) }

    @inline(never)
    private static func isForeignDigit(_ character: UInt32) -> Bool {
        Unicode.Scalar(character)?.properties.generalCategory == .decimalNumber
    }

    /// The kind of the word between two offsets.
    private func keyword(from start: Int, to end: Int) -> Token.Kind {
        let count = end - start
        guard Self.keywordLengths.contains(count) else { return .identifier }
        var word: UInt64 = 0
        if bytes.count - start >= 8 {
            word = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: UInt64.self) }.bigEndian >> UInt64(64 - count * 8)
        } else {
            for index in start..<end { word = word << 8 | UInt64(bytes[index]) }
        }
        return Self.keyword(word, futureKeywords)
    }

    /// The bytes of the shortest and the longest keyword.
    static var keywordLengths: ClosedRange<Int> { 2...8 }

    /// The kind of a word of at most eight bytes, which are one number, so that a switch compares it in a step.
    static func keyword(_ word: UInt64, _ futureKeywords: FutureKeywords) -> Token.Kind {
        switch word {
        case 0x6173: return .as
        case 0x6E6F74: return .not
        case 0x736F_6D65: return .some
        case 0x7769_7468: return .with
        case 0x656C_7365: return .else
        case 0x6E75_6C6C: return .null
        case 0x7472_7565: return .true
        case 0x66_616C_7365: return .false
        case 0x696D_706F_7274: return .import
        case 0x70_6163_6B61_6765: return .package
        case 0x64_6566_6175_6C74: return .default
        case 0x696E where futureKeywords.contains(.in): return .in
        case 0x6966 where futureKeywords.contains(.if): return .if
        case 0x65_7665_7279 where futureKeywords.contains(.every): return .every
        case 0x636F_6E74_6169_6E73 where futureKeywords.contains(.contains): return .contains
        default: return .identifier
        }
    }
}
