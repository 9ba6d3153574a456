package import RegoRuntime

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

    private static func unmarshal(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        do throws(JSONError) {
            call.return(try parse(text, in: call.arena))
        } catch {
            call.fail(.builtin, error.message)
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
        for (number, line) in buffer.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let spaces = line.prefix { $0 == UInt8(ascii: " ") }.count
            if number > 0 { builder.append(UInt8(ascii: "\n")) }
            builder.append(text: prefix)
            for _ in 0..<(spaces / 2) { builder.append(text: indent) }
            builder.append(UnsafeBufferPointer(rebasing: line.dropFirst(spaces)))
        }
        call.return(builder.finish())
    }
}
