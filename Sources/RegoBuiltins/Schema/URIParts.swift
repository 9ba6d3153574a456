/// A URI reference taken apart as Go's `net/url` does.
package struct URIParts {
    /// Why a text is no URI reference, in Go's words.
    package struct Fault: Error {
        package var message: String
    }

    package var scheme: [UInt8] = []
    /// What stands before the `@` of the authority, as written; `nil` without one.
    package var user: [UInt8]?
    package var host: [UInt8] = []
    package var port: [UInt8] = []
    /// Without escapes.
    package var path: [UInt8] = []
    /// As written where that differs from how `path` would be written.
    package var rawPath: [UInt8] = []
    package var query: [UInt8] = []
    /// Without escapes.
    package var fragment: [UInt8] = []
    /// Whether the scheme is followed by something other than a path, as in `mailto:a@b`.
    package var isOpaque = false

    /// The path with the escapes that a request needs.
    package var escapedPath: [UInt8] {
        let extra = Array("!'()*;[]%".utf8)
        if !rawPath.isEmpty, rawPath.allSatisfy({ Self.isPlain($0) || extra.contains($0) }) { return rawPath }
        return Self.escapedPath(path)
    }

    /// Text without its escapes, as user names are written.
    package static func unescape(_ text: [UInt8]) -> [UInt8]? { try? unescape(text[...], .user) }

    private enum Part { case path, host, user, fragment }

    package init(_ text: [UInt8]) throws(Fault) {
        guard !text.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw Fault(message: "net/url: invalid control character in URL")
        }
        var rest = text[...]
        if let hash = rest.firstIndex(of: UInt8(ascii: "#")) {
            fragment = try Self.unescape(rest[(hash + 1)...], .fragment)
            rest = rest[..<hash]
        }
        if rest.elementsEqual([UInt8(ascii: "*")]) {
            path = Array(rest)
            return
        }
        rest = try takeScheme(rest)
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            query = Array(rest[(mark + 1)...])
            rest = rest[..<mark]
        }
        let slash = UInt8(ascii: "/")
        if rest.first != slash {
            // An opaque URI such as mailto:a@b has no path.
            if !scheme.isEmpty {
                isOpaque = !rest.isEmpty
                return
            }
            if rest.prefix(while: { $0 != slash }).contains(UInt8(ascii: ":")) {
                throw Fault(message: "first path segment in URL cannot contain colon")
            }
        }
        if rest.starts(with: [slash, slash]), !scheme.isEmpty || !rest.starts(with: [slash, slash, slash]) {
            let authority = rest.dropFirst(2).prefix { $0 != slash }
            rest = rest[authority.endIndex...]
            try takeAuthority(authority)
        }
        path = try Self.unescape(rest, .path)
        if !Self.escapedPath(path).elementsEqual(rest) { rawPath = Array(rest) }
    }

    private mutating func takeScheme(_ text: ArraySlice<UInt8>) throws(Fault) -> ArraySlice<UInt8> {
        for (index, byte) in zip(text.indices, text) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if index == text.startIndex { return text }
            case UInt8(ascii: ":"):
                guard index > text.startIndex else { throw Fault(message: "missing protocol scheme") }
                scheme = text[..<index].map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }
                return text[(index + 1)...]
            default: return text
            }
        }
        return text
    }

    private mutating func takeAuthority(_ authority: ArraySlice<UInt8>) throws(Fault) {
        var name = authority
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) {
            let allowed = Array("-._:~!$&'()*+,;=%@".utf8)
            guard authority[..<at].allSatisfy({ Self.isAlphanumeric($0) || allowed.contains($0) }) else {
                throw Fault(message: "net/url: invalid userinfo")
            }
            _ = try Self.unescape(authority[..<at], .user)
            user = Array(authority[..<at])
            name = authority[(at + 1)...]
        }
        var colon: Int?
        if name.first == UInt8(ascii: "[") {
            guard let end = name.lastIndex(of: UInt8(ascii: "]")) else { throw Fault(message: "missing ']' in host") }
            if end + 1 < name.endIndex { colon = end + 1 }
        } else {
            colon = name.lastIndex(of: UInt8(ascii: ":"))
        }
        if let colon {
            let digits = name[(colon + 1)...]
            guard name[colon] == UInt8(ascii: ":"), digits.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
                throw Fault(message: "invalid port \"\(String(decoding: name[colon...], as: UTF8.self))\" after host")
            }
            port = Array(digits)
            name = name[..<colon]
        }
        if name.first == UInt8(ascii: "[") { name = name.dropFirst().dropLast() }
        host = try Self.unescape(name, .host)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (byte >= 48 && byte <= 57) || (byte | 0x20 >= 97 && byte | 0x20 <= 122)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    private static func unescape(_ text: ArraySlice<UInt8>, _ part: Part) throws(Fault) -> [UInt8] {
        let hostBytes = Array("-_.~!$&'()*+,;=:[]<>\"".utf8)
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < text.endIndex, let high = hex(text[index + 1]), let low = hex(text[index + 2]) else {
                    let shown = String(decoding: text[index..<min(index + 3, text.endIndex)], as: UTF8.self)
                    throw Fault(message: "invalid URL escape \"\(shown)\"")
                }
                // In names only what is not ASCII may be escaped, and the `%` of an IPv6 zone.
                if part == .host, high < 8, !(high == 2 && low == 5) {
                    throw Fault(message: "invalid URL escape \"\(String(decoding: text[index...index + 2], as: UTF8.self))\"")
                }
                result.append(high << 4 | low)
                index += 3
            } else {
                if part == .host, byte < 0x80, !isAlphanumeric(byte), !hostBytes.contains(byte) {
                    throw Fault(message: "invalid character \"\(String(decoding: [byte], as: UTF8.self))\" in host name")
                }
                result.append(byte)
                index += 1
            }
        }
        return result
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"), UInt8(ascii: "$"), UInt8(ascii: "&"),
            UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "="),
            UInt8(ascii: "@"):
            true
        default: isAlphanumeric(byte)
        }
    }

    private static func escapedPath(_ path: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in path {
            if isPlain(byte) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return result
    }
}
