import Glibc

/// A deterministic automaton built while it reads, state by state, within a bounded cache.
///
/// A state is a priority-ordered list of instructions and what the last byte said about assertions. That a match ended is known one
/// byte late: only the next byte tells whether `$` or `\b` hold. One thread at a time uses an instance.
final class LazyDFA {
    /// How a search ended.
    enum Outcome {
        case noMatch
        /// The far end of the match.
        case match(Int)
        /// The cache was refilled too often to be of use: run the `PikeMachine`.
        case gaveUp
    }

    // A transition is the offset of the next state's row, or has one of these bits.
    static let unknown: UInt32 = 0x8000_0000
    static let matchBit: UInt32 = 0x4000_0000
    static let dead: UInt32 = 0x2000_0000
    /// To a state where no match has begun, from which the next prefix may be searched.
    static let homeBit: UInt32 = 0x1000_0000
    static let rowMask: UInt32 = 0x0FFF_FFFF

    /// Bytes that states and transitions may take before all are dropped.
    static let budget = 1 << 18

    let program: Program
    let isLongest: Bool
    let stride: Int
    private let classes: UnsafePointer<UInt8>
    /// What every match begins with.
    let prefix: UnsafeMutableBufferPointer<UInt8>

    var table: UnsafeMutablePointer<UInt32>
    var capacity: Int
    var states: [State] = []
    var items: [Int32] = []
    var buckets: [Int32] = []
    /// The first rows by what stands before the text, 8 of them.
    let starts: UnsafeMutablePointer<UInt32>
    var flushes = 0

    var current: SparseSet
    var following: SparseSet
    var stack: [Int32] = []

    struct State {
        var firstItem: Int32
        var itemCount: Int32
        var flags: Flags
        var hash: UInt32
    }

    /// What a state knows besides its instructions.
    struct Flags: Equatable {
        /// Assertions that hold here by what was read before.
        var holding: Assertion = .nothing
        /// Assertions that instructions of the state wait for.
        var needed: Assertion = .nothing
        var followsWordCharacter = false
        /// A match ended before the byte that led here.
        var isMatch = false
    }

    /// - Parameter isLongest: find the longest match instead of the first by priority.
    init(_ program: Program, isLongest: Bool) {
        self.program = program
        self.isLongest = isLongest
        stride = program.representatives.count + 1
        classes = program.byteClasses
        prefix = .allocate(capacity: program.prefix.count)
        _ = prefix.initialize(from: program.prefix)
        capacity = 8
        table = .allocate(capacity: 8 * stride)
        current = SparseSet(capacity: program.instructions.count)
        following = SparseSet(capacity: program.instructions.count)
        starts = .allocate(capacity: 8)
        starts.initialize(repeating: Self.unknown, count: 8)
        buckets = [Int32](repeating: -1, count: 32)
    }

    deinit {
        table.deallocate()
        prefix.deallocate()
        starts.deallocate()
    }

    // MARK: Searching

    /// Searches `text[from...]` for the first match; `nearest` stops at the first position where one is known to end.
    func search(_ text: UnsafeBufferPointer<UInt8>, from: Int, anchored: Bool, nearest: Bool) -> Outcome {
        let before = from > 0 ? text[from - 1] : nil
        return run(text, from: from, to: text.count, step: 1, before: before, after: nil, anchored: anchored, nearest: nearest)
    }

    /// Searches backwards from `end` for the longest match, reading nothing before `limit` but one byte of context.
    func searchBackwards(_ text: UnsafeBufferPointer<UInt8>, from end: Int, to limit: Int) -> Outcome {
        let before = end < text.count ? text[end] : nil
        let after = limit > 0 ? text[limit - 1] : nil
        return run(text, from: end, to: limit, step: -1, before: before, after: after, anchored: true, nearest: false)
    }

    private func run(
        _ text: UnsafeBufferPointer<UInt8>, from: Int, to: Int, step: Int, before: UInt8?, after: UInt8?, anchored: Bool, nearest: Bool
    ) -> Outcome {
        var row = startRow(before: before, anchored: anchored)
        if row == Self.dead { return .noMatch }
        var position = from
        var lastMatch = -1
        var lastFlush: Int?
        // In this state no match has begun: the next one can only begin with the next occurrence of what every match begins with.
        var home = step > 0 && !anchored && !prefix.isEmpty ? row : Self.unknown
        // Backwards, the byte read at `position` is the one before it.
        let bias = step < 0 ? -1 : 0
        while position != to {
            if row == home {
                guard let next = nextPrefix(in: text, from: position) else { return lastMatch < 0 ? .noMatch : .match(lastMatch) }
                position = next
            }
            if bias == 0, let base = text.baseAddress {
                (position, row) = skim(base, from: position, to: to, row)
                if position == to { break }
            }
            let byte = text[position + bias]
            var entry = table[Int(row) + Int(classes[Int(byte)])]
            if entry >= Self.homeBit {
                if entry == Self.unknown {
                    let flushesBefore = flushes
                    entry = makeTransition(from: row, column: Int(classes[Int(byte)]), byte: byte)
                    transitionsMade &+= 1
                    if transitionsMade & 127 == 0, isInterrupted?() ?? false { return .noMatch }
                    if flushes != flushesBefore {
                        home = Self.unknown
                        // As RE2: ten bytes for each state built, or the automaton is no gain.
                        if let lastFlush, abs(position - lastFlush) < 10 * statesAtFlush { return .gaveUp }
                        lastFlush = position
                    }
                }
                if entry & Self.matchBit != 0 {
                    lastMatch = position
                    if nearest { return .match(position) }
                }
                if entry & Self.dead != 0 { return lastMatch < 0 ? .noMatch : .match(lastMatch) }
                entry &= Self.rowMask
            }
            row = entry
            position += step
        }
        let column = after.map { Int(classes[Int($0)]) } ?? stride - 1
        var entry = table[Int(row) + column]
        if entry == Self.unknown { entry = makeTransition(from: row, column: column, byte: after) }
        if entry & Self.matchBit != 0 { lastMatch = position }
        return lastMatch < 0 ? .noMatch : .match(lastMatch)
    }

    /// Whether a text holds a match, if transitions that are known tell it without a search for a prefix.
    @inline(__always)
    func knownMatch(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        let first = starts[0]
        guard prefix.isEmpty, first < Self.homeBit, let base = text.baseAddress else { return nil }
        let (position, row) = skim(base, from: 0, to: text.count, first)
        let isAtEnd = position == text.count
        let entry = table[Int(row) &+ (isAtEnd ? stride &- 1 : Int(classes[Int(base[position])]))]
        if entry == Self.unknown { return nil }
        if entry & Self.matchBit != 0 { return true }
        return isAtEnd || entry & Self.dead != 0 ? false : nil
    }

    /// Reads forwards as long as the transitions are known and nothing is to be noted of them; at least the byte that ends it is unread.
    @inline(__always)
    private func skim(_ base: UnsafePointer<UInt8>, from: Int, to: Int, _ start: UInt32) -> (position: Int, row: UInt32) {
        let (table, classes) = (UnsafePointer(table), classes)
        @inline(__always)
        func entry(_ row: UInt32, _ position: Int) -> UInt32 { table[Int(row) &+ Int(classes[Int(base[position])])] }
        var (position, row) = (from, start)
        // All that is special stands above the rows' offsets. Four bytes a round: half of a round of one would be the loop itself.
        while to &- position >= 4 {
            let first = entry(row, position)
            if first >= Self.homeBit { return (position, row) }
            let second = entry(first, position &+ 1)
            if second >= Self.homeBit { return (position &+ 1, first) }
            let third = entry(second, position &+ 2)
            if third >= Self.homeBit { return (position &+ 2, second) }
            let fourth = entry(third, position &+ 3)
            if fourth >= Self.homeBit { return (position &+ 3, third) }
            row = fourth
            position &+= 4
        }
        while position < to {
            let next = entry(row, position)
            if next >= Self.homeBit { break }
            row = next
            position &+= 1
        }
        return (position, row)
    }

    /// Where the prefix next occurs at or after a position.
    private func nextPrefix(in text: UnsafeBufferPointer<UInt8>, from position: Int) -> Int? {
        guard let base = text.baseAddress, let start = prefix.baseAddress else { return nil }
        var position = position
        while position + prefix.count <= text.count {
            guard let found = memchr(base + position, Int32(start[0]), text.count - position - prefix.count + 1) else { return nil }
            position = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
            if memcmp(base + position, start, prefix.count) == 0 { return position }
            position += 1
        }
        return nil
    }

    var statesAtFlush = 0
    private var transitionsMade = 0
    var isInterrupted: (() -> Bool)?
}
