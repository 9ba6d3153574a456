@_spi(Engine) package import RegoRuntime

/// JSON whose objects keep the order of their members and whose numbers keep their text: the form that OPA gives a syntax tree.
package indirect enum SyntaxJSON: Sendable {
    case null
    case boolean(Bool)
    /// A number in JSON's grammar.
    case number(String)
    case string(String)
    case array([SyntaxJSON])
    case object([(name: String, value: SyntaxJSON)])

    /// Any value; an object's members in the order of their names.
    package init(_ value: RegoValue) {
        switch value {
        case .null: self = .null
        case .boolean(let value): self = .boolean(value)
        case .number: self = .number(value.json())
        case .string(let text): self = .string(text)
        case .array(let elements): self = .array(elements.map { SyntaxJSON($0) })
        case .set(let members): self = .array(members.map { SyntaxJSON($0) })
        case .object(let members):
            self = .object(
                members.map { (name: $0.key.string ?? $0.key.json(), value: SyntaxJSON($0.value)) }
                    .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
        }
    }

    /// The tree as a value.
    package var value: RegoValue {
        switch self {
        case .null: return .null
        case .boolean(let value): return .boolean(value)
        case .number(let text): return RegoNumber(text: text).map { .number($0) } ?? .string(text)
        case .string(let text): return .string(text)
        case .array(let elements): return .array(elements.map(\.value))
        case .object(let members): return .object(Dictionary(members.map { (.string($0.name), $0.value.value) }) { $1 })
        }
    }

    /// The tree as JSON text, indented by two spaces a level, with `<`, `>` and `&` escaped as Go's encoder does.
    package func text() -> String {
        var text = ""
        write(into: &text, indent: "\n")
        return text
    }

    private func write(into text: inout String, indent: String) {
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .number(let number): text += number
        case .string(let string): text += Self.quoted(string)
        case .array(let elements):
            if elements.isEmpty { return text += "[]" }
            text += "["
            for (index, element) in elements.enumerated() {
                text += (index == 0 ? "" : ",") + indent + "  "
                element.write(into: &text, indent: indent + "  ")
            }
            text += indent + "]"
        case .object(let members):
            if members.isEmpty { return text += "{}" }
            text += "{"
            for (index, member) in members.enumerated() {
                text += (index == 0 ? "" : ",") + indent + "  " + Self.quoted(member.name) + ": "
                member.value.write(into: &text, indent: indent + "  ")
            }
            text += indent + "}"
        }
    }

    private static func quoted(_ string: String) -> String {
        let json = RegoValue.string(string).json()
        guard json.utf8.contains(where: { "<>&".utf8.contains($0) }) else { return json }
        var escaped = ""
        for scalar in json.unicodeScalars {
            switch scalar {
            case "<": escaped += "\\u003c"
            case ">": escaped += "\\u003e"
            case "&": escaped += "\\u0026"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
