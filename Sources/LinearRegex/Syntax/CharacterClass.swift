/// A set of Unicode scalars as sorted, disjoint, non-adjacent ranges.
struct CharacterClass: Hashable, Sendable {
    struct Range: Hashable, Sendable {
        var low: UInt32
        var high: UInt32
    }

    static let lastScalar: UInt32 = 0x10FFFF

    private(set) var ranges: [Range] = []
    private var isClean = true

    init() {}

    init(_ ranges: [(UInt32, UInt32)]) {
        self.ranges = ranges.map { Range(low: $0.0, high: $0.1) }
        isClean = false
        clean()
    }

    static let any = CharacterClass([(0, lastScalar)])
    static let anyButNewline = CharacterClass([(0, 9), (11, lastScalar)])

    /// Adds `low...high`; call `clean()` before reading `ranges`.
    mutating func insert(_ low: UInt32, _ high: UInt32) {
        if let last = ranges.indices.last, low >= ranges[last].low, low <= ranges[last].high &+ 1 {
            ranges[last].high = max(ranges[last].high, high)
            return
        }
        if let last = ranges.last, low < last.low { isClean = false }
        ranges.append(Range(low: low, high: high))
    }

    mutating func formUnion(_ other: CharacterClass) {
        for range in other.ranges { insert(range.low, range.high) }
    }

    /// Sorts and merges.
    mutating func clean() {
        if isClean { return }
        ranges.sort { $0.low < $1.low }
        var merged: [Range] = []
        merged.reserveCapacity(ranges.count)
        for range in ranges {
            if let last = merged.indices.last, range.low <= merged[last].high &+ 1 {
                merged[last].high = max(merged[last].high, range.high)
            } else {
                merged.append(range)
            }
        }
        ranges = merged
        isClean = true
    }

    /// Every scalar that is not in the set; the set must be clean.
    func inverted() -> CharacterClass {
        var result = CharacterClass()
        var next: UInt32 = 0
        for range in ranges {
            if range.low > next { result.insert(next, range.low - 1) }
            next = range.high + 1
        }
        if next <= Self.lastScalar { result.insert(next, Self.lastScalar) }
        return result
    }

    func contains(_ scalar: UInt32) -> Bool {
        ranges.contains { $0.low <= scalar && scalar <= $0.high }
    }

    /// Adds `low...high` and everything that differs from it by case alone.
    mutating func insertFolded(_ low: UInt32, _ high: UInt32) {
        insert(low, high)
        CaseFolding.forEachEquivalent(of: low, high) { insert($0, $0) }
    }

    /// The set with everything that differs from a member by case alone.
    func folded() -> CharacterClass {
        var result = self
        for range in ranges {
            CaseFolding.forEachEquivalent(of: range.low, range.high) { result.insert($0, $0) }
        }
        result.clean()
        return result
    }
}
