internal import COpenSSL
@_spi(Engine) package import RegoRuntime

/// `crypto.md5` …, `crypto.hmac.*` (OPA: "Crypto"). MD5 and SHA-1 are there to compare with what others made, not to protect anything.
package enum HashBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("crypto.md5", arity: 1) { hash(BuiltinCall($0), "MD5") },
        BuiltinDefinition("crypto.sha1", arity: 1) { hash(BuiltinCall($0), "SHA1") },
        BuiltinDefinition("crypto.sha256", arity: 1) { hash(BuiltinCall($0), "SHA256") },
        BuiltinDefinition("crypto.hmac.md5", arity: 2) { authenticate(BuiltinCall($0), "MD5") },
        BuiltinDefinition("crypto.hmac.sha1", arity: 2) { authenticate(BuiltinCall($0), "SHA1") },
        BuiltinDefinition("crypto.hmac.sha256", arity: 2) { authenticate(BuiltinCall($0), "SHA256") },
        BuiltinDefinition("crypto.hmac.sha512", arity: 2) { authenticate(BuiltinCall($0), "SHA512") },
        BuiltinDefinition("crypto.hmac.equal", arity: 2) {
            let call = BuiltinCall($0)
            guard let left = call.string(0), let right = call.string(1) else { return }
            call.return(Digest.constantTimeEqual(left.bytes, right.bytes))
        },
    ]

    /// No digest of OpenSSL is longer, in bytes.
    private static let longestDigest = 64

    private static func hash(_ call: BuiltinCall, _ algorithm: String) {
        guard let text = call.string(0) else { return }
        var digest = [UInt8](repeating: 0, count: longestDigest)
        var length = 0
        guard EVP_Q_digest(nil, algorithm, nil, text.bytePointer, text.length, &digest, &length) == 1 else {
            ERR_clear_error()
            return call.fail(.builtin, "\(algorithm) is not available")
        }
        call.return(digest.prefix(length).hexadecimal)
    }

    private static func authenticate(_ call: BuiltinCall, _ algorithm: String) {
        guard let message = call.string(0), let key = call.string(1) else { return }
        var code = [UInt8](repeating: 0, count: longestDigest)
        var length = 0
        guard
            EVP_Q_mac(
                nil, "HMAC", nil, algorithm, nil, key.bytePointer, key.length, message.bytePointer, message.length, &code, code.count,
                &length) != nil
        else {
            ERR_clear_error()
            return call.fail(.builtin, "HMAC with \(algorithm) is not available")
        }
        call.return(code.prefix(length).hexadecimal)
    }
}
