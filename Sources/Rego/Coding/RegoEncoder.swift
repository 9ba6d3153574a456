@_spi(Engine) public import RegoRuntime

/// Makes Rego values of Swift values.
///
/// Keyed containers become objects, unkeyed ones arrays (a Swift `Set` becomes an array, as in JSON); optionals that are `nil` are left
/// out where Swift's synthesized code leaves them out. Numbers keep their value; infinities and NaN are refused. `RegoValue` and
/// `RegoNumber` properties are taken as they are, sets included.
public struct RegoEncoder: Sendable {
    /// Makes an encoder.
    public init() {}

    /// Makes a Rego value.
    ///
    /// - Throws: `EncodingError`, whose coding path says which part has no form in Rego, or what the value itself throws.
    public func encode(_ value: some Encodable) throws -> RegoValue {
        let slot = ValueSlot()
        try slot.write(value, codingPath: [])
        return slot.value
    }
}

/// A place that a value is written to, by containers that are handed out before it is known.
final class ValueSlot {
    private enum Content {
        case nothing
        case value(RegoValue)
        case members([(key: RegoValue, slot: ValueSlot)])
        case elements([ValueSlot])
    }

    private var content = Content.nothing

    /// What was written; an empty object if nothing was, as a type without properties writes nothing.
    var value: RegoValue {
        switch content {
        case .nothing: .object([:])
        case .value(let value): value
        case .members(let members): .object(Dictionary(members.map { ($0.key, $0.slot.value) }) { $1 })
        case .elements(let elements): .array(elements.map(\.value))
        }
    }

    var elementCount: Int {
        if case .elements(let elements) = content { return elements.count }
        return 0
    }

    func set(_ value: RegoValue) { content = .value(value) }

    /// Makes the place an object, which it may be already.
    func becomeObject() {
        if case .members = content { return }
        content = .members([])
    }

    /// Makes the place an array, which it may be already.
    func becomeArray() {
        if case .elements = content { return }
        content = .elements([])
    }

    func member(_ key: RegoValue) -> ValueSlot {
        let slot = ValueSlot()
        guard case .members(var members) = content else { return slot }
        content = .nothing
        members.append((key, slot))
        content = .members(members)
        return slot
    }

    func appendElement() -> ValueSlot {
        let slot = ValueSlot()
        guard case .elements(var elements) = content else { return slot }
        content = .nothing
        elements.append(slot)
        content = .elements(elements)
        return slot
    }

    func write(_ value: some Encodable, codingPath: [any CodingKey]) throws {
        if let value = value as? RegoValue {
            set(value)
        } else if let number = value as? RegoNumber {
            set(.number(number))
        } else {
            guard codingPath.count <= ValueDecoder.depthLimit else {
                throw EncodingError.invalidValue(
                    value, .init(codingPath: codingPath, debugDescription: "nested deeper than \(ValueDecoder.depthLimit)"))
            }
            try value.encode(to: ValueEncoder(slot: self, codingPath: codingPath))
        }
    }
}

/// An encoder at one place of a value.
struct ValueEncoder: Encoder {
    let slot: ValueSlot
    let codingPath: [any CodingKey]

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.becomeObject()
        return KeyedEncodingContainer(ObjectWriter<Key>(slot: slot, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.becomeArray()
        return ElementWriter(slot: slot, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension ValueEncoder: SingleValueEncodingContainer {
    func encodeNil() { slot.set(.null) }
    func encode(_ value: Bool) { slot.set(.boolean(value)) }
    func encode(_ value: String) { slot.set(.string(value)) }

    func encode(_ value: Double) throws {
        guard let number = RegoNumber(value) else {
            throw EncodingError.invalidValue(value, .init(codingPath: codingPath, debugDescription: "Rego has no number \(value)"))
        }
        slot.set(.number(number))
    }

    func encode(_ value: Float) throws {
        // By its text: widening would turn 0.1 into 0.10000000149011612.
        guard value.isFinite, let number = RegoNumber(text: "\(value)") else { return try encode(Double(value)) }
        slot.set(.number(number))
    }

    func encode(_ value: Int) { slot.set(.number(RegoNumber(value))) }
    func encode(_ value: Int8) { slot.set(.number(RegoNumber(value))) }
    func encode(_ value: Int16) { slot.set(.number(RegoNumber(value))) }
    func encode(_ value: Int32) { slot.set(.number(RegoNumber(value))) }
    func encode(_ value: Int64) { slot.set(.number(RegoNumber(value))) }
    func encode(_ value: Int128) { slot.set(.number(RegoNumber(value))) }
    func encode(_ value: UInt) { slot.set(.number(RegoNumber(value))) }
    func encode(_ value: UInt8) { slot.set(.number(RegoNumber(value))) }
    func encode(_ value: UInt16) { slot.set(.number(RegoNumber(value))) }
    func encode(_ value: UInt32) { slot.set(.number(RegoNumber(value))) }
    func encode(_ value: UInt64) { slot.set(.number(RegoNumber(value))) }
    func encode(_ value: UInt128) { slot.set(.number(RegoNumber(value))) }
    func encode<T: Encodable>(_ value: T) throws { try slot.write(value, codingPath: codingPath) }
}
