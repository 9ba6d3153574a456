/// Why a key or key set cannot be used. Its text names keys by position and `kid`, never their material.
package struct KeySetError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. Equality of errors is equality of codes.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package var rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// Not a JWK, a JWKS (RFC 7517) or a PEM public key.
        package static let malformed = Code(rawValue: "malformed")
        /// A kind of key, curve or use that is not for checking tokens.
        package static let unsupported = Code(rawValue: "unsupported")
        /// A key that is too short, or not a point of its curve.
        package static let weak = Code(rawValue: "weak")
        /// Two keys share a `kid`.
        package static let duplicate = Code(rawValue: "duplicate")
        /// No usable key is left.
        package static let empty = Code(rawValue: "empty")
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
