internal import COpenSSL

/// How an asymmetric signature is made (RFC 8017, sections 8.1 and 8.2; FIPS 186-5; RFC 8032).
enum SignatureScheme {
    case pkcs1
    case pss
    /// ECDSA, with `r` and `s` as two numbers of as many bytes each, one after the other (RFC 7518, section 3.4).
    case ellipticCurve
    case ed25519
}

/// An OpenSSL key, and what is signed and checked with it. Which keys and schemes may be used is for its owner to say.
///
/// `@unchecked Sendable`: the key is immutable once made, and OpenSSL counts references to it atomically.
final class KeyHandle: @unchecked Sendable {
    /// The salt of a PSS signature that is checked.
    enum SaltLength {
        /// As long as the digest (RFC 7518, section 3.5).
        case digest
        /// Whatever the signature says.
        case any
    }

    let pointer: OpaquePointer
    /// The bytes of one coordinate, and of `r` and `s` each in a signature; `nil` for keys that are not on a NIST curve.
    let coordinateBytes: Int?

    /// Takes over a reference to an OpenSSL key.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
        coordinateBytes =
            switch Self.groupName(pointer) {
            case "secp224r1": 28
            case "prime256v1": 32
            case "secp384r1": 48
            case "secp521r1": 66
            default: nil
            }
    }

    deinit { EVP_PKEY_free(pointer) }

    /// Whether the key is of a type: `RSA`, `EC`, `ED25519`.
    func isA(_ type: String) -> Bool { EVP_PKEY_is_a(pointer, type) == 1 }

    /// The named curve of an EC key, as OpenSSL calls it; `nil` for other keys.
    var groupName: String? { Self.groupName(pointer) }

    private static func groupName(_ pointer: OpaquePointer) -> String? {
        guard EVP_PKEY_is_a(pointer, "EC") == 1 else { return nil }
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        guard EVP_PKEY_get_group_name(pointer, &name, name.count, &length) == 1, length < name.count else {
            ERR_clear_error()
            return nil
        }
        return String(decoding: name[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether the signature over the message was made with this key's private half.
    ///
    /// - Parameter digest: What the message is hashed with; `nil` for Ed25519, which hashes by itself.
    func verify(
        _ signature: [UInt8], over message: [UInt8], _ scheme: SignatureScheme, _ digest: DigestAlgorithm?, salt: SaltLength = .digest
    ) -> Bool {
        var signature = signature
        if scheme == .ellipticCurve {
            guard let width = coordinateBytes, let encoded = ECDSASignature.encoded(signature, width: width) else { return false }
            signature = encoded
        }
        guard !signature.isEmpty, let method = Self.method(digest), let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var keyContext: OpaquePointer?
        guard EVP_DigestVerifyInit(context, &keyContext, method, nil, pointer) == 1,
            Self.setPadding(keyContext, scheme, saltLength: salt == .digest ? RSA_PSS_SALTLEN_DIGEST : RSA_PSS_SALTLEN_AUTO)
        else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// Signs a message; `nil` when OpenSSL cannot with this key.
    func sign(_ message: [UInt8], _ scheme: SignatureScheme, _ digest: DigestAlgorithm?) -> [UInt8]? {
        guard let method = Self.method(digest), let context = EVP_MD_CTX_new() else { return nil }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var keyContext: OpaquePointer?
        guard EVP_DigestSignInit(context, &keyContext, method, nil, pointer) == 1,
            Self.setPadding(keyContext, scheme, saltLength: RSA_PSS_SALTLEN_DIGEST)
        else { return nil }
        var length = 0
        guard EVP_DigestSign(context, nil, &length, message, message.count) == 1 else { return nil }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { return nil }
        signature.removeLast(signature.count - length)
        guard scheme == .ellipticCurve else { return signature }
        return coordinateBytes.flatMap { ECDSASignature.halves(of: signature, width: $0) }
    }

    /// The method of a digest, `.some(nil)` for none; `nil` when OpenSSL lacks it: it would take a digest of its own choice instead.
    private static func method(_ digest: DigestAlgorithm?) -> OpaquePointer?? {
        guard let digest else { return .some(nil) }
        return digest.method.map { .some($0) }
    }

    private static func setPadding(_ context: OpaquePointer?, _ scheme: SignatureScheme, saltLength: Int32) -> Bool {
        switch scheme {
        case .pkcs1: EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        case .pss:
            // The mask is made with the same digest, which is OpenSSL's default.
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, saltLength) == 1
        case .ellipticCurve, .ed25519: true
        }
    }
}

/// The two forms of an ECDSA signature.
enum ECDSASignature {
    /// Turns `r` and `s` of fixed width into the form that OpenSSL reads: SEQUENCE { INTEGER, INTEGER } in DER (RFC 3279, section 2.2.3).
    static func encoded(_ raw: [UInt8], width: Int) -> [UInt8]? {
        guard raw.count == 2 * width else { return nil }
        let body = integer(raw[..<width]) + integer(raw[width...])
        // The longest body (P-521) has 138 bytes: one length byte after 0x81 is enough.
        let length = body.count < 0x80 ? [UInt8(body.count)] : [0x81, UInt8(body.count)]
        return [0x30] + length + body
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var digits = Array(bytes.drop { $0 == 0 })
        if digits.isEmpty || digits[0] >= 0x80 { digits.insert(0, at: 0) }
        return [0x02, UInt8(digits.count)] + digits
    }

    /// `r` and `s` of fixed width, one after the other.
    static func halves(of encoded: [UInt8], width: Int) -> [UInt8]? {
        encoded.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            guard let pair = d2i_ECDSA_SIG(nil, &next, buffer.count) else { return nil }
            defer { ECDSA_SIG_free(pair) }
            var raw = [UInt8](repeating: 0, count: 2 * width)
            let isWritten = raw.withUnsafeMutableBufferPointer { raw in
                BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw.baseAddress, Int32(width)) == Int32(width)
                    && BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw.baseAddress.map { $0 + width }, Int32(width)) == Int32(width)
            }
            return isWritten ? raw : nil
        }
    }
}
