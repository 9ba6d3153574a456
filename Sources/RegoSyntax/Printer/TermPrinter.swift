/// Prints syntax as OPA's `String()` does: on one line, infix operators as calls (`plus(1, 2)`), `=` alone as an operator.
///
/// Messages and the texts of generated expressions use this form; for source text as people write it there is the formatter.
package struct TermPrinter: Sendable {
    var text = ""
    /// The dialect that rules are printed in.
    let version: RegoVersion

    init(version: RegoVersion = .v1) { self.version = version }

    /// A term: `data.a["b c"][x]`, `{"k": 1}`, `[x | x = 1]`.
    package static func text(of term: Term) -> String { print { $0.write(term) } }

    /// A reference's terms: `data.a.b`.
    package static func text(ofReference terms: [Term]) -> String { print { $0.writeReference(terms) } }

    /// An expression with its `not` and `with`.
    package static func text(of expression: Expression) -> String { print { $0.write(expression) } }

    /// A body: its expressions separated by semicolons.
    package static func text(of body: Body) -> String { print { $0.write(body) } }

    /// A rule's head: `p contains x`, `f(x) = y`.
    package static func text(of head: Rule.Head, version: RegoVersion = .v1) -> String {
        print(version: version) { $0.write(head) }
    }

    /// A rule with its body and `else`.
    package static func text(of rule: Rule, version: RegoVersion = .v1) -> String {
        print(version: version) { $0.write(rule) }
    }

    /// An import.
    package static func text(of import: Import) -> String {
        let path = "import \(text(of: `import`.path))"
        return `import`.alias.map { "\(path) as \($0)" } ?? path
    }

    /// A string as Go quotes it.
    package static func quoted(_ string: String) -> String { print { $0.writeQuoted(string) } }

    private static func print(version: RegoVersion = .v1, _ write: (inout TermPrinter) -> Void) -> String {
        var printer = TermPrinter(version: version)
        write(&printer)
        return printer.text
    }
}

// MARK: Terms

extension TermPrinter {
    mutating func write(_ term: Term) {
        switch term.kind {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .number(let value): text += value
        case .string(let value): writeQuoted(value)
        case .variable(let name): writeVariable(name)
        case .reference(let terms): writeReference(terms)
        case .call(let terms): writeCall(terms)
        case .array(let terms): writeList(terms, between: "[", and: "]")
        case .object(let items): writeObject(items)
        case .set(let terms): writeSet(terms)
        case .arrayComprehension(let head, let body):
            text += "["
            write(head)
            writeComprehensionBody(body, end: "]")
        case .setComprehension(let head, let body):
            text += "{"
            write(head)
            writeComprehensionBody(body, end: "}")
        case .objectComprehension(let key, let value, let body):
            text += "{"
            write(key)
            text += ": "
            write(value)
            writeComprehensionBody(body, end: "}")
        case .templateString(let parts, let isRaw): writeTemplate(parts, isRaw: isRaw)
        }
    }

    private mutating func writeVariable(_ name: String) {
        text += name.utf8.first == UInt8(ascii: "$") ? "_" : name
    }

    mutating func writeReference(_ terms: [Term]) {
        guard let head = terms.first else { return }
        write(head)
        for operand in terms.dropFirst() {
            if case .string(let name) = operand.kind, Self.isName(name), !Keywords.contains(name, in: .v1) {
                text += "."
                text += name
            } else {
                text += "["
                write(operand)
                text += "]"
            }
        }
    }

    /// Whether a string can follow a dot.
    package static func isName(_ string: String) -> Bool {
        var isFirst = true
        for byte in string.utf8 {
            let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
            guard isLetter || (!isFirst && byte &- UInt8(ascii: "0") < 10) else { return false }
            isFirst = false
        }
        return !isFirst
    }

    private mutating func writeCall(_ terms: [Term]) {
        guard let operation = terms.first else { return }
        write(operation)
        writeList(Array(terms.dropFirst()), between: "(", and: ")")
    }

    private mutating func writeList(_ terms: [Term], between start: String, and end: String) {
        text += start
        for (index, term) in terms.enumerated() {
            if index > 0 { text += ", " }
            write(term)
        }
        text += end
    }

    private mutating func writeSet(_ terms: [Term]) {
        guard !terms.isEmpty else {
            text += "set()"
            return
        }
        writeList(TermOrder.members(terms), between: "{", and: "}")
    }

    private mutating func writeObject(_ items: [Term.ObjectItem]) {
        text += "{"
        for (index, item) in TermOrder.items(items).enumerated() {
            if index > 0 { text += ", " }
            write(item.key)
            text += ": "
            write(item.value)
        }
        text += "}"
    }

    private mutating func writeComprehensionBody(_ body: Body, end: String) {
        text += " | "
        write(body)
        text += end
    }

    private mutating func writeTemplate(_ parts: [Term.TemplatePart], isRaw: Bool) {
        text += isRaw ? "$`" : "$\""
        for part in parts {
            switch part {
            case .text(let string):
                let escaped = isRaw ? string : String(Self.quoted(string).dropFirst().dropLast())
                for character in escaped.unicodeScalars {
                    if character == "{" { text += "\\" }
                    text.unicodeScalars.append(character)
                }
            case .expression(let expression):
                text += "{"
                write(expression)
                text += "}"
            }
        }
        text += isRaw ? "`" : "\""
    }
}
