/// Ranges of scalars as sequences of byte ranges: what a scalar's UTF-8 looks like.
enum UTF8Sequences {
    /// One to four byte ranges, first byte first.
    typealias Sequence = [ClosedRange<UInt8>]

    /// The sequences of a class, in order; surrogates have none.
    static func sequences(of characterClass: CharacterClass) -> [Sequence] {
        var result: [Sequence] = []
        for range in characterClass.ranges {
            // Pieces that do not straddle an encoded length or the surrogates.
            for (low, high) in [(0, 0x7F), (0x80, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF)] as [(UInt32, UInt32)] {
                let from = max(low, range.low)
                let through = min(high, range.high)
                if from <= through { append(from, through, to: &result) }
            }
        }
        return result
    }

    /// Splits until all but the first differing byte of both ends cover whole ranges of continuation bytes.
    private static func append(_ low: UInt32, _ high: UInt32, to result: inout [Sequence]) {
        let lowBytes = encode(low)
        let highBytes = encode(high)
        for index in 1..<max(lowBytes.count, 2) where lowBytes.count > 1 {
            let mask = UInt32(1) << UInt32(6 * index) - 1
            if low & ~mask == high & ~mask { break }
            if low & mask != 0 {
                append(low, low | mask, to: &result)
                append((low | mask) + 1, high, to: &result)
                return
            }
            if high & mask != mask {
                append(low, (high & ~mask) - 1, to: &result)
                append(high & ~mask, high, to: &result)
                return
            }
        }
        result.append(zip(lowBytes, highBytes).map { $0...$1 })
    }

    static func encode(_ scalar: UInt32) -> [UInt8] {
        switch scalar {
        case 0..<0x80: [UInt8(scalar)]
        case 0..<0x800: [UInt8(0xC0 | scalar >> 6), UInt8(0x80 | scalar & 0x3F)]
        case 0..<0x10000: [UInt8(0xE0 | scalar >> 12), UInt8(0x80 | scalar >> 6 & 0x3F), UInt8(0x80 | scalar & 0x3F)]
        default:
            [
                UInt8(0xF0 | scalar >> 18), UInt8(0x80 | scalar >> 12 & 0x3F), UInt8(0x80 | scalar >> 6 & 0x3F),
                UInt8(0x80 | scalar & 0x3F),
            ]
        }
    }
}
