/// Reads one JWK (RFC 7517, section 4; RFC 7518, section 6; RFC 8037, section 2).
enum JSONWebKey {
    /// What a key of a set turned out to be.
    enum Outcome {
        case usable(KeySet.Entry)
        /// Not for checking tokens; the reason, without any of the key's values.
        case skipped(String)
    }

    static func read(_ key: JSONClaim) throws(KeySetError) -> Outcome {
        guard case .object = key else { throw KeySetError(.malformed, "not an object") }
        guard let type = try text(key, "kty") else { throw KeySetError(.malformed, "without `kty`") }
        if sameBytes(type, "oct") { return .skipped("a symmetric key (`oct`) never checks tokens here") }
        guard ["RSA", "EC", "OKP"].contains(where: { sameBytes($0, type) }) else { return .skipped("an unknown `kty`") }
        if let use = try text(key, "use"), !sameBytes(use, "sig") { return .skipped("`use` is not `sig`") }
        if let operations = key["key_ops"] {
            guard let elements = operations.elements else { throw KeySetError(.malformed, "`key_ops` is not an array") }
            guard elements.contains(where: { $0.text.map { sameBytes($0, "verify") } == true }) else {
                return .skipped("`key_ops` does not include `verify`")
            }
        }
        let id = try text(key, "kid")
        var algorithm: SignatureAlgorithm?
        if let name = try text(key, "alg") {
            guard let known = SignatureAlgorithm(header: name) else { return .skipped("an `alg` that is not for signed tokens here") }
            algorithm = known
        }
        guard key["d"] == nil else {
            throw KeySetError(.malformed, "holds a private key (`d`); publish only public keys and replace this one")
        }
        guard let made = try make(key, type: type) else { return .skipped("an unknown `crv`") }
        if let algorithm, !made.fits(algorithm) {
            throw KeySetError(.malformed, "`alg` \(algorithm.rawValue) does not fit a \(made.family.rawValue) key")
        }
        return .usable(KeySet.Entry(id: id, algorithm: algorithm, key: made))
    }

    /// The key itself; `nil` for an unknown curve.
    private static func make(_ key: JSONClaim, type: String) throws(KeySetError) -> PublicKey? {
        if sameBytes(type, "RSA") {
            return try PublicKey.rsa(modulus: try bytes(key, "n"), exponent: try bytes(key, "e"))
        }
        guard let curve = try text(key, "crv") else { throw KeySetError(.malformed, "without `crv`") }
        guard let family = PublicKey.Family(rawValue: curve), family != .rsa else { return nil }
        if sameBytes(type, "OKP") {
            guard family == .ed25519 else { throw KeySetError(.malformed, "`crv` \(family.rawValue) is not an `OKP` curve") }
            return try PublicKey.ed25519(try bytes(key, "x"))
        }
        guard family != .ed25519 else { throw KeySetError(.malformed, "`crv` Ed25519 is not an `EC` curve") }
        return try PublicKey.nistCurve(family, x: try bytes(key, "x"), y: try bytes(key, "y"))
    }

    private static func text(_ key: JSONClaim, _ name: String) throws(KeySetError) -> String? {
        guard let value = key[name] else { return nil }
        guard let text = value.text else { throw KeySetError(.malformed, "`\(name)` is not a string") }
        return text
    }

    private static func bytes(_ key: JSONClaim, _ name: String) throws(KeySetError) -> [UInt8] {
        guard let text = try text(key, name) else { throw KeySetError(.malformed, "without `\(name)`") }
        guard let bytes = Base64URL.decode(text.utf8), !bytes.isEmpty else {
            throw KeySetError(.malformed, "`\(name)` is not base64url without padding")
        }
        return bytes
    }
}
