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

    /// What Go's decoder says of a text that is not one value; it sees an empty text as the end of its input.
    private static func message(_ error: JSONError, _ text: Value) -> String {
        let spaces: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        if error.code == .truncated { return text.utf8.allSatisfy(spaces.contains) ? "EOF" : "unexpected EOF" }
        return error.message
    }

    /// What Go's decoder says of the token behind a value; `nil` for `null`, which it takes for the end.
    private static func messageAfterValue(_ rest: [UInt8]) -> String? {
        let first = rest.first ?? 0
        if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") {
            return "error: invalid character '\(Character(UnicodeScalar(first)))' after top-level value"
        }
        let arena = Arena()
        defer { arena.destroy() }
        func token(_ bytes: [UInt8]) throws(JSONError) -> String? {
            let value = try JSONParser.parse(bytes, into: arena)
            if value.tag == .null { return nil }
            let isBoolean = value.tag == .true || value.tag == .false
            let text = value.isString ? value.swiftString : isBoolean ? "%!s(bool=\(value.jsonText()))" : value.jsonText()
            return "error: invalid character '\(text)' after top-level value"
        }
        do throws(JSONError) {
            return try token(rest)
        } catch {
            if error.code == .truncated { return "unexpected EOF" }
            guard error.code == .trailingData else { return error.message }
            do throws(JSONError) { return try token(Array(rest.prefix(error.offset))) } catch { return error.message }
        }
    }

    private static func unmarshal(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        do throws(JSONError) {
            call.return(try parse(text, in: call.arena))
        } catch {
            guard error.code == .trailingData else { return call.fail(.builtin, message(error, text)) }
            let bytes = Array(text.utf8)
            if let message = messageAfterValue(Array(bytes[error.offset...])) { return call.fail(.builtin, message) }
            guard let value = try? JSONParser.parse(Array(bytes[..<error.offset]), into: call.arena) else {
                return call.fail(.builtin, error.message)
            }
            call.return(value)
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
