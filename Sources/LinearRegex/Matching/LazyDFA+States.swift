extension LazyDFA {
    func startRow(before: UInt8?, anchored: Bool) -> UInt32 {
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
    func makeTransition(from row: UInt32, column: Int, byte: UInt8?) -> UInt32 {
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
        var entry = state(of: following, flags: flags)
        guard flushes == flushesBefore else { return entry }
        if isHome(entry) { entry |= Self.homeBit }
        table[Int(row) + column] = entry
        return entry
    }

    /// Whether a transition leads back to where unanchored searches for a prefix begin.
    private func isHome(_ entry: UInt32) -> Bool {
        guard !prefix.isEmpty, entry & Self.dead == 0 else { return false }
        return (0..<4).contains { starts[$0] == entry & Self.rowMask }
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
