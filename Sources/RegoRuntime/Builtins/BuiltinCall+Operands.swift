package import BigInt

/// Arguments of the kind that a builtin needs. Each returns `nil` after having failed the call with OPA's message.
@_spi(Engine) extension BuiltinCall {
    /// An argument that is of this kind.
    @inline(__always)
    public func operand(_ index: Int, _ tag: Value.Tag) -> Value? {
        let value = self[index]
        if value.tag == tag { return value }
        failType(index, Value(tag: tag).typeName)
        return nil
    }

    /// A string.
    @inlinable @inline(__always)
    public func string(_ index: Int) -> Value? {
        let value = self[index]
        if value.isString { return value }
        failString(index)
        return nil
    }

    @usableFromInline @inline(never)
    func failString(_ index: Int) { failType(index, Value(tag: .string).typeName) }

    /// A string; a message about another kind names the operand at `place`, as OPA's does.
    public func string(_ index: Int, named place: Int) -> Value? {
        if self[index].isString { return self[index] }
        failOperand(place, "must be string but got \(self[index].typeName)")
        return nil
    }

    /// An object.
    public func object(_ index: Int) -> Value? { operand(index, .object) }

    /// A set.
    public func set(_ index: Int) -> Value? { operand(index, .set) }

    /// An array.
    public func array(_ index: Int) -> Value? { operand(index, .array) }

    /// A boolean.
    public func boolean(_ index: Int) -> Bool? {
        switch self[index].tag {
        case .true: return true
        case .false: return false
        default:
            failType(index, "boolean")
            return nil
        }
    }

    /// A number.
    public func number(_ index: Int) -> Value? {
        if self[index].isNumber { return self[index] }
        failType(index, "number")
        return nil
    }

    /// An integer in `Int64`'s range.
    public func integer(_ index: Int) -> Int64? {
        guard let value = number(index) else { return nil }
        if let integer = value.int64 { return integer }
        failOperand(index, "must be integer number but got floating-point number")
        return nil
    }

    /// An integer of any size.
    package func bigInteger(_ index: Int) -> BigInt? {
        guard self[index].isNumber else {
            failType(index, "integer")
            return nil
        }
        if let integer = self[index].bigIntValue { return integer }
        failOperand(index, "must be integer number but got floating-point number")
        return nil
    }

    /// An array or set, of which every element is a string; the elements lie in order.
    public func strings(_ index: Int) -> UnsafeBufferPointer<Value>? {
        let value = self[index]
        let elements: UnsafeBufferPointer<Value>
        switch value.tag {
        case .array: unsafe elements = value.elements
        case .set: unsafe elements = UnsafeBufferPointer(start: value.sortedKeys, count: value.length)
        default:
            failType(index, "array", "set")
            return nil
        }
        for position in elements.indices {
            let element = unsafe elements[position]
            guard !element.isString else { continue }
            failElement(index, containing: element, "string")
            return nil
        }
        return unsafe elements
    }

    /// Fails with OPA's `operand N must be …`; the index is counted from 0, the message counts from 1.
    package func failOperand(_ index: Int, _ message: String) {
        fail(.type, "operand \(index + 1) \(message)")
    }

    /// Fails because an argument is not of one of these kinds: `operand 1 must be one of {array, set} but got number`.
    package func failType(_ index: Int, _ expected: StaticString...) {
        let got = self[index].typeName
        if expected.count == 1 {
            failOperand(index, "must be \(expected[0]) but got \(got)")
        } else {
            failOperand(index, "must be one of {\(BuiltinCall.list(expected))} but got \(got)")
        }
    }

    /// Fails because of an element: `operand 1 must be array of strings but got array containing number`.
    package func failElement(_ index: Int, containing element: Value, _ expected: StaticString...) {
        let kind = self[index].typeName
        let of = expected.count == 1 ? "\(expected[0])s" : "(any of) {\(BuiltinCall.list(expected))}"
        failOperand(index, "must be \(kind) of \(of) but got \(kind) containing \(element.typeName)")
    }

    /// Fails because an argument is not one of the allowed values: `operand 2 must be one of {a, b}`.
    package func failChoice(_ index: Int, _ allowed: StaticString...) {
        failOperand(index, allowed.count == 1 ? "must be \(allowed[0])" : "must be one of {\(BuiltinCall.list(allowed))}")
    }

    private static func list(_ names: [StaticString]) -> String {
        names.map { "\($0)" }.joined(separator: ", ")
    }
}
