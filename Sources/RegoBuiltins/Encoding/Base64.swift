package import RegoRuntime

/// `base64.*`, `base64url.*`, `hex.*` (OPA: "Encoding", RFC 4648).
package enum BinaryTextBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("base64.encode", arity: 1) { encode(BuiltinCall($0), .standard, padded: true) },
        BuiltinDefinition("base64url.encode", arity: 1) { encode(BuiltinCall($0), .url, padded: true) },
        BuiltinDefinition("base64url.encode_no_pad", arity: 1) { encode(BuiltinCall($0), .url, padded: false) },
        BuiltinDefinition("base64.decode", arity: 1) { decode(BuiltinCall($0), .standard) },
        BuiltinDefinition("base64url.decode", arity: 1) { decode(BuiltinCall($0), .url) },
        BuiltinDefinition("base64.is_valid", arity: 1) {
            let call = BuiltinCall($0)
            guard call[0].isString else { return call.return(false) }
            if case .success = Base64.decode(call[0].utf8, .standard, padded: true) { call.return(true) } else { call.return(false) }
        },
        BuiltinDefinition("hex.encode", arity: 1) { encodeHexadecimal(BuiltinCall($0)) },
        BuiltinDefinition("hex.decode", arity: 1) { decodeHexadecimal(BuiltinCall($0)) },
    ]

    private static func encode(_ call: BuiltinCall, _ alphabet: Base64.Alphabet, padded: Bool) {
        guard let text = call.string(0) else { return }
        if call.failIfTooLarge(text.length / 3 * 4 + 4) { return }
        call.return(bytes: Base64.encode(text.utf8, alphabet, padded: padded))
    }

    private static func decode(_ call: BuiltinCall, _ alphabet: Base64.Alphabet) {
        guard let text = call.string(0) else { return }
        var bytes = text.byteArray
        // As OPA: the padding of URL-safe text may be missing.
        if alphabet == .url, !bytes.contains(UInt8(ascii: "=")) {
            switch bytes.count % 4 {
            case 2: bytes += [UInt8(ascii: "="), UInt8(ascii: "=")]
            case 3: bytes.append(UInt8(ascii: "="))
            case 1: return call.fail(.builtin, "illegal base64url string: \(text.swiftString)")
            default: break
            }
        }
        switch bytes.withUnsafeBufferPointer({ Base64.decode($0, alphabet, padded: true) }) {
        case .success(let decoded): call.return(raw: decoded)
        case .failure(let fault): call.fail(.builtin, "illegal base64 data at input byte \(fault.offset)")
        }
    }

    private static func encodeHexadecimal(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        if call.failIfTooLarge(text.length * 2) { return }
        let digits = Array("0123456789abcdef".utf8)
        var builder = TextBuilder(in: call.arena, capacity: text.length * 2)
        for byte in text.utf8 {
            builder.append(digits[Int(byte >> 4)])
            builder.append(digits[Int(byte & 15)])
        }
        call.return(builder.finish())
    }

    private static func decodeHexadecimal(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        var result: [UInt8] = []
        let bytes = text.utf8
        var index = 0
        while index < bytes.count {
            let pair = bytes[index..<min(index + 2, bytes.count)]
            for byte in pair where byte.hexadecimalValue == nil {
                // Go takes the byte for a code point, and shows it where that can be printed.
                let code = "U+\(String(0x10000 | UInt32(byte), radix: 16, uppercase: true).dropFirst())"
                let shown = GoQuoting.isPrintable(UInt32(byte)) ? "\(code) '\(Unicode.Scalar(byte))'" : code
                return call.fail(.builtin, "encoding/hex: invalid byte: \(shown)")
            }
            guard pair.count == 2, let high = bytes[index].hexadecimalValue, let low = bytes[index + 1].hexadecimalValue else {
                return call.fail(.builtin, "encoding/hex: odd length hex string")
            }
            result.append(high << 4 | low)
            index += 2
        }
        call.return(raw: result)
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit.
    var hexadecimalValue: UInt8? {
        switch self {
        case 48...57: self - 48
        case 65...70: self - 55
        case 97...102: self - 87
        default: nil
        }
    }
}

extension BuiltinCall {
    /// Ends with bytes as they are, as OPA does, even when they are not UTF-8: `hex.encode(base64.decode(x))` must not lose any.
    func `return`(raw bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { self.return(.string($0, in: arena)) }
    }
}

/// RFC 4648's base 64, strict as Go's: no white space, no missing padding, no characters after it; unused bits are not checked.
enum Base64 {
    enum Alphabet { case standard, url }

    struct Fault: Error { let offset: Int }

    static func encode(_ bytes: UnsafeBufferPointer<UInt8>, _ alphabet: Alphabet, padded: Bool) -> [UInt8] {
        let symbols = Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + (alphabet == .url ? "-_" : "+/")).utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 3 * 4 + 4)
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let group =
                UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0) | (left > 2 ? UInt32(bytes[index + 2]) : 0)
            result.append(symbols[Int(group >> 18)])
            result.append(symbols[Int(group >> 12 & 63)])
            if left > 1 { result.append(symbols[Int(group >> 6 & 63)]) } else if padded { result.append(UInt8(ascii: "=")) }
            if left > 2 { result.append(symbols[Int(group & 63)]) } else if padded { result.append(UInt8(ascii: "=")) }
            index += 3
        }
        return result
    }

    static func decode(_ text: UnsafeBufferPointer<UInt8>, _ alphabet: Alphabet, padded: Bool) -> Result<[UInt8], Fault> {
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        var count = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            // Go's decoder skips line breaks.
            if byte == 10 || byte == 13 {
                index += 1
                continue
            }
            if byte == UInt8(ascii: "=") { break }
            guard let value = value(byte, alphabet) else { return .failure(Fault(offset: index)) }
            group = group << 6 | value
            count += 1
            if count == 4 {
                result += [UInt8(truncatingIfNeeded: group >> 16), UInt8(truncatingIfNeeded: group >> 8), UInt8(truncatingIfNeeded: group)]
                (group, count) = (0, 0)
            }
            index += 1
        }
        let end = index
        if padded ? (index < text.count || count > 0) : count > 0 {
            guard count >= 2 else { return .failure(Fault(offset: padded && index < text.count ? end : max(end - count, 0))) }
            if padded {
                for _ in count..<4 {
                    while index < text.count, text[index] == 10 || text[index] == 13 { index += 1 }
                    guard index < text.count, text[index] == UInt8(ascii: "=") else {
                        return .failure(Fault(offset: index < text.count ? index : end - (index == end ? count : 0)))
                    }
                    index += 1
                }
                while index < text.count, text[index] == 10 || text[index] == 13 { index += 1 }
                guard index == text.count else { return .failure(Fault(offset: index)) }
            }
            group <<= UInt32(6 * (4 - count))
            result.append(UInt8(truncatingIfNeeded: group >> 16))
            if count == 3 { result.append(UInt8(truncatingIfNeeded: group >> 8)) }
        }
        return .success(result)
    }

    private static func value(_ byte: UInt8, _ alphabet: Alphabet) -> UInt32? {
        switch byte {
        case 65...90: UInt32(byte - 65)
        case 97...122: UInt32(byte - 71)
        case 48...57: UInt32(byte) + 4
        case UInt8(ascii: "+") where alphabet == .standard, UInt8(ascii: "-") where alphabet == .url: 62
        case UInt8(ascii: "/") where alphabet == .standard, UInt8(ascii: "_") where alphabet == .url: 63
        default: nil
        }
    }
}
