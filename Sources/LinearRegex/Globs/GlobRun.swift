import Glibc

/// Matches one text as gobwas/glob does, byte for byte: its parts see texts cut inside of characters, of which each byte then counts as
/// U+FFFD.
///
/// A tree tries its middle part everywhere, with both sides each time. From some steps on, what a tree said of a stretch of the text is
/// remembered, so that no pattern takes exponential time.
struct GlobRun {
    /// Steps before answers are remembered.
    private static let freeSteps = 4096
    private static let maximumRemembered = 1_000_000
    private static let maximumSegments = 1 << 24

    let parts: UnsafeMutableBufferPointer<GlobPart>
    let children: UnsafeMutableBufferPointer<Int>
    let bytes: UnsafeMutableBufferPointer<UInt8>
    let scalars: UnsafeMutableBufferPointer<UInt32>
    let delimiters: UnsafeMutableBufferPointer<UInt32>
    let text: UnsafeBufferPointer<UInt8>
    /// Lengths that parts being tried may match, of each part behind those of the part that tries it.
    var segments: [Int32] = []
    private let tree: GlobTree
    private let canFail: Bool
    private let isInterrupted: (() -> Bool)?
    private var steps = 0
    private var remembered: [Question: Bool] = [:]
    /// Ends everything once it is set.
    var failure: Glob.Answer?

    private struct Question: Hashable {
        let part: Int32
        let low: Int32
        let high: Int32
    }

    init(_ tree: GlobTree, _ text: UnsafeBufferPointer<UInt8>, _ isInterrupted: (() -> Bool)?) {
        self.tree = tree
        (parts, children, bytes) = (tree.parts, tree.children, tree.bytes)
        (scalars, delimiters) = (tree.scalars, tree.delimiters)
        canFail = tree.canFail
        self.text = text
        self.isInterrupted = isInterrupted
    }

    mutating func answer() -> Glob.Answer {
        guard text.count < Int32.max else { return .undecided }
        let isMatch = withExtendedLifetime(tree) { matches(tree.root, 0, text.count) }
        return failure ?? (isMatch ? .matched : .unmatched)
    }

    // MARK: Whole stretches

    /// Whether a part matches the text from `low` to `high`.
    private mutating func matches(_ index: Int, _ low: Int, _ high: Int) -> Bool {
        if isOver(high - low) { return false }
        let part = parts[index]
        switch part.kind {
        case .any: return firstDelimiter(low, high) == nil
        case .anything: return true
        case .one, .list, .range:
            let (scalar, width) = character(low, high)
            return high - low <= width && isMember(scalar, part)
        case .text: return high - low == part.count && stands(part.first, part.count, at: low)
        case .nothing: return low == high
        case .row: return count(low, high, upTo: part.length + 1) == part.length && rowMatches(part, low, high)
        case .tree: return treeMatches(index, part, low, high)
        case .either:
            for child in 0..<part.count where matches(children[part.first + child], low, high) || failure != nil { return failure == nil }
            return false
        case .every:
            for child in 0..<part.count where !matches(children[part.first + child], low, high) { return false }
            return true
        case .minimum: return count(low, high, upTo: part.first) >= part.first
        case .maximum: return count(low, high, upTo: part.first + 1) <= part.first
        case .contains: return (find(part.first, part.count, low, high) != nil) != part.isNegated
        case .prefix: return hasPrefix(part, low, high)
        case .suffix: return hasSuffix(part.first, part.count, low, high)
        case .prefixSuffix: return hasPrefix(part, low, high) && hasSuffix(part.second, part.secondCount, low, high)
        case .prefixAny: return hasPrefix(part, low, high) && firstDelimiter(low + part.count, high) == nil
        case .suffixAny: return hasSuffix(part.first, part.count, low, high) && firstDelimiter(low, high - part.count) == nil
        }
    }

    /// Whether the parts of a row match one after another, wherever the last one ends. Of the last character that a part is given it sees
    /// only the first byte.
    mutating func rowMatches(_ row: GlobPart, _ low: Int, _ high: Int) -> Bool {
        var start = low
        for child in row.first..<row.first + row.count {
            let part = children[child]
            let length = parts[part].length
            var (seen, last, position) = (0, start, start)
            while position < high {
                last = position
                seen += 1
                if seen == length { break }
                position += character(position, high).width
            }
            if seen < length { return false }
            guard last < high else {
                failure = .impossible
                return false
            }
            if !matches(part, start, last + 1) { return false }
            start = last + 1
        }
        return true
    }

    private mutating func treeMatches(_ index: Int, _ tree: GlobPart, _ low: Int, _ high: Int) -> Bool {
        if tree.length > high - low { return false }
        guard steps > Self.freeSteps else { return searchTree(tree, low, high) }
        let question = Question(part: Int32(index), low: Int32(low), high: Int32(high))
        if let known = remembered[question] { return known }
        let result = searchTree(tree, low, high)
        if remembered.count >= Self.maximumRemembered { remembered.removeAll(keepingCapacity: true) }
        remembered[question] = result
        return result
    }

    private mutating func searchTree(_ tree: GlobPart, _ low: Int, _ high: Int) -> Bool {
        // Lengths are of characters, which have a byte at least.
        var start = low + max(tree.leftLength, 0)
        let end = high - max(tree.rightLength, 0)
        while start < end, !isOver(end - start) {
            let base = segments.count
            defer { segments.removeLast(segments.count - base) }
            guard let offset = find(tree.first, start, end) else { return false }
            start += offset
            if failure != nil { return false }
            // Nothing may stand before a tree without a left part, and further on something does; the library looks on, and may fail.
            if tree.count < 0, start > low, !canFail { return false }
            if tree.count < 0 ? start == low : matches(tree.count, low, start) {
                for place in (base..<segments.count).reversed() {
                    let next = min(start + Int(segments[place]), high)
                    let isMatch = tree.second < 0 ? next == high : matches(tree.second, next, high)
                    if failure != nil { return false }
                    if isMatch { return true }
                }
            }
            start += character(start, high).width
        }
        return false
    }

    // MARK: Time and memory

    /// Counts a step, and the bytes that it looks at; whether to stop.
    mutating func isOver(_ length: Int) -> Bool {
        if failure != nil { return true }
        let before = steps
        steps += 1 + length >> 6
        if before >> 10 != steps >> 10, let isInterrupted, isInterrupted() { failure = .undecided }
        return failure != nil
    }

    mutating func addSegment(_ length: Int) {
        if segments.count < Self.maximumSegments { segments.append(Int32(truncatingIfNeeded: length)) } else { failure = .undecided }
    }
}
