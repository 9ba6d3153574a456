internal import COpenSSL

/// A private key that makes the signatures which ``PublicKey`` checks.
package final class SigningKey: Sendable {
    /// What the key is.
    package let family: PublicKey.Family
    private let key: KeyHandle

    private init(_ key: KeyHandle, family: PublicKey.Family) {
        self.key = key
        self.family = family
    }

    /// Makes a new key of OpenSSL's random numbers; RSA keys have 2048 bits.
    ///
    /// - Throws: ``KeySetError`` (`unsupported`) when OpenSSL cannot.
    package static func generate(_ family: PublicKey.Family) throws(KeySetError) -> SigningKey {
        defer { ERR_clear_error() }
        let failure = KeySetError(.unsupported, "OpenSSL makes no \(family.rawValue) key")
        let type =
            switch family {
            case .rsa: "RSA"
            case .p256, .p384, .p521: "EC"
            case .ed25519: "ED25519"
            }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, type, nil) else { throw failure }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_keygen_init(context) == 1 else { throw failure }
        if let group = family.groupName, EVP_PKEY_CTX_set_group_name(context, group) != 1 { throw failure }
        if family == .rsa, EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) != 1 { throw failure }
        var handle: OpaquePointer?
        guard EVP_PKEY_generate(context, &handle) == 1, let handle else { throw failure }
        return SigningKey(KeyHandle(owning: handle), family: family)
    }

    /// Reads an unencrypted PEM private key (`-----BEGIN PRIVATE KEY-----`, RFC 7468, section 10).
    ///
    /// - Throws: ``KeySetError`` (`malformed`, `unsupported`, `weak`).
    package convenience init(pem bytes: [UInt8]) throws(KeySetError) {
        defer { ERR_clear_error() }
        guard !bytes.isEmpty, bytes.count <= 1 << 16, let source = BIO_new_mem_buf(bytes, Int32(bytes.count)) else {
            throw KeySetError(.malformed, "a PEM key is empty or too long")
        }
        defer { BIO_free(source) }
        // Without a callback OpenSSL would ask for the passphrase on the terminal.
        guard let handle = PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil) else {
            throw KeySetError(.malformed, "not an unencrypted PEM private key (-----BEGIN PRIVATE KEY-----)")
        }
        let key = KeyHandle(owning: handle)
        self.init(key, family: try PublicKey.checkedFamily(key))
    }

    /// Signs a message; `nil` when the algorithm does not fit the key.
    ///
    /// - Returns: The signature in RFC 7518's form: for ES* `r` and `s` in fixed width.
    package func sign(_ message: [UInt8], _ algorithm: SignatureAlgorithm) -> [UInt8]? {
        PublicKey.fits(family, algorithm) ? key.sign(message, algorithm.scheme, algorithm.digest) : nil
    }

    /// Signs claims as a compact JWS (RFC 7515, section 7.1); `nil` when the algorithm does not fit the key.
    ///
    /// - Parameters:
    ///   - header: The protected header as JSON; its `alg` should name the algorithm.
    ///   - claims: The claims as JSON.
    package func token(header: [UInt8], claims: [UInt8], _ algorithm: SignatureAlgorithm) -> String? {
        let message = "\(Base64URL.encode(header)).\(Base64URL.encode(claims))"
        guard let signature = sign(Array(message.utf8), algorithm) else { return nil }
        return "\(message).\(Base64URL.encode(signature))"
    }

    /// The public half as a JWK (RFC 7517); `id` must need no escapes in JSON.
    ///
    /// - Throws: ``KeySetError`` (`unsupported`) when OpenSSL does not tell its parts.
    package func publicJWK(id: String) throws(KeySetError) -> String {
        defer { ERR_clear_error() }
        switch family {
        case .rsa:
            let (n, e) = (try number("n", width: nil), try number("e", width: nil))
            return #"{"kty":"RSA","use":"sig","kid":"\#(id)","n":"\#(n)","e":"\#(e)"}"#
        case .p256, .p384, .p521:
            let (x, y) = (try number("qx", width: family.coordinateBytes), try number("qy", width: family.coordinateBytes))
            return #"{"kty":"EC","use":"sig","kid":"\#(id)","crv":"\#(family.rawValue)","x":"\#(x)","y":"\#(y)"}"#
        case .ed25519:
            var bytes = [UInt8](repeating: 0, count: 32)
            var count = bytes.count
            guard EVP_PKEY_get_raw_public_key(key.pointer, &bytes, &count) == 1 else {
                throw KeySetError(.unsupported, "the key cannot be read")
            }
            return #"{"kty":"OKP","use":"sig","kid":"\#(id)","crv":"Ed25519","x":"\#(Base64URL.encode(bytes))"}"#
        }
    }

    /// A parameter as base64url, in a fixed width or in as many bytes as it needs.
    private func number(_ name: String, width: Int?) throws(KeySetError) -> String {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key.pointer, name, &number) == 1 else { throw KeySetError(.unsupported, "the key cannot be read") }
        defer { BN_clear_free(number) }
        let count = width ?? Int(BN_num_bits(number) + 7) / 8
        var bytes = [UInt8](repeating: 0, count: count)
        guard BN_bn2binpad(number, &bytes, Int32(count)) == Int32(count) else { throw KeySetError(.unsupported, "the key cannot be read") }
        return Base64URL.encode(bytes)
    }
}
