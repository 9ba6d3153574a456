/// Reads the numbers that `UnicodeData` packs into text.
struct PackedText {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ text: StaticString) {
        bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    var isAtEnd: Bool { position >= bytes.count }

    /// One character: 0...63.
    mutating func symbol() -> Int {
        defer { position += 1 }
        return Int(bytes[position]) - 35
    }

    /// Base 32, little-endian; 32 is added to every digit but the last.
    mutating func number() -> Int {
        var value = 0
        var shift = 0
        while true {
            let digit = symbol()
            value |= (digit & 31) << shift
            if digit < 32 { return value }
            shift += 5
        }
    }
}
