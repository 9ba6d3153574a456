@_spi(Engine) internal import RegoRuntime
internal import RegoYAML

extension HTTPAnswer {
    /// The result of `http.send`.
    ///
    /// - Parameters:
    ///   - forcesJSON: reads the body as JSON whatever its type.
    ///   - forcesYAML: reads it as YAML.
    func value(forcesJSON: Bool, forcesYAML: Bool, in arena: Arena) -> Value {
        let result = ObjectBuilder(in: arena)
        let put = { (name: String, value: Value) in result.set(.string(name, in: arena), value) }
        put("status", .string(status, in: arena))
        put("status_code", .integer(code))
        put("body", decodedBody(forcesJSON: forcesJSON, forcesYAML: forcesYAML, in: arena))
        put("raw_body", .string(String(decoding: body, as: UTF8.self), in: arena))
        let fields = ObjectBuilder(in: arena)
        for (name, values) in headers.values {
            fields.set(.string(name.lowercased(), in: arena), .array(values.map { .string($0, in: arena) }, in: arena))
        }
        put("headers", fields.finish())
        return result.finish()
    }

    /// The body as a value; null where it cannot be read.
    private func decodedBody(forcesJSON: Bool, forcesYAML: Bool, in arena: Arena) -> Value {
        if forcesJSON || isJSON { return json(in: arena) ?? .null }
        guard forcesYAML || isYAML else { return .null }
        // JSON is YAML, and quicker to read.
        return json(in: arena) ?? (try? YAMLReading.read(String(decoding: body, as: UTF8.self), in: arena)) ?? .null
    }

    private var isJSON: Bool {
        guard let type = headers.mediaType else { return false }
        let parts = type.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].elementsEqual("application".utf8) else { return false }
        return parts[1].elementsEqual("json".utf8) || parts[1].suffix(5).elementsEqual("+json".utf8)
    }

    private var isYAML: Bool {
        let type = headers["Content-Type"]
        return type.contains("application/yaml") || type.contains("application/x-yaml")
    }

    /// The body's first JSON value: what follows it is passed over, as OPA does.
    private func json(in arena: Arena) -> Value? {
        do throws(JSONError) {
            return try JSONParser.parse(body, into: arena)
        } catch {
            guard error.code == .trailingData, error.offset > 0, error.offset < body.count else { return nil }
            return try? JSONParser.parse(Array(body[..<error.offset]), into: arena)
        }
    }
}
