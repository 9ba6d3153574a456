@_spi(Engine) package import RegoRuntime

/// `json.verify_schema` and `json.match_schema` (OPA: "Object"; JSON Schema drafts 4, 6 and 7).
package enum SchemaBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("json.verify_schema", arity: 1) { verify(BuiltinCall($0)) },
        BuiltinDefinition("json.match_schema", arity: 2) { match(BuiltinCall($0)) },
    ]

    private static func document(_ value: Value, in arena: Arena) throws(SchemaFault) -> Value {
        let isComposite = value.tag == .object || value.tag == .array
        guard value.isString || isComposite else { throw SchemaFault("wrong type, expected string or object") }
        var walk = ValueWalk()
        if isComposite, isJSON(value, &walk) { return value }
        do throws(JSONError) {
            // Schemas know JSON alone: a set is an array to them, and every key a string.
            return try JSONBuiltins.parse(value.isString ? value : .string(value.jsonText(style: .compact), in: arena), in: arena)
        } catch {
            throw SchemaFault("invalid JSON string")
        }
    }

    /// Whether JSON has all parts of a value.
    private static func isJSON(_ value: Value, _ walk: inout ValueWalk) -> Bool {
        guard value.isCollection else { return true }
        guard value.tag != .set, walk.enter(value.length) else { return false }
        defer { walk.leave() }
        if value.tag == .array { return value.elements.allSatisfy { isJSON($0, &walk) } }
        return value.keys.allSatisfy(\.isString) && value.values.allSatisfy { isJSON($0, &walk) }
    }

    private static func verify(_ call: BuiltinCall) {
        var fault = Value.null
        do throws(SchemaFault) {
            _ = try SchemaCompiler.compile(try document(call[0], in: call.arena), for: call)
        } catch {
            if call.endIfInterrupted() { return }
            fault = .string("jsonschema: \(error.message)", in: call.arena)
        }
        call.return(.array([.boolean(fault.tag == .null), fault], in: call.arena))
    }

    private static func match(_ call: BuiltinCall) {
        let arena = call.arena
        do throws(SchemaFault) {
            let document = try document(call[0], in: arena)
            let schema = try SchemaCompiler.compile(try self.document(call[1], in: arena), for: call)
            let context = call.context
            var validator = SchemaValidator(in: arena) { context.isInterrupted }
            do throws(SchemaValidator.Exhausted) {
                let result = try validator.check(document, schema)
                let findings = result.findings.map { finding($0, in: arena) }
                call.return(.array([.boolean(result.isValid), .array(findings, in: arena)], in: arena))
            } catch {
                if call.endIfInterrupted() { return }
                if arena.isExhausted { return _ = call.failIfTooLarge(.max) }
                call.fail(.halt, error.message)
            }
        } catch {
            if call.endIfInterrupted() { return }
            call.fail(.builtin, error.message)
        }
    }

    private static func finding(_ finding: SchemaResult.Finding, in arena: Arena) -> Value {
        let builder = ObjectBuilder(in: arena, capacity: 4)
        builder.put(.string("desc", in: arena), .string(finding.description, in: arena))
        builder.put(.string("error", in: arena), .string("\(finding.field): \(finding.description)", in: arena))
        builder.put(.string("field", in: arena), .string(finding.field, in: arena))
        builder.put(.string("type", in: arena), .string("\(finding.kind)", in: arena))
        return builder.finish()
    }
}
