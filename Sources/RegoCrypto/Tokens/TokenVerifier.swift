/// Checks signed tokens (JWT, RFC 7519, as compact JWS, RFC 7515) against keys and expectations that the operator has set.
///
/// The order of the checks is fixed: form, algorithm, key, signature, then claims; so an unsigned token learns nothing about what claims would
/// have been accepted. Keys that a token brings along or points to (`jwk`, `jku`, `x5c`, `x5u`) are never looked at. See RFC 8725.
package struct TokenVerifier: Sendable {
    /// The algorithms of a verifier that is not told others.
    package static let defaultAlgorithms: [SignatureAlgorithm] = [.rs256, .es256, .eddsa]

    /// A token without `kid` costs one check for each key that fits; a stranger must not be able to ask for many.
    private static let anonymousCandidates = 4

    /// The keys.
    package let keys: KeySet
    /// The accepted `iss`; `nil` accepts any, or none.
    package let issuers: [String]?
    /// The accepted `aud`, one of which must be named; `nil` does not look at it.
    package let audiences: [String]?
    /// The accepted `alg`.
    package let algorithms: [SignatureAlgorithm]
    /// How far clocks may be apart, in seconds.
    package let leeway: Int64
    /// The longest token that is looked at, in bytes.
    package let byteLimit: Int

    /// Creates a verifier.
    package init(
        keys: KeySet, issuers: [String]?, audiences: [String]?, algorithms: [SignatureAlgorithm] = Self.defaultAlgorithms,
        leeway: Int64 = 30, byteLimit: Int = 16 << 10
    ) {
        self.keys = keys
        self.issuers = issuers
        self.audiences = audiences
        self.algorithms = algorithms
        self.leeway = max(0, min(leeway, 3600))
        self.byteLimit = byteLimit
    }

    /// Checks a token.
    ///
    /// - Parameters:
    ///   - token: The compact form, `header.claims.signature`.
    ///   - now: Seconds since 1970.
    /// - Returns: The token's claims.
    /// - Throws: ``TokenError`` with any of its codes.
    /// - Complexity: O(n), and one check of a signature a candidate key.
    package func verify(_ token: some Collection<UInt8>, now: Int64) throws(TokenError) -> VerifiedToken {
        guard token.count <= byteLimit else { throw TokenError(.malformed, "longer than \(byteLimit) bytes") }
        let text = Array(token)
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw TokenError(.malformed, "not three parts separated by dots") }
        guard let headerBytes = Base64URL.decode(parts[0]), let claimsBytes = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw TokenError(.malformed, "a part is not base64url without padding") }
        let header = try object(headerBytes, "header")
        let (algorithm, keyID) = try read(header: header)

        let candidates = keys.candidates(id: keyID, algorithm)
        guard !candidates.isEmpty else { throw TokenError(.unknownKey, "no key of the set fits its `kid` and `alg`") }
        guard keyID != nil || candidates.count <= Self.anonymousCandidates else {
            throw TokenError(.unknownKey, "it has no `kid`, and too many keys of the set would have to be tried")
        }
        let message = Array(text[..<parts[1].endIndex])
        guard candidates.contains(where: { $0.verify(signature, over: message, algorithm) }) else {
            throw TokenError(.badSignature, "the signature does not hold")
        }
        let claims = try object(claimsBytes, "claims")
        return try check(claims, VerifiedToken.Source(keyID: keyID, algorithm: algorithm, json: claimsBytes), now: now)
    }

    private func object(_ bytes: [UInt8], _ part: String) throws(TokenError) -> JSONClaim {
        let value: JSONClaim
        do {
            value = try StrictJSON.parse(bytes)
        } catch {
            throw TokenError(.malformed, "the \(part): \(error.message)")
        }
        guard case .object = value else { throw TokenError(.malformed, "the \(part): not an object") }
        return value
    }

    private func read(header: JSONClaim) throws(TokenError) -> (SignatureAlgorithm, String?) {
        guard header["crit"] == nil, header["b64"] == nil else {
            throw TokenError(.malformed, "the header asks for extensions (`crit`, `b64`) that are not understood")
        }
        guard let name = header["alg"]?.text else { throw TokenError(.malformed, "the header has no `alg`") }
        guard let algorithm = SignatureAlgorithm(header: name), algorithms.contains(algorithm) else {
            throw TokenError(.algorithmNotAllowed, "its `alg` is not one of \(algorithms.map(\.rawValue).joined(separator: ", "))")
        }
        guard let key = header["kid"] else { return (algorithm, nil) }
        guard let id = key.text else { throw TokenError(.malformed, "`kid` is not a string") }
        return (algorithm, id)
    }

    private func check(_ claims: JSONClaim, _ source: VerifiedToken.Source, now: Int64) throws(TokenError) -> VerifiedToken {
        guard let expiry = try time(claims, "exp") else { throw TokenError(.missingClaim, "`exp` is required") }
        // Clocks count in seconds near 2^31; the sums below cannot leave Double's exact range unless the claim itself does.
        guard Double(now) < expiry + Double(leeway) else { throw TokenError(.expired, "expired") }
        for name in ["nbf", "iat"] {
            if let from = try time(claims, name), from > Double(now) + Double(leeway) {
                throw TokenError(.notYetValid, "`\(name)` lies in the future")
            }
        }
        let issuer = try string(claims, "iss")
        if let issuers {
            guard let issuer else { throw TokenError(.missingClaim, "`iss` is required") }
            guard issuers.contains(where: { sameBytes($0, issuer) }) else {
                throw TokenError(.wrongIssuer, "`iss` is not an accepted issuer")
            }
        }
        let named = try readAudiences(claims)
        if let audiences {
            guard let named else { throw TokenError(.missingClaim, "`aud` is required") }
            guard named.contains(where: { name in audiences.contains { sameBytes($0, name) } }) else {
                throw TokenError(.wrongAudience, "`aud` names no accepted audience")
            }
        }
        guard let subject = try string(claims, "sub"), !subject.isEmpty else { throw TokenError(.missingClaim, "`sub` is required") }
        return VerifiedToken(
            keyID: source.keyID, algorithm: source.algorithm, issuer: issuer, subject: subject, audiences: named ?? [],
            expiresAt: Int64(expiry), claims: claims, claimsJSON: source.json)
    }

    /// A NumericDate (RFC 7519, section 2) within a range that arithmetic cannot leave.
    private func time(_ claims: JSONClaim, _ name: String) throws(TokenError) -> Double? {
        let seconds: Double
        switch claims[name] {
        case nil: return nil
        case .integer(let value): seconds = Double(value)
        case .number(let value): seconds = value
        default: throw TokenError(.missingClaim, "`\(name)` is not a number")
        }
        // Beyond the year 9999 it is milliseconds, or an attempt at "never".
        guard seconds >= 0, seconds < 253_402_300_800 else {
            throw TokenError(.missingClaim, "`\(name)` is out of range (seconds are expected)")
        }
        return seconds
    }

    private func string(_ claims: JSONClaim, _ name: String) throws(TokenError) -> String? {
        guard let value = claims[name] else { return nil }
        guard let text = value.text else { throw TokenError(.missingClaim, "`\(name)` is not a string") }
        return text
    }

    /// `aud` is a string or an array of strings (RFC 7519, section 4.1.3).
    private func readAudiences(_ claims: JSONClaim) throws(TokenError) -> [String]? {
        switch claims["aud"] {
        case nil: return nil
        case .string(let one): return [one]
        case .array(let elements):
            var names: [String] = []
            for element in elements {
                guard let name = element.text else { throw TokenError(.missingClaim, "`aud` holds something that is not a string") }
                names.append(name)
            }
            return names
        default: throw TokenError(.missingClaim, "`aud` is neither a string nor an array")
        }
    }
}

extension VerifiedToken {
    /// What is known of a token before its claims are read.
    struct Source {
        var keyID: String?
        var algorithm: SignatureAlgorithm
        var json: [UInt8]
    }
}
