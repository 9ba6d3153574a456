@_spi(Engine) public import RegoRuntime

extension RegoValue: Codable {
    /// Reads any value; Rego's own decoder hands it over as it is, others know no sets and only numbers of Swift's types.
    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? ValueDecoder {
            self = decoder.value
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let boolean = try? container.decode(Bool.self) {
            self = .boolean(boolean)
        } else if let number = try? container.decode(RegoNumber.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let elements = try? container.decode([RegoValue].self) {
            self = .array(elements)
        } else {
            let members = try container.decode([String: RegoValue].self)
            self = .object(Dictionary(uniqueKeysWithValues: members.map { (.string($0.key), $0.value) }))
        }
    }

    /// Writes the value; for other encoders than Rego's, sets become sorted arrays and keys that are no strings their JSON text.
    public func encode(to encoder: any Encoder) throws {
        if let encoder = encoder as? ValueEncoder { return encoder.slot.set(self) }
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let boolean): try container.encode(boolean)
        case .number(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .array(let elements): try container.encode(elements)
        case .set(let members): try container.encode(members.sortedAsInRego)
        case .object(let members):
            let named = members.map { key, value in (key.string ?? key.json(), value) }
            try container.encode(Dictionary(named) { first, _ in first })
        }
    }
}

extension RegoNumber: Codable {
    /// Reads a number; Rego's own decoder hands it over as it is, others know only numbers of Swift's types.
    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? ValueDecoder {
            guard case .number(let number) = decoder.value else { throw decoder.mismatch(RegoNumber.self, "a number") }
            self = number
            return
        }
        let container = try decoder.singleValueContainer()
        if let integer = try? container.decode(Int64.self) {
            self = RegoNumber(integer)
        } else if let integer = try? container.decode(UInt64.self) {
            self = RegoNumber(integer)
        } else if let number = RegoNumber(try container.decode(Double.self)) {
            self = number
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "Rego has neither infinities nor NaN")
        }
    }

    /// Writes the number; encoders other than Rego's are given the nearest number of Swift's types.
    public func encode(to encoder: any Encoder) throws {
        if let encoder = encoder as? ValueEncoder { return encoder.slot.set(.number(self)) }
        var container = encoder.singleValueContainer()
        if let integer = exactly(Int64.self) {
            try container.encode(integer)
        } else if let integer = exactly(UInt64.self) {
            try container.encode(integer)
        } else {
            try container.encode(double)
        }
    }
}
