/// URLs as Go's `net/url` reads and writes them: what it refuses is refused, and what must be escaped is escaped.
enum GoURL {
    /// Why a text is no URL.
    struct Failure: Error {
        var message: String
    }

    /// The URL as Go writes it after reading it.
    static func normalize(_ text: String) throws(Failure) -> String {
        let bytes = Array(text.utf8)
        func failure(_ reason: String) -> Failure { Failure(message: "parse \(GoText.quoted(text)): \(reason)") }
        if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw failure("net/url: invalid control character in URL") }
        var rest = bytes[...]
        var fragment: ArraySlice<UInt8>?
        if let mark = rest.firstIndex(of: UInt8(ascii: "#")) {
            fragment = rest[(mark + 1)...]
            rest = rest[..<mark]
        }
        let (scheme, afterScheme) = try Self.scheme(rest, failure)
        rest = afterScheme
        var query: ArraySlice<UInt8>?
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            query = rest[mark...]
            rest = rest[..<mark]
        }
        var output = scheme.isEmpty ? [] : scheme.map { (65...90).contains($0) ? $0 + 32 : $0 } + [UInt8(ascii: ":")]
        if rest.first != UInt8(ascii: "/"), !scheme.isEmpty {
            output += rest
        } else {
            let first = rest.prefix { $0 != UInt8(ascii: "/") }
            if scheme.isEmpty, first.contains(UInt8(ascii: ":")) { throw failure("first path segment in URL cannot contain colon") }
            let slashes = rest.prefix { $0 == UInt8(ascii: "/") }.count
            if slashes == 2 || (slashes > 2 && !scheme.isEmpty) {
                let authority = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
                try check(authority: authority, failure)
                output += [47, 47] + authority
                rest = rest.dropFirst(2 + authority.count)
            }
            output += try escape(rest, isFragment: false, failure)
        }
        if let query, query.count > 1 { output += query }
        if let fragment, !fragment.isEmpty { output += [UInt8(ascii: "#")] + (try escape(fragment, isFragment: true, failure)) }
        return String(decoding: output, as: UTF8.self)
    }

    private static func scheme(
        _ text: ArraySlice<UInt8>, _ failure: (String) -> Failure
    ) throws(Failure) -> (scheme: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
        for (offset, byte) in text.enumerated() {
            switch byte {
            case 65...90, 97...122: continue
            case 48...57, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if offset == 0 { return ([], text) }
            case UInt8(ascii: ":"):
                if offset == 0 { throw failure("missing protocol scheme") }
                return (text.prefix(offset), text.dropFirst(offset + 1))
            default: return ([], text)
            }
        }
        return ([], text)
    }

    private static func check(authority: ArraySlice<UInt8>, _ failure: (String) -> Failure) throws(Failure) {
        var host = authority
        if let mark = host.lastIndex(of: UInt8(ascii: "@")) { host = host[(mark + 1)...] }
        for byte in host where byte == 32 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "^") || byte == UInt8(ascii: "`") {
            let shown = GoText.quoted(String(decoding: [byte], as: UTF8.self))
            throw failure("invalid character \(shown) in host name")
        }
        if host.first == UInt8(ascii: "[") {
            guard let end = host.lastIndex(of: UInt8(ascii: "]")) else { throw failure("missing ']' in host") }
            host = host[(end + 1)...]
        }
        guard let colon = host.lastIndex(of: UInt8(ascii: ":")) else { return }
        let port = host[(colon + 1)...]
        if !port.allSatisfy({ (48...57).contains($0) }) {
            throw failure("invalid port \(GoText.quoted(String(decoding: host[colon...], as: UTF8.self))) after host")
        }
    }

    /// The path or fragment as it stands if it is escaped as it must be, and escaped anew otherwise.
    private static func escape(
        _ text: ArraySlice<UInt8>, isFragment: Bool, _ failure: (String) -> Failure
    ) throws(Failure) -> [UInt8] {
        var decoded: [UInt8] = []
        var isValid = true
        var position = text.startIndex
        while position < text.endIndex {
            let byte = text[position]
            if byte == UInt8(ascii: "%") {
                let digits = text[(position + 1)...].prefix(2)
                guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16), digits.first != 43 else {
                    throw failure("invalid URL escape \(GoText.quoted(String(decoding: text[position...].prefix(3), as: UTF8.self)))")
                }
                decoded.append(value)
                position += 3
                continue
            }
            isValid = isValid && (isPlain(byte, isFragment: isFragment) || "!'()*[]".utf8.contains(byte))
            decoded.append(byte)
            position += 1
        }
        if isValid { return Array(text) }
        let digits = Array("0123456789ABCDEF".utf8)
        return decoded.flatMap { byte in
            isPlain(byte, isFragment: isFragment) ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }

    private static func isPlain(_ byte: UInt8, isFragment: Bool) -> Bool {
        switch byte {
        case 65...90, 97...122, 48...57: true
        default: "-_.~$&+,/:;=@".utf8.contains(byte) || isFragment && "?!()*".utf8.contains(byte)
        }
    }
}
