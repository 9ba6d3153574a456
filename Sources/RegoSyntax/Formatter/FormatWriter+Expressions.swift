extension FormatWriter {
    /// Writes a body's expressions on lines of their own.
    mutating func write(_ body: Body) throws(LayoutProblem) {
        guard let first = body.first else { return }
        try insertComments(before: first.span)
        var previous: Span?
        for expression in body {
            if let previous {
                let lastRow = Int(previous.row) + text(of: previous).count { $0 == UInt8(ascii: "\n") }
                if Int(expression.span.row) > lastRow + 1 { blankLine() }
            }
            previous = expression.span
            startLine()
            // A crowded line was copied from the source: the next expression is written as usual.
            try? write(expression)
            endLine()
            replaceComments()
        }
    }

    mutating func write(_ expression: Expression) throws(LayoutProblem) {
        try insertComments(before: expression.span)
        if !isInline { startLine() }
        if expression.isNegated { write("not ") }
        switch expression.kind {
        case .some(let symbols): try writeSome(symbols, at: expression.span)
        case .every(let every): try write(every, at: expression.span)
        case .call(let terms): try writeCall(terms)
        case .term(let term): try write(term)
        }
        try writeModifiers(expression.with)
    }

    private mutating func writeModifiers(_ modifiers: [With]) throws(LayoutProblem) {
        var isIndented = false
        var previousRow: UInt32?
        for modifier in modifiers {
            if previousRow == nil || previousRow == modifier.span.row {
                try insertComments(before: modifier.span)
                write(" ")
            } else {
                if !isIndented { indent() }
                isIndented = true
                endLine()
                startLine()
                try insertComments(before: modifier.span)
            }
            previousRow = modifier.span.row
            write("with ")
            try write(modifier.target)
            write(" as ")
            try write(modifier.value)
        }
        if isIndented { outdent() }
    }

    private mutating func writeSome(_ symbols: [Term], at place: Span) throws(LayoutProblem) {
        try insertComments(before: place)
        write("some ")
        var row = place.row
        for (index, symbol) in symbols.enumerated() {
            if case .call(let terms) = symbol.kind {
                try writeMembership(terms, at: place, isTerm: false)
                continue
            }
            if symbol.span.row > row {
                endLine()
                startLine()
                write("\t")
                row = symbol.span.row
            } else if index > 0 {
                write(" ")
            }
            try write(symbol)
            if index < symbols.count - 1 { write(",") }
        }
    }

    private mutating func write(_ every: Expression.Every, at place: Span) throws(LayoutProblem) {
        try insertComments(before: place)
        write("every ")
        if let key = every.key {
            try write(key)
            write(", ")
        }
        try write(every.value)
        write(" in ")
        try write(every.domain, inParenthesesIf: every.domain.strength == 0)
        write(" {")
        // What is crowded was copied from the source.
        try? writeComprehensionBody(every.body, behind: place, closingRow: closingRowOfEvery(at: place))
        if every.body.count == 1, every.body[0].span.row == place.row { write(" ") }
        write("}")
    }

    /// OPA locates an `every` at its keyword, which no brace stands in, but in an `else` without braces at that.
    private func closingRowOfEvery(at place: Span) -> Int {
        text(of: place).starts(with: "else".utf8) ? closingRow("{", "}", in: place) : Self.noRow
    }
}

// MARK: Calls

/// The operators that are written between their operands.
enum InfixOperator {
    /// The sign of a built-in function; `nil` for those that have none.
    static func sign(of name: String) -> String? {
        switch name {
        case "eq": "="
        case "assign": ":="
        case "equal": "=="
        case "neq": "!="
        case "lt": "<"
        case "lte": "<="
        case "gt": ">"
        case "gte": ">="
        case "plus": "+"
        case "minus": "-"
        case "mul": "*"
        case "div": "/"
        case "rem": "%"
        case "and": "&"
        case "or": "|"
        default: nil
        }
    }

    /// How strongly the operator of a call binds; `nil` for calls that are not written as operations.
    static func strength(of name: String) -> Int? {
        switch name {
        case "internal.member_2": 0
        case "equal", "neq", "lt", "lte", "gt", "gte": 1
        case "or": 2
        case "and": 3
        case "plus", "minus": 4
        case "mul", "div", "rem": 5
        default: nil
        }
    }

    /// The types of the operands, as OPA's messages show them.
    static func operands(of name: String) -> [String] {
        switch name {
        case "plus", "mul", "div", "rem": ["number", "number"]
        case "minus": ["any<number, set[any]>", "any<number, set[any]>"]
        case "and", "or": ["set[any]", "set[any]"]
        case "internal.member_3": ["any", "any", "any"]
        default: ["any", "any"]
        }
    }
}

extension FormatWriter {
    /// Writes a call that is an expression of its own.
    private mutating func writeCall(_ terms: [Term]) throws(LayoutProblem) {
        if terms[0].isMembership { return try writeMembership(terms, at: terms[0].span, isTerm: false) }
        let name = TermPrinter.text(of: terms[0])
        guard let sign = InfixOperator.sign(of: name) else { return try writePlainCall(terms) }
        let strength = InfixOperator.strength(of: name)
        switch terms.count {
        case 4 where strength != nil:
            // The last operand is the result: `plus(1, 2, x)`.
            try write(terms[3])
            write(" = ")
            fallthrough
        case 3:
            try write(terms[1], inParenthesesIf: terms[1].binds(lessThan: strength ?? -1))
            write(" \(sign) ")
            try write(terms[2], inParenthesesIf: terms[2].binds(lessThan: (strength ?? -2) + 1))
        default:
            reportArity(of: terms, at: terms[0].span)
            try writePlainCall(terms)
        }
    }

    /// Writes a call that is part of a term.
    mutating func writeCall(_ terms: [Term], at place: Span, inParentheses: Bool) throws(LayoutProblem) {
        if terms[0].isMembership { return try writeMembership(terms, at: place, isTerm: true) }
        let name = TermPrinter.text(of: terms[0])
        // An equation cannot be part of a term, though a call of its function can.
        guard let sign = InfixOperator.sign(of: name), InfixOperator.strength(of: name) != nil else { return try writePlainCall(terms) }
        if inParentheses { write("(") }
        guard terms.count == 3 else { return reportArity(of: terms, at: place) }
        try writeOperand(terms[1])
        write(" \(sign) ")
        try writeOperand(terms[2])
        if inParentheses { write(")") }
    }

    private mutating func writePlainCall(_ terms: [Term]) throws(LayoutProblem) {
        if case .reference(let reference) = terms[0].kind {
            try writeReference(reference)
        } else {
            write(TermPrinter.text(of: terms[0]))
        }
        write("(")
        defer { write(")") }
        let place = terms[0].span
        let arguments = terms.dropFirst().map(SequenceElement.term)
        try writeSequence(arguments, behind: place, closingRow: closingRow("(", ")", in: place))
    }

    /// Writes `x in xs` or `k, x in xs`.
    private mutating func writeMembership(_ terms: [Term], at place: Span, isTerm: Bool) throws(LayoutProblem) {
        let wanted = InfixOperator.operands(of: TermPrinter.text(of: terms[0])).count
        guard terms.count == wanted + 1 else { return reportArity(of: terms, at: place) }
        let hasParentheses = isTerm && wanted == 3
        if hasParentheses { write("(") }
        defer { if hasParentheses { write(")") } }
        if wanted == 3 {
            try writeOperand(terms[1])
            write(", ")
            // `k, (x in xs) in ys` loses its parentheses, and its meaning with them: so says OPA. `isSameProgram` tells.
            try write(terms[2], inParentheses: true)
        } else {
            // `x in xs in ys` is `(x in xs) in ys`.
            try write(terms[1], inParentheses: true)
        }
        write(" in ")
        try writeOperand(terms[wanted])
    }

    /// Writes an operand of an operation, which takes parentheses if it is one itself.
    private mutating func writeOperand(_ term: Term) throws(LayoutProblem) {
        let isMembership = term.strength == 0
        if isMembership { write("(") }
        defer { if isMembership { write(")") } }
        try write(term, inParentheses: true)
    }

    /// Writes a term whose parentheses, if it is an operation, are not those of its place.
    private mutating func write(_ term: Term, inParenthesesIf needsParentheses: Bool) throws(LayoutProblem) {
        if needsParentheses { write("(") }
        defer { if needsParentheses { write(")") } }
        try write(term)
    }

    private mutating func reportArity(of terms: [Term], at place: Span) {
        let name = TermPrinter.text(of: terms[0])
        let have = terms.dropFirst().map(\.kind.name).joined(separator: ",")
        let want = InfixOperator.operands(of: name).joined(separator: ",")
        diagnostics.append(
            Diagnostic(.type, "\(name): arity mismatch", at: place, details: ["have: (\(have))", "want: (\(want))"]))
    }
}

extension Term {
    /// How strongly the term's operator binds; `nil` for terms that are not written as operations.
    var strength: Int? {
        guard case .call(let terms) = kind, let operation = terms.first else { return nil }
        return InfixOperator.strength(of: TermPrinter.text(of: operation))
    }

    /// An operation that binds less than another of that strength.
    fileprivate func binds(lessThan limit: Int) -> Bool { strength.map { $0 < limit } ?? false }
}
