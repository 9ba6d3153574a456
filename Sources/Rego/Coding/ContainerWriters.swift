@_spi(Engine) import RegoRuntime

/// Writes an object's members.
struct ObjectWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: ValueSlot
    let codingPath: [any CodingKey]

    private func encoder(_ key: some CodingKey) -> ValueEncoder {
        ValueEncoder(slot: slot.member(.string(key.stringValue)), codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) throws { encoder(key).encodeNil() }
    func encode(_ value: Bool, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: String, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: Double, forKey key: Key) throws { try encoder(key).encode(value) }
    func encode(_ value: Float, forKey key: Key) throws { try encoder(key).encode(value) }
    func encode(_ value: Int, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: Int8, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: Int16, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: Int32, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: Int64, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: Int128, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: UInt, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: UInt8, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: UInt16, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: UInt32, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: UInt64, forKey key: Key) throws { encoder(key).encode(value) }
    func encode(_ value: UInt128, forKey key: Key) throws { encoder(key).encode(value) }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try encoder(key).encode(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        encoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder(PlaceKey(stringValue: "super")) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
}

/// Writes an array's elements.
struct ElementWriter: UnkeyedEncodingContainer {
    let slot: ValueSlot
    let codingPath: [any CodingKey]

    var count: Int { slot.elementCount }

    private func next() -> ValueEncoder {
        let key = PlaceKey(intValue: count)
        return ValueEncoder(slot: slot.appendElement(), codingPath: codingPath + [key])
    }

    func encodeNil() throws { next().encodeNil() }
    func encode(_ value: Bool) throws { next().encode(value) }
    func encode(_ value: String) throws { next().encode(value) }
    func encode(_ value: Double) throws { try next().encode(value) }
    func encode(_ value: Float) throws { try next().encode(value) }
    func encode(_ value: Int) throws { next().encode(value) }
    func encode(_ value: Int8) throws { next().encode(value) }
    func encode(_ value: Int16) throws { next().encode(value) }
    func encode(_ value: Int32) throws { next().encode(value) }
    func encode(_ value: Int64) throws { next().encode(value) }
    func encode(_ value: Int128) throws { next().encode(value) }
    func encode(_ value: UInt) throws { next().encode(value) }
    func encode(_ value: UInt8) throws { next().encode(value) }
    func encode(_ value: UInt16) throws { next().encode(value) }
    func encode(_ value: UInt32) throws { next().encode(value) }
    func encode(_ value: UInt64) throws { next().encode(value) }
    func encode(_ value: UInt128) throws { next().encode(value) }
    func encode<T: Encodable>(_ value: T) throws { try next().encode(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        next().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { next().unkeyedContainer() }
    func superEncoder() -> any Encoder { next() }
}
