internal import COpenSSL

/// A public key that signatures can be checked with: RSA of 2048 to 8192 bits, P-256, P-384, P-521 or Ed25519.
///
/// `@unchecked Sendable`: the key is immutable once made, and OpenSSL counts references to it atomically.
package final class PublicKey: @unchecked Sendable {
    /// The families of keys that tokens are signed with.
    package enum Family: String, Sendable {
        case rsa = "RSA"
        case p256 = "P-256"
        case p384 = "P-384"
        case p521 = "P-521"
        case ed25519 = "Ed25519"

        /// The bytes of one coordinate, and of `r` and `s` each in a signature; `nil` for keys that are not on a NIST curve.
        var coordinateBytes: Int? {
            switch self {
            case .p256: 32
            case .p384: 48
            case .p521: 66
            case .rsa, .ed25519: nil
            }
        }
    }

    /// What the key is.
    package let family: Family
    private let handle: OpaquePointer

    /// Takes over a reference to an OpenSSL key whose family is known and whose parameters were checked.
    init(owning handle: OpaquePointer, family: Family) {
        self.handle = handle
        self.family = family
    }

    deinit { EVP_PKEY_free(handle) }

    /// Whether signatures of an algorithm can be this key's: RS* and PS* with RSA, each ES* with its own curve, EdDSA with Ed25519.
    package func fits(_ algorithm: SignatureAlgorithm) -> Bool { Self.fits(family, algorithm) }

    static func fits(_ family: Family, _ algorithm: SignatureAlgorithm) -> Bool {
        switch algorithm {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: family == .rsa
        case .es256: family == .p256
        case .es384: family == .p384
        case .es512: family == .p521
        case .eddsa: family == .ed25519
        }
    }

    /// Whether the signature over the message was made with this key's private half.
    ///
    /// - Parameters:
    ///   - signature: As RFC 7518 has it: for ES* the two numbers `r` and `s` in fixed width, one after the other; else the scheme's bytes.
    ///   - message: The bytes that were signed.
    ///   - algorithm: The algorithm; one that does not fit the key is answered with `false`.
    package func verify(_ signature: [UInt8], over message: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
        guard fits(algorithm) else { return false }
        var signature = signature
        if let width = family.coordinateBytes {
            guard let encoded = Self.derSignature(signature, width: width) else { return false }
            signature = encoded
        }
        guard !signature.isEmpty, let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var keyContext: OpaquePointer?
        let method: OpaquePointer?
        if let digest = algorithm.digest {
            guard let found = digest.method else { return false }
            method = found
        } else {
            method = nil
        }
        guard EVP_DigestVerifyInit(context, &keyContext, method, nil, handle) == 1, Self.setPadding(keyContext, algorithm) else {
            return false
        }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    static func setPadding(_ context: OpaquePointer?, _ algorithm: SignatureAlgorithm) -> Bool {
        switch algorithm {
        case .ps256, .ps384, .ps512:
            // RFC 7518, section 3.5: the salt is as long as the digest, and the mask is made with the same digest (OpenSSL's default).
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
        case .rs256, .rs384, .rs512: EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        case .es256, .es384, .es512, .eddsa: true
        }
    }

    /// Turns `r` and `s` of fixed width into the DER form that OpenSSL reads: SEQUENCE { INTEGER, INTEGER } (RFC 3279, section 2.2.3).
    static func derSignature(_ raw: [UInt8], width: Int) -> [UInt8]? {
        guard raw.count == 2 * width else { return nil }
        let body = derInteger(raw[..<width]) + derInteger(raw[width...])
        // The longest body (P-521) has 138 bytes: one length byte after 0x81 is enough.
        let length = body.count < 0x80 ? [UInt8(body.count)] : [0x81, UInt8(body.count)]
        return [0x30] + length + body
    }

    private static func derInteger(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var digits = Array(bytes.drop { $0 == 0 })
        if digits.isEmpty || digits[0] >= 0x80 { digits.insert(0, at: 0) }
        return [0x02, UInt8(digits.count)] + digits
    }
}
