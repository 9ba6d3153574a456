extension RegoValue {
    /// Copies a value of the machine; undefined becomes null.
    package init(_ value: RegoRuntime.Value) {
        let watch = unsafe EvaluationWatch.current
        var copier = Copier(bytesLeft: unsafe watch?.pointee.byteLimit ?? .max)
        self = copier.copy(value)
    }

    /// Copies no more than fits the evaluation's memory.
    private struct Copier {
        var walk = ValueWalk()
        /// What the parts may still take, in the machine's memory.
        var bytesLeft: Int

        mutating func copy(_ value: RegoRuntime.Value) -> RegoValue {
            bytesLeft -= 16
            if bytesLeft < 0 { walk.cutForSize() }
            switch value.tag {
            case .undefined, .null, .builder: return .null
            case .false: return .boolean(false)
            case .true: return .boolean(true)
            case .integer, .double, .bigNumber: return .number(RegoNumber(value))
            case .string:
                bytesLeft -= value.length
                return .string(value.swiftString)
            case .array, .object, .set: break
            }
            guard walk.enter(value.length) else {
                walk.leave()
                return .null
            }
            defer { walk.leave() }
            return copyCollection(value)
        }

        private mutating func copyCollection(_ value: RegoRuntime.Value) -> RegoValue {
            switch value.tag {
            case .array:
                var elements: [RegoValue] = []
                elements.reserveCapacity(value.length)
                for index in 0..<value.length where !walk.isCut { elements.append(copy(unsafe value.elementPointer[index])) }
                return .array(elements)
            case .set:
                var members: Set<RegoValue> = []
                members.reserveCapacity(value.length)
                for index in 0..<value.length where !walk.isCut { members.insert(copy(unsafe value.keys[index])) }
                return .set(members)
            default:
                var members: [RegoValue: RegoValue] = [:]
                members.reserveCapacity(value.length)
                let (keys, values) = unsafe (value.keys, value.values)
                for index in 0..<value.length where !walk.isCut {
                    let key = copy(unsafe keys[index])
                    members[key] = copy(unsafe values[index])
                }
                return .object(members)
            }
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
