import RegoCompiler
@_spi(Engine) import RegoRuntime

extension ValueType {
    /// The type that the notation stands for; `nil` if it is none.
    var type: RegoType? { TypeNotation.type(description) }
}

extension RegoType {
    /// Whether a value is of the type.
    ///
    /// - Complexity: O(size of the value) where the type says anything of its elements.
    func admits(_ value: RegoValue) -> Bool {
        switch (self, value) {
        case (.null, .null), (.boolean, .boolean), (.number, .number), (.string, .string): return true
        case (.any(let types), _): return types.isEmpty || types.contains { $0.admits(value) }
        case (.set(let set), .set(let members)): return Self.admit(set.member, members)
        case (.array(let array), .array(let elements)):
            guard elements.count >= array.elements.count, elements.count == array.elements.count || array.rest != nil else { return false }
            return zip(array.elements, elements).allSatisfy { $0?.admits($1) ?? true }
                && Self.admit(array.rest, elements.dropFirst(array.elements.count))
        case (.object(let object), .object(var members)):
            for property in object.properties {
                // The notation has no other keys.
                guard case .string(let name) = property.key, let value = members.removeValue(forKey: .string(name)) else { return false }
                guard property.value?.admits(value) ?? true else { return false }
            }
            guard let dynamic = object.dynamic else { return members.isEmpty }
            return Self.admit(dynamic.key, members.keys) && Self.admit(dynamic.value, members.values)
        default: return false
        }
    }

    private static func admit(_ type: RegoType?, _ values: some Sequence<RegoValue>) -> Bool {
        guard let type else { return true }
        if case .any(let types) = type, types.isEmpty { return true }
        return values.allSatisfy(type.admits)
    }
}

extension RegoValue {
    /// What messages call a value of this kind.
    var kindName: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        case .set: "set"
        }
    }
}
