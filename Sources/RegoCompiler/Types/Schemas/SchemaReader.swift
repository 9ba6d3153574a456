@_spi(Engine) import RegoRuntime

/// Reads a JSON schema of draft 4, 6 or 7. Nothing is fetched: a reference that leaves the document is a failure.
struct SchemaReader {
    private let root: RegoValue
    private var references: [String: SchemaNode] = [:]
    private var depth = 0
    private static let depthLimit = 100
    private static let primitiveTypes = ["array", "boolean", "integer", "number", "null", "object", "string"]

    private init(_ root: RegoValue) {
        self.root = root
    }

    static func read(_ schema: RegoValue) throws(SchemaFailure) -> SchemaNode {
        var reader = SchemaReader(schema)
        do throws(SchemaFailure) {
            return try reader.schema(schema)
        } catch {
            throw SchemaFailure("unable to compile the schema: \(error.message)")
        }
    }

    private mutating func schema(_ value: RegoValue) throws(SchemaFailure) -> SchemaNode {
        let node = SchemaNode()
        try read(value, into: node)
        return node
    }

    private mutating func read(_ value: RegoValue, into node: SchemaNode) throws(SchemaFailure) {
        guard depth < Self.depthLimit else { throw SchemaFailure("the schema is nested more than \(Self.depthLimit) levels deep") }
        depth += 1
        defer { depth -= 1 }
        if value.boolean != nil { return }
        guard value.object != nil else { throw SchemaFailure("Expected: valid schema, given: invalid JSON") }
        for (_, definition) in try members(value["definitions"], "definitions", "array of schemas") { _ = try schema(definition) }
        if let reference = value["$ref"] {
            guard let name = reference.string else { throw Self.invalidType("string", "$ref") }
            node.reference = (name, try target(of: name))
            return
        }
        try readTypes(value["type"], into: node)
        for (name, property) in try members(value["properties"], "properties", "object") {
            node.properties.append((name, try schema(property)))
        }
        switch value["items"] {
        case nil: break
        case .array(let items)?: node.items = try schemas(items)
        case .object?, .boolean?:
            node.items = try schemas([value["items"] ?? .null])
            node.isSingleItem = true
        default: throw Self.invalidType("valid schema/array of schemas", "items")
        }
        node.anyOf = try schemas(try elements(value["anyOf"], "anyOf"))
        node.allOf = try schemas(try elements(value["allOf"], "allOf"))
    }

    private func readTypes(_ value: RegoValue?, into node: SchemaNode) throws(SchemaFailure) {
        let names: [RegoValue]
        switch value {
        case nil: return
        case .string?: names = [value ?? .null]
        case .array(let elements)?: names = elements
        default: throw Self.invalidType("type", "string/array of strings")
        }
        for element in names {
            guard let name = element.string else { throw Self.invalidType("type", "string/array of strings") }
            guard Self.primitiveTypes.contains(name) else {
                let valid = Self.primitiveTypes.joined(separator: " ")
                throw SchemaFailure("has a primitive type that is NOT VALID -- given: /\(name)/ Expected valid values are:[\(valid)]")
            }
            guard !node.types.contains(name) else { throw SchemaFailure("\(name) type is duplicated") }
            node.types.append(name)
        }
    }

    private mutating func schemas(_ values: [RegoValue]) throws(SchemaFailure) -> [SchemaNode] {
        var nodes: [SchemaNode] = []
        for value in values { nodes.append(try schema(value)) }
        return nodes
    }

    /// An object's members in the order of their names.
    private func members(_ value: RegoValue?, _ keyword: String, _ type: String) throws(SchemaFailure) -> [(String, RegoValue)] {
        guard let value else { return [] }
        guard let members = value.object else { throw SchemaFailure("\(keyword) must be of type \(type)") }
        return members.compactMap { key, value in key.string.map { ($0, value) } }.sorted { TypeKey.compare($0.0, $1.0) < 0 }
    }

    private func elements(_ value: RegoValue?, _ keyword: String) throws(SchemaFailure) -> [RegoValue] {
        guard let value else { return [] }
        guard let elements = value.array else { throw SchemaFailure("\(keyword) must be of type array") }
        return elements
    }

    private static func invalidType(_ expected: String, _ given: String) -> SchemaFailure {
        SchemaFailure("Invalid type. Expected: \(expected), given: \(given)")
    }

    // MARK: References

    private mutating func target(of reference: String) throws(SchemaFailure) -> SchemaNode {
        if let known = references[reference] { return known }
        let node = SchemaNode()
        references[reference] = node
        try read(try value(at: reference), into: node)
        return node
    }

    private func value(at reference: String) throws(SchemaFailure) -> RegoValue {
        let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let address = parts.first.map(String.init) ?? ""
        let isOwn = address.isEmpty || address == root["$id"]?.string || address == root["id"]?.string
        guard isOwn else { throw SchemaFailure("remote reference loading disabled: \(reference)") }
        var value = root
        guard parts.count == 2, !parts[1].isEmpty else { return value }
        guard parts[1].first == "/" else { throw SchemaFailure("Reference \(reference) must be canonical") }
        for segment in parts[1].dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let name = Self.unescaped(segment)
            let next: RegoValue?
            if case .array(let elements) = value {
                next = Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            } else {
                next = value[name]
            }
            guard let next else { throw SchemaFailure("Object has no key '\(name)'") }
            value = next
        }
        return value
    }

    /// A JSON pointer's segment out of a URI's fragment: `%41`, `~0` and `~1`.
    private static func unescaped(_ segment: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(segment.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        var plain: [UInt8] = []
        rest = bytes[...]
        while let byte = rest.popFirst() {
            switch (byte, rest.first) {
            case (UInt8(ascii: "~"), UInt8(ascii: "1")): plain.append(UInt8(ascii: "/"))
            case (UInt8(ascii: "~"), UInt8(ascii: "0")): plain.append(UInt8(ascii: "~"))
            default:
                plain.append(byte)
                continue
            }
            rest = rest.dropFirst()
        }
        return String(decoding: plain, as: UTF8.self)
    }
}
