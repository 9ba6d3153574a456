@_spi(Engine) package import RegoRuntime

/// `uri.parse` and `uri.is_valid` (OPA: "Encoding").
package enum URIBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("uri.parse", arity: 1) { parse(BuiltinCall($0)) },
        BuiltinDefinition("uri.is_valid", arity: 1) {
            let call = BuiltinCall($0)
            // An empty text would be a relative reference; OPA refuses it.
            call.return(call[0].isString && call[0].length > 0 && (try? URIParts(call[0].byteArray)) != nil)
        },
    ]

    private static func parse(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        do throws(URIParts.Fault) {
            let parts = try URIParts(text.byteArray)
            let builder = ObjectBuilder(in: call.arena, capacity: 7)
            let members = [
                ("scheme", parts.scheme), ("hostname", parts.host), ("port", parts.port), ("path", parts.path),
                ("raw_path", parts.rawPath.isEmpty ? parts.path : parts.rawPath), ("raw_query", parts.query), ("fragment", parts.fragment),
            ]
            for (name, bytes) in members where !bytes.isEmpty {
                builder.put(.string(name, in: call.arena), .string(String(decoding: bytes, as: UTF8.self), in: call.arena))
            }
            call.return(builder.finish())
        } catch {
            call.fail(.builtin, "parse \(text.regoText): \(error.message)")
        }
    }
}
