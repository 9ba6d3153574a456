/// Base 64 (RFC 4648) as Go's decoder reads it: line breaks are skipped, padding is required, unused bits are not checked.
enum Base64Text {
    enum Alphabet { case standard, url }

    /// Decodes a text of the standard alphabet.
    static func decode(_ text: [UInt8]) throws(CryptoFault) -> [UInt8] { try decode(text, .standard) }

    /// Decodes a text of the URL-safe alphabet, whose padding may be missing as a whole.
    static func decodeURL(_ text: [UInt8]) throws(CryptoFault) -> [UInt8] {
        var text = text
        if !text.contains(UInt8(ascii: "=")) {
            switch text.count % 4 {
            case 2: text += [UInt8(ascii: "="), UInt8(ascii: "=")]
            case 3: text.append(UInt8(ascii: "="))
            case 1: throw CryptoFault("illegal base64url string: \(String(decoding: text, as: UTF8.self))")
            default: break
            }
        }
        return try decode(text, .url)
    }

    /// Encodes with padding.
    static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text = Base64URL.encode(bytes).utf8.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    private static func decode(_ text: [UInt8], _ alphabet: Alphabet) throws(CryptoFault) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 4 * 3)
        var at = 0
        var isAtEnd = false
        while at < text.count, !isAtEnd {
            let group = try quantum(text, alphabet, &at, &isAtEnd)
            guard group.count >= 2 else { break }
            let bits = (0..<4).reduce(UInt32(0)) { $0 << 6 | ($1 < group.count ? UInt32(group[$1]) : 0) }
            result.append(UInt8(truncatingIfNeeded: bits >> 16))
            if group.count > 2 { result.append(UInt8(truncatingIfNeeded: bits >> 8)) }
            if group.count > 3 { result.append(UInt8(truncatingIfNeeded: bits)) }
        }
        return result
    }

    /// Four characters, or two or three with their padding; none at the end of the text.
    private static func quantum(
        _ text: [UInt8], _ alphabet: Alphabet, _ at: inout Int, _ isAtEnd: inout Bool
    ) throws(CryptoFault) -> [UInt8] {
        var group: [UInt8] = []
        while group.count < 4 {
            guard at < text.count else {
                if group.isEmpty { return [] }
                throw corrupt(at - group.count)
            }
            let byte = text[at]
            at += 1
            if let value = value(byte, alphabet) {
                group.append(value)
            } else if isBreak(byte) {
                continue
            } else {
                guard byte == UInt8(ascii: "="), group.count >= 2 else { throw corrupt(at - 1) }
                if group.count == 2 {
                    skipBreaks(text, &at)
                    guard at < text.count else { throw corrupt(text.count) }
                    guard text[at] == UInt8(ascii: "=") else { throw corrupt(at - 1) }
                    at += 1
                }
                skipBreaks(text, &at)
                guard at == text.count else { throw corrupt(at) }
                isAtEnd = true
                return group
            }
        }
        return group
    }

    private static func corrupt(_ offset: Int) -> CryptoFault { CryptoFault("illegal base64 data at input byte \(offset)") }

    private static func isBreak(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

    private static func skipBreaks(_ text: [UInt8], _ at: inout Int) {
        while at < text.count, isBreak(text[at]) { at += 1 }
    }

    private static func value(_ byte: UInt8, _ alphabet: Alphabet) -> UInt8? {
        switch byte {
        case 65...90: byte - 65
        case 97...122: byte - 71
        case 48...57: byte + 4
        case UInt8(ascii: "+") where alphabet == .standard, UInt8(ascii: "-") where alphabet == .url: 62
        case UInt8(ascii: "/") where alphabet == .standard, UInt8(ascii: "_") where alphabet == .url: 63
        default: nil
        }
    }
}
