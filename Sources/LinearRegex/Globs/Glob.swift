/// A glob as OPA's `glob.match` understands it: the syntax and the answers of gobwas/glob.
///
/// `*` is any text without delimiters, `**` any text, `?` one character that is no delimiter, `[abc]`, `[a-z]` and `[!a-z]` one character,
/// `{a,b}` alternatives, `\` takes what follows as it is. Text and single stars mean just that and are matched by the automata of `Regex`;
/// everything else by the library's tree of parts.
package struct Glob: Sendable {
    /// What a text is to a glob.
    package enum Answer: Sendable {
        case matched
        case unmatched
        /// The library fails: it looks behind the text's end.
        case impossible
        /// It took too much memory, or was interrupted.
        case undecided
    }

    private enum Form: Sendable {
        case plain(Regex)
        case tree(GlobTree)
    }

    private let form: Form

    /// Parts or instructions of the compiled program.
    package var size: Int {
        switch form {
        case .plain(let regex): regex.size
        case .tree(let tree): tree.size
        }
    }

    /// Compiles a glob.
    ///
    /// - Parameter delimiters: the scalars that `*` and `?` do not match.
    /// - Throws: a class without its `]`, a range that goes down, what is not UTF-8, a nesting or size beyond limits.
    package init(_ pattern: [UInt8], delimiters: [UInt32]) throws(RegexError) {
        let nodes = try GlobParser.parse(pattern)
        if Self.isPlain(nodes, delimiters), let regex = try? Regex(pattern, Self.parsed(nodes, delimiters)) {
            form = .plain(regex)
        } else {
            form = .tree(try GlobCompiler.compile(nodes, pattern, delimiters: delimiters))
        }
    }

    /// Caches for a caller that matches often on one thread, which spares it the pool's lock; `nil` for a glob that needs none.
    package func makeMatcher() -> Matcher? {
        if case .plain(let regex) = form { regex.makeMatcher() } else { nil }
    }

    /// What the whole text is to the glob.
    ///
    /// - Parameter isInterrupted: asked now and then while matching takes long; ends it undecided.
    package func answer(_ text: UnsafeBufferPointer<UInt8>, isInterrupted: (() -> Bool)? = nil) -> Answer {
        switch form {
        case .plain(let regex): return regex.matches(text) ? .matched : .unmatched
        case .tree(let tree):
            var run = GlobRun(tree, text, isInterrupted)
            return run.answer()
        }
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

    // MARK: Plain globs

    /// Whether the library matches just what is written: texts and stars in turn. Of two texts with anything between them it does not ask
    /// that they stand behind each other, so that these must not be able to overlap.
    private static func isPlain(_ nodes: [GlobNode], _ delimiters: [UInt32]) -> Bool {
        var wasText: Bool?
        var earlier: [UInt8] = []
        var isAnything = false
        for node in nodes {
            switch node {
            case .text(let text):
                if wasText == true || isAnything && canOverlap(earlier, text) { return false }
                earlier = text
                isAnything = false
                wasText = true
            case .any, .anything:
                if wasText == false { return false }
                isAnything = (node == .anything || delimiters.isEmpty) && !earlier.isEmpty
                wasText = false
            default: return false
            }
        }
        return true
    }

    /// Whether one text's end may be another's beginning; said of long texts without a look.
    private static func canOverlap(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let longest = min(left.count, right.count)
        return longest > 256 || (1...max(longest, 1)).contains { left.suffix($0).elementsEqual(right.prefix($0)) }
    }

    private static func parsed(_ nodes: [GlobNode], _ delimiters: [UInt32]) -> ParsedPattern {
        var parsed = ParsedPattern()
        parsed.classes = [.any, CharacterClass(delimiters.map { ($0, $0) }).inverted()]
        var sequence: [Node] = [.assertion(.beginText)]
        for node in nodes {
            switch node {
            case .text(let text): sequence += String(decoding: text, as: UTF8.self).unicodeScalars.map { .literal($0.value) }
            case .anything: sequence.append(.repeat(.characterClass(0), minimum: 0, maximum: nil, greedy: true))
            default: sequence.append(.repeat(.characterClass(1), minimum: 0, maximum: nil, greedy: true))
            }
        }
        parsed.root = .concatenation(sequence + [.assertion(.endText)])
        return parsed
    }
}
