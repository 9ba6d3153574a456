/// Parses Rego as OPA does: recursive descent with one token of lookahead, a few places that try one reading and go back for another, and a
/// memory of the terms already parsed so that going back costs no time.
///
/// What is accepted, and each error's text, row and column, follow OPA's parser; like it, a file's parse ends with the first statement that
/// has an error.
package struct Parser: Sendable {
    /// How deep a text may nest.
    struct Limits: Sendable {
        /// The greatest depth of a tree in terms and bodies, an operation of many operands counting as many, comprehensions and template strings as four.
        ///
        /// Every pass over the tree recurses.
        var depth: Int
        /// The greatest depth of the parser's own recursion, in kilobytes of stack as optimised builds take them.
        var recursion: Int

        /// What a thread with a stack of 512 KB can hold: about 80 arrays, objects or calls within each other, or 45 comprehensions.
        static let inPlace = Limits(depth: 250, recursion: 340)
        /// What a `LargeStack` is made for. A tree may be released anywhere, which takes at most 310 bytes a level.
        static let largeStack = Limits(depth: maximumDepth, recursion: 12_000)
    }

    /// The greatest depth of a tree.
    package static let maximumDepth = 1100
    /// The levels that a comprehension or template string counts as: checking closures within closures takes time by the square of their depth, and more.
    static let closureLevels = 4
    /// The greatest number of a rule's `else` branches.
    package static let maximumBranches = 5000
    /// The greatest size of a source text in bytes.
    package static let maximumSize = 64 << 20

    /// The parser's position and what it has found out on the way there.
    ///
    /// Going back restores all of it, errors included.
    struct State: Sendable {
        /// The lexer's position; current only in a saved state.
        var cursor = Lexer.Cursor()
        var token = Token(kind: .eof, offset: 0, end: 0, row: 1, column: 0)
        /// Where the token before the current one ended, white space aside.
        var lastEnd = 0
        /// A line break lay before the current token.
        var skippedLineBreak = false
        /// The number of the next wildcard.
        var wildcard = 0
        /// How many comments were passed.
        var commentCount = 0
        /// The depth of the term, expression or body parsed last.
        var height = 0
        var errors: [Diagnostic] = []
        var hints: [String] = []
    }

    /// A term parsed before (or the failure to parse one), and the state after it.
    private struct CachedTerm: Sendable {
        var offset: Int
        var term: Term?
        var after: State
    }

    /// A term that could not be read, and what counted before and after the attempt.
    private struct Failure: Sendable {
        let before: Attempt
        let after: State
    }

    /// What counts before an attempt to read a term.
    private struct Attempt: Sendable, BitwiseCopyable {
        let offset: Int
        let kind: Token.Kind
        let errorCount: Int
        let wildcard: Int
        let commentCount: Int
        let hadNoHints: Bool

        init(start: borrowing State) {
            offset = start.token.offset
            kind = start.token.kind
            errorCount = start.errors.count
            wildcard = start.wildcard
            commentCount = start.commentCount
            hadNoHints = start.hints.isEmpty
        }
    }

    /// The greatest length in bytes of terms that are sooner parsed twice than remembered. Composites, whose elements are parsed twice at
    /// every level, are remembered whatever their length.
    private static let forgettableLength = 32

    let file: FileID
    var lexer: Lexer
    /// The dialect that the caller asked for.
    let version: RegoVersion
    /// What capabilities allow; `nil` for everything.
    let features: LanguageFeatures?
    private let limits: Limits
    /// Whether the text was found to nest deeper than the limits allow, in a reading that may have been given up.
    private(set) var isTooDeep = false
    var state = State()
    /// By increasing offset.
    private var cache: [CachedTerm] = []
    /// By offset; unlike those in `cache`, failures within failures stay known.
    private var failures: [Int: Failure] = [:]
    /// The depth of the recursion.
    private var depth = 0
    /// Whether errors are given hints; not while one is looked for, as hints within hints would cost exponential time.
    var givesHints = true
    var comments: [Comment] = []
    /// Where the last `{` behind an `if` stands. It is first tried as a term, which nearly always fails: no message and no memory of that is
    /// needed, as what is tried next is a body.
    var bodyTrial = -1
    /// Where the last of `comments` begins: going back must not record a comment twice.
    private var lastComment = -1

    init(_ bytes: [UInt8], id: FileID, version: RegoVersion, features: LanguageFeatures? = nil, limits: Limits) {
        file = id
        self.limits = limits
        self.version = version
        self.features = features
        lexer = Lexer(bytes: bytes, futureKeywords: version == .v1 ? .all : .none)
        scan()
    }
}

// MARK: Tokens

extension Parser {
    var kind: Token.Kind {
        @inline(__always) get { state.token.kind }
    }

    /// Steps to the next token that is neither white space nor a comment.
    mutating func scan() { scan(skippingWhitespace: true) }

    /// Steps to the next token, of which single characters of white space are ones too.
    mutating func scanWhitespace() { scan(skippingWhitespace: false) }

    /// Steps to the rest of a template string, the current token being the `}` of an expression.
    mutating func scanTemplate(isRaw: Bool) {
        beginScan()
        state.token = lexer.continueTemplate(isRaw: isRaw)
        takeLexicalErrors()
    }

    @inline(never)
    private mutating func scan(skippingWhitespace: Bool) {
        beginScan()
        while true {
            if skippingWhitespace, lexer.skipWhitespace() { state.skippedLineBreak = true }
            state.token = lexer.next()
            takeLexicalErrors()
            switch state.token.kind {
            case .whitespace:
                if lexer.bytes[state.token.offset] == UInt8(ascii: "\n") { state.skippedLineBreak = true }
                if !skippingWhitespace { return }
            case .comment:
                recordComment()
            default:
                return
            }
        }
    }

    @inline(__always)
    private mutating func beginScan() {
        guard state.token.kind != .whitespace else { return }
        state.lastEnd = state.token.end
        state.skippedLineBreak = false
    }

    @inline(__always)
    private mutating func takeLexicalErrors() {
        guard !lexer.errors.isEmpty else { return }
        let errors = lexer.errors
        lexer.errors = []
        for message in errors { error(message) }
        state.token.kind = .illegal
    }

    @inline(never)
    private mutating func recordComment() {
        state.commentCount += 1
        let token = state.token
        guard token.offset > lastComment else { return }
        lastComment = token.offset
        var end = token.end
        if end > token.offset, lexer.bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        comments.append(Comment(text: text(from: token.offset, to: end), span: span(of: token)))
    }

    /// The current token's text.
    var text: String { text(from: state.token.offset, to: state.token.end) }

    @inline(never)
    func text(from start: Int, to end: Int) -> String {
        String(decoding: lexer.bytes[start..<end], as: UTF8.self)
    }

    func span(of token: Token) -> Span {
        Span(
            file: file, offset: UInt32(truncatingIfNeeded: token.offset), length: UInt32(truncatingIfNeeded: token.end - token.offset),
            row: token.row, column: token.column)
    }

    /// The current token's place.
    var span: Span { span(of: state.token) }

    /// A node's place: the row and column of what OPA locates it by, and its text up to an offset.
    func span(_ start: Span, from offset: UInt32? = nil, to end: Int) -> Span {
        var span = start
        span.offset = offset ?? start.offset
        span.length = UInt32(truncatingIfNeeded: max(end - Int(span.offset), 0))
        return span
    }
}

// MARK: Going back

extension Parser {
    @inline(never)
    func save() -> State {
        var saved = state
        saved.cursor = lexer.cursor
        return saved
    }

    @inline(never)
    mutating func restore(_ saved: borrowing State) {
        state = copy saved
        lexer.cursor = saved.cursor
    }

    /// The term at the current token; from memory if an earlier reading found it.
    mutating func parseTerm() -> Term? {
        guard enter() else { return nil }
        defer { leave() }
        if let index = remembered() { return recall(index) }
        if !failures.isEmpty, failsAgain() { return nil }
        let first = state.token
        let before = Attempt(start: state)
        let term = parseNewTerm()
        if term == nil {
            guard first.offset != bodyTrial else {
                forgetTerms(from: first.offset)
                return nil
            }
            recordFailure(before)
        }
        if term == nil || first.kind.isOpening || state.lastEnd - first.offset > Self.forgettableLength {
            remember(term, from: first.offset)
        }
        return term
    }

    /// Where the term at the current token lies in memory.
    private func remembered() -> Int? {
        var index = cache.count - 1
        while index >= 0, cache[index].offset >= state.token.offset {
            if cache[index].offset == state.token.offset { return index }
            index -= 1
        }
        return nil
    }

    @inline(never)
    private mutating func recall(_ index: Int) -> Term? {
        restore(cache[index].after)
        return cache[index].term
    }

    @inline(never)
    private mutating func remember(_ term: Term?, from offset: Int) {
        // What was remembered from here on is part of this term.
        forgetTerms(from: offset)
        cache.append(CachedTerm(offset: offset, term: term, after: save()))
    }

    private mutating func forgetTerms(from offset: Int) {
        while let last = cache.last?.offset, last >= offset { cache.removeLast() }
    }

    /// Fails as before, if the term at the current token was tried and could not be read.
    ///
    /// Behind an operator whose right side fails, the reading goes on within what was tried: each level of nesting would be read twice.
    @inline(never)
    private mutating func failsAgain() -> Bool {
        guard state.hints.isEmpty, let failure = failures[state.token.offset], failure.before.kind == kind else { return false }
        let now = state
        let (before, after) = (failure.before, failure.after)
        restore(after)
        state.errors = now.errors + after.errors.dropFirst(before.errorCount)
        state.wildcard = now.wildcard + after.wildcard - before.wildcard
        state.commentCount = now.commentCount + after.commentCount - before.commentCount
        return true
    }

    @inline(never)
    private mutating func recordFailure(_ before: Attempt) {
        guard before.hadNoHints else { return }
        failures[before.offset] = Failure(before: before, after: save())
    }

    /// Forgets all terms, once no reading of a statement can begin before them.
    mutating func forgetTerms() {
        cache.removeAll(keepingCapacity: true)
        if !failures.isEmpty { failures.removeAll() }
    }

    /// Enters a function that recurses and takes about `weight` kilobytes of stack with those that it calls on the way; `false`, with an
    /// error, if that is too much.
    mutating func enter(_ weight: Int = 1) -> Bool {
        guard depth + weight <= limits.recursion else {
            refuseDepth()
            return false
        }
        depth += weight
        return true
    }

    mutating func leave(_ weight: Int = 1) { depth -= weight }

    /// Records that a term was built over parts whose greatest height is `parts`; `false`, with an error, if it is too high.
    mutating func build(over parts: Int, levels: Int = 1) -> Bool {
        state.height = parts + levels
        guard state.height > limits.depth else { return true }
        refuseDepth()
        return false
    }

    @inline(never)
    mutating func refuseDepth() {
        isTooDeep = true
        error("max parsing recursion depth exceeded")
    }

    /// Whether the text is read on a `LargeStack`, being too deep for other ones.
    var isDeep: Bool { limits.depth > Limits.inPlace.depth }
}

// MARK: Errors

extension Parser {
    @inline(never)
    mutating func error(_ reason: String, at place: Span? = nil) {
        var message = reason
        switch state.hints.count {
        case 0: break
        case 1: message += " (hint: \(state.hints[0]))"
        default: message += " (hints: \(state.hints.joined(separator: ", ")))"
        }
        state.errors.append(Diagnostic(.parse, message, at: place ?? span))
        state.hints = []
    }

    /// Adds to the next error what may be the cause of it.
    mutating func hint(_ text: String) { state.hints.append(text) }

    /// Reports the current token as one that may not stand here.
    @inline(never)
    mutating func illegal(_ note: String? = nil) {
        guard kind != .illegal else { return error("illegal token") }
        let message = "unexpected \(kind.name) \(kind.isKeyword ? "keyword" : "token")"
        error(note.map { "\(message): \($0)" } ?? message)
    }
}
