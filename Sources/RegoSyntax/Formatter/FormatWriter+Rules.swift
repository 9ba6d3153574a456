extension FormatWriter {
    mutating func write(_ rules: [Rule]) {
        for (index, rule) in rules.enumerated() {
            // A crowded line was copied from the source: the next rule begins a new one.
            try? insertComments(before: rule.span)
            try? write(rule)
            replaceComments()
            if index + 1 < rules.count, isGroupable(rule), isGroupable(rules[index + 1]),
                rules[index + 1].span.row == rule.span.row + 1
            {
                continue
            }
            blankLine()
        }
    }

    /// A rule that takes no empty line between itself and the next if the source has none.
    private func isGroupable(_ rule: Rule) -> Bool {
        rule.body.count <= 1 && !rule.isDefault && style.hasIf && (style.hasContains || rule.head.value != nil)
    }

    /// Writes a rule and its `else` branches.
    private mutating func write(_ rule: Rule) throws(LayoutProblem) {
        startLine()
        if rule.isDefault { write("default ") }
        try write(rule, isLast: rule.elseRules.isEmpty)
        guard !rule.body.isEmpty else { return }
        var previous = rule
        for (index, branch) in rule.elseRules.enumerated() {
            try write(branch, behind: previous, isLast: index == rule.elseRules.count - 1)
            previous = branch
        }
    }

    /// Writes a rule's head and body.
    ///
    /// - Parameter isLast: no `else` follows.
    private mutating func write(_ rule: Rule, isLast: Bool) throws(LayoutProblem) {
        // A rule without a body means the same as one whose body is `true`: it is written without.
        let hasNoBody = (rule.isDefault || rule.body.isTrue) && isLast
        copiesLastComment = hasNoBody
        var isCrowded = false
        do throws(LayoutProblem) {
            try write(rule.head, isDefault: rule.isDefault, hasNoBody: hasNoBody)
        } catch {
            isCrowded = true
        }
        guard !rule.body.isEmpty, !hasNoBody else { return endLine() }
        copiesLastComment = true

        if style.hasIf, style.hasContains || rule.head.value != nil {
            write(" if")
            if rule.body.count == 1, rule.body[0].span.row == rule.head.span.row {
                write(" ")
                try write(rule.body[0])
                return endLine()
            }
        }
        if isCrowded, !comments.isEmpty {
            write(" { ")
        } else {
            write(" {")
            endLine()
        }
        indent()
        // What is crowded was copied from the source; the rest of the rule is written as usual.
        try? write(rule.body)
        try insertComments(before: closingRow(of: rule))
        outdent()
        startLine()
        write("}")
    }

    /// The row of the brace that closes a rule's body.
    private func closingRow(of rule: Rule) -> Int {
        if let arguments = rule.head.arguments, !arguments.isEmpty { return closingRow("{", "}", in: rule.span, skipping: ("(", ")")) }
        if rule.head.key != nil { return closingRow("{", "}", in: rule.span, skipping: ("[", "]")) }
        return closingRow("{", "}", in: rule.span)
    }

    /// Writes a rule's `else`, on the line of the brace before it unless the source begins a line with it.
    private mutating func write(_ elseRule: Rule, behind rule: Rule, isLast: Bool) throws(LayoutProblem) {
        let isInlineElse = isBehindOther(elseRule, in: rule)
        let row = Int(elseRule.head.span.row)
        let hasCommentAbove = lineComment != nil || comments.first.map { $0.row < row } ?? false
        if !hasCommentAbove, isInlineElse {
            write(" ")
        } else {
            blankLine()
            startLine()
        }
        var branch = elseRule
        branch.head.reference = [Term(.variable("else"), span: branch.head.span)]
        branch.head.arguments = nil
        try insertComments(before: row)
        // The comments ended the line.
        if hasCommentAbove, !isInlineElse { startLine() }
        branch.head.value?.span = branch.head.span
        try write(branch, isLast: isLast)
    }

    /// Something other than white space stands before the `else` on its line.
    private func isBehindOther(_ elseRule: Rule, in rule: Rule) -> Bool {
        let rows = Int(elseRule.span.row) - Int(rule.span.row)
        guard rows > 0 else { return false }
        let text = text(of: rule.span)
        var start = text.startIndex
        for _ in 0..<rows {
            guard let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) else { return false }
            start = end + 1
        }
        let line = text[start...].prefix { $0 != UInt8(ascii: "\n") }.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
        return !line.starts(with: "else".utf8)
    }
}

// MARK: Heads

extension FormatWriter {
    private mutating func write(_ head: Rule.Head, isDefault: Bool, hasNoBody: Bool) throws(LayoutProblem) {
        if style.hasReferenceHeads || head.reference.count == 1 {
            try writeReference(head.reference)
        } else {
            // A head with a comment within its operand stays as it is.
            if let comment = comments.first, comment.row == Int(head.reference[1].span.row) {
                return copySource(of: head.span, pending: comments)
            }
            write(TermPrinter.text(of: head.reference[0]) + "[" + TermPrinter.text(of: head.reference[1]) + "]")
        }
        if let arguments = head.arguments, !arguments.isEmpty {
            write("(")
            defer { write(")") }
            try writeSequence(arguments.map(SequenceElement.term), behind: head.span, closingRow: closingRow("(", ")", in: head.span))
        }
        if let key = head.key, head.value == nil {
            write(style.hasContains ? " contains " : "[")
            try write(key)
            if !style.hasContains { write("]") }
        }
        try writeValue(of: head, isDefault: isDefault, hasNoBody: hasNoBody)
    }

    private mutating func writeValue(of head: Rule.Head, isDefault: Bool, hasNoBody: Bool) throws(LayoutProblem) {
        guard let value = head.value else { return }
        var isTrue = false
        if case .boolean(true) = value.kind { isTrue = true }
        guard head.key != nil || !isTrue || hasNoBody || isDefault else { return }
        // `f(1)` and its like say that they are true by being there; a constant's value v1 wants to see.
        let isConstant = style.isV1 && hasNoBody && head.key == nil && (head.arguments ?? []).isEmpty
        guard !isTrue || !head.hasImpliedValue || isConstant else { return }
        write(head.isAssignment || style.isV1 ? " := " : " = ")
        try write(value)
    }
}

extension Body {
    /// The body of rules that are written without one.
    fileprivate var isTrue: Bool {
        guard count == 1, !self[0].isNegated, self[0].with.isEmpty, case .term(let term) = self[0].kind,
            case .boolean(true) = term.kind
        else { return false }
        return true
    }
}
