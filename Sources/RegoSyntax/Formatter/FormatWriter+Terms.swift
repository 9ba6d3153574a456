extension FormatWriter {
    /// Writes a term; one whose line cannot hold all its comments as it stands in the source.
    mutating func write(_ term: Term) throws(LayoutProblem) {
        guard !comments.isEmpty else { return try write(term, inParentheses: false) }
        let length = output.count
        let pending = comments
        do throws(LayoutProblem) {
            try write(term, inParentheses: false)
        } catch {
            truncate(to: length)
            copySource(of: term.span, pending: pending)
            throw error
        }
    }

    mutating func write(_ term: Term, inParentheses: Bool) throws(LayoutProblem) {
        try insertComments(before: term.span)
        if !isInline { startLine() }
        switch term.kind {
        case .null, .boolean, .number: write(TermPrinter.text(of: term))
        case .string(let value): writeString(value, at: term.span)
        case .variable(let name): writeVariable(name)
        case .reference(let terms): try writeReference(terms)
        case .call(let terms): try writeCall(terms, at: term.span, inParentheses: inParentheses)
        case .array(let terms): try writeArray(terms, at: term.span)
        case .object(let items): try writeObject(items, at: term.span)
        case .set(let terms): try writeSet(terms, at: term.span)
        case .arrayComprehension(let head, let body): try writeComprehension("[", "]", head, body, at: term.span)
        case .setComprehension(let head, let body): try writeComprehension("{", "}", head, body, at: term.span)
        case .objectComprehension(let key, let value, let body):
            try writeObjectComprehension(key: key, value: value, body, at: term.span)
        case .templateString(let parts, let isRaw): try writeTemplate(parts, isRaw: isRaw, at: term.span)
        }
        if !isInline { startLine() }
    }

    private mutating func writeVariable(_ name: String) {
        guard name.utf8.first == UInt8(ascii: "$") else { return write(name) }
        // Heads that stand for several bodies have the same wildcard several times, which by now is one variable.
        guard style.repeatedWildcards.contains(name) else { return write("_") }
        write((name.utf8.dropFirst().first == UInt8(ascii: "_") ? "" : "_") + String(name.dropFirst()))
    }

    /// Writes a string as the source has it, if the span is that of a string.
    private mutating func writeString(_ value: String, at place: Span) {
        let text = text(of: place)
        // What was not parsed has no text.
        guard place.file != .none || !text.isEmpty else { return write(Self.quoted(value)) }
        guard let last = text.last, text.first != UInt8(ascii: "`") else { return write(bytes: text) }
        // An `else` without braces has the span of all its text, which ends with the string at best.
        guard last == UInt8(ascii: "\"") || last == UInt8(ascii: "`"), let start = text.firstIndex(of: last),
            isLiteral(of: value, from: start, to: text.endIndex)
        else { return write(Self.quoted(value)) }
        write(bytes: text[start...])
    }

    /// What stands in the source between two offsets is a string, with its quotes, of a value.
    private func isLiteral(of value: String, from start: Int, to end: Int) -> Bool {
        guard end - start > 1 else { return false }
        if source[start] == UInt8(ascii: "`") { return source[(start + 1)..<(end - 1)].elementsEqual(value.utf8) }
        guard let decoded = StringDecoding.unescape(source, from: start + 1, to: end - 1) else { return false }
        return decoded.utf8.elementsEqual(value.utf8)
    }

    /// A string in double quotes, with escapes that Rego can read.
    static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            let quoted = TermPrinter.quoted(String(scalar))
            let inner = quoted.dropFirst().dropLast()
            // Go's escapes that JSON does not have.
            if inner.count > 1, let escape = inner.dropFirst().first, "avxU".contains(escape) {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                text += inner
            }
        }
        return text + "\""
    }
}

// MARK: References

extension FormatWriter {
    mutating func writeReference(_ terms: [Term]) throws(LayoutProblem) {
        guard let head = terms.first else { return }
        try writeHead(head)
        for operand in terms.dropFirst() {
            switch operand.kind {
            case .string(let name):
                if needsBrackets(name, at: operand.span) {
                    write("[" + Self.quoted(name) + "]")
                } else {
                    write("." + name)
                }
            case .variable(let name):
                write("[")
                writeVariable(name)
                write("]")
            default:
                write("[")
                do throws(LayoutProblem) {
                    try write(operand)
                } catch {
                    // The text that was copied ends with a comment.
                    write("\n")
                }
                write("]")
            }
        }
    }

    /// Writes the head of a reference or a comprehension: an operation in parentheses.
    mutating func writeHead(_ term: Term) throws(LayoutProblem) {
        let isMembership = term.strength == 0
        if isMembership { write("(") }
        defer { if isMembership { write(")") } }
        try write(term, inParentheses: true)
    }

    /// A name that cannot follow a dot, or that is a keyword and does not do so in the source, if there is one.
    private func needsBrackets(_ name: String, at place: Span) -> Bool {
        guard TermPrinter.isName(name) else { return true }
        return style.isKeyword(name) && (place.file == .none || text(of: place).first == UInt8(ascii: "\""))
    }
}

// MARK: Template strings

extension FormatWriter {
    private mutating func writeTemplate(_ parts: [Term.TemplatePart], isRaw: Bool, at place: Span) throws(LayoutProblem) {
        write(isRaw ? "$`" : "$\"")
        for (index, part) in parts.enumerated() {
            switch part {
            case .text(let text): write(Self.templateText(text, isRaw: isRaw))
            case .expression(let expression):
                if case .term(let term) = expression.kind, let text = constantText(of: term, in: expression, isRaw: isRaw) {
                    write(text)
                } else {
                    try writeTemplate(expression, isLast: index + 1 == parts.count)
                }
            }
        }
        write(isRaw ? "`" : "\"")
    }

    /// A template string's text between its quotes.
    private static func templateText(_ text: String, isRaw: Bool) -> String {
        let escaped = isRaw ? text : String(quoted(text).dropFirst().dropLast())
        return escaped.split(separator: "{", omittingEmptySubsequences: false).joined(separator: "\\{")
    }

    /// What a constant in braces stands for, which needs no braces then; `nil` for other expressions and those with a comment before.
    private func constantText(of term: Term, in expression: Expression, isRaw: Bool) -> String? {
        var before = source[..<min(Int(expression.span.offset), source.count)]
        while let last = before.last, last == 0x20 || (0x09...0x0D).contains(last) { before.removeLast() }
        let beginsLine =
            before.count < Int(expression.span.offset)
            && source[before.endIndex..<Int(expression.span.offset)].contains(UInt8(ascii: "\n"))
        guard before.last == UInt8(ascii: "{"), expression.with.isEmpty else { return nil }
        if beginsLine,
            before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).last?.contains(UInt8(ascii: "#")) == true
        {
            return nil
        }
        switch term.kind {
        case .string(let text): return Self.templateText(text, isRaw: isRaw)
        case .null, .boolean, .number: return TermPrinter.text(of: term)
        default: return nil
        }
    }

    /// Writes an expression with its braces.
    private mutating func writeTemplate(_ expression: Expression, isLast: Bool) throws(LayoutProblem) {
        write("{")
        indent()
        if lineComment != nil {
            endLine()
            startLine()
        } else {
            let row = Int(expression.span.row)
            let earlier = comments.prefix { $0.row < row }
            if !earlier.isEmpty {
                write(" ")
                isInline = true
                comments = comments.dropFirst(earlier.count)
                writeComments(earlier)
            }
        }
        try write(expression)
        if !isLast {
            let row = rowOfBrace(behind: expression)
            let earlier = comments.prefix { $0.row < row }
            if !earlier.isEmpty {
                endLine()
                comments = comments.dropFirst(earlier.count)
                writeComments(earlier)
                startLine()
            }
        }
        write("}")
        outdent()
    }

    /// The row of the `}` that ends an expression, behind comments perhaps.
    private func rowOfBrace(behind expression: Expression) -> Int {
        let text = text(of: expression.span)
        var row = Int(expression.span.row) + text.count { $0 == UInt8(ascii: "\n") }
        var isComment = false
        for byte in source[text.endIndex...] {
            if byte == UInt8(ascii: "\n") {
                row += 1
                isComment = false
            } else if byte == UInt8(ascii: "#") {
                isComment = true
            } else if byte == UInt8(ascii: "}"), !isComment {
                break
            }
        }
        return row
    }
}
