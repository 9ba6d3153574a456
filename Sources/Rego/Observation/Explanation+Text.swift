import RegoCompiler
@_spi(Engine) public import RegoRuntime
import RegoSyntax

extension Explanation {
    /// The events as people read them, one a line, as `opa eval --explain` prints them.
    ///
    /// An expression of more than 4 KiB is cut, and how much of it is missing is told: one that contains hundreds of others is in the line of
    /// each of their events.
    ///
    /// - Parameters:
    ///   - locations: begins each line with the file and row
    ///   - variables: ends each line with the values of the variables and documents in the expression; they must have been recorded.
    /// - Returns: lines that each end with a line break.
    public func text(locations: Bool = true, variables: Bool = false) -> String {
        onStack { lines(locations: locations, variables: variables) } ?? ""
    }

    /// Walks through the program's terms where there is stack for it.
    private func onStack<Result>(_ body: () -> Result) -> Result? { LargeStack.run(if: legend?.isDeep ?? false, body) }

    private func lines(locations: Bool, variables: Bool) -> String {
        let aliases = locations ? PathShortening(events.compactMap(\.location)).aliases : [:]
        var depths: [Int: Int] = [:]
        var rows: [[String]] = []
        var subjects: [Int: String] = [:]
        for event in events {
            let depth = depths[event.query] ?? (depths[event.parent] ?? 0) + 1
            depths[event.query] = depth
            var row: [String] = []
            if locations { row.append(Self.text(of: event.location, aliases)) }
            row.append(line(of: event, depth: depth, &subjects))
            if variables { row.append(variableText(of: event)) }
            rows.append(row)
        }
        return Self.table(rows)
    }

    private static func text(of location: SourceLocation?, _ aliases: [String: String]) -> String {
        guard let location else { return "" }
        return location.file.isEmpty ? "query:\(location.row)" : "\(aliases[location.file] ?? location.file):\(location.row)"
    }

    private static func table(_ rows: [[String]]) -> String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.utf8.count)
            }
        }
        var text = ""
        for row in rows {
            for (column, cell) in row.enumerated() {
                text += cell
                guard column < row.count - 1 else { break }
                text += String(repeating: " ", count: max(widths[column] + 4 - cell.unicodeScalars.count, 0) + 1)
            }
            text += "\n"
        }
        return text
    }

    /// - Parameter subjects: what events are about, by their nodes, as far as it has been written out.
    private func line(of event: Event, depth: Int, _ subjects: inout [Int: String]) -> String {
        let isDeeper = event.kind != .enter && (event.kind != .redo || isExpression(event))
        let padding = String(repeating: "| ", count: max(isDeeper ? depth : depth - 1, 0))
        if event.kind == .note { return padding + "Note " + TermPrinter.quoted(event.message) }
        let node = event.subject >= 0 ? event.subject : event.node
        let subject = subjects[node] ?? Self.cut(text(of: event))
        if node >= 0 { subjects[node] = subject }
        return padding + event.kind.rawValue + " " + subject + (event.message.isEmpty ? "" : " " + event.message)
    }

    /// Bytes of an expression that a line shows.
    private static let subjectLimit = 4096

    /// A text without what is too much for a line.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > subjectLimit else { return text }
        let start = prefix(of: text, bytes: subjectLimit)
        return "\(start)… (\(text.utf8.count - start.utf8.count) bytes more)"
    }

    /// At most so many bytes of a text, not more than it has.
    private static func prefix(of text: String, bytes: Int) -> Substring {
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: bytes)
        while end > text.utf8.startIndex, end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return text[..<end]
    }

    /// What an event is about: a rule's document, an expression, or a body, with the variables' names as their author wrote them.
    public func text(of event: Event) -> String {
        let node = event.subject >= 0 ? event.subject : event.node
        guard let legend, node >= 0 else { return event.message }
        return onStack {
            switch legend.syntax[node] {
            case .rule(let path, _, _, _): TermPrinter.text(ofReference: path)
            case .body(let body): TermPrinter.text(of: body.map(legend.authored))
            case .expression(let expression): TermPrinter.text(of: legend.authored(expression))
            }
        } ?? event.message
    }

    /// The variables in an event's expression, or in its rule's head, with their values, by name.
    ///
    /// - Parameter event: one of these events, recorded with `Instruments.Options.variables`.
    public func variables(of event: Event) -> [(name: String, value: RegoValue)] {
        guard let legend, event.node >= 0 else { return [] }
        var mentioned: Set<String> = []
        var found: [(name: String, value: RegoValue)] = []
        _ = onStack {
            switch legend.syntax[event.node] {
            case .rule(_, let head, _, _): for term in head { term.collectVariables(into: &mentioned) }
            case .body(let body): for expression in body { expression.collectVariables(into: &mentioned) }
            case .expression(let expression): expression.collectVariables(into: &mentioned)
            }
        }
        found = event.documents
        for (name, value) in event.variables where mentioned.contains(name) {
            found.append((legend.authoredNames[name] ?? name, value))
        }
        return found.sorted { $0.name < $1.name }
    }

    /// All variables that have a value at an event, by the names that their author gave them; generated ones by their own.
    public func locals(of event: Event) -> [(name: String, value: RegoValue)] {
        event.variables.map { (legend?.authoredNames[$0.name] ?? $0.name, $0.value) }
    }

    private func variableText(of event: Event) -> String {
        "{" + variables(of: event).map { "\($0.name): \(Self.shortened($0.value.description, to: 32))" }.joined(separator: ", ") + "}"
    }

    /// A text of at most so many bytes, with an ellipsis at the end if it was longer.
    static func shortened(_ text: String, to width: Int) -> String {
        guard text.utf8.count > width else { return text }
        return prefix(of: text, bytes: width - 3) + "..."
    }
}

/// Shorter names for files, where the locations of an explanation would be too wide: what all of them have in common gives way to `...`.
private struct PathShortening {
    private(set) var aliases: [String: String] = [:]

    /// The width beyond which names are shortened.
    private static let idealWidth = 64

    init(_ locations: [SourceLocation]) {
        var files: [String] = []
        var width = 0
        for location in locations {
            if !location.file.isEmpty, aliases[location.file] == nil {
                files.append(location.file)
                aliases[location.file] = location.file
            }
            width = max(width, (location.file.isEmpty ? 5 : location.file.utf8.count) + String(location.row).utf8.count + 1)
        }
        guard !files.isEmpty, width > Self.idealWidth else { return }
        var common = Self.longestCommonPart(files.map(Self.shortenable))
        let surplus = Self.idealWidth - (width - common.count + 3)
        if surplus > 0 { common.removeLast(min(surplus, common.count)) }
        guard common.count > 3 else { return }
        for file in files {
            let bytes = Array(file.utf8)
            guard let start = Self.position(of: common, in: bytes) else { continue }
            aliases[file] = String(decoding: bytes[..<start] + Array("...".utf8) + bytes[(start + common.count)...], as: UTF8.self)
        }
    }

    /// A path without its first folder and its last segment.
    private static func shortenable(_ path: String) -> [UInt8] {
        let folders = path.split(separator: "/", omittingEmptySubsequences: true).dropLast()
        return Array((folders.count > 1 ? folders.dropFirst() : folders).joined(separator: "/").utf8)
    }

    private static func position(of part: [UInt8], in whole: [UInt8]) -> Int? {
        guard part.count <= whole.count else { return nil }
        return (0...(whole.count - part.count)).first { whole[$0..<$0 + part.count].elementsEqual(part) }
    }

    private static func longestCommonPart(_ paths: [[UInt8]]) -> [UInt8] {
        guard let shortest = paths.min(by: { $0.count < $1.count }), !shortest.isEmpty, shortest.count <= 4096 else { return [] }
        // Whether a common part of a length exists only gets rarer with the length.
        var found: [UInt8] = []
        var (low, high) = (1, shortest.count)
        while low <= high {
            let length = (low + high) / 2
            let start = (0...(shortest.count - length)).first { start in
                let part = Array(shortest[start..<start + length])
                return paths.allSatisfy { position(of: part, in: $0) != nil }
            }
            if let start {
                found = Array(shortest[start..<start + length])
                low = length + 1
            } else {
                high = length - 1
            }
        }
        return found
    }
}
