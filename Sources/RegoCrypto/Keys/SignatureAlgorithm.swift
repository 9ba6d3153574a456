/// The asymmetric signature algorithms of RFC 7518 (section 3.1) and RFC 8037. `none` and the HMAC ones have no case here on purpose.
package enum SignatureAlgorithm: String, Sendable, CaseIterable, Hashable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    /// Ed25519 under RFC 8037's name; tokens may also say `Ed25519` (RFC 9864).
    case eddsa = "EdDSA"

    /// The algorithm of a header's `alg`; `nil` for `none`, the HMAC algorithms and unknown ones. Compared byte by byte.
    package init?(header name: String) {
        if sameBytes(name, "Ed25519") {
            self = .eddsa
            return
        }
        guard let found = Self.allCases.first(where: { sameBytes($0.rawValue, name) }) else { return nil }
        self = found
    }

    /// The digest that is signed; `nil` where the scheme hashes by itself.
    package var digest: DigestAlgorithm? {
        switch self {
        case .rs256, .ps256, .es256: .sha256
        case .rs384, .ps384, .es384: .sha384
        case .rs512, .ps512, .es512: .sha512
        case .eddsa: nil
        }
    }

    /// How it signs.
    var scheme: SignatureScheme {
        switch self {
        case .rs256, .rs384, .rs512: .pkcs1
        case .ps256, .ps384, .ps512: .pss
        case .es256, .es384, .es512: .ellipticCurve
        case .eddsa: .ed25519
        }
    }
}
