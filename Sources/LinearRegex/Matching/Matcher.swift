/// The caches of one search at a time, for one thread at a time; a `Regex` lends one to each search.
package final class Matcher {
    private let patterns: CompiledPattern
    private let forward: LazyDFA
    /// Answers `matches` where a pattern comes down to fixed strings; kept alive by `patterns`, so that no search counts a reference.
    private let literals: Unmanaged<LiteralSearch>?
    /// The same where it comes down to fixed strings with runs between them.
    private let wildcards: Unmanaged<WildcardSearch>?
    private var backward: LazyDFA?
    private var pike: PikeMachine?
    private var capturing: PikeMachine?
    /// Asked now and then while a search is slow; one that it ends finds nothing.
    package var isInterrupted: (() -> Bool)? {
        didSet {
            forward.isInterrupted = isInterrupted
            backward?.isInterrupted = isInterrupted
            pike?.isInterrupted = isInterrupted
            capturing?.isInterrupted = isInterrupted
        }
    }

    init(_ patterns: CompiledPattern) {
        self.patterns = patterns
        forward = LazyDFA(patterns.forward, isLongest: false)
        literals = patterns.literals.map { .passUnretained($0) }
        wildcards = patterns.wildcards.map { .passUnretained($0) }
    }

    /// Whether the text holds a match.
    package func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if let literals { return literals._withUnsafeGuaranteedRef { $0.matches(text) } }
        if let wildcards { return wildcards._withUnsafeGuaranteedRef { $0.matches(text) } }
        if let known = forward.knownMatch(text) { return known }
        return switch forward.search(text, from: 0, anchored: false, nearest: true) {
        case .noMatch: false
        case .match: true
        case .gaveUp: findSlowly(text, from: 0) != nil
        }
    }

    /// The first match at or after `from`.
    func find(_ text: UnsafeBufferPointer<UInt8>, from: Int) -> Range<Int>? {
        switch forward.search(text, from: from, anchored: false, nearest: false) {
        case .noMatch:
            return nil
        case .gaveUp:
            return findSlowly(text, from: from)
        case .match(let end):
            if backward == nil {
                backward = patterns.backward().map { LazyDFA($0, isLongest: true) }
                backward?.isInterrupted = isInterrupted
            }
            if let backward, case .match(let start) = backward.searchBackwards(text, from: end, to: from) { return start..<end }
            return findSlowly(text, from: from)
        }
    }

    /// The groups of the first match at or after `from`.
    func captures(_ text: UnsafeBufferPointer<UInt8>, from: Int) -> [Range<Int>?]? {
        guard let whole = find(text, from: from) else { return nil }
        if patterns.forward.slotCount == 2 { return [whole] }
        let machine = capturing ?? PikeMachine(patterns.forward, slotCount: patterns.forward.slotCount)
        capturing = machine
        machine.isInterrupted = isInterrupted
        guard let slots = machine.search(text, from: whole.lowerBound, anchored: true) else { return nil }
        return (0..<(slots.count / 2)).map { group -> Range<Int>? in
            let start = Int(slots[group * 2])
            let end = Int(slots[group * 2 + 1])
            return start < 0 || end < 0 ? nil : start..<end
        }
    }

    private func findSlowly(_ text: UnsafeBufferPointer<UInt8>, from: Int) -> Range<Int>? {
        let machine = pike ?? PikeMachine(patterns.forward, slotCount: 2)
        pike = machine
        machine.isInterrupted = isInterrupted
        return machine.search(text, from: from, anchored: false).map { Int($0[0])..<Int($0[1]) }
    }
}
