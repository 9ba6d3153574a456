@_spi(Engine) import RegoRuntime

/// What templates print.
extension GoFormat {
    private static let plainVerb = UInt32(UInt8(ascii: "v"))

    /// `fmt.Sprintf`.
    static func format(_ format: Value, _ arguments: [Argument], in arena: Arena) -> Value {
        var formatter = GoFormat(format.utf8, arguments, in: arena)
        formatter.run()
        return formatter.output.finish()
    }

    /// `fmt.Sprint`, or `fmt.Sprintln`: spaces between operands when neither is a kind of string; always for a line.
    static func print(_ arguments: [Argument], asLine: Bool, in arena: Arena) -> Value {
        var formatter = GoFormat(UnsafeBufferPointer(start: nil, count: 0), [], in: arena)
        var wasText = true
        for (index, argument) in arguments.enumerated() {
            let isText =
                switch argument {
                case .text, .jsonNumber: true
                default: false
                }
            if index > 0, asLine || (!isText && !wasText) { formatter.output.append(UInt8(ascii: " ")) }
            formatter.append(argument, plainVerb)
            wasText = isText
        }
        if asLine { formatter.output.append(10) }
        return formatter.output.finish()
    }

    /// What `%v` shows.
    static func text(of argument: Argument, in arena: Arena) -> String { print([argument], asLine: false, in: arena).swiftString }

    /// Appends what `%v` shows.
    static func append(_ argument: Argument, to output: inout TextBuilder, in arena: Arena) {
        if case .text(let text) = argument { return output.append(text.utf8) }
        output.append(print([argument], asLine: false, in: arena).utf8)
    }

    mutating func appendNull(_ verb: UInt32) {
        if verb == Self.plainVerb { pad("<nil>") } else { bad(verb, "(<nil>)") }
    }

    private mutating func pad(_ text: StaticString) { text.withUTF8Buffer { pad($0) } }

    mutating func append(bool value: Bool, _ verb: UInt32) {
        if verb == Self.plainVerb || verb == UInt32(UInt8(ascii: "t")) {
            pad(value ? "true" : "false")
        } else {
            appendBadVerb(.bool(value), verb)
        }
    }

    /// `(1+2i)`; width and precision hold for each part.
    mutating func append(complex real: Double, _ imaginary: Double, _ verb: UInt32) {
        guard verb < 0x80, "vbgGxXfFeE".utf8.contains(UInt8(verb)) else { return appendBadVerb(.complex(real, imaginary), verb) }
        let hadPlus = flags.plus
        output.append(UInt8(ascii: "("))
        _ = append(double: real, verb)
        flags.plus = true
        _ = append(double: imaginary, verb)
        flags.plus = hadPlus
        output.append("i)")
    }

    mutating func append(list: Value, _ verb: UInt32) {
        output.append(flags.sharpV ? "[]interface {}{" : "[")
        for (index, element) in (list.sequence ?? list.elements).enumerated() {
            if index > 0 { output.append(flags.sharpV ? ", " : " ") }
            append(entry: element, verb)
        }
        output.append(flags.sharpV ? "}" : "]")
    }

    mutating func append(map: Value, _ verb: UInt32) {
        output.append(flags.sharpV ? "map[string]interface {}{" : "map[")
        let (keys, values) = (map.sortedKeys, map.sortedValues)
        for index in 0..<map.length {
            if index > 0 { output.append(flags.sharpV ? ", " : " ") }
            append(entry: keys[index], verb)
            output.append(UInt8(ascii: ":"))
            append(entry: values[index], verb)
        }
        output.append(flags.sharpV ? "}" : "]")
    }

    private mutating func append(entry value: Value, _ verb: UInt32) {
        let argument = TemplateValue(entry: value, in: arena).argument
        if case .null = argument { return pad(flags.sharpV ? "interface {}(nil)" : "<nil>") }
        append(argument, verb)
    }
}
