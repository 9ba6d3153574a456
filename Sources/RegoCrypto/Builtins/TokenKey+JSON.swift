internal import COpenSSL
@_spi(Engine) internal import RegoRuntime

extension TokenKey {
    /// An RSA key of a JWK (RFC 7518, section 6.3); the values that make signing faster are used when all are there.
    convenience init(rsa key: JWKFields) throws(CryptoFault) {
        let names = [("n", "n"), ("e", "e"), ("d", "d")]
        let faster = [
            ("p", "rsa-factor1"), ("q", "rsa-factor2"), ("dp", "rsa-exponent1"), ("dq", "rsa-exponent2"), ("qi", "rsa-coefficient1"),
        ]
        var numbers: [(String, [UInt8])] = []
        for (field, parameter) in names {
            if let bytes = try key.bytes(field) {
                numbers.append((parameter, bytes))
            } else if field != "d" {
                throw CryptoFault("required field `\(field)` is missing")
            }
        }
        let isPrivate = numbers.count == 3
        if isPrivate {
            var more: [(String, [UInt8])] = []
            for (field, parameter) in faster {
                if let bytes = try key.bytes(field) { more.append((parameter, bytes)) }
            }
            if more.count == faster.count { numbers += more }
        }
        guard let handle = Self.make("RSA", isPrivate: isPrivate, group: nil, point: [], numbers) else {
            throw CryptoFault("the RSA key is invalid")
        }
        self.init(owning: handle, isPrivate: isPrivate)
    }

    /// A key of a JWK on a NIST curve (RFC 7518, section 6.2).
    convenience init(ellipticCurve key: JWKFields) throws(CryptoFault) {
        let curve = try key.required("crv")
        let curves: [String: PublicKey.Family] = ["P-256": .p256, "P-384": .p384, "P-521": .p521]
        guard let family = curves[curve], let width = family.coordinateBytes else {
            throw CryptoFault("invalid curve algorithm \(curve)")
        }
        guard let x = try key.bytes("x"), let y = try key.bytes("y"), x.count <= width, y.count <= width else {
            throw CryptoFault("required field `x` or `y` is missing or too long")
        }
        let pad = { (number: [UInt8]) in [UInt8](repeating: 0, count: width - number.count) + number }
        let secret = try key.bytes("d")
        let handle = Self.make(
            "EC", isPrivate: secret != nil, group: family.groupName, point: [0x04] + pad(x) + pad(y), secret.map { [("priv", $0)] } ?? [])
        guard let handle else { throw CryptoFault("the point is not on the curve \(curve)") }
        self.init(owning: handle, isPrivate: secret != nil)
    }

    /// An Ed25519 key of a JWK (RFC 8037, section 2).
    convenience init(octetPair key: JWKFields) throws(CryptoFault) {
        let curve = try key.required("crv")
        guard curve.utf8.elementsEqual("Ed25519".utf8) else {
            throw CryptoFault("invalid curve algorithm \(curve)")
        }
        guard let open = try key.bytes("x"), open.count == 32 else {
            throw CryptoFault("required field `x` is missing or not 32 bytes")
        }
        defer { ERR_clear_error() }
        if let secret = try key.bytes("d") {
            guard secret.count == 32, let handle = EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, secret, secret.count) else {
                throw CryptoFault("field `d` is not 32 bytes")
            }
            var made = [UInt8](repeating: 0, count: 32)
            var count = made.count
            guard EVP_PKEY_get_raw_public_key(handle, &made, &count) == 1, made == open else {
                EVP_PKEY_free(handle)
                throw CryptoFault("field `x` does not belong to field `d`")
            }
            self.init(owning: handle, isPrivate: true)
        } else {
            guard let handle = EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, open, open.count) else {
                throw CryptoFault("the Ed25519 key is invalid")
            }
            self.init(owning: handle, isPrivate: false)
        }
    }

    /// Makes a key of named numbers, and a point on a curve; `nil` when OpenSSL refuses them.
    private static func make(
        _ type: String, isPrivate: Bool, group: String?, point: [UInt8], _ numbers: [(String, [UInt8])]
    ) -> OpaquePointer? {
        defer { ERR_clear_error() }
        guard let builder = OSSL_PARAM_BLD_new() else { return nil }
        // The builder keeps pointers to numbers and copies of names; both are freed only after the key is made.
        var owned: [OpaquePointer] = []
        defer {
            OSSL_PARAM_BLD_free(builder)
            for number in owned { BN_clear_free(number) }
        }
        return withKeptTexts(numbers.map(\.0) + ["group", "pub", group ?? ""]) { texts -> OpaquePointer? in
            for (index, (_, bytes)) in numbers.enumerated() {
                guard bytes.count <= 4096, let number = BN_bin2bn(bytes, Int32(bytes.count), nil) else { return nil }
                owned.append(number)
                guard OSSL_PARAM_BLD_push_BN(builder, texts[index], number) == 1 else { return nil }
            }
            let count = numbers.count
            return point.withUnsafeBufferPointer { point in
                if group != nil {
                    guard OSSL_PARAM_BLD_push_utf8_string(builder, texts[count], texts[count + 2], 0) == 1,
                        OSSL_PARAM_BLD_push_octet_string(builder, texts[count + 1], point.baseAddress, point.count) == 1
                    else { return nil }
                }
                return finish(builder, type, isPrivate: isPrivate)
            }
        }
    }

    private static func finish(_ builder: OpaquePointer, _ type: String, isPrivate: Bool) -> OpaquePointer? {
        guard let parameters = OSSL_PARAM_BLD_to_param(builder) else { return nil }
        defer { OSSL_PARAM_free(parameters) }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, type, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        // OpenSSL's `EVP_PKEY_PUBLIC_KEY` and `EVP_PKEY_KEYPAIR` are macros that Swift does not import.
        let selection: Int32 = 0x04 | 0x80 | 0x02 | (isPrivate ? 0x01 : 0)
        var handle: OpaquePointer?
        guard EVP_PKEY_fromdata_init(context) == 1, EVP_PKEY_fromdata(context, &handle, selection, parameters) == 1, let handle else {
            return nil
        }
        guard type == "EC" else { return handle }
        guard let check = EVP_PKEY_CTX_new_from_pkey(nil, handle, nil) else {
            EVP_PKEY_free(handle)
            return nil
        }
        defer { EVP_PKEY_CTX_free(check) }
        guard EVP_PKEY_public_check(check) == 1, !isPrivate || EVP_PKEY_pairwise_check(check) == 1 else {
            EVP_PKEY_free(handle)
            return nil
        }
        return handle
    }

    /// Calls the body with texts that end in a zero byte and stay where they are meanwhile.
    private static func withKeptTexts<R>(_ texts: [String], _ body: ([UnsafePointer<CChar>]) -> R) -> R {
        let kept = texts.map { text in
            let bytes = Array(text.utf8CString)
            let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            memory.initialize(from: bytes, count: bytes.count)
            return memory
        }
        defer { for memory in kept { memory.deallocate() } }
        return body(kept.map { UnsafePointer($0) })
    }
}

/// The fields of one JWK.
struct JWKFields {
    let value: Value
    let arena: Arena

    /// A field that is a string; `nil` when it is absent.
    func text(_ name: String) throws(CryptoFault) -> String? {
        let field = value.member(name, in: arena)
        guard field.isDefined else { return nil }
        guard field.isString else { throw CryptoFault("field `\(name)` is not a string") }
        return field.swiftString
    }

    /// A field that must be there as a string.
    func required(_ name: String) throws(CryptoFault) -> String {
        guard let text = try text(name) else { throw CryptoFault("required field `\(name)` is missing") }
        return text
    }

    /// The bytes of a field that is base64url; `nil` when it is absent, a fault when it is empty.
    func bytes(_ name: String) throws(CryptoFault) -> [UInt8]? {
        guard let text = try text(name) else { return nil }
        guard let bytes = try? Base64Text.decodeURL(Array(text.utf8)), !bytes.isEmpty else {
            throw CryptoFault("field `\(name)` is not base64url")
        }
        return bytes
    }
}
