import RegoCrypto

/// One key of each family, made once for all tests, and the set of their public halves.
enum TestKeys {
    static let all: [PublicKey.Family: SigningKey] = {
        var keys: [PublicKey.Family: SigningKey] = [:]
        for family in [PublicKey.Family.rsa, .p256, .p384, .p521, .ed25519] { keys[family] = try? SigningKey.generate(family) }
        return keys
    }()

    static func jwks(_ families: [PublicKey.Family] = [.rsa, .p256, .p384, .p521, .ed25519]) throws -> [UInt8] {
        let keys = try families.compactMap { try all[$0]?.publicJWK(id: $0.rawValue) }
        return Array("{\"keys\":[\(keys.joined(separator: ","))]}".utf8)
    }

    static func set() throws -> KeySet { try KeySet(jwks: jwks()) }

    static func family(_ algorithm: SignatureAlgorithm) -> PublicKey.Family {
        switch algorithm {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: .rsa
        case .es256: .p256
        case .es384: .p384
        case .es512: .p521
        case .eddsa: .ed25519
        }
    }

    static let now: Int64 = 1_800_000_000
    static let claims =
        #"{"iss":"https://id.example","sub":"dr-a","aud":"ward","exp":1800000600,"nbf":1799999000,"iat":1799999000,"role":"doctor"}"#

    /// A token with a true signature over whatever header and claims.
    static func token(
        _ algorithm: SignatureAlgorithm = .es256, header: String? = nil, claims: String = claims, key: SigningKey? = nil
    ) -> String {
        let family = family(algorithm)
        let header = header ?? #"{"alg":"\#(algorithm.rawValue)","typ":"JWT","kid":"\#(family.rawValue)"}"#
        return (key ?? all[family])?.token(header: Array(header.utf8), claims: Array(claims.utf8), algorithm) ?? ""
    }

    static func verifier(_ algorithms: [SignatureAlgorithm] = SignatureAlgorithm.allCases) throws -> TokenVerifier {
        try TokenVerifier(keys: set(), issuers: ["https://id.example"], audiences: ["ward", "other"], algorithms: algorithms)
    }
}
