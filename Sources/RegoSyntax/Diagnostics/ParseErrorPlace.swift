/// The line that a parse error is on, and where in it, as OPA's parser reports them.
package struct ParseErrorPlace {
    package let line: String
    /// Bytes of the line before the place.
    package let index: Int

    /// Finds the line of the last character at or before an offset that is no space; `nil` in an empty text.
    package init?(in bytes: [UInt8], at offset: UInt32) {
        guard !bytes.isEmpty else { return nil }
        var offset = min(Int(offset), bytes.count - 1)
        while offset > 0, Self.isSpace(bytes[offset]) { offset -= 1 }
        var begin = offset
        while begin > 0, !Self.isBreak(bytes[begin]) { begin -= 1 }
        if Self.isBreak(bytes[begin]) { begin += 1 }
        var end = offset
        while end < bytes.count, !Self.isBreak(bytes[end]) { end += 1 }
        if begin > end { begin = end }
        line = String(decoding: bytes[begin..<end], as: UTF8.self)
        index = offset - begin
    }

    /// The line without leading tabs, and a caret below the place.
    package var lines: [String] {
        let text = line.drop { $0 == "\t" }
        let tabs = line.utf8.count - text.utf8.count
        return [String(text), String(repeating: " ", count: max(index - tabs, 0)) + "^"]
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    private static func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}
