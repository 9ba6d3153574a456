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
                key(keys[index], indent)
                output.append(UInt8(ascii: ":"))
                member(values[index], indent: indent)
            }
        case .array where value.length > 0, .set where value.length > 0:
            for (index, element) in (value.sequence ?? value.elements).enumerated() {
                if index > 0 { output.append(32, repeated: indent) }
                output.append("- ")
                if element.isCollection, element.length > 0 {
                    write(element, indent: indent + 2)
                } else {
                    scalar(element, indent)
                    output.append(10)
                }
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
            let isNegativeZero = value.doubleValue == 0 && text.utf8.first == UInt8(ascii: "-")
            let double = isNegativeZero ? -0.0 : value.doubleValue
            let float = GoNumberText.text(of: double, verb: UInt8(ascii: "g"), precision: nil, keepsZeros: false)
            output.append(isInteger ? Array(text.utf8) : float)
        case .object: output.append("{}")
        case .array, .set: output.append("[]")
        case .string: text(value, indent)
        default: output.append(text: value.jsonText())
        }
    }

    /// A key; one of several lines, or a long one, stands after a question mark.
    private mutating func key(_ key: Value, _ indent: Int) {
        let text = key.isString ? key.swiftString : key.jsonText()
        let isSimple = !text.utf8.contains(10) && text.utf8.count <= 128
        if !isSimple { output.append("? ") }
        if key.isString { scalar(key, indent) } else { quoted(text) }
        guard !isSimple else { return }
        output.append(10)
        output.append(32, repeated: indent)
    }

    private mutating func text(_ value: Value, _ indent: Int) {
        let text = value.swiftString
        if text.utf8.contains(10) {
            if isBlock(text) { block(text, indent) } else { quoted(text) }
        } else if isPlain(text) {
            output.append(value.utf8)
        } else if needsEscapes(text) || !readsAsString(text) {
            quoted(text)
        } else {
            singleQuoted(text)
        }
    }

    /// Whether lines can stand as they are: no space before a line break or at the end.
    private func isBlock(_ text: String) -> Bool { !needsEscapes(text) && text.utf8.last != 32 && !text.contains(" \n") }

    /// `|-` and its lines.
    private mutating func block(_ text: String, _ indent: Int) {
        let endsWithBreak = text.utf8.last == 10
        let keepsBreaks = text == "\n" || text.utf8.suffix(2).elementsEqual([10, 10])
        // A space or line break at the front would be taken for the indentation, were that not told.
        output.append(text.utf8.first == 32 || text.utf8.first == 10 ? "|2" : "|")
        output.append(keepsBreaks ? "+" : endsWithBreak ? "" : "-")
        let lines = (endsWithBreak ? text.dropLast() : text[...]).split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines {
            output.append(10)
            if !line.isEmpty { output.append(32, repeated: indent + 2) }
            output.append(text: String(line))
        }
    }

    private mutating func quoted(_ text: String) {
        output.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            if let letter = Self.escapes[scalar] {
                output.append(UInt8(ascii: "\\"))
                output.append(text: String(letter))
            } else if isPrintable(scalar) {
                output.append(text: String(scalar))
            } else {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                let (mark, width) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
                output.append(text: "\\\(mark)" + String(repeating: "0", count: width - digits.utf8.count) + digits)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// The characters that have an escape of one letter.
    private static let escapes: [Unicode.Scalar: Character] = [
        "\u{0}": "0", "\u{7}": "a", "\u{8}": "b", "\t": "t", "\n": "n", "\u{B}": "v", "\u{C}": "f", "\r": "r", "\u{1B}": "e", "\"": "\"",
        "\\": "\\", "\u{85}": "N", "\u{A0}": "_", "\u{2028}": "L", "\u{2029}": "P",
    ]

    private mutating func singleQuoted(_ text: String) {
        output.append(UInt8(ascii: "'"))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "'") { output.append(byte) }
            output.append(byte)
        }
        output.append(UInt8(ascii: "'"))
    }

    private func needsEscapes(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0 != "\n" && (!isPrintable($0) || $0 == "\u{2028}" || $0 == "\u{2029}") }
    }

    /// What Go's encoder takes for printable: nothing beyond the first plane.
    private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD: true
        default: false
        }
    }

    /// Whether the text needs no quotes: it is read back as this very string, and holds no mark that means something.
    private func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, first != 32, last != 32, last != UInt8(ascii: ":") else {
            return false
        }
        if "-?:,[]{}#&*!|>'\"%@`".utf8.contains(first) {
            let second = text.utf8.dropFirst().first
            guard first == 45 || first == 63 || first == 58, let second, second != 32 else { return false }
        }
        // Marks between documents.
        if text.hasPrefix("---") || text.hasPrefix("...") { return false }
        if needsEscapes(text) || text.utf8.contains(10) || text.contains(": ") || text.contains(" #") { return false }
        return readsAsString(text)
    }

    /// Marks of merging and of a default value are text where Go's encoder writes them.
    private func readsAsString(_ text: String) -> Bool { text == "<<" || text == "=" || YAMLReading.readsAsString(text) }
}
