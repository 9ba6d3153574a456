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
    private static let unknown: UInt32 = 0x8000_0000
    private static let matchBit: UInt32 = 0x4000_0000
    private static let dead: UInt32 = 0x2000_0000
    private static let rowMask: UInt32 = 0x1FFF_FFFF

    /// Bytes that states and transitions may take before all are dropped.
    private static let budget = 1 << 18

    private let program: Program
    private let isLongest: Bool
    private let stride: Int
    private let classes: UnsafePointer<UInt8>
    /// What every match begins with.
    private let prefix: UnsafeMutableBufferPointer<UInt8>

    private var table: UnsafeMutablePointer<UInt32>
    private var capacity: Int
    private var states: [State] = []
    private var items: [Int32] = []
    private var buckets: [Int32] = []
    /// The first rows by what stands before the text, 8 of them.
    private let starts: UnsafeMutablePointer<UInt32>
    private var flushes = 0

    private var current: SparseSet
    private var following: SparseSet
    private var stack: [Int32] = []

    private struct State {
        var firstItem: Int32
        var itemCount: Int32
        var flags: Flags
        var hash: UInt32
    }

    /// What a state knows besides its instructions.
    private struct Flags: Equatable {
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
                (position, row) = skim(base, from: position, to: to, row, home: home)
                if position == to { break }
            }
            let byte = text[position + bias]
            var entry = table[Int(row) + Int(classes[Int(byte)])]
            if entry >= Self.dead {
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

    /// Reads forwards as long as the transitions are known and nothing is to be noted of them; at least the byte that ends it is unread.
    @inline(__always)
    private func skim(
        _ base: UnsafePointer<UInt8>, from: Int, to: Int, _ start: UInt32, home: UInt32
    ) -> (position: Int, row: UInt32) {
        let (table, classes) = (UnsafePointer(table), classes)
        var (position, row) = (from, start)
        while position < to {
            let entry = table[Int(row) &+ Int(classes[Int(base[position])])]
            // All that is special stands above the rows' offsets.
            if entry >= Self.dead || entry == home { break }
            row = entry
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

    private var statesAtFlush = 0
    private var transitionsMade = 0
    var isInterrupted: (() -> Bool)?

    // MARK: Building

    private func startRow(before: UInt8?, anchored: Bool) -> UInt32 {
        var flags = Flags()
        var kind = anchored ? 4 : 0
        if let before {
            if before == 10 {
                kind += 1
                flags.holding = .beginLine
            } else if before.isWordCharacter {
                kind += 2
                flags.followsWordCharacter = true
            } else {
                kind += 3
            }
        } else {
            flags.holding = .begins
        }
        if starts[kind] != Self.unknown { return starts[kind] }
        current.removeAll()
        follow(anchored ? program.start : program.unanchoredStart, holding: flags.holding, into: current)
        let row = state(of: current, flags: flags) & ~Self.matchBit
        starts[kind] = row
        return row
    }

    /// The transition of a state on a byte, or at the end of the text where there is none.
    private func makeTransition(from row: UInt32, column: Int, byte: UInt8?) -> UInt32 {
        let number = Int(row) / stride
        let source = states[number]
        current.removeAll()
        for index in Int(source.firstItem)..<Int(source.firstItem + source.itemCount) { _ = current.insert(items[index]) }
        var before = source.flags.holding
        var after: Assertion = .nothing
        if let byte {
            if byte == 10 {
                before.insert(.endLine)
                after = .beginLine
            }
        } else {
            before.formUnion(.ends)
        }
        let isWord = byte?.isWordCharacter ?? false
        before.insert(isWord == source.flags.followsWordCharacter ? .noWordBoundary : .wordBoundary)
        if !before.subtracting(source.flags.holding).isDisjoint(with: source.flags.needed) {
            following.removeAll()
            for index in 0..<current.count { follow(current.members[index], holding: before, into: following) }
            swap(&current, &following)
        }
        let isMatch = advance(byte, after: after)
        let flags = Flags(holding: after, followsWordCharacter: isWord, isMatch: isMatch)
        let flushesBefore = flushes
        let entry = state(of: following, flags: flags)
        if flushes == flushesBefore { table[Int(row) + column] = entry }
        return entry
    }

    /// Moves `current` over a byte into `following`; returns whether a match ended before it.
    private func advance(_ byte: UInt8?, after: Assertion) -> Bool {
        following.removeAll()
        var isMatch = false
        for index in 0..<current.count {
            let instruction = program.instructions[Int(current.members[index])]
            switch instruction.kind {
            case .bytes:
                if let byte, byte >= instruction.low, byte <= instruction.high {
                    follow(instruction.next, holding: after, into: following)
                }
            case .match:
                isMatch = true
                if !isLongest { return true }
            default:
                break
            }
        }
        return isMatch
    }

    /// Adds an instruction and all that it leads to without consuming a byte, by priority.
    private func follow(_ first: Int32, holding: Assertion, into set: SparseSet) {
        // A local variable needs no checks for exclusive access.
        var stack = self.stack
        self.stack = []
        defer { self.stack = stack }
        stack.append(first)
        while let number = stack.popLast() {
            var number = number
            while set.insert(number) {
                let instruction = program.instructions[Int(number)]
                switch instruction.kind {
                case .split:
                    stack.append(instruction.other)
                    number = instruction.next
                    continue
                case .save:
                    number = instruction.next
                    continue
                case .assert:
                    if instruction.assertion.isSubset(of: holding) {
                        number = instruction.next
                        continue
                    }
                case .bytes:
                    if instruction.other >= 0 {
                        number = instruction.other
                        continue
                    }
                case .match, .fail:
                    break
                }
                break
            }
        }
    }

    /// The transition to the state of these instructions, which is made when it is new.
    private func state(of set: SparseSet, flags: Flags) -> UInt32 {
        let firstItem = items.count
        var flags = flags
        for index in 0..<set.count {
            let instruction = program.instructions[Int(set.members[index])]
            if case .assert = instruction.kind { flags.needed.formUnion(instruction.assertion) }
            if case .match = instruction.kind, !isLongest { break }
        }
        // Steps that consume nothing count where an assertion may yet open a way: in `(\b|a)+` the order in which loops were entered
        // decides what comes first once `\b` is known to hold.
        let keepsAll = !flags.needed.isEmpty && !isLongest
        for index in 0..<set.count {
            let number = set.members[index]
            let kind = program.instructions[Int(number)].kind
            switch kind {
            case .bytes, .assert, .match: items.append(number)
            case .split, .save: if keepsAll { items.append(number) }
            case .fail: break
            }
            // What has less priority than a match is of no interest.
            if case .match = kind, !isLongest { break }
        }
        let isMatch = flags.isMatch
        if items.count == firstItem { return Self.dead | (isMatch ? Self.matchBit : 0) }
        if flags.needed.isEmpty {
            flags.holding = .nothing
            flags.followsWordCharacter = false
        }
        // Not by what is needed now: behind a `$` that comes to hold, a `\b` may wait.
        if program.assertions.isDisjoint(with: .words) { flags.followsWordCharacter = false }
        // The match belongs to the transition, so that states differ by nothing else.
        flags.isMatch = false
        if isLongest { items[firstItem...].sort() }
        return insertState(firstItem: firstItem, flags: flags) | (isMatch ? Self.matchBit : 0)
    }

    private func insertState(firstItem: Int, flags: Flags) -> UInt32 {
        var hash: UInt32 = 2_166_136_261 ^ UInt32(flags.holding.rawValue) ^ (flags.followsWordCharacter ? 0x100 : 0)
        for index in firstItem..<items.count { hash = (hash ^ UInt32(bitPattern: items[index])) &* 16_777_619 }
        hash ^= hash >> 15
        var bucket = Int(hash) & (buckets.count - 1)
        while buckets[bucket] >= 0 {
            let candidate = states[Int(buckets[bucket])]
            if candidate.hash == hash, candidate.flags == flags, isEqual(candidate, firstItem: firstItem) {
                items.removeSubrange(firstItem...)
                return UInt32(Int(buckets[bucket]) * stride)
            }
            bucket = (bucket + 1) & (buckets.count - 1)
        }
        if (states.count * stride + items.count) * 4 + states.count * 16 > Self.budget, states.count > 2 {
            return flush(keeping: Array(items[firstItem...]), flags: flags, hash: hash)
        }
        let number = states.count
        if number == capacity { growTable() }
        states.append(State(firstItem: Int32(firstItem), itemCount: Int32(items.count - firstItem), flags: flags, hash: hash))
        buckets[bucket] = Int32(number)
        for column in 0..<stride { table[number * stride + column] = Self.unknown }
        if states.count * 2 > buckets.count { growBuckets() }
        return UInt32(number * stride)
    }

    private func isEqual(_ state: State, firstItem: Int) -> Bool {
        guard Int(state.itemCount) == items.count - firstItem else { return false }
        for offset in 0..<Int(state.itemCount) where items[Int(state.firstItem) + offset] != items[firstItem + offset] { return false }
        return true
    }

    /// Drops all states but one.
    private func flush(keeping kept: [Int32], flags: Flags, hash: UInt32) -> UInt32 {
        statesAtFlush = states.count
        flushes += 1
        items = kept
        states = [State(firstItem: 0, itemCount: Int32(kept.count), flags: flags, hash: hash)]
        for index in buckets.indices { buckets[index] = -1 }
        buckets[Int(hash) & (buckets.count - 1)] = 0
        starts.update(repeating: Self.unknown, count: 8)
        for column in 0..<stride { table[column] = Self.unknown }
        return 0
    }

    private func growTable() {
        let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2 * stride)
        larger.initialize(from: table, count: capacity * stride)
        table.deallocate()
        table = larger
        capacity *= 2
    }

    private func growBuckets() {
        buckets = [Int32](repeating: -1, count: buckets.count * 2)
        for (number, state) in states.enumerated() {
            var bucket = Int(state.hash) & (buckets.count - 1)
            while buckets[bucket] >= 0 { bucket = (bucket + 1) & (buckets.count - 1) }
            buckets[bucket] = Int32(number)
        }
    }
}
