/// A glob as OPA's `glob.match` understands it (the syntax of gobwas/glob), matched by the same automata as `Regex`.
///
/// `*` is any text without delimiters, `**` any text, `?` one character that is no delimiter, `[abc]`, `[a-z]` and `[!a-z]` one character,
/// `{a,b}` alternatives, `\` takes what follows as it is.
package struct Glob: Sendable {
    private let regex: Regex

    /// Instructions of the compiled program.
    package var size: Int { regex.size }

    /// Compiles a glob.
    ///
    /// - Parameter delimiters: the scalars that `*` and `?` do not match.
    /// - Throws: a class without its `]`, a range that goes down, a nesting or size beyond a regular expression's limits.
    package init(_ pattern: [UInt8], delimiters: [UInt32]) throws(RegexError) {
        var parser = GlobParser(pattern, delimiters: delimiters)
        let parsed = try parser.parse()
        regex = try Regex(pattern, parsed)
    }

    /// Caches for a caller that matches often on one thread, which spares it the pool's lock.
    package func makeMatcher() -> Matcher { regex.makeMatcher() }

    /// Whether the whole text matches.
    package func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        regex.matches(text)
    }

    /// The text with every character that a glob gives a meaning to escaped by `\`.
    package static func quote(_ text: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text {
            if special.contains(byte) { result.append(UInt8(ascii: "\\")) }
            result.append(byte)
        }
        return result
    }

    private static let special = Set(#"*?\[]{}"#.utf8)
}

/// Builds a regular expression's tree from a glob.
private struct GlobParser {
    private let pattern: [UInt8]
    private var position = 0
    private var parsed = ParsedPattern()
    /// Open `{`: the alternatives finished, and what surrounds the brace.
    private var open: [(outer: [Node], alternatives: [Node])] = []
    private var sequence: [Node] = []

    private static let anyNumber = 0
    private static let notDelimiterNumber = 1

    init(_ pattern: [UInt8], delimiters: [UInt32]) {
        self.pattern = pattern
        let separators = CharacterClass(delimiters.map { ($0, $0) })
        parsed.classes = [.any, separators.inverted()]
    }

    mutating func parse() throws(RegexError) -> ParsedPattern {
        while position < pattern.count {
            let byte = pattern[position]
            switch byte {
            case UInt8(ascii: "*"):
                position += 1
                let isSuper = position < pattern.count && pattern[position] == byte
                if isSuper { position += 1 }
                let member = Node.characterClass(isSuper ? Self.anyNumber : Self.notDelimiterNumber)
                sequence.append(.repeat(member, minimum: 0, maximum: nil, greedy: true))
            case UInt8(ascii: "?"):
                position += 1
                sequence.append(.characterClass(Self.notDelimiterNumber))
            case UInt8(ascii: "["):
                position += 1
                try parseClass()
            case UInt8(ascii: "{"):
                position += 1
                guard open.count < Parser.maximumHeight else { throw RegexError(.nestingDepth, pattern) }
                open.append((sequence, []))
                sequence = []
            case UInt8(ascii: ",") where !open.isEmpty:
                position += 1
                open[open.count - 1].alternatives.append(.concatenation(sequence))
                sequence = []
            case UInt8(ascii: "}") where !open.isEmpty:
                position += 1
                closeBrace()
            case UInt8(ascii: "\\"):
                position += 1
                if position < pattern.count { try appendLiteral() }
            default:
                try appendLiteral()
            }
        }
        while !open.isEmpty { closeBrace() }
        parsed.root = .concatenation([.assertion(.beginText)] + sequence + [.assertion(.endText)])
        return parsed
    }

    private mutating func closeBrace() {
        guard let (outer, alternatives) = open.popLast() else { return }
        let node = Node.alternation(alternatives + [.concatenation(sequence)])
        sequence = outer + [node]
    }

    private mutating func nextScalar() throws(RegexError) -> UInt32 {
        guard position < pattern.count else { throw RegexError(.invalidGlob, pattern) }
        guard let decoded = UTF8Decoding.decode(pattern, at: position) else { throw RegexError(.invalidUTF8, pattern) }
        position += decoded.length
        return decoded.scalar
    }

    private mutating func appendLiteral() throws(RegexError) {
        let scalar = try nextScalar()
        sequence.append(.literal(scalar))
    }

    /// `[lo-hi]`, or a list in which `-` is a character like others.
    private mutating func parseClass() throws(RegexError) {
        var members = CharacterClass()
        var isNegated = false
        if position < pattern.count, pattern[position] == UInt8(ascii: "!") {
            isNegated = true
            position += 1
        }
        let low = try nextScalar()
        if position < pattern.count, pattern[position] == UInt8(ascii: "-") {
            position += 1
            let high = try nextScalar()
            guard position < pattern.count else { throw RegexError(.invalidGlob, pattern) }
            guard pattern[position] == UInt8(ascii: "]") else { throw RegexError(.invalidGlobRange, pattern) }
            position += 1
            guard low <= high else {
                let (hi, lo) = (Unicode.Scalar(high) ?? "\u{FFFD}", Unicode.Scalar(low) ?? "\u{FFFD}")
                throw RegexError(.invalidGlobBounds, "hi character '\(hi)' should be greater than lo '\(lo)'".utf8)
            }
            members.insert(low, high)
        } else {
            guard low != 0x5D else { throw RegexError(.emptyGlobRange, pattern) }
            var scalar = low
            while scalar != 0x5D {
                if scalar == 0x5C { scalar = try nextScalar() }
                members.insert(scalar, scalar)
                scalar = try nextScalar()
            }
        }
        members.clean()
        parsed.classes.append(isNegated ? members.inverted() : members)
        sequence.append(.characterClass(parsed.classes.count - 1))
    }
}
