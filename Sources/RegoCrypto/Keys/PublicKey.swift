/// A public key that signatures can be checked with: RSA of 2048 to 8192 bits, P-256, P-384, P-521 or Ed25519.
package final class PublicKey: Sendable {
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
    private let key: KeyHandle

    /// Makes one of an OpenSSL key whose family is known and whose parameters were checked.
    init(_ key: KeyHandle, family: Family) {
        self.key = key
        self.family = family
    }

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
        fits(algorithm) && key.verify(signature, over: message, algorithm.scheme, algorithm.digest)
    }
}
