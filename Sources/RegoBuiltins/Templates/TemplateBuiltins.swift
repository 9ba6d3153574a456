@_spi(Engine) package import RegoRuntime

/// `strings.render_template` (OPA: "Strings"; Go's `text/template`).
package enum TemplateBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("strings.render_template", arity: 2) { render(BuiltinCall($0)) }
    ]

    private static func render(_ call: BuiltinCall) {
        guard let template = call.string(0), let variables = call.object(1) else { return }
        // OPA reads the variables' Rego text as JSON: sets, keys that are no strings and some control characters are none.
        do throws(JSONError) {
            _ = try JSONParser.parse(Array(variables.regoText.utf8), into: call.arena)
        } catch {
            return call.fail(.builtin, error.message)
        }
        let source = template.byteArray
        do throws(TemplateFailure) {
            var parser = TemplateParser(source)
            try parser.parse()
            var renderer = TemplateRenderer(parser.templates, of: source, context: call.context, in: call.arena)
            try renderer.render(TemplateValue(datum: .map(variables)))
            call.return(text(renderer.output.bytes, in: call.arena))
        } catch {
            if call.endIfInterrupted() { return }
            if call.arena.isExhausted { _ = call.failIfTooLarge(.max) } else { call.fail(.builtin, error.message) }
        }
    }

    /// The output with OPA's word for what is missing, and with U+FFFD for bytes that are no text.
    private static func text(_ bytes: UnsafeBufferPointer<UInt8>, in arena: Arena) -> Value {
        let missing = Array("<no value>".utf8)
        var builder = TextBuilder(in: arena, capacity: bytes.count)
        var index = 0
        while index < bytes.count {
            let length = UTF8Text.sequenceLength(bytes, at: index)
            if length == 0 {
                builder.append("\u{FFFD}")
            } else if bytes[index] == missing[0], bytes[index...].starts(with: missing) {
                builder.append("<undefined>")
                index += missing.count
                continue
            } else {
                builder.append(bytes, index..<(index + length))
            }
            index += max(length, 1)
        }
        return builder.finish()
    }
}
