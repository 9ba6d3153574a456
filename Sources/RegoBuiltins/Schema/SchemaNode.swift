import LinearRegex
@_spi(Engine) import RegoRuntime

/// One JSON Schema, read once; its values lie in the arena of the call.
final class SchemaNode {
    /// What `additionalProperties` and `additionalItems` say.
    enum Additional {
        case allowed
        case forbidden
        case schema(SchemaNode)
    }

    /// What `dependencies` asks of an object that has a property.
    enum Dependency {
        case properties([Value])
        case schema(SchemaNode)
    }

    /// The answer of a schema that is `true` or `false`.
    var always: Bool?
    /// What `$ref` names; all other keywords are without meaning then.
    var reference: SchemaNode?

    var types: [String] = []
    var enumeration: [Value]?
    var constant: Value?
    var format: String?

    var properties: [(name: Value, schema: SchemaNode)] = []
    var propertyNames: Set<[UInt8]> = []
    var patternProperties: [(pattern: Regex, schema: SchemaNode)] = []
    var additionalProperties = Additional.allowed
    var nameSchema: SchemaNode?
    var required: [Value] = []
    var dependencies: [(name: Value, dependency: Dependency)] = []
    var minProperties: Int?
    var maxProperties: Int?

    var items: SchemaNode?
    var tuple: [SchemaNode]?
    var additionalItems = Additional.allowed
    var contains: SchemaNode?
    var minItems: Int?
    var maxItems: Int?
    var isUnique = false

    var multipleOf: Value?
    var minimum: Value?
    var maximum: Value?
    var exclusiveMinimum: Value?
    var exclusiveMaximum: Value?

    var minLength: Int?
    var maxLength: Int?
    var pattern: Regex?

    var allOf: [SchemaNode] = []
    var anyOf: [SchemaNode] = []
    var oneOf: [SchemaNode] = []
    var not: SchemaNode?
    var condition: SchemaNode?
    var then: SchemaNode?
    var otherwise: SchemaNode?
}

/// Why a value is not a schema, in OPA's words.
struct SchemaFault: Error {
    var message: String

    init(_ message: String) { self.message = message }
}
