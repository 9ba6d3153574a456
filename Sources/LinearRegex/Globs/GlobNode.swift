/// A glob as written.
indirect enum GlobNode: Hashable {
    /// The empty text.
    case nothing
    case text([UInt8])
    /// `*`: any text without delimiters.
    case any
    /// `**`: any text.
    case anything
    /// `?`: a character that is no delimiter.
    case one
    /// `[abc]`: one of some characters.
    case list([UInt32], isNegated: Bool)
    /// `[a-z]`: a character between two.
    case range(UInt32, UInt32, isNegated: Bool)
    case sequence([GlobNode])
    /// `{a,b}`, each of them a sequence.
    case alternatives([GlobNode])
}

/// Reads a glob as gobwas/glob, OPA's library, does: U+0000 ends the part that it stands in, at a part's beginning the whole glob; U+FFFD and
/// what is not UTF-8 are refused; braces that stay open are closed at the end.
struct GlobParser {
    private let pattern: [UInt8]
    private var position = 0
    /// Bytes of the character that was read last.
    private var lastLength = 0
    /// Of the part that is being read.
    private var failure: RegexError?
    /// Open `{`: what stands before it, and the alternatives finished.
    private var open: [(outer: [GlobNode], alternatives: [GlobNode])] = []
    private var sequence: [GlobNode] = []

    /// What stands for the end of the pattern; a character of this value does too.
    private static let end: UInt32 = 0

    private init(_ pattern: [UInt8]) { self.pattern = pattern }

    static func parse(_ pattern: [UInt8]) throws(RegexError) -> [GlobNode] {
        var parser = GlobParser(pattern)
        while try parser.parsePart() {}
        while !parser.open.isEmpty { parser.closeBrace() }
        return parser.sequence
    }

    // MARK: Characters

    private mutating func peek() -> (scalar: UInt32, length: Int) {
        guard position < pattern.count else { return (Self.end, 0) }
        guard let decoded = UTF8Decoding.decode(pattern, at: position), decoded.scalar != 0xFFFD else {
            failure = RegexError(.unreadableGlob, pattern)
            return (Self.end, 0)
        }
        return decoded
    }

    private mutating func read() -> UInt32 {
        let (scalar, length) = peek()
        lastLength = length
        position += length
        return scalar
    }

    /// Takes the last character back.
    private mutating func unread() { position -= lastLength }

    // MARK: Parts

    /// - Returns: whether there was a part.
    private mutating func parsePart() throws(RegexError) -> Bool {
        var part: GlobNode?
        var isEnd = false
        switch read() {
        case Self.end: isEnd = true
        case 0x7B:
            guard open.count < GlobCompiler.maximumDepth else { throw RegexError(.globTooLarge, pattern) }
            open.append((sequence, []))
            sequence = []
        case 0x2C where !open.isEmpty:
            open[open.count - 1].alternatives.append(.sequence(sequence))
            sequence = []
        case 0x7D where !open.isEmpty: closeBrace()
        case 0x5B: part = try parseClass()
        case 0x3F: part = .one
        case 0x2A:
            let isDouble = read() == 0x2A
            if !isDouble { unread() }
            part = isDouble ? .anything : .any
        default:
            unread()
            let text = parseText(until: open.isEmpty ? [0x3F, 0x2A, 0x5B, 0x7B] : [0x3F, 0x2A, 0x5B, 0x7B, 0x7D, 0x2C])
            if !text.isEmpty { part = .text(text.flatMap(UTF8Sequences.encode)) }
        }
        if let failure { throw failure }
        if let part { sequence.append(part) }
        return !isEnd
    }

    private mutating func closeBrace() {
        guard var (outer, alternatives) = open.popLast() else { return }
        alternatives.append(.sequence(sequence))
        outer.append(.alternatives(alternatives))
        sequence = outer
    }

    private mutating func parseText(until breakers: [UInt32]) -> [UInt32] {
        var text: [UInt32] = []
        var isEscaped = false
        while true {
            let scalar = read()
            if scalar == Self.end { return text }
            if !isEscaped {
                if scalar == 0x5C {
                    isEscaped = true
                    continue
                }
                if breakers.contains(scalar) {
                    unread()
                    return text
                }
            }
            isEscaped = false
            text.append(scalar)
        }
    }

    /// `[lo-hi]`, or a list in which `-` is a character like others; `!` at the beginning negates both.
    private mutating func parseClass() throws(RegexError) -> GlobNode {
        var isNegated = false
        var first = read()
        if first == 0x21 {
            isNegated = true
            first = read()
        }
        if first == Self.end { throw RegexError(.invalidGlob, pattern) }
        if peek().scalar == 0x2D {
            _ = read()
            let last = read()
            if last == Self.end { throw RegexError(.invalidGlob, pattern) }
            try parseClassEnd()
            guard first <= last else {
                let (hi, lo) = (Unicode.Scalar(last) ?? "\u{FFFD}", Unicode.Scalar(first) ?? "\u{FFFD}")
                throw RegexError(.invalidGlobBounds, "hi character '\(hi)' should be greater than lo '\(lo)'".utf8)
            }
            return .range(first, last, isNegated: isNegated)
        }
        position -= lastLength
        let members = parseText(until: [0x5D])
        try parseClassEnd()
        guard !members.isEmpty else { throw RegexError(.emptyGlobRange, pattern) }
        return .list(members, isNegated: isNegated)
    }

    private mutating func parseClassEnd() throws(RegexError) {
        switch read() {
        case 0x5D: if let failure { throw failure }
        case Self.end: throw RegexError(.invalidGlob, pattern)
        default: throw RegexError(.invalidGlobRange, pattern)
        }
    }
}
