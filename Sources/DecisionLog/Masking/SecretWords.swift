/// Values that were masked in one place and must not turn up in another: in an error's text, in a path, in the result.
struct SecretWords: Sendable {
    /// More values than this are not looked for; the record's texts are then withheld as a whole.
    private static let limit = 256
    private static let lengthLimit = 4_096
    /// Shorter values occur by chance (`M`, `12`).
    private static let shortest = 3
    /// From this length on a value is looked for inside of words, too.
    private static let distinctive = 8

    /// Lower-case values by their first byte, the longest first.
    private var buckets: [UInt8: [[UInt8]]] = [:]
    private var known: Set<[UInt8]> = []
    private(set) var overflowed = false

    var isEmpty: Bool { known.isEmpty && !overflowed }

    /// Adds a value, and the parts of a name or the written form of a date that it may also occur as.
    mutating func add(_ value: [UInt8]) {
        let value = Self.trimmed(value)
        insert(value)
        let parts = value.split { byte in
            byte == UInt8(ascii: "^") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ")
        }
        // `Doe^John` and `John Doe`, but not the words of a whole paragraph.
        if (2...6).contains(parts.count) {
            for part in parts where part.contains(where: { $0 | 0x20 >= UInt8(ascii: "a") }) { insert(Array(part)) }
        }
        if value.count == 8, value.allSatisfy({ (0x30...0x39).contains($0) }) {
            insert(Array(value[..<4]) + [0x2D] + Array(value[4..<6]) + [0x2D] + Array(value[6...]))
        }
    }

    /// The values of both.
    func union(_ other: SecretWords) -> SecretWords {
        if other.isEmpty { return self }
        var union = self
        union.overflowed = overflowed || other.overflowed
        for value in other.known { union.insert(value) }
        return union
    }

    private mutating func insert(_ value: [UInt8]) {
        guard value.count >= Self.shortest else { return }
        guard known.count < Self.limit, value.count <= Self.lengthLimit else {
            overflowed = true
            return
        }
        let lowered = value.map(Self.lowered)
        guard known.insert(lowered).inserted else { return }
        var bucket = buckets[lowered[0]] ?? []
        bucket.insert(lowered, at: bucket.firstIndex { $0.count < lowered.count } ?? bucket.count)
        buckets[lowered[0]] = bucket
    }

    /// The text without the values; `nil` when none occurs in it.
    /// - Complexity: O(n), times the values that share a first letter.
    func scrub(_ text: [UInt8]) -> [UInt8]? {
        guard !known.isEmpty else { return nil }
        var scrubbed: [UInt8] = []
        var copied = 0
        var at = 0
        while at < text.count {
            guard let bucket = buckets[Self.lowered(text[at])], let length = Self.match(bucket, text, at) else {
                at += 1
                continue
            }
            scrubbed.append(contentsOf: text[copied..<at])
            scrubbed.append(contentsOf: Masker.replacement.utf8)
            at += length
            copied = at
        }
        guard copied > 0 else { return nil }
        return scrubbed + text[copied...]
    }

    private static func match(_ bucket: [[UInt8]], _ text: [UInt8], _ at: Int) -> Int? {
        for value in bucket where at + value.count <= text.count {
            let end = at + value.count
            if value.count < distinctive {
                if at > 0, isWord(text[at - 1]) { continue }
                if end < text.count, isWord(text[end]) { continue }
            }
            if zip(value, text[at..<end]).allSatisfy({ $0 == lowered($1) }) { return value.count }
        }
        return nil
    }

    private static func trimmed(_ value: [UInt8]) -> [UInt8] {
        let front = value.drop { $0 <= 0x20 }
        return Array(front[..<(front.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? front.startIndex)])
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...:
            true
        default: false
        }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
