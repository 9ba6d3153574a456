/// Positions of a list that wait for their turn, which goes around from first to last.
struct PendingPositions {
    private var words: [UInt64]

    /// Every position waits.
    init(count: Int) {
        words = [UInt64](repeating: .max, count: (count + 63) / 64)
        if count & 63 != 0 { words[words.count - 1] = (1 << UInt64(count & 63)) - 1 }
    }

    mutating func insert(_ position: Int) { words[position >> 6] |= 1 << UInt64(position & 63) }

    /// The next one after a position, or else the first of all; waits no longer.
    mutating func removeFirst(after position: Int) -> Int? {
        let start = position + 1
        guard !words.isEmpty else { return nil }
        if start >> 6 < words.count {
            let rest = words[start >> 6] & ~((1 << UInt64(start & 63)) - 1)
            if let found = take(rest, in: start >> 6) { return found }
            for index in (start >> 6) + 1..<max(words.count, (start >> 6) + 1) {
                if let found = take(words[index], in: index) { return found }
            }
        }
        for index in words.indices { if let found = take(words[index], in: index) { return found } }
        return nil
    }

    private mutating func take(_ bits: UInt64, in index: Int) -> Int? {
        guard bits != 0 else { return nil }
        let bit = bits.trailingZeroBitCount
        words[index] &= ~(1 << UInt64(bit))
        return index << 6 + bit
    }
}
