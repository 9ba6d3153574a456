internal import COpenSSL

/// A key that a policy brings along: what `io.jwt.*` sign and verify with.
///
/// Unlike ``PublicKey``, which guards the service, it takes every key that OPA takes: RSA of 1024 bits and more, symmetric and private ones.
/// `@unchecked Sendable`: the key is immutable once made, and OpenSSL counts references to it atomically.
final class TokenKey: @unchecked Sendable {
    /// What the key is.
    enum Kind: Equatable {
        case rsa
        /// With the bytes of one coordinate.
        case ellipticCurve(width: Int)
        case ed25519
        /// A key that no algorithm of tokens fits.
        case other
    }

    /// How a signature is made.
    enum Scheme {
        case pkcs1
        case pss
        case ellipticCurve
        case ed25519
    }

    let kind: Kind
    /// Whether the key has its private half.
    let isPrivate: Bool
    let handle: OpaquePointer

    /// Takes over a reference to an OpenSSL key.
    init(owning handle: OpaquePointer, isPrivate: Bool) {
        self.handle = handle
        self.isPrivate = isPrivate
        kind = Self.kind(of: handle)
    }

    deinit { EVP_PKEY_free(handle) }

    /// Go refuses smaller RSA keys; larger ones and larger exponents would only make each check slow.
    private static let rsaBits = 1024...16384

    private static func kind(of handle: OpaquePointer) -> Kind {
        if EVP_PKEY_is_a(handle, "RSA") == 1 {
            guard rsaBits.contains(Int(EVP_PKEY_get_bits(handle))) else { return .other }
            var exponent: OpaquePointer?
            guard EVP_PKEY_get_bn_param(handle, "e", &exponent) == 1 else {
                ERR_clear_error()
                return .other
            }
            defer { BN_free(exponent) }
            return BN_num_bits(exponent) <= 31 && BN_is_odd(exponent) == 1 && BN_is_one(exponent) == 0 ? .rsa : .other
        }
        if EVP_PKEY_is_a(handle, "ED25519") == 1 { return .ed25519 }
        guard EVP_PKEY_is_a(handle, "EC") == 1 else { return .other }
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        guard EVP_PKEY_get_group_name(handle, &name, name.count, &length) == 1, length < name.count else {
            ERR_clear_error()
            return .other
        }
        switch String(decoding: name[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self) {
        case "secp224r1": return .ellipticCurve(width: 28)
        case "prime256v1": return .ellipticCurve(width: 32)
        case "secp384r1": return .ellipticCurve(width: 48)
        case "secp521r1": return .ellipticCurve(width: 66)
        default: return .other
        }
    }

    /// Whether a scheme can be used with this key.
    func fits(_ scheme: Scheme) -> Bool {
        switch (scheme, kind) {
        case (.pkcs1, .rsa), (.pss, .rsa), (.ellipticCurve, .ellipticCurve), (.ed25519, .ed25519): true
        default: false
        }
    }

    /// Whether a signature over a message was made with this key's private half.
    ///
    /// - Parameters:
    ///   - signature: for elliptic curves `r` and `s`, one half each; else the scheme's bytes.
    ///   - digest: what the message is hashed with; `nil` for Ed25519.
    func verify(_ signature: [UInt8], over message: [UInt8], _ scheme: Scheme, _ digest: DigestAlgorithm?) -> Bool {
        guard fits(scheme) else { return false }
        var signature = signature
        if case .ellipticCurve(let width) = kind {
            guard let encoded = Self.encoded(signature, width: width) else { return false }
            signature = encoded
        }
        guard !signature.isEmpty, let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var keyContext: OpaquePointer?
        guard EVP_DigestVerifyInit(context, &keyContext, digest?.method, nil, handle) == 1,
            Self.setPadding(keyContext, scheme, saltLength: RSA_PSS_SALTLEN_AUTO)
        else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// Signs a message; `nil` when the scheme does not fit the key or the key has no private half.
    func sign(_ message: [UInt8], _ scheme: Scheme, _ digest: DigestAlgorithm?) -> [UInt8]? {
        guard fits(scheme), isPrivate, let context = EVP_MD_CTX_new() else { return nil }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var keyContext: OpaquePointer?
        guard EVP_DigestSignInit(context, &keyContext, digest?.method, nil, handle) == 1,
            Self.setPadding(keyContext, scheme, saltLength: RSA_PSS_SALTLEN_DIGEST)
        else { return nil }
        var length = 0
        guard EVP_DigestSign(context, nil, &length, message, message.count) == 1 else { return nil }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { return nil }
        signature.removeLast(signature.count - length)
        if case .ellipticCurve(let width) = kind { return Self.halves(of: signature, width: width) }
        return signature
    }

    private static func setPadding(_ context: OpaquePointer?, _ scheme: Scheme, saltLength: Int32) -> Bool {
        switch scheme {
        case .pkcs1: EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        case .pss:
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, saltLength) == 1
        case .ellipticCurve, .ed25519: true
        }
    }

    /// `r` and `s` as SEQUENCE { INTEGER, INTEGER }; `nil` when one is longer than the curve's numbers.
    private static func encoded(_ signature: [UInt8], width: Int) -> [UInt8]? {
        let half = signature.count / 2
        let (r, s) = (signature[..<half].drop { $0 == 0 }, signature[half...].drop { $0 == 0 })
        guard r.count <= width, s.count <= width else { return nil }
        return PublicKey.derSignature(pad(r, width) + pad(s, width), width: width)
    }

    private static func pad(_ number: ArraySlice<UInt8>, _ width: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: width - number.count) + number
    }

    private static func halves(of encoded: [UInt8], width: Int) -> [UInt8]? {
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

extension TokenKey {
    /// The key of a certificate in DER; `nil` when it is none.
    convenience init?(certificate bytes: [UInt8]) {
        defer { ERR_clear_error() }
        let handle: OpaquePointer? = bytes.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            guard let certificate = d2i_X509(nil, &next, buffer.count) else { return nil }
            defer { X509_free(certificate) }
            guard next == buffer.baseAddress.map({ $0 + buffer.count }) else { return nil }
            return X509_get_pubkey(certificate)
        }
        guard let handle else { return nil }
        self.init(owning: handle, isPrivate: false)
    }

    /// A SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7) in DER; `nil` when it is none.
    convenience init?(publicKeyInfo bytes: [UInt8]) {
        defer { ERR_clear_error() }
        let handle: OpaquePointer? = bytes.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            guard let handle = d2i_PUBKEY(nil, &next, buffer.count) else { return nil }
            guard next == buffer.baseAddress.map({ $0 + buffer.count }) else {
                EVP_PKEY_free(handle)
                return nil
            }
            return handle
        }
        guard let handle else { return nil }
        self.init(owning: handle, isPrivate: false)
    }
}
