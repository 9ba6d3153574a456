@_spi(Engine) import RegoRuntime

/// The functions that templates have of their own.
enum TemplateFunctions {
    static func call(_ name: String, _ arguments: [Value], in arena: Arena) throws(TemplateFailure) -> Value {
        func expect(_ counts: ClosedRange<Int>) throws(TemplateFailure) {
            guard counts.contains(arguments.count) else {
                throw TemplateFailure(" wrong number of args for \(name): want \(counts.lowerBound) got \(arguments.count)")
            }
        }
        switch name {
        case "and", "or":
            try expect(1...1)
            return arguments[0]
        case "not":
            try expect(1...1)
            return .boolean(!TemplateRenderer.isTrue(arguments[0]))
        case "eq":
            try expect(2...64)
            for argument in arguments.dropFirst() where try areEqual(name, arguments[0], argument) { return .boolean(true) }
            return .boolean(false)
        case "ne":
            try expect(2...2)
            return .boolean(!(try areEqual(name, arguments[0], arguments[1])))
        case "lt", "le", "gt", "ge":
            try expect(2...2)
            let types = arguments.map(goType)
            for argument in arguments where !argument.isNumber && !argument.isString {
                throw TemplateFailure(" error calling \(name): invalid type for comparison")
            }
            guard arguments[0].isNumber == arguments[1].isNumber, !arguments[0].isNumber || types[0] == types[1] else {
                throw TemplateFailure(" error calling \(name): incompatible types for comparison: \(types[0]) and \(types[1])")
            }
            let order = Value.compare(arguments[0], arguments[1])
            return .boolean(name == "lt" ? order < 0 : name == "le" ? order <= 0 : name == "gt" ? order > 0 : order >= 0)
        case "len":
            try expect(1...1)
            guard arguments[0].isString || arguments[0].isCollection else {
                throw TemplateFailure(" error calling len: len of type \(arguments[0].typeName)")
            }
            return .integer(arguments[0].length)
        case "index":
            try expect(1...64)
            return datum(try index(arguments), in: arena)
        case "slice":
            try expect(1...3)
            return try slice(arguments)
        case "print", "println": return print(arguments, asLine: name == "println", in: arena)
        case "printf":
            guard let format = arguments.first, format.isString else { throw TemplateFailure(" wrong number of args for printf") }
            return arguments.dropFirst().withContiguousStorageIfAvailable { GoFormat.format(format, $0, in: arena) } ?? format
        case "html", "js", "urlquery": return escape(name, print(arguments, asLine: false, in: arena), in: arena)
        default:
            throw TemplateFailure(" function \"\(name)\" not defined")
        }
    }

    /// A value of the variables as templates see it: numbers are texts, since OPA hands them over as `json.Number`, a kind of string.
    ///
    /// So `0` is true, is less than `00`, and equals no number that the template itself has.
    static func datum(_ value: Value, in arena: Arena) -> Value {
        value.isNumber ? .string(value.numberText, in: arena) : value
    }

    /// Whether two values are equal, which they can only be asked if they are of one type, and that has no parts.
    private static func areEqual(_ name: String, _ left: Value, _ right: Value) throws(TemplateFailure) -> Bool {
        func isNothing(_ value: Value) -> Bool { value.isUndefined || value.tag == .null }
        let types = (goType(left), goType(right))
        let areTexts = left.isString && right.isString
        if isNothing(left) || isNothing(right) { return isNothing(left) && isNothing(right) }
        guard areTexts || types.0 == types.1 else {
            throw TemplateFailure(" error calling \(name): incompatible types for comparison: \(types.0) and \(types.1)")
        }
        guard !left.isCollection else { throw TemplateFailure(" error calling \(name): non-comparable type: \(types.0)") }
        return Value.equal(left, right)
    }

    /// The type of what Go has for a value.
    private static func goType(_ value: Value) -> String {
        switch value.unspelled.tag {
        case .integer: "int"
        case .double, .bigNumber: "float64"
        case .true, .false: "bool"
        case .string: RegoNumber(text: value.swiftString) == nil ? "string" : "json.Number"
        case .object: "map[string]interface {}"
        case .array, .set: "[]interface {}"
        default: "<nil>"
        }
    }

    /// A value as Go prints it: maps as `map[k:v]`, lists as `[a b]`.
    static func append(_ value: Value, to output: inout TextBuilder) {
        switch value.tag {
        case .undefined, .null: output.append("<no value>")
        case .string: output.append(value.utf8)
        case .array, .set:
            output.append(UInt8(ascii: "["))
            for (index, element) in (value.sequence ?? value.elements).enumerated() {
                if index > 0 { output.append(32) }
                appendInner(element, to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object:
            output.append("map[")
            let (keys, values) = (value.sortedKeys, value.sortedValues)
            for index in 0..<value.length {
                if index > 0 { output.append(32) }
                appendInner(keys[index], to: &output)
                output.append(UInt8(ascii: ":"))
                appendInner(values[index], to: &output)
            }
            output.append(UInt8(ascii: "]"))
        default: output.append(rego: value)
        }
    }

    private static func appendInner(_ value: Value, to output: inout TextBuilder) {
        if value.tag == .null { output.append("<nil>") } else { append(value, to: &output) }
    }

    private static func index(_ arguments: [Value]) throws(TemplateFailure) -> Value {
        var value = arguments[0]
        for key in arguments.dropFirst() {
            let next = value.dereference(key)
            if next.isUndefined, value.tag == .array { throw TemplateFailure(" error calling index: index out of range: \(key.regoText)") }
            value = next
        }
        return value
    }

    private static func slice(_ arguments: [Value]) throws(TemplateFailure) -> Value {
        let value = arguments[0]
        guard value.tag == .array || value.isString else {
            throw TemplateFailure(" error calling slice: can't slice item of type \(value.typeName)")
        }
        var bounds = [0, value.length]
        for (place, argument) in arguments.dropFirst().enumerated() {
            guard argument.isInteger, argument.asInteger >= 0, argument.asInteger <= Int64(value.length) else {
                throw TemplateFailure(" error calling slice: index out of range: \(argument.regoText)")
            }
            bounds[place] = Int(argument.asInteger)
        }
        guard bounds[0] <= bounds[1] else {
            throw TemplateFailure(" error calling slice: invalid slice index: \(bounds[0]) > \(bounds[1])")
        }
        if value.tag == .array { return .array(value.elementPointer + bounds[0], count: bounds[1] - bounds[0]) }
        // A cut within a character would leave bytes that are no text.
        let bytes = value.utf8
        for bound in bounds where bound < bytes.count && bytes[bound] & 0xC0 == 0x80 {
            throw TemplateFailure(" error calling slice: index out of range: \(bound)")
        }
        return value.substring(byteRange: bounds[0]..<bounds[1])
    }

    /// Go's `fmt.Sprint`: spaces between operands when neither is a string; always for a line.
    private static func print(_ arguments: [Value], asLine: Bool, in arena: Arena) -> Value {
        var builder = TextBuilder(in: arena)
        for (index, argument) in arguments.enumerated() {
            if index > 0, asLine || (!argument.isString && !arguments[index - 1].isString) { builder.append(32) }
            appendInner(argument, to: &builder)
        }
        if asLine { builder.append(10) }
        return builder.finish()
    }

    private static func escape(_ kind: String, _ text: Value, in arena: Arena) -> Value {
        var builder = TextBuilder(in: arena, capacity: text.length * 2)
        for byte in text.utf8 {
            switch (kind, byte) {
            case ("html", UInt8(ascii: "<")): builder.append("&lt;")
            case ("html", UInt8(ascii: ">")): builder.append("&gt;")
            case ("html", UInt8(ascii: "&")): builder.append("&amp;")
            case ("html", UInt8(ascii: "\"")): builder.append("&#34;")
            case ("html", UInt8(ascii: "'")): builder.append("&#39;")
            case ("js", UInt8(ascii: "<")), ("js", UInt8(ascii: ">")), ("js", UInt8(ascii: "&")), ("js", UInt8(ascii: "=")), ("js", 0..<32):
                builder.append("\\u00")
                builder.append(text: (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true))
            case ("js", UInt8(ascii: "\\")), ("js", UInt8(ascii: "\"")), ("js", UInt8(ascii: "'")):
                builder.append(UInt8(ascii: "\\"))
                builder.append(byte)
            case ("urlquery", _): URLQueryBuiltins.escape(byte: byte, into: &builder)
            default: builder.append(byte)
            }
        }
        return builder.finish()
    }
}
