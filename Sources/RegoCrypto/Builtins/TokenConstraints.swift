@_spi(Engine) internal import RegoRuntime

/// What `io.jwt.decode_verify` demands of a token.
struct TokenConstraints {
    private enum Keys {
        case set(TokenKeySet)
        case secret([UInt8])
    }

    private let keys: Keys
    /// The only `alg`; empty for any.
    private(set) var algorithm = ""
    private var issuer = ""
    private var audience = ""
    /// Nanoseconds since 1970.
    private var time: Double

    /// Reads the object of constraints; anything unknown is refused.
    init(_ object: Value, _ call: BuiltinCall) throws(CryptoFault) {
        time = Double(call.context.time)
        var secret: [UInt8] = []
        var set: TokenKeySet?
        let (names, values) = (object.sortedKeys, object.sortedValues)
        for index in 0..<object.length {
            let (name, value) = (names[index], values[index])
            if name.isString("cert") {
                guard value.isString else { throw CryptoFault("cert constraint: must be a string") }
                set = try TokenKeySet.of(value, call)
            } else if name.isString("secret") {
                secret = Array(try Self.text(value, "secret").utf8)
            } else if name.isString("alg") {
                algorithm = try Self.text(value, "alg")
            } else if name.isString("iss") {
                issuer = try Self.text(value, "iss")
            } else if name.isString("aud") {
                audience = try Self.text(value, "aud")
            } else if name.isString("time") {
                guard value.isNumber else { throw CryptoFault("token time constraint: must be a number") }
                time = value.doubleValue
                guard time.isFinite else { throw CryptoFault("token time constraint: unvalid float64") }
                guard time >= 0 else { throw CryptoFault("token time constraint: must not be negative") }
            } else {
                throw CryptoFault("unknown token validation constraint: \(name.isString ? name.swiftString : name.jsonText())")
            }
        }
        guard set == nil || secret.isEmpty else { throw CryptoFault("duplicate key constraints") }
        if let set {
            keys = .set(set)
        } else {
            guard !secret.isEmpty else { throw CryptoFault("no key constraint") }
            keys = .secret(secret)
        }
    }

    private static func text(_ value: Value, _ name: String) throws(CryptoFault) -> String {
        guard value.isString else { throw CryptoFault("\(name) constraint: must be a string") }
        return value.swiftString
    }

    /// Whether one of the keys made the signature; a key of the token's `kid` is the only one that is tried.
    func verify(_ header: TokenHeader, _ signature: [UInt8], over message: [UInt8]) -> Bool {
        guard let algorithm = TokenAlgorithm(name: header.algorithm) else { return false }
        switch keys {
        case .secret(let secret):
            return algorithm.verify(signature, over: message, .symmetric(secret))
        case .set(let set):
            if !header.id.isEmpty, let entry = set.entry(id: header.id) {
                return algorithm.verify(signature, over: message, entry.material)
            }
            return set.entries.contains { entry in
                (entry.algorithm.isEmpty || sameBytes(entry.algorithm, header.algorithm))
                    && algorithm.verify(signature, over: message, entry.material)
            }
        }
    }

    /// Whether a verified token's claims meet the constraints (RFC 7519, section 4.1).
    func accept(_ claims: Value, in arena: Arena) throws(CryptoFault) -> Bool {
        if !issuer.isEmpty {
            let value = claims.member("iss", in: arena)
            guard value.isString, sameBytes(value.swiftString, issuer) else { return false }
        }
        let named = claims.member("aud", in: arena)
        if named.isDefined {
            guard isAudience(named) else { return false }
        } else if !audience.isEmpty {
            return false
        }
        let now = Value.number(time / 1_000_000_000)
        let expiry = claims.member("exp", in: arena)
        if expiry.isDefined {
            guard expiry.isNumber else { throw CryptoFault("exp value must be a number") }
            guard Value.compare(now, expiry) < 0 else { return false }
        }
        let begin = claims.member("nbf", in: arena)
        if begin.isDefined {
            guard begin.isNumber else { throw CryptoFault("nbf value must be a number") }
            guard Value.compare(now, begin) >= 0 else { return false }
        }
        return true
    }

    private func isAudience(_ value: Value) -> Bool {
        let isNamed = { (value: Value) in value.isString && value.utf8.elementsEqual(audience.utf8) }
        return value.tag == .array ? value.elements.contains(where: isNamed) : isNamed(value)
    }
}
