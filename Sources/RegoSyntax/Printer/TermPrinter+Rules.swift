extension TermPrinter {
    mutating func write(_ body: Body) {
        for (index, expression) in body.enumerated() {
            if index > 0 { text += "; " }
            write(expression)
        }
    }

    mutating func write(_ expression: Expression) {
        if expression.isNegated { text += "not " }
        switch expression.kind {
        case .term(let term): write(term)
        case .call(let terms):
            if terms.count == 3, terms[0].isBuiltin("eq") {
                write(terms[1])
                text += " = "
                write(terms[2])
            } else {
                write(Term(.call(terms)))
            }
        case .some(let symbols): writeSome(symbols)
        case .every(let every): write(every)
        }
        for modifier in expression.with {
            text += " with "
            write(modifier.target)
            text += " as "
            write(modifier.value)
        }
    }

    private mutating func writeSome(_ symbols: [Term]) {
        text += "some "
        if case .call(let call)? = symbols.first?.kind, call.count >= 3 {
            for (index, term) in call.dropFirst().enumerated() {
                if index > 0 { text += index == call.count - 2 ? " in " : ", " }
                write(term)
            }
            return
        }
        for (index, symbol) in symbols.enumerated() {
            if index > 0 { text += ", " }
            write(symbol)
        }
    }

    private mutating func write(_ every: Expression.Every) {
        text += "every "
        if let key = every.key {
            write(key)
            text += ", "
        }
        write(every.value)
        text += " in "
        write(every.domain)
        text += " { "
        write(every.body)
        text += " }"
    }

    mutating func write(_ head: Rule.Head) {
        writeReference(head.reference)
        var hasKey = false
        if let arguments = head.arguments {
            text += "("
            for (index, argument) in arguments.enumerated() {
                if index > 0 { text += ", " }
                write(argument)
            }
            text += ")"
        } else if let key = head.key, head.reference.count == 1 {
            hasKey = true
            text += version == .v0 ? "[" : " contains "
            write(key)
            text += version == .v0 ? "]" : ""
        }
        if let value = head.value {
            text += head.isAssignment ? " := " : " = "
            write(value)
        } else if !hasKey, let key = head.key {
            text += " contains "
            write(key)
        }
    }

    mutating func write(_ rule: Rule) {
        if rule.isDefault { text += "default " }
        write(rule.head)
        if !rule.isDefault { writeBraces(rule.body) }
        for branch in rule.elseRules {
            text += " else"
            if let value = branch.head.value {
                text += " = "
                write(value)
            }
            writeBraces(branch.body)
        }
    }

    private mutating func writeBraces(_ body: Body) {
        text += version == .v0 ? " { " : " if { "
        write(body)
        text += " }"
    }
}

extension TermPrinter {
    /// Writes a string in double quotes as Go's `strconv.Quote` does: what cannot be printed as an escape.
    mutating func writeQuoted(_ string: String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{07}": text += "\\a"
            case "\u{08}": text += "\\b"
            case "\u{0C}": text += "\\f"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0B}": text += "\\v"
            default:
                if Self.isPrintable(scalar) {
                    text.unicodeScalars.append(scalar)
                } else if scalar.value < 0x80 {
                    text += "\\x" + Self.hexadecimal(scalar.value, digits: 2)
                } else if scalar.value < 0x10000 {
                    text += "\\u" + Self.hexadecimal(scalar.value, digits: 4)
                } else {
                    text += "\\U" + Self.hexadecimal(scalar.value, digits: 8)
                }
            }
        }
        text += "\""
    }

    /// Letters, marks, numbers, punctuation, symbols and the ASCII space.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 { return scalar.value >= 0x20 && scalar.value < 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(digits - text.utf8.count, 0)) + text
    }
}
