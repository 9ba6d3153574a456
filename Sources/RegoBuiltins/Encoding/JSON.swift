@_spi(Engine) package import RegoRuntime

/// `json.marshal` … (OPA: "Encoding").
package enum JSONBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("json.marshal", arity: 1) {
            let call = BuiltinCall($0)
            write(call[0], style: JSONStyle(escapesHTML: true), call)
        },
        BuiltinDefinition("json.marshal_with_options", arity: 2) { marshalWithOptions(BuiltinCall($0)) },
        BuiltinDefinition("json.unmarshal", arity: 1) { unmarshal(BuiltinCall($0)) },
        BuiltinDefinition("json.is_valid", arity: 1) {
            let call = BuiltinCall($0)
            call.return(call[0].isString && (try? parse(call[0], in: call.arena)) != nil)
        },
    ]

    private static func write(_ value: Value, style: JSONStyle, _ call: BuiltinCall) {
        var buffer = OutputBuffer()
        value.writeJSON(into: &buffer, style: style)
        call.return(.string(buffer.bytes, in: call.arena))
    }

    static func parse(_ text: Value, in arena: Arena) throws(JSONError) -> Value {
        try JSONParser.parse(UnsafeRawBufferPointer(text.utf8), into: arena, symbols: nil)
    }

    /// Go's decoder reads on after the value, and sees an empty text as the end of its input.
    private static func message(_ error: JSONError, _ text: Value) -> String {
        let spaces: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        if error.code == .truncated { return text.utf8.allSatisfy(spaces.contains) ? "EOF" : "unexpected EOF" }
        guard error.code == .trailingData else { return error.message }
        let rest = String(decoding: text.utf8.dropFirst(error.offset), as: UTF8.self)
        switch rest.utf8.first ?? 0 {
        case UInt8(ascii: "["), UInt8(ascii: "{"): return "error: invalid character '\(rest.prefix(1))' after top-level value"
        case UInt8(ascii: "\""), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "t"), UInt8(ascii: "f"): break
        default: return error.message.replacing("after top-level value", with: "looking for beginning of value")
        }
        // A further value is told whole; what is none fails as itself.
        var end = error.offset
        let arena = Arena()
        defer { arena.destroy() }
        do throws(JSONError) {
            return "error: invalid character '\(shown(try JSONParser.parse(Array(rest.utf8), into: arena)))' after top-level value"
        } catch {
            guard error.code == .trailingData else { return error.code == .truncated ? "unexpected EOF" : error.message }
            end = error.offset
        }
        guard let value = try? JSONParser.parse(Array(rest.utf8.prefix(end)), into: arena) else { return error.message }
        return "error: invalid character '\(shown(value))' after top-level value"
    }

    private static func shown(_ value: Value) -> String { value.isString ? value.swiftString : value.jsonText() }

    private static func unmarshal(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        do throws(JSONError) {
            call.return(try parse(text, in: call.arena))
        } catch {
            call.fail(.builtin, message(error, text))
        }
    }

    /// Options `pretty` (implied by the others), `indent` and `prefix`.
    private static func marshalWithOptions(_ call: BuiltinCall) {
        guard let options = call.object(1) else { return }
        var isPretty: Bool?
        var indent = "\t"
        var prefix = ""
        let (keys, values) = (options.sortedKeys, options.sortedValues)
        for index in 0..<options.length {
            let (key, value) = (keys[index], values[index])
            if key.isString("pretty") {
                guard value.tag == .true || value.tag == .false else {
                    return call.failOperand(1, "key \"pretty\" failed cast to bool")
                }
                isPretty = value.tag == .true
            } else if key.isString("indent") || key.isString("prefix") {
                guard value.isString else { return call.failOperand(1, "key \(key.regoText) failed cast to string") }
                if key.isString("indent") { indent = value.swiftString } else { prefix = value.swiftString }
            } else {
                return call.failOperand(1, "object contained unknown key \(key.regoText)")
            }
        }
        guard isPretty ?? (options.length > 0) else { return write(call[0], style: JSONStyle(escapesHTML: true), call) }
        var buffer = OutputBuffer()
        call[0].writeJSON(into: &buffer, style: JSONStyle(isPretty: true, escapesHTML: true))
        var builder = TextBuilder(in: call.arena, capacity: buffer.count * 2)
        // Strings hold no line breaks, so that only those of the layout are met; it indents by two spaces a level.
        let layout = prefix.utf8.count + 1
        for (number, line) in buffer.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let spaces = line.prefix { $0 == UInt8(ascii: " ") }.count
            if call.failIfTooLarge(layout + spaces / 2 * indent.utf8.count) { return }
            if number & 1023 == 1023, call.endIfInterrupted() { return }
            if number > 0 { builder.append(UInt8(ascii: "\n")) }
            builder.append(text: prefix)
            for _ in 0..<(spaces / 2) { builder.append(text: indent) }
            builder.append(UnsafeBufferPointer(rebasing: line.dropFirst(spaces)))
        }
        call.return(builder.finish())
    }
}
