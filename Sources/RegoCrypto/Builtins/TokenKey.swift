internal import COpenSSL

/// A key that a policy brings along: what `io.jwt.*` sign and verify with.
///
/// Unlike ``PublicKey``, which guards the service, it takes every key that OPA takes: RSA of 1024 bits and more, symmetric and private ones.
final class TokenKey: Sendable {
    /// What the key is.
    enum Kind: Equatable {
        case rsa
        /// With the bytes of one coordinate.
        case ellipticCurve(width: Int)
        case ed25519
        /// A key that no algorithm of tokens fits.
        case other
    }

    let kind: Kind
    /// Whether the key has its private half.
    let isPrivate: Bool
    private let key: KeyHandle

    /// OpenSSL's key.
    var handle: OpaquePointer { key.pointer }

    /// Takes over a reference to an OpenSSL key.
    init(owning handle: OpaquePointer, isPrivate: Bool) {
        key = KeyHandle(owning: handle)
        self.isPrivate = isPrivate
        kind = Self.kind(of: key)
    }

    /// Go refuses smaller RSA keys; larger ones and larger exponents would only make each check slow.
    private static let rsaBits = 1024...16384

    private static func kind(of key: KeyHandle) -> Kind {
        if key.isA("RSA") {
            guard rsaBits.contains(Int(EVP_PKEY_get_bits(key.pointer))) else { return .other }
            var exponent: OpaquePointer?
            guard EVP_PKEY_get_bn_param(key.pointer, "e", &exponent) == 1 else {
                ERR_clear_error()
                return .other
            }
            defer { BN_free(exponent) }
            return BN_num_bits(exponent) <= 31 && BN_is_odd(exponent) == 1 && BN_is_one(exponent) == 0 ? .rsa : .other
        }
        if key.isA("ED25519") { return .ed25519 }
        return key.coordinateBytes.map { .ellipticCurve(width: $0) } ?? .other
    }

    /// Whether a scheme can be used with this key.
    func fits(_ scheme: SignatureScheme) -> Bool {
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
    func verify(_ signature: [UInt8], over message: [UInt8], _ scheme: SignatureScheme, _ digest: DigestAlgorithm?) -> Bool {
        guard fits(scheme) else { return false }
        var signature = signature
        if case .ellipticCurve(let width) = kind {
            guard let padded = Self.padded(signature, width: width) else { return false }
            signature = padded
        }
        return key.verify(signature, over: message, scheme, digest, salt: .any)
    }

    /// Signs a message; `nil` when the scheme does not fit the key or the key has no private half.
    func sign(_ message: [UInt8], _ scheme: SignatureScheme, _ digest: DigestAlgorithm?) -> [UInt8]? {
        fits(scheme) && isPrivate ? key.sign(message, scheme, digest) : nil
    }

    /// Halves of any length as numbers of the curve's; `nil` when one is longer than those.
    private static func padded(_ signature: [UInt8], width: Int) -> [UInt8]? {
        let half = signature.count / 2
        let (r, s) = (signature[..<half].drop { $0 == 0 }, signature[half...].drop { $0 == 0 })
        guard r.count <= width, s.count <= width else { return nil }
        return pad(r, width) + pad(s, width)
    }

    private static func pad(_ number: ArraySlice<UInt8>, _ width: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: width - number.count) + number
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
