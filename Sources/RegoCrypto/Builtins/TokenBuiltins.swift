@_spi(Engine) package import RegoRuntime

/// `io.jwt.decode`, `io.jwt.decode_verify`, `io.jwt.encode_sign` … (OPA: "Tokens", RFC 7519).
package enum TokenBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("io.jwt.decode", arity: 1) { decode(BuiltinCall($0)) },
        BuiltinDefinition("io.jwt.decode_verify", arity: 2, isNondeterministic: true) { decodeAndVerify(BuiltinCall($0)) },
        BuiltinDefinition("io.jwt.encode_sign", arity: 3, isNondeterministic: true) { encodeAndSign(BuiltinCall($0)) },
        BuiltinDefinition("io.jwt.encode_sign_raw", arity: 3, isNondeterministic: true) { encodeAndSignText(BuiltinCall($0)) },
    ]

    private static func decode(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        call.return { () throws(CryptoFault) -> Value in
            var text = text.bytes
            // Each level of nesting is a quarter shorter than the one around it.
            while true {
                let token = try TokenParts(text)
                let header = try token.decodedHeader(in: call.arena)
                let payload = try token.decodedPayload()
                let contentType = header.member("cty", in: call.arena)
                guard contentType.isUndefined || contentType.isString else { throw CryptoFault("cty: must be a string") }
                if contentType.isString("JWT") {
                    text = trimQuotes(payload)
                    continue
                }
                let claims = try TokenParts.object(payload, in: call.arena)
                let signature = try TokenParts.decode(token.signature, "signature").hexadecimal
                return .array([header, claims, .string(signature, in: call.arena)], in: call.arena)
            }
        }
    }

    /// A nested token is a JSON string at times.
    private static func trimQuotes(_ bytes: [UInt8]) -> [UInt8] {
        let isQuote = { (byte: UInt8) in byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }
        var rest = bytes.drop(while: isQuote)
        while let last = rest.last, isQuote(last) { rest.removeLast() }
        return Array(rest)
    }

    private static func decodeAndVerify(_ call: BuiltinCall) {
        guard let object = call.object(1) else { return }
        call.return { () throws(CryptoFault) -> Value in
            let constraints = try TokenConstraints(object, call)
            guard call[0].isString else {
                throw CryptoFault("operand 1 must be string but got \(call[0].typeName)", kind: .type)
            }
            let none = ObjectBuilder(in: call.arena, capacity: 1).finish()
            let unverified = Value.array([.false, none, none], in: call.arena)
            var text = call[0].bytes
            while true {
                let token = try TokenParts(text)
                let decoded = try token.decodedHeader(in: call.arena)
                let header = try TokenHeader(decoded, in: call.arena)
                guard header.isValid, constraints.algorithm.isEmpty || sameBytes(constraints.algorithm, header.algorithm) else {
                    return unverified
                }
                let signature = try token.decodedSignature()
                guard constraints.verify(header, signature, over: token.message) else { return unverified }
                let payload = try token.decodedPayload()
                if header.contentType.lowercased() == "jwt" {
                    text = payload
                    continue
                }
                let claims = try TokenParts.object(payload, in: call.arena)
                guard try constraints.accept(claims, in: call.arena) else { return unverified }
                return .array([.true, decoded, claims], in: call.arena)
            }
        }
    }

    private static func encodeAndSign(_ call: BuiltinCall) {
        let style = JSONStyle(escapesHTML: true)
        let (header, payload) = (Array(call[0].jsonText(style: style).utf8), Array(call[1].jsonText(style: style).utf8))
        call.return { () throws(CryptoFault) -> Value in
            try sign(header, payload, try TokenKeySet.parse(call[2], in: call.arena), call)
        }
    }

    private static func encodeAndSignText(_ call: BuiltinCall) {
        guard let key = call.string(2), let header = call.string(0), let payload = call.string(1) else { return }
        call.return { () throws(CryptoFault) -> Value in
            try sign(header.bytes, payload.bytes, try TokenKeySet.parse(key.bytes, in: call.arena), call)
        }
    }

    private static func sign(
        _ header: [UInt8], _ payload: [UInt8], _ keys: [TokenKeySet.Entry], _ call: BuiltinCall
    ) throws(CryptoFault) -> Value {
        guard let key = keys.first else { throw CryptoFault("no keys found in JWK set") }
        let fields = try readHeader(header, call)
        let name = fields.member("alg", in: call.arena)
        guard name.isDefined else { throw CryptoFault("missing or invalid 'alg' header: jwsbb: header \"alg\" not found") }
        guard name.isString else { throw CryptoFault("missing or invalid 'alg' header: jwsbb: header \"alg\" is not a string") }
        guard let algorithm = TokenAlgorithm(name: name.swiftString) else {
            throw CryptoFault("unknown JWS algorithm: \(name.swiftString)")
        }
        let type = fields.member("typ", in: call.arena)
        if !type.isString || type.isString("JWT"), (try? JSONParser.parse(payload, into: call.arena)) == nil {
            throw CryptoFault("type is JWT but payload is not JSON")
        }
        let message = "\(Base64URL.encode(header)).\(Base64URL.encode(payload))"
        guard let signature = algorithm.sign(Array(message.utf8), key.material) else {
            throw CryptoFault("the key cannot sign with \(name.swiftString)")
        }
        return .string("\(message).\(Base64URL.encode(signature))", in: call.arena)
    }

    /// The header as a value; a number-like text counts as one without fields, as OPA's lenient parser has it.
    private static func readHeader(_ header: [UInt8], _ call: BuiltinCall) throws(CryptoFault) -> Value {
        let spaces: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        guard header.contains(where: { !spaces.contains($0) }) else {
            throw CryptoFault("missing or invalid 'alg' header: cannot parse JSON: cannot parse empty string")
        }
        if let value = try? JSONParser.parse(header, into: call.arena) { return value }
        let numeric = Array("0123456789+-.eE".utf8)
        if header.allSatisfy({ numeric.contains($0) || spaces.contains($0) }) { return .null }
        throw CryptoFault("missing or invalid 'alg' header: cannot parse JSON")
    }
}
