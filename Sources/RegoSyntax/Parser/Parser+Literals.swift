extension Parser {
    /// A number with its sign; its last token stays the current one.
    @inline(never)
    mutating func parseNumber() -> Term? {
        let start = span
        var prefix = ""
        if kind == .minus {
            prefix = "-"
            scan()
            guard kind == .number || kind == .dot else {
                illegal("expected number")
                return nil
            }
        }
        var hasLeadingDot = false
        if kind == .dot {
            hasLeadingDot = true
            // JSON wants the zero that OPA lets authors leave out.
            prefix += "0."
            scan()
            guard kind == .number else {
                illegal("expected number")
                return nil
            }
        }
        let bytes = lexer.bytes
        let (first, end) = (state.token.offset, state.token.end)
        if !hasLeadingDot, end - first > 1, bytes[first] == UInt8(ascii: "0") {
            let second = bytes[first + 1]
            guard second == UInt8(ascii: ".") || (second | 0x20 == UInt8(ascii: "e") && end - first > 2) else {
                illegal("expected number without leading zero")
                return nil
            }
        }
        let text = prefix + self.text
        guard !hasLeadingDot || !self.text.utf8.contains(UInt8(ascii: ".")) else {
            illegal("invalid float")
            return nil
        }
        guard NumberText.isInRange(text) else {
            error("number too big")
            return nil
        }
        return Term(.number(text), span: span(start, to: end))
    }

    /// A string, raw or not; its token stays the current one.
    @inline(never)
    mutating func parseString() -> Term? {
        let token = state.token
        let (start, end) = (token.offset + 1, token.end - 1)
        guard start <= end else { return nil }
        if token.kind == .rawString || !hasEscape(from: start, to: end) {
            return Term(.string(text(from: start, to: end)), span: span)
        }
        guard let value = StringDecoding.unescape(lexer.bytes, from: start, to: end) else {
            error("illegal string literal: \(text)")
            return nil
        }
        return Term(.string(value), span: span)
    }

    private func hasEscape(from start: Int, to end: Int) -> Bool {
        for index in start..<end where lexer.bytes[index] == UInt8(ascii: "\\") { return true }
        return false
    }

    /// A template string; its last token stays the current one.
    @inline(never)
    mutating func parseTemplate(isRaw: Bool) -> Term? {
        guard enter(2) else { return nil }
        defer { leave(2) }
        let start = span
        guard features?.hasTemplateStrings ?? true else {
            error("template strings are not supported by current capabilities")
            return nil
        }
        var parts: [Term.TemplatePart] = []
        var tallest = 0
        var opening = 2
        while true {
            guard let text = templateText(opening: opening) else { return nil }
            if !text.isEmpty { parts.append(.text(text)) }
            if kind == .templateEnd || kind == .rawTemplateEnd { break }
            guard let expression = parseTemplateExpression() else { return nil }
            tallest = max(tallest, state.height)
            parts.append(.expression(expression))
            guard kind == .rightBrace else {
                error("expected } to end template string expression")
                return nil
            }
            scanTemplate(isRaw: isRaw)
            guard kind != .illegal else {
                illegal()
                return nil
            }
            opening = 0
        }
        guard build(over: tallest, levels: Self.closureLevels) else { return nil }
        return Term(.templateString(parts: parts, isRaw: isRaw), span: span(start, to: state.token.end))
    }

    /// The text of the current token, a part of a template string that begins with `opening` bytes of quotation.
    @inline(never)
    private mutating func templateText(opening: Int) -> String? {
        let (start, end) = (state.token.offset + opening, state.token.end - 1)
        guard start <= end else { return "" }
        guard hasEscape(from: start, to: end) else { return text(from: start, to: end) }
        if kind == .templatePart || kind == .templateEnd {
            guard let value = StringDecoding.unescape(lexer.bytes, from: start, to: end, allowsBrace: true) else {
                error("illegal template-string part: \(text)")
                return nil
            }
            return value
        }
        // A raw one knows `\{` only.
        var bytes: [UInt8] = []
        var index = start
        while index < end {
            if lexer.bytes[index] == UInt8(ascii: "\\"), index + 1 < end, lexer.bytes[index + 1] == UInt8(ascii: "{") { index += 1 }
            bytes.append(lexer.bytes[index])
            index += 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @inline(never)
    private mutating func parseTemplateExpression() -> Expression? {
        scan()
        guard let expression = parseLiteral() else {
            error("invalid template-string expression")
            return nil
        }
        let problem: String? =
            switch expression.kind {
            case _ where expression.isNegated: "unexpected negation ('not') in template-string expression"
            case .call(let terms) where terms[0].isBuiltin("eq"): "unexpected unification ('=') in template-string expression"
            case .call(let terms) where terms[0].isBuiltin("assign"): "unexpected assignment (':=') in template-string expression"
            case .every: "unexpected 'every' in template-string expression"
            case .some: "unexpected 'some' in template-string expression"
            case .call, .term: nil
            }
        guard let problem else { return expression }
        error(problem, at: expression.span)
        return nil
    }
}

extension Term {
    /// The reference of a builtin whose name has no dots.
    func isBuiltin(_ name: String) -> Bool {
        if case .reference(let terms) = kind, terms.count == 1, case .variable(let variable) = terms[0].kind {
            variable == name
        } else {
            false
        }
    }
}

/// Numbers as text, in JSON's grammar.
enum NumberText {
    /// Whether a number's exponent to the base 2 lies within ±100,000: OPA's limit, which keeps arithmetic on it affordable.
    static func isInRange(_ text: String) -> Bool {
        guard let (leading, exponent) = scientific(text) else { return true }
        // 2^100000 is 9.990020930143845e30102, 2^-100001 is 5.004994541e-30104.
        if exponent == 30102 { return leading < 9.990020930143845 }
        if exponent == -30104 { return leading >= 5.004994541 }
        return exponent < 30102 && exponent > -30104
    }

    /// A number as `leading` × 10^`exponent` with `leading` in 1..<10; `nil` for zero.
    static func scientific(_ text: String) -> (leading: Double, exponent: Int)? {
        var exponent = 0
        var leading = 0.0
        var scale = 1.0
        var hasPoint = false
        var isStarted = false
        var written = 0
        var isWrittenNegative = false
        var bytes = text.utf8.makeIterator()
        mantissa: while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Double(byte - UInt8(ascii: "0"))
                if isStarted {
                    if !hasPoint { exponent += 1 }
                    scale /= 10
                    leading += digit * scale
                } else if digit != 0 {
                    isStarted = true
                    leading = digit
                    if hasPoint { exponent -= 1 }
                } else if hasPoint {
                    exponent -= 1
                }
            case UInt8(ascii: "."): hasPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): break mantissa
            default: break
            }
        }
        guard isStarted else { return nil }
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "-"): isWrittenNegative = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                // Far beyond any limit, so that it cannot overflow.
                if written < 1 << 40 { written = written * 10 + Int(byte - UInt8(ascii: "0")) }
            default: break
            }
        }
        return (leading, exponent + (isWrittenNegative ? -written : written))
    }
}
