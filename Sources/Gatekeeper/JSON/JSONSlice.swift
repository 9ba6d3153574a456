/// A value inside a JSON text that was checked once: a view of its bytes, read member by member.
///
/// For requests of which Ward itself reads a few members and hands the rest to the engine as it came.
package struct JSONSlice: Sendable {
    package let bytes: [UInt8]
    /// The value's own bytes, without the white space around it.
    package let range: Range<Int>

    fileprivate init(bytes: [UInt8], range: Range<Int>) {
        self.bytes = bytes
        self.range = range
    }

    /// Checks a whole text (RFC 8259): one value, white space around it, at most `depth` levels of nesting.
    package init(text bytes: [UInt8], depth: Int = 10_000) throws(MalformedJSON) {
        var scanner = JSONScanner(bytes: bytes, position: 0, depthLimit: depth)
        scanner.skipSpace()
        let start = scanner.position
        try scanner.skipValue()
        let end = scanner.position
        scanner.skipSpace()
        guard scanner.position == bytes.count else { throw scanner.error("invalid character after top-level value") }
        self.init(bytes: bytes, range: start..<end)
    }

    package enum Kind: Sendable {
        case null, boolean, number, string, array, object
    }

    package var kind: Kind {
        switch bytes[range.lowerBound] {
        case UInt8(ascii: "n"): .null
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "{"): .object
        default: .number
        }
    }

    /// The value's text.
    package var raw: [UInt8] { range == 0..<bytes.count ? bytes : Array(bytes[range]) }

    /// The text of a string; `nil` for another kind.
    package var string: String? {
        kind == .string ? JSONScanner.decodeString(bytes[range.dropFirst().dropLast()]) : nil
    }

    package var boolean: Bool? {
        kind == .boolean ? bytes[range.lowerBound] == UInt8(ascii: "t") : nil
    }

    /// A whole number that fits; `nil` for another value.
    package var integer: Int? {
        kind == .number ? Int(String(decoding: bytes[range], as: UTF8.self)) : nil
    }

    /// The elements of an array; `nil` for another kind.
    ///
    /// - Complexity: O(bytes), as for `members`.
    package var elements: [JSONSlice]? {
        guard kind == .array else { return nil }
        var result: [JSONSlice] = []
        var scanner = JSONScanner(bytes: bytes, position: range.lowerBound + 1, depthLimit: .max)
        while scanner.next(before: UInt8(ascii: "]")) {
            guard let value = scanner.slice() else { return nil }
            result.append(JSONSlice(bytes: bytes, range: value))
        }
        return result
    }

    /// The members of an object in their order; `nil` for another kind.
    package var members: [(name: String, value: JSONSlice)]? {
        guard kind == .object else { return nil }
        var result: [(name: String, value: JSONSlice)] = []
        var scanner = JSONScanner(bytes: bytes, position: range.lowerBound + 1, depthLimit: .max)
        while scanner.next(before: UInt8(ascii: "}")) {
            guard let name = scanner.slice() else { return nil }
            scanner.skip(UInt8(ascii: ":"))
            guard let value = scanner.slice() else { return nil }
            let text = JSONScanner.decodeString(bytes[name.dropFirst().dropLast()])
            result.append((text, JSONSlice(bytes: bytes, range: value)))
        }
        return result
    }

    /// The members by name.
    ///
    /// - Throws: when this is not an object, or a name stands twice: two readers could then see two different requests.
    package func object(_ what: String) throws(MalformedJSON) -> [String: JSONSlice] {
        guard let members else { throw MalformedJSON(message: "\(what) must be an object", offset: range.lowerBound) }
        var result: [String: JSONSlice] = [:]
        for member in members {
            guard result.updateValue(member.value, forKey: member.name) == nil else {
                throw MalformedJSON(
                    message: "\(what) has the key \"\(member.name.prefix(64))\" twice", offset: member.value.range.lowerBound)
            }
        }
        return result
    }
}

/// Why a text is not what was asked for.
package struct MalformedJSON: Error, Sendable, Equatable, CustomStringConvertible {
    package let message: String
    /// The byte at which reading ended.
    package let offset: Int

    package init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    package var description: String { "\(message) (at byte \(offset))" }
}
