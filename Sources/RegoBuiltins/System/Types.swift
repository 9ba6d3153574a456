@_spi(Engine) package import RegoRuntime

/// `is_string` …, `type_name`, `to_number` and the deprecated casts (OPA: "Types", "Conversions").
package enum TypeBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("is_array", arity: 1) { check(BuiltinCall($0)) { $0.tag == .array } },
        BuiltinDefinition("is_boolean", arity: 1) { check(BuiltinCall($0)) { $0.tag == .true || $0.tag == .false } },
        BuiltinDefinition("is_null", arity: 1) { check(BuiltinCall($0)) { $0.tag == .null } },
        BuiltinDefinition("is_number", arity: 1) { check(BuiltinCall($0)) { $0.isNumber } },
        BuiltinDefinition("is_object", arity: 1) { check(BuiltinCall($0)) { $0.tag == .object } },
        BuiltinDefinition("is_set", arity: 1) { check(BuiltinCall($0)) { $0.tag == .set } },
        BuiltinDefinition("is_string", arity: 1) { check(BuiltinCall($0)) { $0.isString } },
        BuiltinDefinition("type_name", arity: 1) {
            let call = BuiltinCall($0)
            call.return("\(call[0].typeName)")
        },
        BuiltinDefinition("to_number", arity: 1) { toNumber(BuiltinCall($0)) },
        BuiltinDefinition("cast_array", arity: 1, isDeprecated: true) { castArray(BuiltinCall($0)) },
        BuiltinDefinition("cast_set", arity: 1, isDeprecated: true) { castSet(BuiltinCall($0)) },
        BuiltinDefinition("cast_string", arity: 1, isDeprecated: true) {
            let call = BuiltinCall($0)
            if let value = call.operand(0, .string) { call.return(value) }
        },
        BuiltinDefinition("cast_boolean", arity: 1, isDeprecated: true) {
            let call = BuiltinCall($0)
            if let value = call.boolean(0) { call.return(value) }
        },
        BuiltinDefinition("cast_null", arity: 1, isDeprecated: true) {
            let call = BuiltinCall($0)
            if let value = call.operand(0, .null) { call.return(value) }
        },
        BuiltinDefinition("cast_object", arity: 1, isDeprecated: true) {
            let call = BuiltinCall($0)
            if let value = call.object(0) { call.return(value) }
        },
    ]

    /// `false` for other kinds, as OPA since 0.20 (before, the call was undefined).
    private static func check(_ call: BuiltinCall, _ holds: (Value) -> Bool) {
        call.return(holds(call[0]))
    }

    private static func toNumber(_ call: BuiltinCall) {
        let value = call[0]
        switch value.tag {
        case .null, .false: call.return(.integer(Int64(0)))
        case .true: call.return(.integer(Int64(1)))
        case .integer, .double, .bigNumber: call.return(value)
        case .string:
            let text = value.utf8
            if let integer = digits(text) { return call.return(.integer(integer)) }
            if isNotFinite(text) { return call.failType(0, "valid number string") }
            guard isNumber(text) else { return failToParse(call, text, "invalid syntax") }
            let json = normalized(text)
            // OPA reads a float first, whatever it keeps then.
            guard Double(json)?.isFinite == true else { return failToParse(call, text, "value out of range") }
            call.return(.number(text: json, in: call.arena))
        default:
            call.failType(0, "null", "boolean", "number", "string")
        }
    }

    /// The number that a few digits and nothing else write.
    private static func digits(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard 1...18 ~= text.count else { return nil }
        var number: Int64 = 0
        for byte in text {
            guard byte &- 48 < 10 else { return nil }
            number = number &* 10 &+ Int64(byte &- 48)
        }
        return number
    }

    private static func failToParse(_ call: BuiltinCall, _ text: UnsafeBufferPointer<UInt8>, _ problem: StaticString) {
        var quoted = TextBuilder(in: call.arena)
        GoQuoting.quote(text, asciiOnly: false, into: &quoted)
        call.fail(.builtin, "strconv.ParseFloat: parsing \(quoted.finish().swiftString): \(problem)")
    }

    /// Whether the text names an infinity or no number, with any signs before it.
    private static func isNotFinite(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let name = String(decoding: text.drop { $0 == 43 || $0 == 45 }, as: UTF8.self).lowercased()
        return name == "inf" || name == "infinity" || name == "nan"
    }

    /// What Go's `ParseFloat` reads, without hexadecimal, infinities and underscores: JSON has none of these.
    private static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var rest = text[...]
        func digits() -> Int {
            let count = rest.prefix { $0 >= 48 && $0 <= 57 }.count
            rest = rest.dropFirst(count)
            return count
        }
        if let sign = rest.first, sign == 43 || sign == 45 { rest = rest.dropFirst() }
        var count = digits()
        if rest.first == 46 {
            rest = rest.dropFirst()
            count += digits()
        }
        guard count > 0 else { return false }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == 43 || sign == 45 { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    /// The text as JSON would write it: no plus sign, no leading zeros, digits on both sides of the point.
    private static func normalized(_ text: UnsafeBufferPointer<UInt8>) -> String {
        var bytes = Array(text)
        let isNegative = bytes.first == 45
        if isNegative || bytes.first == 43 { bytes.removeFirst() }
        while bytes.count > 1, bytes[0] == 48, bytes[1] >= 48, bytes[1] <= 57 { bytes.removeFirst() }
        if bytes.first == 46 { bytes.insert(48, at: 0) }
        if let point = bytes.firstIndex(of: 46), point + 1 == bytes.count || bytes[point + 1] > 57 { bytes.insert(48, at: point + 1) }
        return (isNegative ? "-" : "") + String(decoding: bytes, as: UTF8.self)
    }

    private static func castArray(_ call: BuiltinCall) {
        switch call[0].tag {
        case .array: call.return(call[0])
        case .set: call.return(.array(call[0].sequence ?? call[0].keys, in: call.arena))
        default: call.failType(0, "array", "set")
        }
    }

    private static func castSet(_ call: BuiltinCall) {
        switch call[0].tag {
        case .set: call.return(call[0])
        case .array:
            let builder = SetBuilder(in: call.arena, capacity: call[0].length)
            for element in call[0].elements { builder.insert(element) }
            call.return(builder.finish())
        default: call.failType(0, "array", "set")
        }
    }
}
