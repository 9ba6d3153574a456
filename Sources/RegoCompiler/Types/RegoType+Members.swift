extension RegoType {
    /// The type of the member with a key; `nil` if there can be none.
    func member(_ key: TypeKey) -> RegoType? {
        switch self {
        case .array(let array):
            guard case .number(let text) = key, let position = Int64(text) else { return nil }
            return array.element(at: Int(position))
        case .object(let object): return object.value(of: key)
        case .set(let set):
            let type = key.type
            if Self.compare(set.member, type) == 0 { return set.member }
            if case .any? = set.member, Self.contains(set.member, type) { return type }
            return nil
        case .any(let types):
            if types.isEmpty { return .any }
            var union = TypeUnion()
            for type in types { union.add(type.member(key)) }
            return union.type
        case .null, .boolean, .number, .string, .function: return nil
        }
    }

    /// The type of what a variable between brackets ranges over; `nil` for what has no members.
    var keys: RegoType? {
        switch self {
        case .array: return .number
        case .object(let object): return object.keys
        case .set(let set): return set.member
        case .any(let types):
            if types.isEmpty { return .any }
            var union = TypeUnion()
            for type in types { union.add(type.keys) }
            return union.type
        case .null, .boolean, .number, .string, .function: return nil
        }
    }

    /// The type of all members together; `nil` for what has no members.
    var values: RegoType? {
        switch self {
        case .array(let array): return array.values
        case .object(let object): return object.values
        case .set(let set): return set.member
        case .any(let types):
            if types.isEmpty { return .any }
            var union = TypeUnion()
            for type in types { union.add(type.values) }
            return union.type
        case .null, .boolean, .number, .string, .function: return nil
        }
    }

    /// Whether the type or a part of it is not known.
    static func isUnknown(_ type: RegoType?) -> Bool {
        guard let type else { return true }
        return switch type {
        case .null, .boolean, .number, .string, .any: false
        case .array(let array): array.extent.hasUnknown
        case .object(let object): object.extent.hasUnknown
        case .set(let set): set.extent.hasUnknown
        case .function(let function): function.parameters.contains { isUnknown($0.type) } || isUnknown(function.result?.type)
        }
    }

    /// The keys that a reference may name where none other can be: an object's known ones, or those of a union's objects.
    var knownKeys: [TypeKey] {
        switch self {
        case .object(let object): object.properties.map(\.key)
        case .any(let types): types.flatMap(\.knownKeys)
        case .null, .boolean, .number, .string, .array, .set, .function: []
        }
    }
}
