internal import COpenSSL

/// A private key that makes the signatures which ``PublicKey`` checks.
///
/// `@unchecked Sendable`: the key is immutable once made, and OpenSSL counts references to it atomically.
package final class SigningKey: @unchecked Sendable {
    /// What the key is.
    package let family: PublicKey.Family
    private let handle: OpaquePointer

    private init(owning handle: OpaquePointer, family: PublicKey.Family) {
        self.handle = handle
        self.family = family
    }

    deinit { EVP_PKEY_free(handle) }

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
        return SigningKey(owning: handle, family: family)
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
        do {
            self.init(owning: handle, family: try PublicKey.checkedFamily(handle))
        } catch {
            EVP_PKEY_free(handle)
            throw error
        }
    }

    /// Signs a message; `nil` when the algorithm does not fit the key.
    ///
    /// - Returns: The signature in RFC 7518's form: for ES* `r` and `s` in fixed width.
    package func sign(_ message: [UInt8], _ algorithm: SignatureAlgorithm) -> [UInt8]? {
        guard PublicKey.fits(family, algorithm), let context = EVP_MD_CTX_new() else { return nil }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        var keyContext: OpaquePointer?
        guard EVP_DigestSignInit(context, &keyContext, algorithm.digest?.method, nil, handle) == 1,
            PublicKey.setPadding(keyContext, algorithm)
        else { return nil }
        var length = 0
        guard EVP_DigestSign(context, nil, &length, message, message.count) == 1 else { return nil }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { return nil }
        signature.removeLast(signature.count - length)
        guard let width = family.coordinateBytes else { return signature }
        return Self.rawSignature(signature, width: width)
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
            guard EVP_PKEY_get_raw_public_key(handle, &bytes, &count) == 1 else {
                throw KeySetError(.unsupported, "the key cannot be read")
            }
            return #"{"kty":"OKP","use":"sig","kid":"\#(id)","crv":"Ed25519","x":"\#(Base64URL.encode(bytes))"}"#
        }
    }

    /// A parameter as base64url, in a fixed width or in as many bytes as it needs.
    private func number(_ name: String, width: Int?) throws(KeySetError) -> String {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(handle, name, &number) == 1 else { throw KeySetError(.unsupported, "the key cannot be read") }
        defer { BN_clear_free(number) }
        let count = width ?? Int(BN_num_bits(number) + 7) / 8
        var bytes = [UInt8](repeating: 0, count: count)
        guard BN_bn2binpad(number, &bytes, Int32(count)) == Int32(count) else { throw KeySetError(.unsupported, "the key cannot be read") }
        return Base64URL.encode(bytes)
    }

    private static func rawSignature(_ encoded: [UInt8], width: Int) -> [UInt8]? {
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
