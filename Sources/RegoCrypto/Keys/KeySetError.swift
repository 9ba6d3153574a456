/// Why a key or key set cannot be used. Its text names keys by position and `kid`, never their material.
package struct KeySetError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. Equality of errors is equality of codes.
    package enum Code: String, Sendable {
        /// Not a JWK, a JWKS (RFC 7517) or a PEM public key.
        case malformed = "malformed"
        /// A kind of key, curve or use that is not for checking tokens.
        case unsupported = "unsupported"
        /// A key that is too short, or not a point of its curve.
        case weak = "weak"
        /// Two keys share a `kid`.
        case duplicate = "duplicate"
        /// No usable key is left.
        case empty = "empty"
    }

    package var code: Code
    package var message: String

    /// Creates an error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "key set: \(message)" }
}

extension KeySetError: Equatable {
    package static func == (left: KeySetError, right: KeySetError) -> Bool { left.code == right.code }
}
