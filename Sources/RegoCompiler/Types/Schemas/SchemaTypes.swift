@_spi(Engine) import RegoRuntime

/// Turns JSON schemas into types (OPA: "Type checking").
struct SchemaTypes {
    private var finished: [String: RegoType] = [:]
    /// How often each reference is being followed: schemas that refer to themselves are followed a few levels and are `any` below.
    private var open: [String: Int] = [:]
    private var depth = 0
    private var budget = 50_000

    private static let depthLimit = 100
    private static let cycleLimit = 3

    /// The type of the values that a schema describes.
    ///
    /// - Throws: why the schema cannot be used.
    static func type(of schema: RegoValue) throws(SchemaFailure) -> RegoType {
        let node = try SchemaReader.read(schema)
        var types = SchemaTypes()
        do throws(SchemaFailure) {
            return try types.type(of: node)
        } catch {
            throw SchemaFailure("type checking: \(error.message)")
        }
    }

    private mutating func type(of node: SchemaNode) throws(SchemaFailure) -> RegoType {
        depth += 1
        budget -= 1
        defer { depth -= 1 }
        guard depth < Self.depthLimit, budget > 0 else { return .any }
        if let (name, schema) = node.reference { return try type(ofReference: name, schema) }
        if !node.anyOf.isEmpty { return try typeOfAny(node) }
        if !node.allOf.isEmpty { return try typeOfAll(node) }
        if let type = try typeByName(node) { return type }
        if !node.properties.isEmpty { return try typeOfObject(node) }
        return node.items.isEmpty ? .any : try typeOfArray(node)
    }

    private mutating func type(ofReference name: String, _ schema: SchemaNode) throws(SchemaFailure) -> RegoType {
        if let known = finished[name] { return known }
        let count = open[name, default: 0]
        guard count < Self.cycleLimit else { return .any }
        open[name] = count + 1
        defer { open[name] = count }
        let type = try type(of: schema)
        if count == 0 { finished[name] = type }
        return type
    }

    /// The type that `type` names; of several names OPA takes the first of these.
    private mutating func typeByName(_ node: SchemaNode) throws(SchemaFailure) -> RegoType? {
        if node.types.contains("boolean") { return .boolean }
        if node.types.contains("string") { return .string }
        if node.types.contains("integer") || node.types.contains("number") { return .number }
        if node.types.contains("object") {
            return node.properties.isEmpty ? .object(dynamic: .init(key: .any, value: .any)) : try typeOfObject(node)
        }
        if node.types.contains("array") { return node.items.isEmpty ? .array(rest: .any) : try typeOfArray(node) }
        return nil
    }

    private mutating func typeOfObject(_ node: SchemaNode) throws(SchemaFailure) -> RegoType {
        var properties: [String: RegoType] = [:]
        for (name, schema) in node.properties where properties[name] == nil { properties[name] = try type(of: schema) }
        return .object(of: properties.map { .init(key: .string($0.key), value: $0.value) })
    }

    private mutating func typeOfArray(_ node: SchemaNode) throws(SchemaFailure) -> RegoType {
        if node.isSingleItem { return .array(rest: try type(of: node.items[0])) }
        var elements: [RegoType] = []
        for item in node.items { elements.append(try type(of: item)) }
        return .array(of: elements)
    }

    private mutating func typeOfAny(_ node: SchemaNode) throws(SchemaFailure) -> RegoType {
        var union: RegoType?
        if !node.types.isEmpty, case .object(let object)? = try typeByName(node), object.dynamic == nil { union = .object(object) }
        for schema in node.anyOf { union = RegoType.union(try type(of: schema), union) }
        return union ?? .any
    }

    private mutating func typeOfAll(_ node: SchemaNode) throws(SchemaFailure) -> RegoType {
        let merged = try merge(node.allOf)
        guard !node.types.isEmpty else { return try type(of: merged) }
        let isAlike = ["object", "array"].contains { node.types.contains($0) && merged.types.contains($0) }
        if isAlike {
            let own = SchemaNode()
            own.types = node.types
            own.properties = node.properties
            own.items = node.items
            own.isSingleItem = node.isSingleItem
            return try type(of: try merge([merged, own]))
        }
        guard node.typeText == merged.typeText else { throw SchemaFailure("unable to merge these schemas") }
        return try type(of: merged)
    }

    /// The schema that says what all of several say.
    private func merge(_ schemas: [SchemaNode]) throws(SchemaFailure) -> SchemaNode {
        for schema in schemas {
            if !schema.properties.isEmpty {
                if !schema.types.contains("object") { schema.types.append("object") }
            } else if !schema.items.isEmpty, !schema.types.contains("array") {
                schema.types.append("array")
            }
        }
        let first = schemas[0]
        let result = SchemaNode()
        result.types = first.types
        result.properties = first.properties
        result.items = first.items
        result.isSingleItem = first.isSingleItem
        result.anyOf = first.anyOf
        result.allOf = first.allOf
        result.reference = first.reference
        for schema in schemas.dropFirst() {
            guard result.typeText == schema.typeText else {
                throw SchemaFailure("unable to merge these schemas: type mismatch: \(result.typeText) and \(schema.typeText)")
            }
            if result.types.contains("object"), !result.properties.isEmpty, !schema.properties.isEmpty {
                result.properties += schema.properties
            } else if result.types.contains("array"), !result.items.isEmpty, !schema.items.isEmpty {
                for (index, item) in schema.items.enumerated() {
                    if index >= result.items.count { result.items.append(item) }
                    guard result.items[index].typeText == item.typeText else { throw SchemaFailure("unable to merge these schemas") }
                }
            }
        }
        return result
    }
}
