@_spi(Engine) public import RegoRuntime

/// Reads Swift values out of Rego values.
///
/// Objects become keyed, arrays and sets unkeyed containers; a set's members come in Rego's order. Integers must fit their type exactly;
/// a `Double` or `Float` takes the nearest value of any finite number. `RegoValue` and `RegoNumber` properties take what is there, unread.
/// Dates and byte strings have no form of their own in Rego: they are read as their types' `Decodable` says.
public struct RegoDecoder: Sendable {
    /// Makes a decoder.
    public init() {}

    /// Reads a value of a type.
    ///
    /// - Throws: `DecodingError`, whose coding path says which part does not fit, or what the type itself throws.
    public func decode<T: Decodable>(_ type: T.Type, from value: RegoValue) throws -> T {
        try ValueDecoder(value: value, codingPath: []).read(type)
    }
}

/// A decoder at one place of a value.
struct ValueDecoder: Decoder {
    let value: RegoValue
    let codingPath: [any CodingKey]

    /// Nesting beyond which decoding stops: recursive types follow the value, and the stack is finite.
    static let depthLimit = 512

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw mismatch([String: RegoValue].self, "an object") }
        return KeyedDecodingContainer(ObjectReader<Key>(members: members, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        switch value {
        case .array(let elements): return ElementReader(elements: elements, codingPath: codingPath)
        case .set(let members): return ElementReader(elements: members.sortedAsInRego, codingPath: codingPath)
        default: throw mismatch([RegoValue].self, "an array or a set")
        }
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    /// Reads a value of a type; the engine's own types are handed over as they are.
    func read<T: Decodable>(_ type: T.Type) throws -> T {
        if type == RegoValue.self, let value = value as? T { return value }
        if type == RegoNumber.self {
            guard case .number(let number) = value, let result = number as? T else { throw mismatch(type, "a number") }
            return result
        }
        guard codingPath.count <= Self.depthLimit else {
            throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: "nested deeper than \(Self.depthLimit)"))
        }
        return try T(from: self)
    }

    func mismatch(_ type: Any.Type, _ expected: String) -> DecodingError {
        .typeMismatch(type, .init(codingPath: codingPath, debugDescription: "expected \(expected), found \(value.kindName)"))
    }

    func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        guard case .number(let number) = value else { throw mismatch(type, "a number") }
        if let result = number.exactly(type) { return result }
        throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: "\(number) is no \(type)"))
    }

    func floatingPoint<T: BinaryFloatingPoint>(_ type: T.Type) throws -> T {
        guard case .number(let number) = value else { throw mismatch(type, "a number") }
        let result = T(number.double)
        if result.isFinite { return result }
        throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: "\(number) is too large for a \(type)"))
    }
}

extension ValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { value == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .boolean(let boolean) = value else { throw mismatch(type, "a boolean") }
        return boolean
    }

    func decode(_ type: String.Type) throws -> String {
        guard case .string(let text) = value else { throw mismatch(type, "a string") }
        return text
    }

    func decode(_ type: Double.Type) throws -> Double { try floatingPoint(type) }
    func decode(_ type: Float.Type) throws -> Float { try floatingPoint(type) }
    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: Int128.Type) throws -> Int128 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try integer(type) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try read(type) }
}

/// A key that stands for a place which has none of its own in Swift.
struct PlaceKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = "\(intValue)"
        self.intValue = intValue
    }
}

extension RegoNumber {
    /// The number as an integer of a type, if it is one.
    func exactly<T: FixedWidthInteger>(_ type: T.Type) -> T? {
        if let small = int64 { return T(exactly: small) }
        // Beyond Int64 the canonical text of an integer is its digits.
        return T(description)
    }
}

extension Set<RegoValue> {
    /// The members in the order that Rego iterates them in.
    var sortedAsInRego: [RegoValue] {
        let arena = Arena()
        defer { arena.destroy() }
        let set = RegoValue.set(self).makeValue(in: arena)
        return unsafe UnsafeBufferPointer(start: set.sortedKeys, count: set.length).map { RegoValue($0) }
    }
}
