@_spi(Engine) extension Value {
    /// Makes an array of elements that outlive it; they are not copied.
    @inlinable @inline(__always)
    public static func array(_ elements: UnsafePointer<Value>, count: Int) -> Value {
        Value(tag: .array, length: count, w1: UInt64(UInt(bitPattern: elements)))
    }

    /// Makes an array of elements that outlive it; they are not copied.
    @inlinable @inline(__always)
    public static func array(_ elements: UnsafeMutablePointer<Value>, count: Int) -> Value {
        Value(tag: .array, length: count, w1: UInt64(UInt(bitPattern: elements)))
    }

    /// Copies the elements (not what they point to) into the arena as an array.
    public static func array(_ elements: some Collection<Value>, in arena: Arena) -> Value {
        let count = elements.count
        let target = unsafe arena.allocateValues(count)
        var index = 0
        for element in elements {
            unsafe target[index] = element
            index += 1
        }
        return unsafe array(target, count: count)
    }

    /// The elements of an array.
    @inlinable @inline(__always)
    public var elements: UnsafeBufferPointer<Value> {
        unsafe UnsafeBufferPointer(start: elementPointer, count: length)
    }

    /// Where the elements of an array begin.
    @inlinable @inline(__always)
    public var elementPointer: UnsafePointer<Value> {
        unsafe UnsafePointer<Value>(bitPattern: UInt(w1)).unsafelyUnwrapped
    }

    /// The kind as OPA names it in messages: `null`, `boolean`, `number`, `string`, `array`, `object`, `set`.
    public var typeName: StaticString {
        switch tag {
        case .undefined: "undefined"
        case .null: "null"
        case .false, .true: "boolean"
        case .integer, .double, .bigNumber: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        case .set: "set"
        case .builder: "builder"
        }
    }
}
