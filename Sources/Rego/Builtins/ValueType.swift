/// The type of a builtin's argument or result, in the notation of OPA's messages.
///
/// `string`, `number`, `boolean`, `null`, `any`; `array[string]`, and `array<string, number>` for arrays of a known length; `set[string]`;
/// `object[string: any]`, and `object<name: string, age: number>` for known members; `any<string, null>` for one of several.
public struct ValueType: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The notation.
    public let description: String

    /// Takes a type as it is written; compiling a policy fails if it is none.
    public init(stringLiteral notation: String) { description = notation }

    /// Takes a type as it is written; compiling a policy fails if it is none.
    public init(notation: String) { description = notation }

    /// Every value.
    public static let any: ValueType = "any"
    /// Strings.
    public static let string: ValueType = "string"
    /// Numbers.
    public static let number: ValueType = "number"
    /// Booleans.
    public static let boolean: ValueType = "boolean"
    /// Null.
    public static let null: ValueType = "null"
    /// Objects of any kind.
    public static let object: ValueType = "object[any: any]"

    /// Arrays whose elements are of a type.
    public static func array(of element: ValueType) -> ValueType { ValueType(notation: "array[\(element)]") }

    /// Sets whose members are of a type.
    public static func set(of member: ValueType) -> ValueType { ValueType(notation: "set[\(member)]") }

    /// Objects whose keys and values are of a type each.
    public static func object(of value: ValueType, by key: ValueType = .string) -> ValueType {
        ValueType(notation: "object[\(key): \(value)]")
    }

    /// Values of one of several types.
    public static func one(of types: ValueType...) -> ValueType {
        ValueType(notation: "any<\(types.map(\.description).joined(separator: ", "))>")
    }
}
