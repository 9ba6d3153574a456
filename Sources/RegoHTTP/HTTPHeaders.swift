/// Fields of an answer's head: the values of a name in their order.
struct HTTPHeaders: Sendable {
    /// Values by canonical name.
    private(set) var values: [String: [String]] = [:]

    /// The first value of a name; empty without one.
    subscript(name: String) -> String { values[HTTPHeaders.canonical(name)]?.first ?? "" }

    mutating func add(_ name: String, _ value: String) { values[HTTPHeaders.canonical(name), default: []].append(value) }

    mutating func remove(_ name: String) { values[HTTPHeaders.canonical(name)] = nil }

    /// Takes another head's values for the names that it has.
    mutating func replace(with other: HTTPHeaders) { values.merge(other.values) { $1 } }

    /// Bytes of all names and values.
    var byteCount: Int {
        values.reduce(0) { sum, field in sum + field.key.utf8.count + field.value.reduce(0) { $0 + $1.utf8.count } }
    }

    /// A name as Go writes it, `Content-Type`; a name that is no token stays as it is.
    static func canonical(_ name: String) -> String {
        guard isToken(name) else { return name }
        var isFirst = true
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count)
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z") where isFirst: bytes.append(byte & 0xDF)
            case UInt8(ascii: "A")...UInt8(ascii: "Z") where !isFirst: bytes.append(byte | 0x20)
            default: bytes.append(byte)
            }
            isFirst = byte == UInt8(ascii: "-")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a text is a token (RFC 9110, section 5.6.2): a method or the name of a field.
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
                    UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
                    UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
                    true
                default: false
                }
            }
    }

    /// Whether a text may be a field's value: no control characters but tabs.
    static func isValue(_ text: String) -> Bool { text.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) } }

    /// The media type of `Content-Type` in lower case, without its parameters; `nil` where Go would not read it.
    var mediaType: String? {
        let text = self["Content-Type"]
        let parts = text.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { part in
            var part = part
            while let first = part.first, first == 0x20 || first == 0x09 { part.removeFirst() }
            while let last = part.last, last == 0x20 || last == 0x09 { part.removeLast() }
            return String(decoding: part, as: UTF8.self)
        }
        guard let type = parts.first, !type.isEmpty else { return nil }
        for (index, parameter) in parts.enumerated().dropFirst() {
            // A semicolon at the end is let pass.
            if parameter.isEmpty, index == parts.count - 1 { continue }
            guard let mark = parameter.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            guard HTTPHeaders.isToken(String(parameter[..<mark])), mark != parameter.utf8.indices.last else { return nil }
        }
        return type.lowercased()
    }
}
