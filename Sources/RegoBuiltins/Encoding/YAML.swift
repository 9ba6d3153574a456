package import RegoRuntime
import Yams

/// `yaml.*` (OPA: "Encoding"): YAML as another way to write JSON, as Kubernetes reads it.
package enum YAMLBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("yaml.unmarshal", arity: 1) { unmarshal(BuiltinCall($0)) },
        BuiltinDefinition("yaml.is_valid", arity: 1) {
            let call = BuiltinCall($0)
            call.return(call[0].isString && (try? YAMLReading.read(call[0].swiftString, in: call.arena)) != nil)
        },
        BuiltinDefinition("yaml.marshal", arity: 1) { marshal(BuiltinCall($0)) },
    ]

    private static func unmarshal(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        do throws(YAMLReading.Failure) {
            call.return(try YAMLReading.read(text.swiftString, in: call.arena))
        } catch {
            call.fail(.builtin, error.message)
        }
    }

    private static func marshal(_ call: BuiltinCall) {
        var writer = YAMLWriting(in: call.arena)
        writer.write(call[0], indent: 0)
        call.return(writer.output.finish())
    }
}

/// Reads YAML into values, as Kubernetes and OPA do: keys become strings, `<<` merges, timestamps stay text, and what JSON cannot say
/// (`.nan`, `.inf`) is refused.
package enum YAMLReading {
    /// What is wrong with the text, and where.
    package struct Failure: Error {
        package let message: String
    }

    /// Nodes with aliases expanded: a few lines of aliases to aliases could ask for billions.
    private static let nodeLimit = 4_000_000

    /// Reads one document; an empty text is `null`.
    package static func read(_ text: String, in arena: Arena) throws(Failure) -> Value {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw Failure(message: describe(error))
        } catch {
            throw Failure(message: "yaml: \(error)")
        }
        guard let root else { return .null }
        var reader = Reader(arena: arena)
        return try reader.value(of: root, depth: 0)
    }

    /// libyaml's complaint in the form that Go's port gives it.
    private static func describe(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _):
            "yaml: line \(mark.line): \(problem)"
        case .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            // Go's port counts the lines of these from 0.
            "yaml: line \(mark.line - 1): \(problem)"
        default: "yaml: \(error)"
        }
    }

    private struct Reader {
        let arena: Arena
        var count = 0

        mutating func value(of node: Node, depth: Int) throws(Failure) -> Value {
            count += 1
            guard count <= nodeLimit, !arena.isExhausted else { throw Failure(message: "yaml: document contains excessive aliasing") }
            guard depth <= JSONParser.defaultDepth else { throw Failure(message: "yaml: exceeded max depth of \(JSONParser.defaultDepth)") }
            switch node {
            case .scalar(let scalar): return try self.scalar(scalar, node.tag)
            case .sequence(let sequence):
                let builder = ArrayBuilder(in: arena)
                for element in sequence { builder.append(try value(of: element, depth: depth + 1)) }
                return builder.finish()
            case .mapping(let mapping): return try object(mapping, depth: depth)
            case .alias: throw Failure(message: "yaml: unknown anchor referenced")
            }
        }

        private mutating func object(_ mapping: Node.Mapping, depth: Int) throws(Failure) -> Value {
            let builder = ObjectBuilder(in: arena)
            var merged: [Value] = []
            for (key, item) in mapping {
                if key.tag == Tag(.merge) {
                    let sources: [Node] = if case .sequence(let sequence) = item { Array(sequence) } else { [item] }
                    for source in sources { merged.append(try value(of: source, depth: depth + 1)) }
                    continue
                }
                builder.set(try name(key), try value(of: item, depth: depth + 1))
            }
            for source in merged {
                guard source.tag == .object else { throw Failure(message: "yaml: map merge requires map or sequence of maps as the value") }
                let (keys, values) = (source.keys, source.values)
                for index in 0..<source.length { builder.put(keys[index], values[index]) }
            }
            return builder.finish()
        }

        /// Keys become strings.
        private mutating func name(_ key: Node) throws(Failure) -> Value {
            guard case .scalar(let scalar) = key else { throw Failure(message: "yaml: invalid map key") }
            let value = try self.scalar(scalar, key.tag)
            return value.isString ? value : .string(value.jsonText(), in: arena)
        }

        private func scalar(_ scalar: Node.Scalar, _ tag: Tag) throws(Failure) -> Value {
            let text = scalar.string
            switch tag {
            case Tag(.null): return .null
            case Tag(.bool): return Bool.construct(from: scalar).map { .boolean($0) } ?? .string(text, in: arena)
            case Tag(.int), Tag(.float):
                guard let number = number(text) else { throw Failure(message: "yaml: JSON has no number \(text)") }
                return number
            default: return .string(text, in: arena)
            }
        }

        /// Decimal, hexadecimal, octal and binary integers and decimal fractions; infinities and the like have no JSON form.
        private func number(_ text: String) -> Value? {
            var digits = Array(text.utf8.filter { $0 != UInt8(ascii: "_") })
            let isNegative = digits.first == 45
            if isNegative || digits.first == 43 { digits.removeFirst() }
            let sign = isNegative ? "-" : ""
            let lower = String(decoding: digits, as: UTF8.self).lowercased()
            for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where lower.hasPrefix(prefix) {
                return UInt64(lower.dropFirst(2), radix: radix).map { .number(text: sign + String($0), in: arena) }
            }
            if digits.count > 1, digits.allSatisfy({ $0 >= 48 && $0 <= 57 }), digits[0] == 48 {
                return UInt64(lower, radix: 8).map { .number(text: sign + String($0), in: arena) }
            }
            var decimal = lower
            if decimal.hasPrefix(".") { decimal = "0" + decimal }
            if let point = decimal.utf8.firstIndex(of: 46) {
                let next = decimal.utf8.index(after: point)
                if next == decimal.utf8.endIndex || !(48...57).contains(decimal.utf8[next]) { decimal.insert("0", at: next) }
            }
            let value = Value.number(text: sign + decimal, in: arena)
            return value.isDefined ? value : nil
        }
    }
}

/// Writes values as Go's YAML encoder does: block style, keys sorted, sequences not indented below their key.
struct YAMLWriting {
    var output: TextBuilder

    init(in arena: Arena) {
        output = TextBuilder(in: arena, capacity: 256)
    }

    /// Writes a value and the line break after it.
    mutating func write(_ value: Value, indent: Int) {
        switch value.tag {
        case .object where value.length > 0:
            let (keys, values) = (value.sortedKeys, value.sortedValues)
            for index in 0..<value.length {
                if index > 0 { output.append(32, repeated: indent) }
                let key = keys[index]
                if key.isString { scalar(key, indent) } else { quoted(key.jsonText()) }
                output.append(UInt8(ascii: ":"))
                member(values[index], indent: indent)
            }
        case .array where value.length > 0, .set where value.length > 0:
            for (index, element) in (value.sequence ?? value.elements).enumerated() {
                if index > 0 { output.append(32, repeated: indent) }
                output.append("- ")
                write(element, indent: indent + 2)
            }
        default:
            scalar(value, indent)
            output.append(10)
        }
    }

    private mutating func member(_ value: Value, indent: Int) {
        if value.isCollection, value.length > 0 {
            output.append(10)
            let deeper = value.tag == .object ? indent + 2 : indent
            output.append(32, repeated: deeper)
            write(value, indent: deeper)
        } else {
            output.append(32)
            scalar(value, indent)
            output.append(10)
        }
    }

    private mutating func scalar(_ value: Value, _ indent: Int) {
        switch value.tag {
        case .object: output.append("{}")
        case .array, .set: output.append("[]")
        case .string: text(value, indent)
        default: output.append(text: value.jsonText())
        }
    }

    private mutating func text(_ value: Value, _ indent: Int) {
        let text = value.swiftString
        if text.utf8.contains(10), !needsEscapes(text), text.utf8.first != 32, text.utf8.first != 10 {
            return block(text, indent)
        }
        if isPlain(text) {
            output.append(value.utf8)
        } else if needsEscapes(text) || !readsAsString(text) {
            quoted(value.jsonText())
        } else {
            singleQuoted(text)
        }
    }

    /// `|-` and its lines.
    private mutating func block(_ text: String, _ indent: Int) {
        let endsWithBreak = text.utf8.last == 10
        let endsWithTwo = text.utf8.suffix(2).elementsEqual([10, 10])
        output.append(endsWithTwo ? "|+" : endsWithBreak ? "|" : "|-")
        let lines = (endsWithBreak ? text.dropLast() : text[...]).split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines {
            output.append(10)
            if !line.isEmpty { output.append(32, repeated: indent + 2) }
            output.append(text: String(line))
        }
    }

    private mutating func quoted(_ json: String) {
        if json.utf8.first == UInt8(ascii: "\"") { return output.append(text: json) }
        output.append(UInt8(ascii: "\""))
        output.append(text: json)
        output.append(UInt8(ascii: "\""))
    }

    private mutating func singleQuoted(_ text: String) {
        output.append(UInt8(ascii: "'"))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "'") { output.append(byte) }
            output.append(byte)
        }
        output.append(UInt8(ascii: "'"))
    }

    private func needsEscapes(_ text: String) -> Bool {
        text.unicodeScalars.contains {
            ($0.value < 32 && $0.value != 10) || $0.value == 0x7F || !GoQuoting.isPrintable($0.value) && $0.value >= 0x80
        }
    }

    /// Whether the text needs no quotes: it is read back as this very string, and holds no mark that means something.
    private func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, first != 32, last != 32, last != UInt8(ascii: ":") else {
            return false
        }
        if "-?:,[]{}#&*!|>'\"%@`=~".utf8.contains(first) {
            let second = text.utf8.dropFirst().first
            guard first == 45 || first == 63 || first == 58, let second, second != 32, first != 45 || text != "---" else { return false }
        }
        if needsEscapes(text) || text.utf8.contains(10) || text.contains(": ") || text.contains(" #") { return false }
        return readsAsString(text)
    }

    /// Whether the text without quotes would not be taken for a number, a boolean or null.
    private func readsAsString(_ text: String) -> Bool { Node(text, .implicit, .plain).tag == Tag(.str) }
}
