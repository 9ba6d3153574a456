import Rego
@_spi(Engine) import RegoRuntime

/// Where a test failed: the last expression that did, with arrows from its variables to their values.
///
/// ```text
///   a_test.rego:9:
///     x == y
///     |    |
///     |    2
///     1
/// ```
package enum FailureLine {
    static func text(_ explanation: Explanation) -> String {
        for event in explanation.events.reversed() where event.kind == .fail {
            guard let place = event.location, !place.file.isEmpty, let source = explanation.source(of: event) else { continue }
            let values = explanation.variables(of: event).map { ($0.name, shortened($0.value.json())) }
            let lines = annotated(source, values).map { "    \($0)\n" }
            return "\n  \(place.file):\(place.row):\n" + lines.joined()
        }
        return ""
    }

    /// The expression's lines, and below them the values.
    package static func annotated(_ source: String, _ values: [(name: String, value: String)]) -> [String] {
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.map { $0 == "\t" ? "  " : String($0) }.joined()
        }
        guard lines.count == 1, let line = lines.first else { return lines + values.map { "\($0.name): \($0.value)" } }
        var arrows: [(column: Int, value: String)] = []
        var others: [(name: String, value: String)] = []
        for (name, value) in values {
            if let column = column(of: name, in: line), !arrows.contains(where: { $0.column == column }) {
                arrows.append((column, value))
            } else {
                others.append((name, value))
            }
        }
        arrows.sort { $0.column < $1.column }
        var result = [line]
        if !arrows.isEmpty { result.append(bars(arrows[...])) }
        for index in arrows.indices.reversed() {
            let before = bars(arrows[..<index])
            let padding = String(repeating: " ", count: max(arrows[index].column - before.unicodeScalars.count, 0))
            result.append(before + padding + arrows[index].value)
        }
        return result + others.map { "\($0.name): \($0.value)" }
    }

    private static func bars(_ arrows: ArraySlice<(column: Int, value: String)>) -> String {
        var text = ""
        for arrow in arrows { text += String(repeating: " ", count: max(arrow.column - text.unicodeScalars.count, 0)) + "|" }
        return text
    }

    /// The column that a name first stands in as a word of its own, from 0.
    private static func column(of name: String, in line: String) -> Int? {
        let (text, word) = (Array(line.unicodeScalars), Array(name.unicodeScalars))
        guard !word.isEmpty, text.count >= word.count else { return nil }
        for start in 0...(text.count - word.count) where text[start..<start + word.count].elementsEqual(word) {
            let before = start > 0 ? text[start - 1] : " "
            let after = start + word.count < text.count ? text[start + word.count] : " "
            if !isName(before), before != ".", !isName(after) { return DisplayWidth.of(text[..<start]) }
        }
        return nil
    }

    private static func isName(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    /// Values beyond a line's length say more by their beginning than by filling the screen.
    private static func shortened(_ text: String) -> String {
        let limit = 100
        return text.unicodeScalars.count <= limit ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "..."
    }
}
