/// A Rego value that owns its memory: what callers hand in and get back.
///
/// Strings are equal when their UTF-8 bytes are, unlike Swift's own, which are also equal when they are canonically equivalent.
public indirect enum RegoValue: Sendable {
    case null
    case boolean(Bool)
    case number(RegoNumber)
    case string(String)
    case array([RegoValue])
    case object([RegoValue: RegoValue])
    case set(Set<RegoValue>)
}

extension RegoValue: Hashable {
    /// Compares strings by their bytes and numbers by value.
    public static func == (a: RegoValue, b: RegoValue) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.boolean(let x), .boolean(let y)): x == y
        case (.number(let x), .number(let y)): x == y
        case (.string(let x), .string(let y)): x.utf8.elementsEqual(y.utf8)
        case (.array(let x), .array(let y)): x == y
        case (.object(let x), .object(let y)): x == y
        case (.set(let x), .set(let y)): x == y
        default: false
        }
    }

    /// Hashes strings by their bytes.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0 as UInt8)
        case .boolean(let value): hasher.combine(value ? 2 : 1 as UInt8)
        case .number(let number): hasher.combine(number)
        case .string(let text):
            hasher.combine(7 as UInt8)
            for byte in text.utf8 { hasher.combine(byte) }
        case .array(let elements): hasher.combine(elements)
        case .object(let members): hasher.combine(members)
        case .set(let members): hasher.combine(members)
        }
    }
}

extension RegoValue {
    /// Reads one JSON text.
    ///
    /// - Throws: what is wrong with the text and where.
    public init(json: [UInt8]) throws(JSONError) {
        let arena = Arena()
        defer { arena.destroy() }
        self.init(try JSONParser.parse(json, into: arena))
    }

    /// Reads one JSON text.
    ///
    /// - Throws: what is wrong with the text and where.
    public init(json: String) throws(JSONError) {
        try self.init(json: Array(json.utf8))
    }

    /// The value as JSON text, keys sorted; sets are written as sorted arrays, keys that are no strings as their JSON text.
    ///
    /// - Parameter pretty: indented by two spaces a level.
    public func json(pretty: Bool = false) -> String {
        let arena = Arena()
        defer { arena.destroy() }
        return makeValue(in: arena).jsonText(style: pretty ? .pretty : .compact)
    }

    /// The value of a key in an object, an element of an array by its index, or a member of a set.
    public subscript(key: RegoValue) -> RegoValue? {
        switch (self, key) {
        case (.object(let members), _): return members[key]
        case (.array(let elements), .number(let number)):
            guard let index = number.int64, index >= 0, index < elements.count else { return nil }
            return elements[Int(index)]
        case (.set(let members), _): return members.contains(key) ? key : nil
        default: return nil
        }
    }

    /// The value of a key in an object.
    public subscript(key: String) -> RegoValue? { self[.string(key)] }

    /// An element of an array.
    public subscript(index: Int) -> RegoValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The text of a string.
    public var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The value of a boolean.
    public var boolean: Bool? {
        if case .boolean(let value) = self { return value }
        return nil
    }

    /// The value of a number that is an `Int64`.
    public var integer: Int64? {
        if case .number(let number) = self { return number.int64 }
        return nil
    }

    /// The nearest `Double` of a number.
    public var double: Double? {
        if case .number(let number) = self { return number.double }
        return nil
    }

    /// The elements of an array.
    public var array: [RegoValue]? {
        if case .array(let elements) = self { return elements }
        return nil
    }

    /// The members of an object.
    public var object: [RegoValue: RegoValue]? {
        if case .object(let members) = self { return members }
        return nil
    }

    /// The members of a set.
    public var set: Set<RegoValue>? {
        if case .set(let members) = self { return members }
        return nil
    }
}

extension RegoValue: CustomStringConvertible {
    /// The value as a Rego term.
    public var description: String {
        let arena = Arena()
        defer { arena.destroy() }
        return makeValue(in: arena).regoText
    }
}

// No literal `nil`: it would make `value["key"] == nil` ask for null instead of absence.
extension RegoValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Makes a boolean.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// Makes a number.
    public init(integerLiteral value: Int64) { self = .number(RegoNumber(value)) }
    /// A literal without a finite value is null.
    public init(floatLiteral value: Double) { self = RegoNumber(value).map { .number($0) } ?? .null }
    /// Makes a string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Makes an array.
    public init(arrayLiteral elements: RegoValue...) { self = .array(elements) }
    /// Of equal keys the last one's value stays.
    public init(dictionaryLiteral members: (RegoValue, RegoValue)...) {
        self = .object(Dictionary(members, uniquingKeysWith: { $1 }))
    }
}
