import Glibc

/// Tells whether a whole text matches a pattern of fixed strings and runs between them that only some ASCII bytes end: the globs
/// `*.example.com` and `/v1/*/items/*`, the regular expression `^https://[^/]+/x$`.
///
/// Each string after a run but the last one holds a byte that ends the run, so that there is one place where it can stand: nothing is
/// tried twice. Sendable because nothing is written after `init`.
final class WildcardSearch: @unchecked Sendable {
    private static let maximumRuns = 8
    private static let maximumBytes = 256

    /// A run of characters and the string after it.
    private struct Piece {
        /// The ASCII bytes that end the run, as bits.
        var low: UInt64 = 0
        var high: UInt64 = 0
        /// The only such byte; -1 for none, -2 for several.
        var single: Int16 = -1
        /// Characters that the run has at least, 0 or 1.
        var minimum = 0
        /// Where the string begins in `bytes`, and its bytes.
        var offset = 0
        var length = 0
        /// Bytes of the string before the one that ends the run.
        var stop = 0

        func ends(at byte: UInt8) -> Bool { byte < 128 && (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 != 0 }
    }

    private let pieces: UnsafeMutableBufferPointer<Piece>
    /// The strings, one after another; the first one is before the first run.
    private let bytes: UnsafeMutablePointer<UInt8>
    private let prefixLength: Int
    /// Bytes of the shortest text that matches.
    private let leastLength: Int

    /// - Returns: `nil` for a pattern of another kind.
    init?(_ pattern: ParsedPattern) {
        let nodes = LiteralSearch.sequence(pattern.root)
        guard nodes.count > 2, case .assertion(.beginText)? = nodes.first, case .assertion(.endText)? = nodes.last else { return nil }
        var strings: [[UInt8]] = [[]]
        var found: [Piece] = []
        for node in nodes.dropFirst().dropLast() {
            switch node {
            case .empty: break
            case .literal(let scalar):
                // A surrogate, which no text can hold, matches nothing.
                guard scalar < 0xD800 || scalar > 0xDFFF else { return nil }
                strings[found.count] += UTF8Sequences.encode(scalar)
            case .repeat(.characterClass(let number), minimum: let minimum, maximum: nil, greedy: _):
                guard minimum <= 1, var piece = Self.run(of: pattern.classes[number]) else { return nil }
                piece.minimum = minimum
                found.append(piece)
                strings.append([])
            default: return nil
            }
        }
        let total = strings.reduce(0) { $0 + $1.count }
        guard !found.isEmpty, found.count <= Self.maximumRuns, total <= Self.maximumBytes else { return nil }
        var offset = strings[0].count
        for index in found.indices {
            let string = strings[index + 1]
            (found[index].offset, found[index].length) = (offset, string.count)
            offset += string.count
            guard index < found.count - 1 else { break }
            guard let stop = string.firstIndex(where: found[index].ends) else { return nil }
            found[index].stop = stop
        }
        pieces = .allocate(capacity: found.count)
        _ = pieces.initialize(from: found)
        bytes = .allocate(capacity: max(total, 1))
        for (index, byte) in strings.joined().enumerated() { (bytes + index).initialize(to: byte) }
        prefixLength = strings[0].count
        leastLength = found.reduce(total) { $0 + $1.minimum }
    }

    deinit {
        pieces.deallocate()
        bytes.deallocate()
    }

    /// A run of a class's characters; `nil` if the class leaves out more than ASCII.
    private static func run(of members: CharacterClass) -> Piece? {
        var piece = Piece()
        var count = 0
        for range in members.inverted().ranges {
            guard range.high < 128 else { return nil }
            for byte in range.low...range.high {
                if byte < 64 { piece.low |= 1 << UInt64(byte) } else { piece.high |= 1 << UInt64(byte - 64) }
                piece.single = Int16(byte)
                count += 1
            }
        }
        if count > 1 { piece.single = -2 }
        return piece
    }

    /// Whether the whole text, which is UTF-8, matches.
    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= leastLength else { return false }
        guard let base = text.baseAddress else { return true }
        let last = pieces.count &- 1
        let suffix = pieces[last]
        let end = base + (text.count &- suffix.length)
        guard areEqual(end, bytes + suffix.offset, suffix.length), areEqual(base, bytes, prefixLength) else { return false }
        var start = base + prefixLength
        for index in 0..<last {
            let piece = pieces[index]
            let stop = Self.end(of: piece, start, end)
            guard stop < end else { return false }
            let next = stop - piece.stop
            guard next >= start + piece.minimum, end - next >= piece.length, areEqual(next, bytes + piece.offset, piece.length) else {
                return false
            }
            start = next + piece.length
        }
        return end - start >= suffix.minimum && Self.end(of: suffix, start, end) == end
    }

    /// Where a run that begins at a place has to end.
    @inline(__always)
    private static func end(of run: Piece, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        if run.single == -1 { return end }
        var position = start
        if run.single >= 0 {
            let byte = UInt8(truncatingIfNeeded: run.single)
            if end - position > 64 {
                return memchr(position, Int32(byte), end - position).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) } ?? end
            }
            while position < end, position.pointee != byte { position += 1 }
        } else {
            while position < end, !run.ends(at: position.pointee) { position += 1 }
        }
        return position
    }
}
