/// A table drawn with `+`, `-` and `|`, as OPA's pretty output has it.
package struct TextTable {
    /// Empty for a table without one.
    package var header: [String]
    /// A cell's text may have several lines.
    package var rows: [[String]] = []
    /// Draws a line between any two rows.
    package var hasRules = false

    package init(header: [String]) { self.header = header }

    /// Columns that a terminal shows a text in: scalars without those that combine with the one before.
    static func width(of text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + ($1.properties.generalCategory == .nonspacingMark ? 0 : 1) }
    }

    package func render() -> String {
        var widths = header.map(Self.width)
        let lines = rows.map(Self.lines)
        for row in lines.joined() {
            for (index, cell) in row.enumerated() {
                if index == widths.count, header.isEmpty { widths.append(0) }
                if index < widths.count { widths[index] = max(widths[index], Self.width(of: cell)) }
            }
        }
        let rule = "+" + widths.map { String(repeating: "-", count: $0 + 2) + "+" }.joined() + "\n"
        var text = rule
        if !header.isEmpty { text += "|" + zip(header, widths).map { " " + Self.centered($0, $1) + " |" }.joined() + "\n" + rule }
        for (index, row) in lines.enumerated() {
            if hasRules, index > 0 { text += rule }
            for line in row { text += "|" + zip(line, widths).map { " " + Self.padded($0, $1) + " |" }.joined() + "\n" }
        }
        return text + rule
    }

    /// A row's lines, each with a text for every column.
    private static func lines(of row: [String]) -> [[String]] {
        guard row.contains(where: { $0.utf8.contains(UInt8(ascii: "\n")) }) else { return [row] }
        let cells = row.map { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
        return (0..<(cells.map(\.count).max() ?? 0)).map { line in cells.map { line < $0.count ? $0[line] : "" } }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - Self.width(of: text), 0))
    }

    private static func centered(_ text: String, _ width: Int) -> String {
        let missing = max(width - Self.width(of: text), 0)
        return String(repeating: " ", count: missing / 2) + text + String(repeating: " ", count: missing - missing / 2)
    }
}
