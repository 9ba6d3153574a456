@_spi(Engine) internal import RegoRuntime

/// A token taken apart: the three texts of a compact JWS (RFC 7515, section 7.1).
struct TokenParts {
    let header: [UInt8]
    let payload: [UInt8]
    let signature: [UInt8]

    /// What is signed.
    var message: [UInt8] { header + [UInt8(ascii: ".")] + payload }

    /// Takes the text of a token apart.
    init(_ text: [UInt8]) throws(CryptoFault) {
        let dot = UInt8(ascii: ".")
        guard text.contains(dot) else { throw CryptoFault("encoded JWT had no period separators") }
        let count = text.count { $0 == dot } + 1
        guard count == 3 else { throw CryptoFault("encoded JWT must have 3 sections, found \(count)") }
        let parts = text.split(separator: dot, omittingEmptySubsequences: false)
        (header, payload, signature) = (Array(parts[0]), Array(parts[1]), Array(parts[2]))
    }

    /// The header as an object.
    func decodedHeader(in arena: Arena) throws(CryptoFault) -> Value {
        let bytes = try Self.decode(header, "header")
        let object: Value
        do throws(CryptoFault) {
            object = try Self.object(bytes, in: arena)
        } catch {
            throw CryptoFault("bad JWT header: \(error.message)")
        }
        guard object.member("enc", in: arena).isUndefined else { throw CryptoFault("JWT is a JWE object, which is not supported") }
        return object
    }

    /// The payload's bytes.
    func decodedPayload() throws(CryptoFault) -> [UInt8] { try Self.decode(payload, "payload") }

    /// The signature's bytes.
    func decodedSignature() throws(CryptoFault) -> [UInt8] { try Base64Text.decodeURL(signature) }

    /// Decodes a part; the fault says which.
    static func decode(_ text: [UInt8], _ part: String) throws(CryptoFault) -> [UInt8] {
        do throws(CryptoFault) {
            return try Base64Text.decodeURL(text)
        } catch {
            throw CryptoFault("JWT \(part) had invalid encoding: \(error.message)")
        }
    }

    /// Reads a JSON object.
    static func object(_ bytes: [UInt8], in arena: Arena) throws(CryptoFault) -> Value {
        let value: Value
        do {
            value = try JSONParser.parse(bytes, into: arena)
        } catch {
            throw CryptoFault("invalid JSON: \(TokenKeySet.decoderMessage(of: error, in: bytes))")
        }
        guard value.tag == .object else { throw CryptoFault("decoded JSON type was not an Object") }
        return value
    }
}

/// What a token's header says (RFC 7515, section 4.1).
struct TokenHeader {
    var algorithm = ""
    var id = ""
    var contentType = ""
    /// Whether the header names a critical parameter that it has and that is not understood.
    var hasUnknownCritical = false

    /// Reads the fields that matter.
    init(_ object: Value, in arena: Arena) throws(CryptoFault) {
        algorithm = try Self.text(object, "alg", arena)
        id = try Self.text(object, "kid", arena)
        contentType = try Self.text(object, "cty", arena)
        _ = try Self.text(object, "typ", arena)
        let critical = object.member("crit", in: arena)
        guard critical.isDefined else { return }
        guard critical.tag == .array else { throw CryptoFault("crit: must be a list") }
        let names = critical.elements.filter(\.isString)
        guard !names.isEmpty else { throw CryptoFault("crit: must be a nonempty list") }
        let known: [StaticString] = ["alg", "kid", "typ", "cty", "crit"]
        hasUnknownCritical = names.contains { name in
            object.lookup(name).isDefined && !known.contains { name.isString($0) }
        }
    }

    /// Whether a signature may be looked at (RFC 7515, sections 4.1.1 and 4.1.11).
    var isValid: Bool { !algorithm.isEmpty && !hasUnknownCritical }

    private static func text(_ object: Value, _ name: String, _ arena: Arena) throws(CryptoFault) -> String {
        let value = object.member(name, in: arena)
        guard value.isDefined else { return "" }
        guard value.isString else { throw CryptoFault("\(name): must be a string") }
        return value.swiftString
    }
}
