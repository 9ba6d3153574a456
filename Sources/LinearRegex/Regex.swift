import Synchronization

/// A regular expression in Go's syntax (RE2) with leftmost-first matches, in time linear in the text and memory bounded by the pattern.
///
/// Text is UTF-8; positions are bytes. A value can be used from many threads at once. Text that is not UTF-8 never crashes, but only its
/// part before the first fault is searched: callers repair it first.
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
    package func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        storage.withMatcher { $0.matches(text) }
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
    package func allMatches(in text: UnsafeBufferPointer<UInt8>, limit: Int? = nil) -> [Range<Int>] {
        storage.withMatcher { matcher in
            var result: [Range<Int>] = []
            Self.forEach(in: text, limit: limit, find: { matcher.find(text, from: $0).map { ($0, $0) } }, { result.append($0) })
            return result
        }
    }

    /// The groups of successive matches that do not overlap, as Go's `FindAllSubmatch` yields them.
    package func allCaptures(in text: UnsafeBufferPointer<UInt8>, limit: Int? = nil) -> [[Range<Int>?]] {
        storage.withMatcher { matcher in
            var result: [[Range<Int>?]] = []
            Self.forEach(
                in: text, limit: limit,
                find: { start in
                    matcher.captures(text, from: start).flatMap { groups in groups[0].map { ($0, groups) } }
                }, { result.append($0) })
            return result
        }
    }

    /// An empty match next to the one before it does not count.
    private static func forEach<Found>(
        in text: UnsafeBufferPointer<UInt8>, limit: Int?, find: (Int) -> (Range<Int>, Found)?, _ body: (Found) -> Void
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
                body(found)
                remaining -= 1
            }
        }
    }

    /// The pieces between matches, as Go's `Regexp.Split` cuts them.
    ///
    /// - Parameter limit: at most this many pieces, the last one uncut; `nil` for all.
    package func split(_ text: UnsafeBufferPointer<UInt8>, limit: Int? = nil) -> [Range<Int>] {
        if limit == 0 { return [] }
        if !pattern.isEmpty, text.isEmpty { return [0..<0] }
        var result: [Range<Int>] = []
        var begin = 0
        var end = 0
        for match in allMatches(in: text, limit: limit) {
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
    private let pattern: [UInt8]
    private let reversed = Mutex<Program?>(nil)

    init(parsed: ParsedPattern, forward: Program, pattern: [UInt8]) {
        self.parsed = parsed
        self.forward = forward
        self.pattern = pattern
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

    func withMatcher<Result>(_ body: (Matcher) -> Result) -> Result {
        let lent = idle.withLock { $0.popLast() } ?? Lent(matcher: Matcher(compiled))
        let result = body(lent.matcher)
        idle.withLock { if $0.count < 4 { $0.append(lent) } }
        return result
    }
}
