import Gatekeeper
import RegoCrypto

/// A caller whose token was verified.
package struct Caller: Sendable {
    package let subject: String
    package let issuer: String?
    /// In the token's order, without repetitions.
    package let roles: [String]
    /// The claims that the configuration hands to the policy.
    let claims: JSON

    /// What `input.user` says. `role` is there only when there is exactly one: a policy that asks for the role of somebody with two
    /// must not get one that was picked for it.
    var document: JSON {
        .members(
            ("subject", .string(subject)), ("issuer", issuer.map { .string($0) }), ("roles", .strings(roles)),
            ("role", roles.count == 1 ? .string(roles[0]) : nil), ("claims", claims))
    }
}

/// Why a caller is not believed. Says no more than a stranger may know.
package enum AuthenticationFailure: String, Error, Sendable {
    case missing = "missing token"
    case invalid = "invalid token"
    case expired = "expired token"

    /// RFC 6750, section 3.
    var challenge: String {
        switch self {
        case .missing: "Bearer realm=\"ward\""
        case .invalid, .expired: "Bearer realm=\"ward\", error=\"invalid_token\", error_description=\"\(rawValue)\""
        }
    }
}
