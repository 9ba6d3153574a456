/// A part of a bracketed sequence or of a body.
enum SequenceElement: Sendable {
    case term(Term)
    case item(Term.ObjectItem)
    case expression(Expression)

    /// Where the element begins.
    var span: Span {
        switch self {
        case .term(let term): term.span
        case .item(let item): item.key.span
        case .expression(let expression): expression.span
        }
    }

    /// The places of compiled programs' terms say nothing about lines.
    var mentionsGenerated: Bool {
        switch self {
        case .term(let term): term.mentionsGenerated
        case .item: false
        case .expression(let expression): expression.mentionsGenerated
        }
    }
}

extension FormatWriter {
    /// Stands for the row of a bracket that is not found.
    static let noRow = -1

    /// Writes elements separated by commas, on as many lines as the source has them on.
    ///
    /// - Parameters:
    ///   - last: the place of what stands before the first element.
    ///   - closingRow: the row of the closing bracket.
    mutating func writeSequence(_ elements: [SequenceElement], behind last: Span, closingRow: Int) throws(LayoutProblem) {
        let lines = Self.lines(of: elements, behind: last)
        if lines.count > 1 {
            isDelayed = true
            endLine()
            indent()
            startLine()
        }
        for (index, line) in lines.enumerated() {
            for (index, element) in line.enumerated() {
                if index > 0 { write(", ") }
                try write(element, isAlone: elements.count == 1)
            }
            guard lines.count > 1 else { return }
            write(",")
            endLine()
            if index < lines.count - 1 { startLine() }
        }
        try insertComments(before: closingRow)
        outdent()
        startLine()
    }

    /// The elements of each line, in the source's order.
    private static func lines(of elements: [SequenceElement], behind last: Span) -> [[SequenceElement]] {
        if elements.contains(where: \.mentionsGenerated) { return [elements] }
        var lines: [[SequenceElement]] = [[]]
        var row = last.row
        for element in elements.sorted(by: { ($0.span.row, $0.span.column) < ($1.span.row, $1.span.column) }) {
            if element.span.row > row, !(lines.count == 1 && lines[0].isEmpty) { lines.append([]) }
            row = element.span.row
            lines[lines.count - 1].append(element)
        }
        return lines
    }

    private mutating func write(_ element: SequenceElement, isAlone: Bool) throws(LayoutProblem) {
        switch element {
        case .term(let term): try writeElement(term, isAlone: isAlone)
        case .item(let item):
            try writeElement(item.key, isAlone: isAlone)
            write(": ")
            try writeElement(item.value, isAlone: isAlone)
        case .expression(let expression): try write(expression)
        }
    }

    /// Writes a term; a union, which could be taken for a comprehension, in its parentheses.
    private mutating func writeElement(_ term: Term, isAlone: Bool) throws(LayoutProblem) {
        var hasParentheses = false
        if case .call(let terms) = term.kind, terms[0].isBuiltin("or") {
            // Within an `else` without braces no term has a text of its own.
            hasParentheses = isParenthesized(term) || isAlone && text(of: term.span).starts(with: "else".utf8)
        }
        if hasParentheses { write("(") }
        defer { if hasParentheses { write(")") } }
        try write(term)
    }

    // MARK: Composites

    mutating func writeArray(_ terms: [Term], at place: Span) throws(LayoutProblem) {
        write("[")
        defer { write("]") }
        try writeSequence(terms.map(SequenceElement.term), behind: place, closingRow: closingRow("[", "]", in: place))
    }

    mutating func writeSet(_ terms: [Term], at place: Span) throws(LayoutProblem) {
        guard !terms.isEmpty else {
            write("set()")
            return try insertComments(before: closingRow("(", ")", in: place))
        }
        write("{")
        defer { write("}") }
        let members = TermOrder.members(terms).map(SequenceElement.term)
        try writeSequence(members, behind: place, closingRow: closingRow("{", "}", in: place))
    }

    mutating func writeObject(_ items: [Term.ObjectItem], at place: Span) throws(LayoutProblem) {
        write("{")
        defer { write("}") }
        let items = TermOrder.items(items).map(SequenceElement.item)
        try writeSequence(items, behind: place, closingRow: closingRow("{", "}", in: place))
    }

    mutating func writeObjectComprehension(key: Term, value: Term, _ body: Body, at place: Span) throws(LayoutProblem) {
        write("{")
        defer { write("}") }
        if Int(key.span.row) - Int(place.row) > 1 {
            endLine()
            startLine()
        }
        try write(key)
        write(": ")
        // The value stays on the key's line.
        var value = value
        value.span.row = key.span.row
        value.span.column = key.span.column
        try writeComprehension(of: value, body, at: place, closingRow: closingRow("{", "}", in: place))
    }

    mutating func writeComprehension(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ head: Term, _ body: Body, at place: Span
    ) throws(LayoutProblem) {
        write(String(open))
        defer { write(String(close)) }
        try writeComprehension(of: head, body, at: place, closingRow: closingRow(open, close, in: place))
    }

    private mutating func writeComprehension(
        of head: Term, _ body: Body, at place: Span, closingRow: Int
    ) throws(LayoutProblem) {
        if head.span.row > place.row {
            endLine()
            startLine()
        }
        try writeHead(head)
        write(" |")
        try writeComprehensionBody(body, behind: head.span, closingRow: closingRow)
    }

    /// Writes a body behind `|` or `{`: on the same line, if it is there in the source, or on lines of its own.
    mutating func writeComprehensionBody(_ body: Body, behind last: Span, closingRow: Int) throws(LayoutProblem) {
        let lines = Self.lines(of: body.map(SequenceElement.expression), behind: last)
        guard let first = body.first, first.span.row <= last.row, lines.count == 1 else {
            endLine()
            indent()
            defer {
                outdent()
                startLine()
            }
            try write(body)
            return try insertComments(before: closingRow)
        }
        write(" ")
        for (index, expression) in body.enumerated() {
            if index > 0 { write("; ") }
            try write(expression)
        }
        try insertComments(before: closingRow)
    }
}

// MARK: Closing brackets

extension FormatWriter {
    /// The row of the bracket that closes the first one of its kind in a node's text; `noRow` if there is none.
    ///
    /// Brackets in strings and comments count, as they do for OPA. A rule's body is looked for behind the brackets of its head.
    func closingRow(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar, in place: Span, skipping head: (Unicode.Scalar, Unicode.Scalar)? = nil
    ) -> Int {
        let text = text(of: place)
        var index = text.startIndex
        var breaks = 0
        if let head { (index, breaks) = Self.end(of: head, in: text, from: index) ?? (text.endIndex, 0) }
        guard let (_, more) = Self.end(of: (open, close), in: text, from: index) else { return Self.noRow }
        return Int(place.row) + breaks + more
    }

    /// Where the bracket stands that closes the first one, and how many line breaks lie between the two.
    private static func end(
        of brackets: (Unicode.Scalar, Unicode.Scalar), in text: ArraySlice<UInt8>, from start: Int
    ) -> (index: Int, lineBreaks: Int)? {
        let (open, close) = (UInt8(ascii: brackets.0), UInt8(ascii: brackets.1))
        guard let first = text[start...].firstIndex(of: open) else { return nil }
        var depth = 1
        var breaks = 0
        for index in text[first...].indices.dropFirst() {
            switch text[index] {
            case open: depth += 1
            case close: depth -= 1
            case UInt8(ascii: "\n"): breaks += 1
            default: break
            }
            if depth == 0 { return (index, breaks) }
        }
        return nil
    }
}
