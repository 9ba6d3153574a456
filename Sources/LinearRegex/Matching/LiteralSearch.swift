import Glibc

/// Tells whether a text holds a match of a pattern that comes down to a few fixed strings: `^/v1/`, `error|warning`, `\\.dcm$`.
///
/// Sendable because nothing is written after `init`; raw memory, because an array in a class costs a reference count for each access.
final class LiteralSearch: @unchecked Sendable {
    private static let maximumCount = 16
    private static let maximumBytes = 64

    private let count: Int
    /// The strings, one after another.
    private let bytes: UnsafeMutablePointer<UInt8>
    /// Where each string begins in `bytes`, and where the last one ends.
    private let offsets: UnsafeMutablePointer<Int>
    /// Bytes that all the strings begin with.
    private let commonCount: Int
    private let beginsText: Bool
    private let endsText: Bool
    /// Bytes of the shortest string.
    private let leastLength: Int
    /// Of each byte, how far a window of `leastLength` bytes that ends with it is from the next place where a string may begin (Horspool),
    /// and after 256 of these the same once no string begins with that window; `nil` where `memchr` is as good.
    private let shifts: UnsafeMutablePointer<UInt8>?

    /// - Returns: `nil` for a pattern that means more than a few strings.
    init?(_ pattern: ParsedPattern) {
        var nodes = Self.sequence(pattern.root)
        var (begins, ends) = (false, false)
        while case .assertion(.beginText)? = nodes.first {
            begins = true
            nodes.removeFirst()
        }
        while case .assertion(.endText)? = nodes.last {
            ends = true
            nodes.removeLast()
        }
        // What may be empty, next to text that does not matter, does not matter either.
        while !begins, let first = nodes.first, Self.isDroppable(first) { nodes.removeFirst() }
        while !ends, let last = nodes.last, Self.isDroppable(last) { nodes.removeLast() }
        guard let strings = Self.strings(of: .concatenation(nodes)) else { return nil }
        (beginsText, endsText) = (begins, ends)
        count = strings.count
        bytes = .allocate(capacity: max(strings.reduce(0) { $0 + $1.count }, 1))
        offsets = .allocate(capacity: strings.count + 1)
        var offset = 0
        for (index, string) in strings.enumerated() {
            offsets[index] = offset
            for byte in string {
                bytes[offset] = byte
                offset += 1
            }
        }
        offsets[strings.count] = offset
        var common = strings.first ?? []
        for string in strings { common = Array(zip(common, string).prefix { $0.0 == $0.1 }.map(\.0)) }
        commonCount = common.count
        leastLength = strings.map(\.count).min() ?? 0
        let isWorthwhile = !begins && !ends && (leastLength >= 4 || leastLength >= 2 && commonCount == 0 && strings.count > 1)
        shifts = isWorthwhile ? Self.shifts(strings, leastLength) : nil
    }

    private static func shifts(_ strings: [[UInt8]], _ window: Int) -> UnsafeMutablePointer<UInt8> {
        let shifts = UnsafeMutablePointer<UInt8>.allocate(capacity: 512)
        shifts.initialize(repeating: UInt8(window), count: 512)
        for string in strings {
            for (index, byte) in string.prefix(window).enumerated() {
                let distance = UInt8(window - 1 - index)
                shifts[Int(byte)] = min(shifts[Int(byte)], distance)
                if distance > 0 { shifts[256 + Int(byte)] = min(shifts[256 + Int(byte)], distance) }
            }
        }
        return shifts
    }

    deinit {
        shifts?.deallocate()
        bytes.deallocate()
        offsets.deallocate()
    }

    /// Whether the text holds one of the strings, in the place where it has to be.
    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress else { return (0..<count).contains { offsets[$0 + 1] == offsets[$0] } }
        if let shifts { return isFound(base, text.count, shifts) }
        if beginsText { return stands(at: base, text.count) }
        if endsText {
            for index in 0..<count {
                let length = offsets[index + 1] - offsets[index]
                if length <= text.count, areEqual(base + (text.count - length), bytes + offsets[index], length) { return true }
            }
            return false
        }
        // Where all begin alike, the text is searched once.
        if commonCount > 0 {
            var (position, left) = (base, text.count)
            while left >= commonCount, let found = memchr(position, Int32(bytes[0]), left - commonCount + 1) {
                position = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
                left = base + text.count - position
                if stands(at: position, left) { return true }
                position += 1
                left -= 1
            }
            return false
        }
        return (0..<count).contains { isFound($0, in: base, text.count) }
    }

    /// Whether one of the strings stands anywhere in the text: a byte that is none of theirs is passed together with those before it.
    private func isFound(_ base: UnsafePointer<UInt8>, _ textCount: Int, _ shifts: UnsafeMutablePointer<UInt8>) -> Bool {
        let (end, first, beginsAlike) = (base + textCount, bytes[0], commonCount > 0)
        let back = leastLength &- 1
        var last = base + back
        while last < end {
            let byte = Int(last.pointee)
            var shift = Int(shifts[byte])
            if shift == 0 {
                let start = last - back
                if start.pointee == first || !beginsAlike, stands(at: start, end - start) { return true }
                shift = Int(shifts[256 &+ byte])
            }
            last += shift
        }
        return false
    }

    /// Whether a string stands anywhere in the text. It is short, so that texts of repetitions take as long as others up to a factor.
    private func isFound(_ index: Int, in base: UnsafePointer<UInt8>, _ textCount: Int) -> Bool {
        let (string, length) = (bytes + offsets[index], offsets[index + 1] - offsets[index])
        guard length > 0 else { return true }
        var (position, left) = (base, textCount)
        while left >= length, let found = memchr(position, Int32(string[0]), left - length + 1) {
            position = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
            left = base + textCount - position
            if areEqual(position, string, length) { return true }
            position += 1
            left -= 1
        }
        return false
    }

    /// Whether one of the strings begins at a place.
    private func stands(at start: UnsafePointer<UInt8>, _ left: Int) -> Bool {
        for index in 0..<count {
            let length = offsets[index + 1] - offsets[index]
            guard endsText ? length == left : length <= left else { continue }
            // The first byte that tells the strings apart decides nearly always.
            if length > commonCount, start[commonCount] != bytes[offsets[index] + commonCount] { continue }
            if areEqual(start, bytes + offsets[index], length) { return true }
        }
        return false
    }

    // MARK: Reading patterns

    /// A node as a sequence of nodes; which part of a match a group is does not matter here.
    static func sequence(_ node: Node) -> [Node] {
        switch node {
        case .capture(let inner, _): sequence(inner)
        case .concatenation(let nodes): nodes.flatMap(sequence)
        default: [node]
        }
    }

    private static func isDroppable(_ node: Node) -> Bool { node.isNullable && !hasAssertions(node) }

    private static func hasAssertions(_ node: Node) -> Bool {
        switch node {
        case .assertion: true
        case .empty, .literal, .characterClass: false
        case .capture(let inner, _): hasAssertions(inner)
        case .repeat(let inner, _, _, _): hasAssertions(inner)
        case .concatenation(let nodes), .alternation(let nodes): nodes.contains(where: hasAssertions)
        }
    }

    /// All that a node matches; `nil` if it is more than a few strings.
    private static func strings(of node: Node) -> [[UInt8]]? {
        switch node {
        case .empty: return [[]]
        case .literal(let scalar):
            // A surrogate, which no text can hold, matches nothing.
            return scalar >= 0xD800 && scalar <= 0xDFFF ? nil : [UTF8Sequences.encode(scalar)]
        case .capture(let inner, _): return strings(of: inner)
        case .concatenation(let nodes):
            var result: [[UInt8]] = [[]]
            for node in nodes {
                guard let next = strings(of: node), result.count * next.count <= maximumCount else { return nil }
                result = result.flatMap { head in next.map { head + $0 } }
                guard result.allSatisfy({ $0.count <= maximumBytes }) else { return nil }
            }
            return result
        case .alternation(let nodes):
            var result: [[UInt8]] = []
            for node in nodes {
                guard let next = strings(of: node), result.count + next.count <= maximumCount else { return nil }
                result += next
            }
            return result.isEmpty ? nil : result
        case .repeat(let inner, 0, 1, _):
            guard let found = strings(of: inner), found.count < maximumCount else { return nil }
            return found + [[]]
        case .characterClass, .assertion, .repeat: return nil
        }
    }
}
