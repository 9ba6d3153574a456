/// A line of a source as a terminal can show it, and the place in it that an error is at.
package struct SourceExcerpt {
    /// The line, or the part of a long one around the place; what a terminal would take for a command is replaced.
    package let text: String
    /// What leads from the line's beginning to the place.
    package let indentation: String

    /// Scalars of a long line that are shown before and after the place.
    private static let context = 80

    /// Makes an excerpt.
    ///
    /// - Parameter column: the place in scalars, from 1; 0 is the line's beginning.
    package init(_ line: String, column: Int) {
        let scalars = Array(line.unicodeScalars)
        let place = min(max(column - 1, 0), scalars.count)
        var start = place - Self.context
        if start <= 0 || scalars.count <= 2 * Self.context { start = 0 }
        let end = scalars.count - start <= 2 * Self.context ? scalars.count : start + 2 * Self.context
        let lead = start > 0 ? "..." : ""
        text = lead + String(String.UnicodeScalarView(scalars[start..<end])).withoutControls + (end < scalars.count ? "..." : "")
        indentation = lead.map { _ in " " }.joined() + scalars[start..<place].map { $0 == "\t" ? "\t" : " " }.joined()
    }
}

extension String {
    /// The text with U+FFFD for control characters other than tabs and line breaks: a terminal would obey those.
    var withoutControls: String {
        guard unicodeScalars.contains(where: Self.isControl) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { Self.isControl($0) ? "\u{FFFD}" : $0 }))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 && scalar != "\t" && scalar != "\n" || (0x7F...0x9F).contains(scalar.value)
    }
}
