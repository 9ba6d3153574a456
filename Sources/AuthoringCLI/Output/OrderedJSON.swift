@_spi(Engine) package import RegoRuntime

/// JSON whose objects keep the order of their members.
package indirect enum OrderedJSON {
    case value(RegoValue)
    case array([OrderedJSON])
    case object([(String, OrderedJSON)])

    package static func integer(_ value: Int) -> OrderedJSON { .value(.number(RegoNumber(value))) }

    package func json(pretty: Bool) -> String {
        var text = ""
        write(into: &text, indent: pretty ? "\n" : nil)
        return text
    }

    private func write(into text: inout String, indent: String?) {
        let inner = indent.map { $0 + "  " }
        switch self {
        case .value(let value):
            guard let indent else { return text += value.json() }
            // The value's own lines are moved in by as much as the line that it begins on.
            text += value.json(pretty: true).split(separator: "\n", omittingEmptySubsequences: false).joined(separator: indent)
        case .array(let items):
            if items.isEmpty { return text += "[]" }
            text += "["
            for (index, item) in items.enumerated() {
                text += (index == 0 ? "" : ",") + (inner ?? "")
                item.write(into: &text, indent: inner)
            }
            text += (indent ?? "") + "]"
        case .object(let members):
            if members.isEmpty { return text += "{}" }
            text += "{"
            for (index, (name, value)) in members.enumerated() {
                text += (index == 0 ? "" : ",") + (inner ?? "") + RegoValue.string(name).json() + (indent == nil ? ":" : ": ")
                value.write(into: &text, indent: inner)
            }
            text += (indent ?? "") + "}"
        }
    }
}
