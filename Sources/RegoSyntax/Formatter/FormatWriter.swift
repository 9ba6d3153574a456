/// Why a part of a module could not be laid out as usual.
enum LayoutProblem: Error {
    /// Two comments would have to stand at the end of one line: the part is written as it stands in the source.
    case crowdedLine
}

/// A comment that waits for its place in the output.
struct PendingComment: Sendable {
    /// The comment without white space at its end.
    var text: String
    /// The comment as it stands in the source.
    var original: String
    /// Bytes of the source before it.
    var offset: Int
    var row: Int
    var column: Int
}

/// Writes a module's parts one after the other, with the comments that stand before or beside each of them.
struct FormatWriter: Sendable {
    let source: [UInt8]
    let style: FormatStyle
    private(set) var output: [UInt8] = []
    var diagnostics: [Diagnostic] = []
    /// The comments not yet written, by row.
    var comments: ArraySlice<PendingComment>
    /// Comments that found no place where they belong; they are written before what comes next.
    private var displaced: [PendingComment] = []
    /// The depth of indentation.
    var level = 0
    /// Something stands on the current line, its indentation at least.
    var isInline = false
    /// The comment that the current line will end with.
    var lineComment: PendingComment?
    /// `lineComment` waits for the end of the next line but one, as it belongs to a sequence's closing bracket.
    var isDelayed = false
    /// Text that is copied from the source ends with its last line's comment.
    var copiesLastComment = false

    init(_ module: Module, source: [UInt8], target: RegoVersion) {
        self.source = source
        style = FormatStyle(module, target: target)
        comments = ArraySlice(module.comments.map(PendingComment.init).sorted { ($0.row, $0.column) < ($1.row, $1.column) })
        output.reserveCapacity(source.count + source.count / 8)
    }

    /// What was written, with one line break at its end.
    var text: [UInt8] {
        var text = output
        guard text.last == UInt8(ascii: "\n") else { return text }
        while text.last == UInt8(ascii: "\n") { text.removeLast() }
        text.append(UInt8(ascii: "\n"))
        return text
    }
}

extension PendingComment {
    init(_ comment: Comment) {
        original = comment.text
        offset = Int(comment.span.offset)
        row = Int(comment.span.row)
        column = Int(comment.span.column)
        var scalars = comment.text.unicodeScalars
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        text = String(scalars)
    }
}

// MARK: Lines

extension FormatWriter {
    mutating func write(_ text: String) { output.append(contentsOf: text.utf8) }

    mutating func write(bytes: ArraySlice<UInt8>) { output.append(contentsOf: bytes) }

    /// Takes back what was written behind an offset.
    mutating func truncate(to count: Int) { output.removeLast(max(output.count - count, 0)) }

    /// Begins a line with its indentation.
    mutating func startLine() {
        isInline = true
        for _ in 0..<level { output.append(UInt8(ascii: "\t")) }
    }

    /// Ends a line, after the comment that waits for its end.
    mutating func endLine() {
        isInline = false
        if let comment = lineComment, !isDelayed {
            write(" " + comment.text)
            lineComment = nil
        }
        isDelayed = false
        write("\n")
    }

    /// Writes an empty line, after ending the current one.
    mutating func blankLine() {
        if isInline { endLine() }
        write("\n")
    }

    /// Writes a line of its own.
    mutating func writeLine(_ text: String) {
        if !isInline { startLine() }
        write(text)
        endLine()
    }

    mutating func indent() { level += 1 }

    mutating func outdent() { level = max(level - 1, 0) }
}

// MARK: Comments

extension FormatWriter {
    /// Writes the comments of earlier rows than this one, and keeps that of the row itself for the line's end.
    mutating func insertComments(before row: Int) throws(LayoutProblem) {
        guard let first = comments.first, first.row <= row else { return }
        let start = comments.startIndex
        var end = start
        while end < comments.endIndex, comments[end].row < row { end += 1 }
        let earlier = comments[start..<end]
        var beside: PendingComment?
        while end < comments.endIndex, comments[end].row == row {
            beside = comments[end]
            end += 1
        }
        comments = comments[end...]
        writeComments(earlier)
        if let last = earlier.last, row - last.row > 1 { blankLine() }
        guard let beside else { return }
        if let present = lineComment {
            displaced += [present, beside]
            lineComment = nil
            throw .crowdedLine
        }
        lineComment = beside
    }

    mutating func insertComments(before span: Span) throws(LayoutProblem) { try insertComments(before: Int(span.row)) }

    /// Writes comments on lines of their own; an empty line between them stays one.
    mutating func writeComments(_ comments: ArraySlice<PendingComment>) {
        var previous: PendingComment?
        for comment in comments {
            if let previous {
                let distance = comment.row != previous.row ? comment.row - previous.row : comment.column - previous.column
                if distance > 1 { blankLine() }
            }
            writeLine(comment.text)
            previous = comment
        }
    }

    /// Writes something that the source does not have, or whose comments are written elsewhere.
    mutating func withoutComments(_ body: (inout FormatWriter) throws(LayoutProblem) -> Void) throws(LayoutProblem) {
        let pending = comments
        comments = []
        defer { comments = pending }
        try body(&self)
    }

    /// Writes a part of the source as it stands there, with the comments within it.
    mutating func copySource(of span: Span, pending: ArraySlice<PendingComment>) {
        let text = text(of: span)
        write(bytes: text)
        let lastRow = Int(span.row) + text.count { $0 == UInt8(ascii: "\n") }
        displaced.removeAll { lost in text.indices.contains(lost.offset) || pending.contains { $0.offset == lost.offset } }
        comments = []
        for comment in pending where !text.indices.contains(comment.offset) {
            if copiesLastComment, comment.row == lastRow {
                write(" " + comment.original)
            } else if comment.row >= lastRow {
                comments.append(comment)
            } else {
                displaced.append(comment)
            }
        }
    }

    /// Has displaced comments written before what comes next.
    mutating func replaceComments() {
        guard !displaced.isEmpty else { return }
        comments = ArraySlice((displaced + comments).sorted { $0.offset < $1.offset })
        displaced = []
    }

    /// The bytes that a node's span covers.
    func text(of span: Span) -> ArraySlice<UInt8> {
        let start = min(Int(span.offset), source.count)
        return source[start..<min(start + Int(span.length), source.count)]
    }

    /// A node's text begins with a parenthesis.
    func isParenthesized(_ term: Term) -> Bool { text(of: term.span).first == UInt8(ascii: "(") }
}
