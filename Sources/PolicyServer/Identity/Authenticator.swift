import Gatekeeper
import Glibc
import Rego
import RegoCrypto

/// Turns a bearer token (RFC 6750) into a verified caller.
package struct Authenticator: Sendable {
    private let verifier: TokenVerifier
    private let roleClaim: [String]
    private let claims: [String]

    /// - Throws: `StartError` when the key file cannot be used.
    package init(_ configuration: ServerConfiguration.Identity) throws {
        let keys: KeySet
        do {
            keys = try KeySet(jwks: try FileBytes.read(configuration.keys, limit: KeySet.byteLimit))
        } catch {
            throw StartError("cannot use the keys in \(configuration.keys): \(error)")
        }
        verifier = TokenVerifier(
            keys: keys, issuers: configuration.issuer.map { [$0] }, audiences: configuration.audience.map { [$0] },
            leeway: configuration.leeway.nanoseconds / 1_000_000_000)
        roleClaim = configuration.roleClaim
        claims = configuration.claims
    }

    /// - Parameters:
    ///   - headers: all `Authorization` fields of the request.
    ///   - now: seconds since 1970.
    package func authenticate(_ headers: [String], now: Int64 = Self.clock()) throws(AuthenticationFailure) -> Caller {
        guard let token = try Self.token(in: headers) else { throw .missing }
        let verified: VerifiedToken
        do throws(TokenError) {
            verified = try verifier.verify(token, now: now)
        } catch {
            throw error.code == .expired ? .expired : .invalid
        }
        let named = claims.compactMap { name in verified.claims[name].map { (name: name, value: JSON($0)) } }
        return Caller(subject: verified.subject, issuer: verified.issuer, roles: roles(verified.claims), claims: .object(named))
    }

    /// The token of the only `Authorization` field, `nil` without one.
    static func token(in headers: [String]) throws(AuthenticationFailure) -> Substring.UTF8View? {
        guard let field = headers.first else { return nil }
        guard headers.count == 1 else { throw .invalid }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard let scheme = parts.first, scheme.lowercased() == "bearer" else { return nil }
        guard parts.count == 2, !parts[1].isEmpty else { throw .missing }
        return parts[1].utf8
    }

    private func roles(_ claims: JSONClaim) -> [String] {
        var value: JSONClaim? = claims
        for name in roleClaim { value = value?[name] }
        let named = value.map { claim in claim.text.map { [$0] } ?? claim.elements?.compactMap(\.text) ?? [] } ?? []
        // Byte-wise: canonically equivalent names are different roles.
        var seen: Set<[UInt8]> = []
        return named.filter { seen.insert(Array($0.utf8)).inserted }
    }

    /// Seconds since 1970.
    package static func clock() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec)
    }
}

extension JSON {
    /// A claim of a verified token.
    init(_ claim: JSONClaim) {
        switch claim {
        case .null: self = .null
        case .boolean(let flag): self = .bool(flag)
        case .integer(let number): self = .integer(number)
        case .number(let number): self = .number(number)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .array(elements.map { JSON($0) })
        case .object(let members): self = .object(members.map { (name: $0.name, value: JSON($0.value)) })
        }
    }
}
