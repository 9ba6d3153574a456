/// Why a token was not accepted. Its text never holds the token, nor any claim of it.
package struct TokenError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. Equality of errors is equality of codes.
    package enum Code: String, Sendable {
        /// Not a compact JWS (RFC 7515, section 7.1) with a JSON header and claims, too long, or with something that must be refused.
        case malformed = "malformed"
        /// The header's `alg` is not in the allow-list.
        case algorithmNotAllowed = "algorithm_not_allowed"
        /// No key of the set fits the header's `kid` and `alg`.
        case unknownKey = "unknown_key"
        /// No fitting key made the signature.
        case badSignature = "bad_signature"
        /// `exp` has passed.
        case expired = "expired"
        /// `nbf` or `iat` lies in the future.
        case notYetValid = "not_yet_valid"
        /// `iss` is not one of the expected issuers.
        case wrongIssuer = "wrong_issuer"
        /// `aud` names none of the expected audiences.
        case wrongAudience = "wrong_audience"
        /// A claim that is required is absent or of the wrong type.
        case missingClaim = "missing_claim"
    }

    package var code: Code
    package var message: String

    /// Creates an error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "token: \(message)" }
}

extension TokenError: Equatable {
    package static func == (left: TokenError, right: TokenError) -> Bool { left.code == right.code }
}
