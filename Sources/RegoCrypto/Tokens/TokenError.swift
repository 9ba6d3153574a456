/// Why a token was not accepted. Its text never holds the token, nor any claim of it.
package struct TokenError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. Equality of errors is equality of codes.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package var rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// Not a compact JWS (RFC 7515, section 7.1) with a JSON header and claims, too long, or with something that must be refused.
        package static let malformed = Code(rawValue: "malformed")
        /// The header's `alg` is not in the allow-list.
        package static let algorithmNotAllowed = Code(rawValue: "algorithm_not_allowed")
        /// No key of the set fits the header's `kid` and `alg`.
        package static let unknownKey = Code(rawValue: "unknown_key")
        /// No fitting key made the signature.
        package static let badSignature = Code(rawValue: "bad_signature")
        /// `exp` has passed.
        package static let expired = Code(rawValue: "expired")
        /// `nbf` or `iat` lies in the future.
        package static let notYetValid = Code(rawValue: "not_yet_valid")
        /// `iss` is not one of the expected issuers.
        package static let wrongIssuer = Code(rawValue: "wrong_issuer")
        /// `aud` names none of the expected audiences.
        package static let wrongAudience = Code(rawValue: "wrong_audience")
        /// A claim that is required is absent or of the wrong type.
        package static let missingClaim = Code(rawValue: "missing_claim")
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
