@_spi(Engine) internal import RegoRuntime

/// The keys of a certificate, public key, JWK or JWK set that a policy names.
final class TokenKeySet {
    /// One key and what its JWK says about it.
    struct Entry {
        enum Material {
            case symmetric([UInt8])
            case pair(TokenKey)
        }

        var material: Material
        /// `alg`; empty without.
        var algorithm = ""
        /// `kid`; empty without.
        var id = ""
    }

    let entries: [Entry]

    private init(_ entries: [Entry]) { self.entries = entries }

    /// The keys of a text, kept from an earlier call when the context has them.
    static func of(_ text: Value, _ call: BuiltinCall) throws(CryptoFault) -> TokenKeySet {
        let cache = call.context.cache(of: TokenKeySet.self)
        if let known = cache.object(for: text) as? TokenKeySet { return known }
        let made = TokenKeySet(try read(text.bytes, call))
        cache.insert(made, for: text)
        return made
    }

    /// The first key of that `kid`.
    func entry(id: String) -> Entry? { entries.first { sameBytes($0.id, id) } }

    private static func read(_ text: [UInt8], _ call: BuiltinCall) throws(CryptoFault) -> [Entry] {
        guard let (block, rest) = PEMBlock.next(in: text[...]) else {
            let entries = try parse(text, in: call.arena)
            // Keys of algorithms that nobody knows are skipped.
            return entries.filter { $0.algorithm.isEmpty || TokenAlgorithm(name: $0.algorithm) != nil }
        }
        guard rest.isEmpty else { throw CryptoFault("extra data after a PEM certificate block") }
        switch block.type {
        case "CERTIFICATE":
            guard let key = TokenKey(certificate: block.bytes) else {
                throw CryptoFault("failed to parse a PEM certificate: x509: malformed certificate")
            }
            return [Entry(material: .pair(key))]
        case "PUBLIC KEY":
            guard let key = TokenKey(publicKeyInfo: block.bytes) else {
                throw CryptoFault("failed to parse a PEM public key: x509: malformed public key")
            }
            return [Entry(material: .pair(key))]
        default:
            throw CryptoFault("failed to extract a Key from the PEM certificate")
        }
    }

    /// Reads a JWK or a JWK set (RFC 7517).
    static func parse(_ text: [UInt8], in arena: Arena) throws(CryptoFault) -> [Entry] {
        // What OPA's library says, by each of its layers.
        let layers = "failed to parse a JWK key (set): jwk.ParseString: failed to parse string: jwk.Parse: "
        let document: Value
        do throws(JSONError) {
            document = try JSONParser.parse(text, into: arena)
        } catch {
            // The library reads one value, and looks at what it is before it looks at what follows.
            if error.code == .trailingData, let first = try? JSONParser.parse(Array(text[..<error.offset]), into: arena),
                first.tag != .object
            {
                throw CryptoFault("\(layers)failed to unmarshal JWK set: \(problem(of: first))")
            }
            throw CryptoFault("\(layers)failed to unmarshal JWK set: \(decoderMessage(of: error, in: text))")
        }
        return try parse(document, in: arena, layers: layers)
    }

    /// Reads a JWK or a JWK set (RFC 7517).
    ///
    /// - Parameter layers: what stands before messages.
    static func parse(_ document: Value, in arena: Arena, layers: String = "jwk.Parse: ") throws(CryptoFault) -> [Entry] {
        let layers = "\(layers)failed to unmarshal JWK set: "
        guard document.tag == .object else { throw CryptoFault(layers + problem(of: document)) }
        let keys = document.member("keys", in: arena)
        guard keys.isDefined else {
            do throws(CryptoFault) {
                return [try entry(document, in: arena)]
            } catch {
                throw CryptoFault("\(layers)failed to parse sole key in key set: \(error.message)")
            }
        }
        guard keys.tag == .array else {
            let kind = keys.tag == .true || keys.tag == .false ? "bool" : "\(keys.typeName)"
            throw CryptoFault("\(layers)failed to decode \"keys\": json: cannot unmarshal \(kind) into Go value of type []json.RawMessage")
        }
        var entries: [Entry] = []
        for (index, key) in keys.elements.enumerated() {
            do throws(CryptoFault) {
                entries.append(try entry(key, in: arena))
            } catch {
                throw CryptoFault("\(layers)failed to decode key #\(index) in \"keys\": \(error.message)")
            }
        }
        return entries
    }

    /// Why a value is no key or set of keys.
    private static func problem(of document: Value) -> String {
        switch document.tag {
        case .array: "expected '{' but got '['"
        case .string: "failed to decode value for key \(document.regoText): EOF"
        default: "error reading token: EOF"
        }
    }

    /// What Go's decoder, which reads a stream, says of an error.
    static func decoderMessage(of error: JSONError, in text: [UInt8]) -> String {
        guard error.code == .truncated else { return error.message }
        return text.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D } ? "EOF" : "unexpected EOF"
    }

    private static func entry(_ value: Value, in arena: Arena) throws(CryptoFault) -> Entry {
        guard value.tag == .object else { throw CryptoFault("a key is not an object") }
        let fields = JWKFields(value: value, arena: arena)
        let material: Entry.Material
        switch try fields.required("kty") {
        case "RSA": material = .pair(try TokenKey(rsa: fields))
        case "EC": material = .pair(try TokenKey(ellipticCurve: fields))
        case "OKP": material = .pair(try TokenKey(octetPair: fields))
        case "oct":
            guard let secret = try fields.bytes("k") else {
                throw CryptoFault("required field `k` is missing")
            }
            material = .symmetric(secret)
        default: throw CryptoFault("invalid key type")
        }
        return Entry(material: material, algorithm: try fields.text("alg") ?? "", id: try fields.text("kid") ?? "")
    }
}

/// The algorithms of tokens that OPA knows.
struct TokenAlgorithm {
    enum Method {
        case code
        case signature(SignatureScheme)
    }

    let method: Method
    /// `nil` for EdDSA.
    let digest: DigestAlgorithm?

    /// The algorithm of a header's `alg`; `nil` for an unknown one, and for `none`.
    init?(name: String) {
        if name == "EdDSA" {
            (method, digest) = (.signature(.ed25519), nil)
            return
        }
        let digests: [String: DigestAlgorithm] = ["256": .sha256, "384": .sha384, "512": .sha512]
        guard let digest = digests[String(name.dropFirst(2))] else { return nil }
        self.digest = digest
        switch name.prefix(2) {
        case "HS": method = .code
        case "RS": method = .signature(.pkcs1)
        case "PS": method = .signature(.pss)
        case "ES": method = .signature(.ellipticCurve)
        default: return nil
        }
    }

    /// Whether a signature or code over a message is right.
    func verify(_ signature: [UInt8], over message: [UInt8], _ material: TokenKeySet.Entry.Material) -> Bool {
        switch (method, material) {
        case (.code, .symmetric(let secret)):
            guard let digest, let code = Digest.hmac(message, key: secret, digest) else { return false }
            return Digest.constantTimeEqual(code, signature)
        case (.signature(.ellipticCurve), .pair(let key)):
            // RFC 7518, section 3.4: each algorithm has its curve, and signatures have its width.
            guard case .ellipticCurve(let width) = key.kind, let digest, curveWidth(digest) == width, signature.count == 2 * width else {
                return false
            }
            return key.verify(signature, over: message, .ellipticCurve, digest)
        case (.signature(let scheme), .pair(let key)): return key.verify(signature, over: message, scheme, digest)
        default: return false
        }
    }

    /// Signs a message; `nil` when the key does not fit.
    func sign(_ message: [UInt8], _ material: TokenKeySet.Entry.Material) -> [UInt8]? {
        switch (method, material) {
        case (.code, .symmetric(let secret)):
            guard let digest else { return nil }
            return Digest.hmac(message, key: secret, digest)
        case (.signature(let scheme), .pair(let key)):
            if case .ellipticCurve(let width) = key.kind, let digest, curveWidth(digest) != width { return nil }
            return key.sign(message, scheme, digest)
        default: return nil
        }
    }

    private func curveWidth(_ digest: DigestAlgorithm) -> Int {
        switch digest {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 66
        }
    }
}
