package import RegoRuntime
import Yams

/// Reads YAML into values, as Kubernetes and OPA do: keys become strings, `<<` merges, timestamps stay text, and what JSON cannot say
/// (`.nan`, `.inf`) is refused.
package enum YAMLReading {
    /// What is wrong with the text, and where.
    package struct Failure: Error {
        /// What Go's port of libyaml says, which is off by a line at times.
        package let message: String
        /// The same without the line, and the line itself, from 1; `nil` where none is known.
        package let place: (problem: String, line: Int)?

        init(message: String, place: (problem: String, line: Int)? = nil) {
            self.message = message
            self.place = place
        }
    }

    /// Nodes with aliases expanded: a few lines of aliases to aliases could ask for billions.
    private static let nodeLimit = 4_000_000

    /// Reads one document; an empty text is `null`.
    ///
    /// - Parameter isInterrupted: asked now and then; ends the reading with a failure.
    package static func read(_ text: String, in arena: Arena, isInterrupted: (() -> Bool)? = nil) throws(Failure) -> Value {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw failure(error)
        } catch {
            throw Failure(message: "yaml: \(error)")
        }
        guard let root else { return .null }
        var reader = Reader(arena: arena, isInterrupted: isInterrupted)
        return try reader.value(of: root, depth: 0)
    }

    /// Whether the text, written without quotes, would not be taken for a number, a boolean or null.
    package static func readsAsString(_ text: String) -> Bool {
        let tag = Node(text, .implicit, .plain).tag
        // What only looks like a point in time, such as the 31st of June, is text.
        if tag == Tag(.timestamp), case .string = YAMLScalar.kind(of: text) { return true }
        return tag == Tag(.str)
    }

    /// libyaml's complaint in the form that Go's port gives it.
    private static func failure(_ error: YamlError) -> Failure {
        switch error {
        case .scanner(_, let problem, let mark, _):
            Failure(message: "yaml: \(mark.line > 1 ? "line \(mark.line): " : "")\(problem)", place: (problem, mark.line))
        case .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            // Go's port counts the lines of these from 0.
            Failure(message: "yaml: \(mark.line > 1 ? "line \(mark.line - 1): " : "")\(problem)", place: (problem, mark.line))
        default: Failure(message: "yaml: \(error)")
        }
    }

    private struct Reader {
        let arena: Arena
        let isInterrupted: (() -> Bool)?
        var count = 0

        mutating func value(of node: Node, depth: Int) throws(Failure) -> Value {
            count += 1
            if count & 255 == 0, isInterrupted?() ?? false { throw Failure(message: "yaml: interrupted") }
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

        /// Integers of 64 bits stay what they are; all else goes through `float64`, written as Go's JSON encoder does.
        private func float(_ text: String) -> Value? {
            if Int64(text) != nil || UInt64(text) != nil { return .number(text: text, in: arena) }
            guard let double = Double(text), double.isFinite else { return nil }
            let value = Value.number(double)
            let decimal = Decimal(value)
            if decimal.isZero || decimal.magnitude >= -6 && decimal.magnitude < 21 { return value }
            var written = decimal.scientificText
            // The encoder drops the zero of `e-07`.
            if let mark = written.utf8.lastIndex(of: 45), written.utf8[written.utf8.index(after: mark)] == 48 {
                written.remove(at: written.utf8.index(after: mark))
            }
            return .written(value, as: written, in: arena)
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
            return float(sign + decimal)
        }
    }
}
