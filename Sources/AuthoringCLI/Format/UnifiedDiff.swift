/// What differs between two texts, line by line, in the form of `diff -u`.
package struct UnifiedDiff {
    private enum Edit {
        case keep(Int, Int)
        case remove(Int)
        case insert(Int)
    }

    private let name: String
    private let old: [ArraySlice<UInt8>]
    private let new: [ArraySlice<UInt8>]
    private let edits: [Edit]

    /// Lines of context around each change.
    private static let context = 3
    /// Changed lines beyond which no shortest script is looked for: all between the common ends is replaced.
    private static let effort = 2_000

    /// Compares two texts; the name is that of the file.
    package init(from old: [UInt8], to new: [UInt8], name: String) {
        self.name = name
        self.old = Self.lines(of: old)
        self.new = Self.lines(of: new)
        edits = Self.edits(from: self.old, to: self.new)
    }

    /// The lines with their line breaks.
    private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            lines.append(bytes[start...index])
            start = index + 1
        }
        if start < bytes.count { lines.append(bytes[start...]) }
        return lines
    }

    // MARK: Comparing

    private static func edits(from old: [ArraySlice<UInt8>], to new: [ArraySlice<UInt8>]) -> [Edit] {
        var start = 0
        while start < min(old.count, new.count), old[start] == new[start] { start += 1 }
        var (oldEnd, newEnd) = (old.count, new.count)
        while oldEnd > start, newEnd > start, old[oldEnd - 1] == new[newEnd - 1] {
            oldEnd -= 1
            newEnd -= 1
        }
        var edits = (0..<start).map { Edit.keep($0, $0) }
        edits += middle(old[start..<oldEnd], new[start..<newEnd])
        edits += zip(oldEnd..<old.count, newEnd..<new.count).map { Edit.keep($0, $1) }
        return edits
    }

    /// The shortest script from one sequence to another (Myers, "An O(ND) Difference Algorithm", 1986).
    private static func middle(_ old: ArraySlice<ArraySlice<UInt8>>, _ new: ArraySlice<ArraySlice<UInt8>>) -> [Edit] {
        let limit = min(old.count + new.count, effort)
        var reach = [Int](repeating: 0, count: 2 * limit + 3)
        var history: [[Int]] = []
        for distance in 0...limit {
            history.append(reach)
            for diagonal in stride(from: -distance, through: distance, by: 2) {
                let index = diagonal + limit + 1
                let isDown = diagonal == -distance || diagonal != distance && reach[index - 1] < reach[index + 1]
                var x = isDown ? reach[index + 1] : reach[index - 1] + 1
                var y = x - diagonal
                while x < old.count, y < new.count, old[old.startIndex + x] == new[new.startIndex + y] {
                    x += 1
                    y += 1
                }
                reach[index] = x
                if x >= old.count, y >= new.count { return script(history, old: old.indices, new: new.indices, limit: limit) }
            }
        }
        return old.indices.map(Edit.remove) + new.indices.map(Edit.insert)
    }

    /// The way back from the end along the furthest points of each distance.
    private static func script(_ history: [[Int]], old: Range<Int>, new: Range<Int>, limit: Int) -> [Edit] {
        var edits: [Edit] = []
        var (x, y) = (old.count, new.count)
        for distance in history.indices.reversed() {
            let reach = history[distance]
            let diagonal = x - y
            let index = diagonal + limit + 1
            let isDown = diagonal == -distance || diagonal != distance && reach[index - 1] < reach[index + 1]
            let startX = distance == 0 ? 0 : isDown ? reach[index + 1] : reach[index - 1]
            let startY = distance == 0 ? 0 : startX - (isDown ? diagonal + 1 : diagonal - 1)
            while x > startX, y > startY {
                x -= 1
                y -= 1
                edits.append(.keep(old.lowerBound + x, new.lowerBound + y))
            }
            guard distance > 0 else { break }
            edits.append(isDown ? .insert(new.lowerBound + startY) : .remove(old.lowerBound + startX))
            (x, y) = (startX, startY)
        }
        return edits.reversed()
    }
}

// MARK: Printing

extension UnifiedDiff {
    /// The diff; without colours `patch` can read it. Empty if nothing differs.
    package func rendered(isColored: Bool) -> [UInt8] {
        let style = TextStyle(isColored: isColored)
        var text: [UInt8] = []
        for hunk in hunks {
            if text.isEmpty { text += Array((style("--- \(name)", .bold) + "\n" + style("+++ \(name)", .bold) + "\n").utf8) }
            text += Array((style(header(of: hunk), .cyan) + "\n").utf8)
            for edit in edits[hunk] {
                switch edit {
                case .keep(let index, _): text += line(" ", old[index]) { $0 }
                case .remove(let index): text += line("-", old[index]) { style($0, .red) }
                case .insert(let index): text += line("+", new[index]) { style($0, .green) }
                }
            }
        }
        return text
    }

    /// Ranges of edits: changes with their context, those close to each other in one.
    private var hunks: [Range<Int>] {
        var hunks: [Range<Int>] = []
        for (index, edit) in edits.enumerated() {
            if case .keep = edit { continue }
            let start = max(index - Self.context, 0)
            let end = min(index + Self.context + 1, edits.count)
            if let last = hunks.last, start <= last.upperBound {
                hunks[hunks.count - 1] = last.lowerBound..<end
            } else {
                hunks.append(start..<end)
            }
        }
        return hunks
    }

    private func header(of hunk: Range<Int>) -> String {
        let (oldCount, newCount) = Self.lines(of: edits[hunk])
        let (oldStart, newStart) = Self.lines(of: edits[..<hunk.lowerBound])
        return "@@ -\(Self.range(oldStart, oldCount)) +\(Self.range(newStart, newCount)) @@"
    }

    /// How many lines of the old and of the new text edits stand for.
    private static func lines(of edits: ArraySlice<Edit>) -> (old: Int, new: Int) {
        var count = (old: 0, new: 0)
        for edit in edits {
            switch edit {
            case .keep:
                count.old += 1
                count.new += 1
            case .remove: count.old += 1
            case .insert: count.new += 1
            }
        }
        return count
    }

    /// A range of lines, the first counted from 1; an empty one names the line before it.
    private static func range(_ start: Int, _ count: Int) -> String {
        count == 1 ? "\(start + 1)" : "\(count == 0 ? start : start + 1),\(count)"
    }

    private func line(_ sign: String, _ line: ArraySlice<UInt8>, _ style: (String) -> String) -> [UInt8] {
        let isEnded = line.last == UInt8(ascii: "\n")
        let text = style(sign + String(decoding: isEnded ? line.dropLast() : line, as: UTF8.self)) + "\n"
        return Array((isEnded ? text : text + "\\ No newline at end of file\n").utf8)
    }
}
