import Synchronization

/// A regular expression in Go's syntax (RE2) with leftmost-first matches, in time linear in the text and memory bounded by the pattern.
///
/// Text is UTF-8; positions are bytes. A value can be used from many threads at once. Text that is not UTF-8 never crashes, but what
/// stands after its first fault may not be searched: callers repair it first.
package struct Regex: Sendable {
    private let storage: Storage

    /// The pattern as it was given.
    package let pattern: [UInt8]
    /// Of each group its name, if it has one; the first is the whole match.
    package var groupNames: [[UInt8]?] { storage.compiled.parsed.groupNames }
    /// Instructions of the compiled program: what memory and a text's byte can cost at most grows with it.
    package var size: Int { storage.compiled.forward.instructions.count }
    /// Groups without the whole match.
    package var groupCount: Int { groupNames.count - 1 }

    /// Compiles a pattern.
    ///
    /// - Throws: what Go's `regexp.Compile` says about it.
    package init(_ pattern: [UInt8]) throws(RegexError) {
        let parsed = try Parser.parse(pattern)
        try self.init(pattern, parsed)
    }

    /// Compiles a pattern.
    package init(_ pattern: String) throws(RegexError) {
        try self.init(Array(pattern.utf8))
    }

    init(_ pattern: [UInt8], _ parsed: ParsedPattern) throws(RegexError) {
        self.pattern = pattern
        let forward = try Compiler.compile(parsed, pattern: pattern)
        storage = Storage(CompiledPattern(parsed: parsed, forward: forward, pattern: pattern))
    }

    /// Caches for a caller that searches often on one thread, which spares it the pool's lock.
    package func makeMatcher() -> Matcher { Matcher(storage.compiled) }

    /// Whether the text holds a match.
    ///
    /// - Parameter isInterrupted: asked now and then while the search is slow; one that it ends finds nothing. The same everywhere below.
    package func matches(_ text: UnsafeBufferPointer<UInt8>, isInterrupted: (() -> Bool)? = nil) -> Bool {
        storage.withMatcher(isInterrupted) { $0.matches(text) }
    }

    /// The bytes of the first match that begins at or after `start`.
    package func firstMatch(in text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Range<Int>? {
        storage.withMatcher { $0.find(text, from: start) }
    }

    /// The groups of the first match that begins at or after `start`: the whole match first, `nil` for groups that took no part.
    package func captures(in text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> [Range<Int>?]? {
        storage.withMatcher { $0.captures(text, from: start) }
    }

    /// Successive matches that do not overlap, as Go's `FindAll` yields them.
    ///
    /// - Parameter limit: at most this many; `nil` for all.
    package func allMatches(
        in text: UnsafeBufferPointer<UInt8>, limit: Int? = nil, isInterrupted: (() -> Bool)? = nil
    ) -> [Range<Int>] {
        storage.withMatcher(isInterrupted) { matcher in
            var result: [Range<Int>] = []
            Self.forEach(in: text, limit: limit, find: { matcher.find(text, from: $0).map { ($0, $0) } }) {
                result.append($0)
                return result.count & 63 != 0 || !(isInterrupted?() ?? false)
            }
            return result
        }
    }

    /// The groups of successive matches that do not overlap, as Go's `FindAllSubmatch` yields them.
    package func allCaptures(in text: UnsafeBufferPointer<UInt8>, limit: Int? = nil) -> [[Range<Int>?]] {
        var result: [[Range<Int>?]] = []
        forEachCaptures(in: text, limit: limit) {
            result.append($0)
            return true
        }
        return result
    }

    /// Hands on the groups of successive matches until `body` returns `false`.
    package func forEachCaptures(
        in text: UnsafeBufferPointer<UInt8>, limit: Int? = nil, isInterrupted: (() -> Bool)? = nil, _ body: ([Range<Int>?]) -> Bool
    ) {
        storage.withMatcher(isInterrupted) { matcher in
            Self.forEach(
                in: text, limit: limit,
                find: { start in
                    matcher.captures(text, from: start).flatMap { groups in groups[0].map { ($0, groups) } }
                }, body)
        }
    }

    /// An empty match next to the one before it does not count.
    private static func forEach<Found>(
        in text: UnsafeBufferPointer<UInt8>, limit: Int?, find: (Int) -> (Range<Int>, Found)?, _ body: (Found) -> Bool
    ) {
        var position = 0
        var previousEnd = -1
        var remaining = limit ?? .max
        while remaining > 0, position <= text.count, let (range, found) = find(position) {
            var isAccepted = true
            if range.upperBound == position {
                isAccepted = range.lowerBound != previousEnd
                position += position < text.count ? UTF8Decoding.length(of: text, at: position) : 1
            } else {
                position = range.upperBound
            }
            previousEnd = range.upperBound
            if isAccepted {
                if !body(found) { return }
                remaining -= 1
            }
        }
    }

    /// The pieces between matches, as Go's `Regexp.Split` cuts them.
    ///
    /// - Parameter limit: at most this many pieces, the last one uncut; `nil` for all.
    package func split(
        _ text: UnsafeBufferPointer<UInt8>, limit: Int? = nil, isInterrupted: (() -> Bool)? = nil
    ) -> [Range<Int>] {
        if limit == 0 { return [] }
        if !pattern.isEmpty, text.isEmpty { return [0..<0] }
        var result: [Range<Int>] = []
        var begin = 0
        var end = 0
        for match in allMatches(in: text, limit: limit, isInterrupted: isInterrupted) {
            if let limit, result.count == limit - 1 { break }
            end = match.lowerBound
            if match.upperBound != 0 { result.append(begin..<end) }
            begin = match.upperBound
        }
        if end != text.count { result.append(begin..<text.count) }
        return result
    }
}

/// A pattern's program, and the one that reads backwards, which only searches for a match's beginning need.
final class CompiledPattern: Sendable {
    let parsed: ParsedPattern
    let forward: Program
    /// Whether a text holds a match, where the pattern comes down to fixed strings.
    let literals: LiteralSearch?
    /// The same where it comes down to fixed strings with runs between them.
    let wildcards: WildcardSearch?
    private let pattern: [UInt8]
    private let reversed = Mutex<Program?>(nil)

    init(parsed: ParsedPattern, forward: Program, pattern: [UInt8]) {
        self.parsed = parsed
        self.forward = forward
        self.pattern = pattern
        literals = LiteralSearch(parsed)
        wildcards = literals == nil ? WildcardSearch(parsed) : nil
    }

    /// `nil` where the reversed program would exceed the limits.
    func backward() -> Program? {
        reversed.withLock { program in
            if program == nil { program = try? Compiler.compile(parsed, pattern: pattern, reversed: true) }
            return program
        }
    }
}

/// Lends a matcher to each thread that searches, and keeps a few for the next.
private final class Storage: Sendable {
    let compiled: CompiledPattern
    private let idle = Mutex<[Lent]>([])

    /// A matcher in the pool belongs to nobody; one taken out belongs to one thread.
    private struct Lent: @unchecked Sendable {
        let matcher: Matcher
    }

    init(_ compiled: CompiledPattern) {
        self.compiled = compiled
    }

    func withMatcher<Result>(_ isInterrupted: (() -> Bool)? = nil, _ body: (Matcher) -> Result) -> Result {
        let lent = idle.withLock { $0.popLast() } ?? Lent(matcher: Matcher(compiled))
        if isInterrupted != nil { lent.matcher.isInterrupted = isInterrupted }
        let result = body(lent.matcher)
        if isInterrupted != nil { lent.matcher.isInterrupted = nil }
        idle.withLock { if $0.count < 4 { $0.append(lent) } }
        return result
    }
}
