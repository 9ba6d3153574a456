extension RegoValue {
    /// Copies a value of the machine; undefined becomes null.
    package init(_ value: RegoRuntime.Value) {
        switch value.tag {
        case .undefined, .null, .builder:
            self = .null
        case .false:
            self = .boolean(false)
        case .true:
            self = .boolean(true)
        case .integer, .double, .bigNumber:
            self = .number(RegoNumber(value))
        case .string:
            self = .string(value.swiftString)
        case .array:
            self = unsafe .array(value.elements.map { RegoValue($0) })
        case .set:
            self = unsafe .set(Set(value.keys.map { RegoValue($0) }))
        case .object:
            var members: [RegoValue: RegoValue] = [:]
            members.reserveCapacity(value.length)
            let (keys, values) = unsafe (value.keys, value.values)
            for position in 0..<value.length { unsafe members[RegoValue(keys[position])] = RegoValue(values[position]) }
            self = .object(members)
        }
    }

    /// Copies the value into an arena.
    package func makeValue(in arena: Arena) -> RegoRuntime.Value {
        switch self {
        case .null:
            return .null
        case .boolean(let value):
            return .boolean(value)
        case .number(let number):
            return number.makeValue(in: arena)
        case .string(let text):
            return .string(text, in: arena)
        case .array(let elements):
            let target = unsafe arena.allocateValues(elements.count)
            for (position, element) in elements.enumerated() { unsafe target[position] = element.makeValue(in: arena) }
            return unsafe .array(target, count: elements.count)
        case .set(let members):
            let builder = SetBuilder(in: arena, capacity: members.count)
            for member in members { builder.insert(member.makeValue(in: arena)) }
            return builder.finish()
        case .object(let members):
            let builder = ObjectBuilder(in: arena, capacity: members.count)
            for (key, value) in members { builder.set(key.makeValue(in: arena), value.makeValue(in: arena)) }
            return builder.finish()
        }
    }
}
