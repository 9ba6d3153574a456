@_spi(Engine) import RegoRuntime

extension SymbolicTerm {
    /// A copy of the machine's value.
    convenience init(copying value: Value) {
        switch value.tag {
        case .undefined, .null, .builder: self.init(.null)
        case .false: self.init(.boolean(false))
        case .true: self.init(.boolean(true))
        case .integer, .double, .bigNumber:
            if case .number(let number) = RegoValue(value) {
                self.init(.number(number.description))
            } else {
                self.init(.null)
            }
        case .string: self.init(.string(value.swiftString))
        case .array: self.init(.array(value.elements.map { SymbolicTerm(copying: $0) }))
        case .set: self.init(Self.set(value.keys.map { SymbolicTerm(copying: $0) }).kind)
        case .object:
            let items = zip(value.keys, value.values).map { Item(key: SymbolicTerm(copying: $0), value: SymbolicTerm(copying: $1)) }
            self.init(Self.object(items).kind)
        }
    }

    /// The term as a value of the machine; `nil` for one that is no value.
    func value(in arena: Arena) -> Value? {
        switch kind {
        case .null: return .null
        case .boolean(let value): return .boolean(value)
        case .number(let text):
            let value = Value.number(text: text, in: arena)
            return value.isDefined ? value : nil
        case .string(let text): return .string(text, in: arena)
        case .variable, .reference, .call, .comprehension: return nil
        case .array(let elements):
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for element in elements {
                guard let value = element.value(in: arena) else { return nil }
                values.append(value)
            }
            return .array(values, in: arena)
        case .set(let members):
            let builder = SetBuilder(in: arena, capacity: members.count)
            for member in members {
                guard let value = member.value(in: arena) else { return nil }
                builder.insert(value)
            }
            return builder.finish()
        case .object(let items):
            let builder = ObjectBuilder(in: arena, capacity: items.count)
            for item in items {
                guard let key = item.key.value(in: arena), let value = item.value.value(in: arena) else { return nil }
                builder.set(key, value)
            }
            return builder.finish()
        }
    }
}
