import Rego

/// A package URL: `pkg:type/namespace/name@version?qualifiers#subpath`.
struct PackageURL {
    private var members: [RegoValue: RegoValue]

    init?(_ text: String) {
        guard text.hasPrefix("pkg:") else { return nil }
        var rest = text.dropFirst(4).drop { $0 == "/" }
        func cut(_ separator: Character, fromEnd: Bool) -> Substring? {
            guard let index = fromEnd ? rest.lastIndex(of: separator) : rest.firstIndex(of: separator) else { return nil }
            let tail = rest[rest.index(after: index)...]
            rest = rest[..<index]
            return tail
        }
        let subpath = cut("#", fromEnd: true) ?? ""
        let query = cut("?", fromEnd: true) ?? ""
        // An `@` before the last slash belongs to the namespace.
        let name = rest.lastIndex(of: "/") ?? rest.startIndex
        let version = rest[name...].contains("@") ? cut("@", fromEnd: true) : nil
        var segments = rest.split(separator: "/").map(Self.decoded)
        guard segments.count >= 2 else { return nil }
        let type = segments.removeFirst().lowercased()
        let last = segments.removeLast()
        var qualifiers: [RegoValue] = []
        for pair in query.split(separator: "&") {
            guard let equal = pair.firstIndex(of: "=") else { return nil }
            let key = pair[..<equal].lowercased()
            qualifiers.append(["key": .string(key), "value": .string(Self.decoded(pair[pair.index(after: equal)...]))])
        }
        qualifiers.sort { ($0["key"]?.string ?? "") < ($1["key"]?.string ?? "") }
        members = [
            "type": .string(type), "namespace": .string(segments.joined(separator: "/")), "name": .string(last),
            "version": .string(Self.decoded(version ?? "")), "qualifiers": .array(qualifiers), "subpath": .string(String(subpath)),
        ]
    }

    var value: RegoValue { .object(members) }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
