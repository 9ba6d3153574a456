@_spi(Engine) package import RegoRuntime

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
