/// A JSON text under construction: what Ward answers and what it hands to the log.
///
/// Members keep the order they are given in. `<`, `>`, `&` and the line separators are escaped as Go's encoder does it, so that bodies
/// equal OPA's byte for byte.
package indirect enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    /// A number as written, for those that neither `Int64` nor `Double` holds.
    case literal(String)
    case string(String)
    case array([JSON])
    case object([(name: String, value: JSON)])
    /// The elements of a tensor, written without a node for each.
    case floats([Float])

    /// An object of those members that have a value.
    package static func members(_ pairs: (String, JSON?)...) -> JSON {
        .object(pairs.compactMap { pair in pair.1.map { (name: pair.0, value: $0) } })
    }

    package static func strings(_ values: some Sequence<String>) -> JSON { .array(values.map { .string($0) }) }

    /// The text on one line.
    package var compact: [UInt8] {
        var writer = JSONWriter(isIndented: false)
        writer.write(self, depth: 0)
        return writer.bytes
    }

    /// The text indented by two spaces.
    package var indented: [UInt8] {
        var writer = JSONWriter(isIndented: true)
        writer.write(self, depth: 0)
        return writer.bytes
    }
}

/// A number as short as it round-trips, whole numbers without a fraction; `null` for what JSON has no number for.
private func shortest(_ number: Double) -> String {
    guard number.isFinite else { return "null" }
    return number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
}

private struct JSONWriter {
    let isIndented: Bool
    var bytes: [UInt8] = []

    mutating func write(_ value: JSON, depth: Int) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .integer(let number): append("\(number)")
        case .number(let number): append(shortest(number))
        case .literal(let text): append(text)
        case .string(let text): write(text)
        case .array(let elements):
            list(elements, open: "[", close: "]", depth: depth) { $0.write($1, depth: depth + 1) }
        case .object(let members):
            list(members, open: "{", close: "}", depth: depth) { writer, member in
                writer.write(member.name)
                writer.append(writer.isIndented ? ": " : ":")
                writer.write(member.value, depth: depth + 1)
            }
        case .floats(let numbers):
            append("[")
            for (index, number) in numbers.enumerated() {
                if index > 0 { append(",") }
                append(number.isFinite ? "\(number)" : "null")
            }
            append("]")
        }
    }

    private mutating func list<T>(_ items: [T], open: String, close: String, depth: Int, _ body: (inout JSONWriter, T) -> Void) {
        append(open)
        for (index, item) in items.enumerated() {
            if index > 0 { append(",") }
            newline(items.isEmpty ? nil : depth + 1)
            body(&self, item)
        }
        newline(items.isEmpty ? nil : depth)
        append(close)
    }

    private mutating func newline(_ depth: Int?) {
        guard isIndented, let depth else { return }
        append("\n")
        for _ in 0..<depth { append("  ") }
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": append("\\\"")
            case "\\": append("\\\\")
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            case "\u{8}": append("\\b")
            case "\u{C}": append("\\f")
            case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                append("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
            default: bytes.append(contentsOf: UTF8.encode(scalar)?.map { $0 } ?? [])
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
