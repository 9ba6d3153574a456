/// A line while it is being edited: its text and the cursor.
package struct LineBuffer: Equatable {
    package private(set) var scalars: [Unicode.Scalar] = []
    /// How many scalars stand before the cursor.
    package private(set) var cursor = 0
    /// What was cut last, for Ctrl-Y.
    private var clipboard: [Unicode.Scalar] = []

    /// Characters beyond which a line takes no more.
    private static let limit = 1 << 20

    package init(_ text: String = "") { replace(with: text) }

    package var text: String { String(String.UnicodeScalarView(scalars)) }
    package var textBeforeCursor: String { String(String.UnicodeScalarView(scalars[..<cursor])) }
    package var isEmpty: Bool { scalars.isEmpty }

    /// Takes another text, with the cursor at its end.
    package mutating func replace(with text: String) {
        scalars = Array(text.unicodeScalars.prefix(Self.limit))
        cursor = scalars.count
    }

    package mutating func insert(_ text: some Collection<Unicode.Scalar>) {
        guard scalars.count + text.count <= Self.limit else { return }
        scalars.insert(contentsOf: text, at: cursor)
        cursor += text.count
    }

    package mutating func moveLeft() { cursor = max(cursor - 1, 0) }
    package mutating func moveRight() { cursor = min(cursor + 1, scalars.count) }
    package mutating func moveToStart() { cursor = 0 }
    package mutating func moveToEnd() { cursor = scalars.count }
    package mutating func moveWordLeft() { cursor = wordStart }

    package mutating func moveWordRight() {
        while cursor < scalars.count, !Self.isWord(scalars[cursor]) { cursor += 1 }
        while cursor < scalars.count, Self.isWord(scalars[cursor]) { cursor += 1 }
    }

    package mutating func deleteBackward() {
        guard cursor > 0 else { return }
        cursor -= 1
        scalars.remove(at: cursor)
    }

    package mutating func deleteForward() { if cursor < scalars.count { scalars.remove(at: cursor) } }

    package mutating func cutToEnd() { cut(cursor..<scalars.count) }
    package mutating func cutToStart() { cut(0..<cursor) }
    package mutating func cutWord() { cut(wordStart..<cursor) }
    package mutating func paste() { insert(clipboard) }

    /// Swaps the characters around the cursor.
    package mutating func transpose() {
        guard cursor > 0, scalars.count > 1 else { return }
        let right = min(cursor, scalars.count - 1)
        scalars.swapAt(right - 1, right)
        cursor = right + 1
    }

    private mutating func cut(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        clipboard = Array(scalars[range])
        scalars.removeSubrange(range)
        cursor = range.lowerBound
    }

    private var wordStart: Int {
        var start = cursor
        while start > 0, !Self.isWord(scalars[start - 1]) { start -= 1 }
        while start > 0, Self.isWord(scalars[start - 1]) { start -= 1 }
        return start
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
