@_spi(Engine) package import RegoRuntime

extension RegoType {
    /// What is wrong with a declaration.
    package struct InvalidDeclaration: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// Levels of types within types beyond which a declaration is refused.
    private static let declarationDepth = 64

    /// Reads a type as capabilities files declare it: `{"type": "array", "dynamic": {"type": "string"}}` (OPA: v1/types).
    package init(declaration: RegoValue) throws(InvalidDeclaration) {
        self = try Self.read(declaration, depth: 0)
    }

    private static func read(_ value: RegoValue, depth: Int) throws(InvalidDeclaration) -> RegoType {
        guard depth < declarationDepth else { throw InvalidDeclaration(description: "types are nested too deeply") }
        guard value.object != nil else { throw InvalidDeclaration(description: "a type must be an object, not \(value.json())") }
        switch value["type"]?.string {
        case "null": return .null
        case "boolean": return .boolean
        case "number": return .number
        case "string": return .string
        case "array":
            return .array(of: try list(value, "static", depth), rest: try member(value, "dynamic", depth))
        case "set": return .set(of: try member(value, "of", depth))
        case "object": return try object(value, depth)
        case "any":
            let types = try list(value, "of", depth)
            return .any(types.sorted { compare($0, $1) < 0 })
        case "function": return .function(try function(value, depth))
        case let name?: throw InvalidDeclaration(description: "unknown type '\(name)'")
        case nil: throw InvalidDeclaration(description: "a type must say of what 'type' it is")
        }
    }

    private static func object(_ value: RegoValue, _ depth: Int) throws(InvalidDeclaration) -> RegoType {
        var properties: [ObjectType.Property] = []
        for property in try elements(value, "static") {
            guard let key = property["key"].flatMap(TypeKey.init), let type = property["value"] else {
                throw InvalidDeclaration(description: "each of an object's 'static' properties must have a 'key' and a 'value'")
            }
            properties.append(.init(key: key, value: try read(type, depth: depth + 1)))
        }
        var dynamic: ObjectType.Dynamic?
        if let types = value["dynamic"], types != .null {
            dynamic = .init(key: try member(types, "key", depth), value: try member(types, "value", depth))
        }
        return .object(of: properties, dynamic: dynamic)
    }

    private static func function(_ value: RegoValue, _ depth: Int) throws(InvalidDeclaration) -> FunctionType {
        let parameters = try elements(value, "args").map { entry throws(InvalidDeclaration) in
            FunctionType.Parameter(name: entry["name"]?.string, type: try read(entry, depth: depth + 1))
        }
        let result = try member(value, "result", depth)
        return FunctionType(
            parameters, variadic: try member(value, "variadic", depth),
            result: result.map { .init(name: value["result"]?["name"]?.string, type: $0) })
    }

    private static func elements(_ value: RegoValue, _ name: String) throws(InvalidDeclaration) -> [RegoValue] {
        switch value[name] {
        case nil, .null?: return []
        case .array(let elements)?: return elements
        default: throw InvalidDeclaration(description: "'\(name)' must be an array")
        }
    }

    private static func list(_ value: RegoValue, _ name: String, _ depth: Int) throws(InvalidDeclaration) -> [RegoType] {
        try elements(value, name).map { entry throws(InvalidDeclaration) in try read(entry, depth: depth + 1) }
    }

    private static func member(_ value: RegoValue, _ name: String, _ depth: Int) throws(InvalidDeclaration) -> RegoType? {
        guard let type = value[name], type != .null else { return nil }
        return try read(type, depth: depth + 1)
    }
}

extension TypeKey {
    /// The key that a property's declaration gives; `nil` for sets, which JSON cannot write.
    fileprivate init?(_ value: RegoValue) {
        switch value {
        case .null: self = .null
        case .boolean(let value): self = .boolean(value)
        case .number: self = .number(value.json())
        case .string(let text): self = .string(text)
        case .array(let elements): self = .array(elements.compactMap { TypeKey($0) })
        case .object(let members):
            let named = members.compactMap { key, value in
                key.string.flatMap { name in TypeKey(value).map { Member(name: name, value: $0) } }
            }
            self = .object(named.sorted { TypeKey.compare($0.name, $1.name) < 0 })
        case .set: return nil
        }
    }
}
