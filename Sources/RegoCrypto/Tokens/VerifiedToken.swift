/// A token whose signature and claims were checked.
package struct VerifiedToken: Sendable {
    /// The header's `kid`.
    package var keyID: String?
    package var algorithm: SignatureAlgorithm
    /// `iss`; absent only when the verifier expects no particular issuer.
    package var issuer: String?
    package var subject: String
    /// `aud` as a list.
    package var audiences: [String]
    /// `exp` in seconds since 1970, rounded down.
    package var expiresAt: Int64
    /// All claims; an object.
    package var claims: JSONClaim
    /// The claims as the token's UTF-8 JSON, verbatim.
    package var claimsJSON: [UInt8]
}
