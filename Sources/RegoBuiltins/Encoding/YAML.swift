@_spi(Engine) package import RegoRuntime
import RegoYAML

/// `yaml.*` (OPA: "Encoding"): YAML as another way to write JSON, as Kubernetes reads it.
package enum YAMLBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("yaml.unmarshal", arity: 1) { unmarshal(BuiltinCall($0)) },
        BuiltinDefinition("yaml.is_valid", arity: 1) {
            let call = BuiltinCall($0)
            let context = call.context
            let isValid =
                call[0].isString
                && (try? YAMLReading.read(call[0].swiftString, in: call.arena) { context.isInterrupted }) != nil
            if !call.endIfInterrupted() { call.return(isValid) }
        },
        BuiltinDefinition("yaml.marshal", arity: 1) { marshal(BuiltinCall($0)) },
    ]

    private static func unmarshal(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        do throws(YAMLReading.Failure) {
            let context = call.context
            call.return(try YAMLReading.read(text.swiftString, in: call.arena) { context.isInterrupted })
        } catch {
            if call.endIfInterrupted() { return }
            if call.arena.isExhausted { return _ = call.failIfTooLarge(.max) }
            call.fail(.builtin, error.message)
        }
    }

    private static func marshal(_ call: BuiltinCall) {
        var writer = YAMLWriting(in: call.arena)
        writer.write(call[0], indent: 0)
        if call.endIfInterrupted() { return }
        if writer.output.isTooLarge { return _ = call.failIfTooLarge(.max) }
        call.return(writer.output.finish())
    }
}

/// Writes values as Go's YAML encoder does: block style, keys sorted, sequences not indented below their key.
struct YAMLWriting {
    var output: TextBuilder
    private var walk = ValueWalk()

    init(in arena: Arena) {
        output = TextBuilder(in: arena, capacity: 256)
    }

    /// Writes a value and the line break after it.
    mutating func write(_ value: Value, indent: Int) {
        if output.isTooLarge { walk.cutForSize() }
        guard walk.enter() else { return walk.leave() }
        defer { walk.leave() }
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
        case .double, .bigNumber:
            let text = value.numberText
            let isInteger = Int64(text) != nil || UInt64(text) != nil
            // Every other number is a `float64` on its way.
            let float = GoNumberText.text(of: value.doubleValue, verb: UInt8(ascii: "g"), precision: nil, keepsZeros: false)
            output.append(isInteger ? Array(text.utf8) : float)
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
        if json.utf8.first == UInt8(ascii: "\"") {
            for scalar in json.unicodeScalars {
                // Go's encoder takes no character beyond the first plane for printable.
                if scalar.value > 0xFFFF {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    output.append(text: "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits)
                } else {
                    output.append(text: String(scalar))
                }
            }
            return
        }
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
            $0.value > 0xFFFF || ($0.value < 32 && $0.value != 10) || $0.value == 0x7F
                || !GoQuoting.isPrintable($0.value) && $0.value >= 0x80
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

    private func readsAsString(_ text: String) -> Bool { YAMLReading.readsAsString(text) }
}
