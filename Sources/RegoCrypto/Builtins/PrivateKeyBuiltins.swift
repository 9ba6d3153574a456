internal import COpenSSL
@_spi(Engine) package import RegoRuntime

/// `crypto.parse_private_keys`, `crypto.x509.parse_rsa_private_key` (OPA: "Crypto").
package enum PrivateKeyBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("crypto.parse_private_keys", arity: 1) { parse(BuiltinCall($0)) },
        BuiltinDefinition("crypto.x509.parse_rsa_private_key", arity: 1) { parseAsJWK(BuiltinCall($0)) },
    ]

    private static func parse(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        if text.length == 0 { return call.return(.null) }
        call.return { () throws(CryptoFault) -> Value in
            let result = ArrayBuilder(in: call.arena)
            for key in try keys(text.bytes) { result.append(try key.goValue(in: call.arena)) }
            return result.finish()
        }
    }

    private static func parseAsJWK(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        call.return { () throws(CryptoFault) -> Value in
            guard text.length > 0 else { throw CryptoFault("input PEM data was empty") }
            var bytes = text.bytes
            if !bytes.starts(with: "-----BEGIN".utf8) { bytes = try Base64Text.decode(bytes) }
            guard let key = try keys(bytes).first else { return .null }
            return try key.jwkValue(in: call.arena)
        }
    }

    /// The private keys among the blocks of a PEM text, which may be base 64 as a whole.
    private static func keys(_ text: [UInt8]) throws(CryptoFault) -> [PrivateKeyParts] {
        let text = (try? Base64Text.decode(text)) ?? text
        var keys: [PrivateKeyParts] = []
        var rest = text[...]
        while let (block, following) = PEMBlock.next(in: rest) {
            rest = following
            guard ["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY"].contains(block.type) else { continue }
            keys.append(try PrivateKeyParts(block.bytes))
        }
        return keys
    }
}

/// A private key whose numbers can be told.
struct PrivateKeyParts {
    private let key: TokenKey

    /// Reads a key in DER: PKCS#1, PKCS#8 or SEC 1.
    init(_ bytes: [UInt8]) throws(CryptoFault) {
        defer { ERR_clear_error() }
        let handle: OpaquePointer? = bytes.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            return d2i_AutoPrivateKey(nil, &next, buffer.count)
        }
        guard let handle else { throw CryptoFault("x509: failed to parse private key") }
        key = TokenKey(owning: handle, isPrivate: true)
        guard key.kind != .other else { throw CryptoFault("x509: unknown or unsupported private key") }
    }

    /// Whether a public key is this key's other half: 1 if it is, 0 if not, another number for a key of another kind.
    func matches(_ open: TokenKey) -> Int32 { EVP_PKEY_eq(key.handle, open.handle) }

    /// The key as Go's encoder writes its structures.
    func goValue(in arena: Arena) throws(CryptoFault) -> Value {
        let result = ObjectBuilder(in: arena)
        let put = { (name: String, value: Value) in result.set(.string(name, in: arena), value) }
        switch key.kind {
        case .rsa:
            for (name, parameter) in [("N", "n"), ("E", "e"), ("D", "d")] { put(name, try decimal(parameter, arena)) }
            put("Primes", .array([try decimal("rsa-factor1", arena), try decimal("rsa-factor2", arena)], in: arena))
            let more = ObjectBuilder(in: arena)
            for (name, parameter) in [("Dp", "rsa-exponent1"), ("Dq", "rsa-exponent2"), ("Qinv", "rsa-coefficient1")] {
                more.set(.string(name, in: arena), try decimal(parameter, arena))
            }
            more.set(.string("CRTValues", in: arena), .array([], in: arena))
            put("Precomputed", more.finish())
        case .ellipticCurve:
            put("Curve", ObjectBuilder(in: arena, capacity: 1).finish())
            for (name, parameter) in [("X", "qx"), ("Y", "qy"), ("D", "priv")] { put(name, try decimal(parameter, arena)) }
        case .ed25519:
            let (secret, open) = try octets()
            return .string(Base64Text.encode(secret + open), in: arena)
        case .other:
            return .null
        }
        return result.finish()
    }

    /// The key as a JWK (RFC 7517).
    func jwkValue(in arena: Arena) throws(CryptoFault) -> Value {
        let result = ObjectBuilder(in: arena)
        let put = { (name: String, text: String) in result.set(.string(name, in: arena), .string(text, in: arena)) }
        switch key.kind {
        case .rsa:
            put("kty", "RSA")
            let fields = [
                ("n", "n"), ("e", "e"), ("d", "d"), ("p", "rsa-factor1"), ("q", "rsa-factor2"), ("dp", "rsa-exponent1"),
                ("dq", "rsa-exponent2"), ("qi", "rsa-coefficient1"),
            ]
            for (name, parameter) in fields { put(name, Base64URL.encode(try bytes(parameter, width: nil))) }
        case .ellipticCurve(let width):
            let curves = [32: "P-256", 48: "P-384", 66: "P-521"]
            guard let curve = curves[width] else { throw CryptoFault("x509: unknown elliptic curve") }
            put("kty", "EC")
            put("crv", curve)
            for (name, parameter) in [("x", "qx"), ("y", "qy"), ("d", "priv")] {
                put(name, Base64URL.encode(try bytes(parameter, width: width)))
            }
        case .ed25519:
            let (secret, open) = try octets()
            put("kty", "OKP")
            put("crv", "Ed25519")
            put("x", Base64URL.encode(open))
            put("d", Base64URL.encode(secret))
        case .other:
            return .null
        }
        return result.finish()
    }

    private func number<R>(_ parameter: String, _ body: (OpaquePointer) -> R?) throws(CryptoFault) -> R {
        defer { ERR_clear_error() }
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key.handle, parameter, &number) == 1, let number else {
            throw CryptoFault("x509: the private key cannot be read")
        }
        defer { BN_clear_free(number) }
        guard let result = body(number) else { throw CryptoFault("x509: the private key cannot be read") }
        return result
    }

    private func decimal(_ parameter: String, _ arena: Arena) throws(CryptoFault) -> Value {
        let text = try number(parameter) { number -> String? in
            guard let digits = BN_bn2dec(number) else { return nil }
            defer { CRYPTO_free(digits, "", 0) }
            return String(cString: digits)
        }
        return .number(text: text, in: arena)
    }

    private func bytes(_ parameter: String, width: Int?) throws(CryptoFault) -> [UInt8] {
        try number(parameter) { number -> [UInt8]? in
            let count = width ?? Int(BN_num_bits(number) + 7) / 8
            var bytes = [UInt8](repeating: 0, count: count)
            return BN_bn2binpad(number, &bytes, Int32(count)) == Int32(count) ? bytes : nil
        }
    }

    /// The seed and the public half of an Ed25519 key.
    private func octets() throws(CryptoFault) -> (secret: [UInt8], open: [UInt8]) {
        defer { ERR_clear_error() }
        var (secret, open) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 32))
        var (secretCount, openCount) = (secret.count, open.count)
        guard EVP_PKEY_get_raw_private_key(key.handle, &secret, &secretCount) == 1,
            EVP_PKEY_get_raw_public_key(key.handle, &open, &openCount) == 1
        else { throw CryptoFault("x509: the private key cannot be read") }
        return (secret, open)
    }
}
