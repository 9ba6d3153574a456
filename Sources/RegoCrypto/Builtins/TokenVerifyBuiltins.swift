@_spi(Engine) package import RegoRuntime

/// `io.jwt.verify_rs256` … (OPA: "Tokens"): whether a token's signature is right, whatever its header says its algorithm is.
package enum TokenVerifyBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("io.jwt.verify_rs256", arity: 2) { verify(BuiltinCall($0), .pkcs1, .sha256) },
        BuiltinDefinition("io.jwt.verify_rs384", arity: 2) { verify(BuiltinCall($0), .pkcs1, .sha384) },
        BuiltinDefinition("io.jwt.verify_rs512", arity: 2) { verify(BuiltinCall($0), .pkcs1, .sha512) },
        BuiltinDefinition("io.jwt.verify_ps256", arity: 2) { verify(BuiltinCall($0), .pss, .sha256) },
        BuiltinDefinition("io.jwt.verify_ps384", arity: 2) { verify(BuiltinCall($0), .pss, .sha384) },
        BuiltinDefinition("io.jwt.verify_ps512", arity: 2) { verify(BuiltinCall($0), .pss, .sha512) },
        BuiltinDefinition("io.jwt.verify_es256", arity: 2) { verify(BuiltinCall($0), .ellipticCurve, .sha256) },
        BuiltinDefinition("io.jwt.verify_es384", arity: 2) { verify(BuiltinCall($0), .ellipticCurve, .sha384) },
        BuiltinDefinition("io.jwt.verify_es512", arity: 2) { verify(BuiltinCall($0), .ellipticCurve, .sha512) },
        BuiltinDefinition("io.jwt.verify_eddsa", arity: 2) { verify(BuiltinCall($0), .ed25519, nil) },
        BuiltinDefinition("io.jwt.verify_hs256", arity: 2) { authenticate(BuiltinCall($0), .sha256) },
        BuiltinDefinition("io.jwt.verify_hs384", arity: 2) { authenticate(BuiltinCall($0), .sha384) },
        BuiltinDefinition("io.jwt.verify_hs512", arity: 2) { authenticate(BuiltinCall($0), .sha512) },
    ]

    private static func verify(_ call: BuiltinCall, _ scheme: SignatureScheme, _ digest: DigestAlgorithm?) {
        guard let text = call.string(0) else { return }
        call.return { () throws(CryptoFault) -> Value in
            let token = try TokenParts(text.bytes)
            guard call[1].isString else { throw CryptoFault("operand 2 must be string but got \(call[1].typeName)", kind: .type) }
            let keys = try TokenKeySet.of(call[1], call)
            let signature = try token.decodedSignature()
            let header = try TokenHeader(try token.decodedHeader(in: call.arena), in: call.arena)
            let message = token.message
            let holds = { (entry: TokenKeySet.Entry) -> Bool in
                // A private key is not a public one here, as in OPA.
                guard case .pair(let key) = entry.material, !key.isPrivate else { return false }
                return key.verify(signature, over: message, scheme, digest)
            }
            if !header.id.isEmpty, let entry = keys.entry(id: header.id) { return .boolean(holds(entry)) }
            return .boolean(
                keys.entries.contains { ($0.algorithm.isEmpty || sameBytes($0.algorithm, header.algorithm)) && holds($0) })
        }
    }

    private static func authenticate(_ call: BuiltinCall, _ digest: DigestAlgorithm) {
        guard let text = call.string(0), let secret = call.string(1) else { return }
        call.return { () throws(CryptoFault) -> Value in
            let token = try TokenParts(text.bytes)
            guard let code = Digest.hmac(token.message, key: secret.bytes, digest) else {
                throw CryptoFault("HMAC with \(digest.rawValue) is not available")
            }
            return .boolean(Digest.constantTimeEqual(try token.decodedSignature(), code))
        }
    }
}
