import RegoCrypto
import Testing

/// A token's claims, and the error they must lead to; none when they are good.
struct ClaimsCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var claims: String
    var code: TokenError.Code?

    init(_ name: String, _ claims: String, _ code: TokenError.Code?) {
        testDescription = name
        self.claims = claims
        self.code = code
    }
}

@Suite struct TokenTests {
    private func failure(_ token: String, _ given: TokenVerifier? = nil, now: Int64 = TestKeys.now) throws -> TokenError.Code? {
        let verifier = try given ?? TestKeys.verifier()
        do throws(TokenError) {
            _ = try verifier.verify(token.utf8, now: now)
            return nil
        } catch {
            for part in token.split(separator: ".") where part.count > 8 { #expect(!error.description.contains(part)) }
            return error.code
        }
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func goodTokens(algorithm: SignatureAlgorithm) throws {
        let token = TestKeys.token(algorithm)
        let verified = try TestKeys.verifier().verify(token.utf8, now: TestKeys.now)
        #expect(verified.algorithm == algorithm)
        #expect(verified.keyID == TestKeys.family(algorithm).rawValue)
        #expect(verified.issuer == "https://id.example")
        #expect(verified.subject == "dr-a")
        #expect(verified.audiences == ["ward"])
        #expect(verified.expiresAt == 1_800_000_600)
        #expect(verified.claims["role"] == .string("doctor"))
        #expect(verified.claimsJSON == Array(TestKeys.claims.utf8))
    }

    @Test func theDefaultAlgorithms() throws {
        let verifier = try TestKeys.verifier(TokenVerifier.defaultAlgorithms)
        for algorithm in SignatureAlgorithm.allCases {
            let isDefault = [.rs256, .es256, .eddsa].contains(algorithm)
            #expect(try failure(TestKeys.token(algorithm), verifier) == (isDefault ? nil : .algorithmNotAllowed))
        }
        #expect(try failure(TestKeys.token(.eddsa, header: #"{"alg":"Ed25519"}"#), verifier) == nil)
    }

    static let claimCases = [
        ClaimsCase("the least", #"{"iss":"https://id.example","sub":"a","aud":"ward","exp":1800000600}"#, nil),
        ClaimsCase("a list of audiences", #"{"iss":"https://id.example","sub":"a","aud":["x","ward"],"exp":1800000600}"#, nil),
        ClaimsCase("times with fractions", #"{"iss":"https://id.example","sub":"a","aud":"other","exp":1800000600.5,"nbf":1.7e9}"#, nil),
        ClaimsCase("within the leeway", #"{"iss":"https://id.example","sub":"a","aud":"ward","exp":1799999971,"nbf":1800000030}"#, nil),
        ClaimsCase("expired by the leeway", #"{"iss":"https://id.example","sub":"a","aud":"ward","exp":1799999970}"#, .expired),
        ClaimsCase("expired long ago", #"{"iss":"https://id.example","sub":"a","aud":"ward","exp":0}"#, .expired),
        ClaimsCase("not yet", #"{"iss":"https://id.example","sub":"a","aud":"ward","exp":1800000600,"nbf":1800000031}"#, .notYetValid),
        ClaimsCase(
            "issued tomorrow", #"{"iss":"https://id.example","sub":"a","aud":"ward","exp":1800900000,"iat":1800086400}"#, .notYetValid),
        ClaimsCase("no exp", #"{"iss":"https://id.example","sub":"a","aud":"ward"}"#, .missingClaim),
        ClaimsCase("exp is a string", #"{"iss":"https://id.example","sub":"a","aud":"ward","exp":"1800000600"}"#, .missingClaim),
        ClaimsCase("exp is null", #"{"iss":"https://id.example","sub":"a","aud":"ward","exp":null}"#, .missingClaim),
        ClaimsCase("exp in milliseconds", #"{"iss":"https://id.example","sub":"a","aud":"ward","exp":1800000600000}"#, .missingClaim),
        ClaimsCase("exp is negative", #"{"iss":"https://id.example","sub":"a","aud":"ward","exp":-1}"#, .missingClaim),
        ClaimsCase("exp beyond 64 bits", #"{"iss":"https://id.example","sub":"a","aud":"ward","exp":99999999999999999999}"#, .missingClaim),
        ClaimsCase("nbf is a list", #"{"iss":"https://id.example","sub":"a","aud":"ward","exp":1800000600,"nbf":[]}"#, .missingClaim),
        ClaimsCase("no iss", #"{"sub":"a","aud":"ward","exp":1800000600}"#, .missingClaim),
        ClaimsCase("another iss", #"{"iss":"https://id.example/","sub":"a","aud":"ward","exp":1800000600}"#, .wrongIssuer),
        ClaimsCase("iss in other case", #"{"iss":"https://ID.example","sub":"a","aud":"ward","exp":1800000600}"#, .wrongIssuer),
        ClaimsCase("iss is a list", #"{"iss":["https://id.example"],"sub":"a","aud":"ward","exp":1800000600}"#, .missingClaim),
        ClaimsCase("no aud", #"{"iss":"https://id.example","sub":"a","exp":1800000600}"#, .missingClaim),
        ClaimsCase("another aud", #"{"iss":"https://id.example","sub":"a","aud":"ward2","exp":1800000600}"#, .wrongAudience),
        ClaimsCase("no aud in the list", #"{"iss":"https://id.example","sub":"a","aud":[],"exp":1800000600}"#, .wrongAudience),
        ClaimsCase("aud of numbers", #"{"iss":"https://id.example","sub":"a","aud":["ward",1],"exp":1800000600}"#, .missingClaim),
        ClaimsCase("aud is an object", #"{"iss":"https://id.example","sub":"a","aud":{"ward":1},"exp":1800000600}"#, .missingClaim),
        ClaimsCase("no sub", #"{"iss":"https://id.example","aud":"ward","exp":1800000600}"#, .missingClaim),
        ClaimsCase("an empty sub", #"{"iss":"https://id.example","sub":"","aud":"ward","exp":1800000600}"#, .missingClaim),
        ClaimsCase("sub is a number", #"{"iss":"https://id.example","sub":7,"aud":"ward","exp":1800000600}"#, .missingClaim),
        ClaimsCase("a claim twice", #"{"iss":"https://id.example","sub":"a","sub":"b","aud":"ward","exp":1800000600}"#, .malformed),
        ClaimsCase(
            "a claim twice by escapes", #"{"iss":"https://id.example","sub":"a","s\u0075b":"b","aud":"ward","exp":1800000600}"#, .malformed),
        ClaimsCase(
            "a claim twice inside", #"{"iss":"https://id.example","sub":"a","x":{"r":1,"r":2},"aud":"ward","exp":1800000600}"#, .malformed),
        ClaimsCase("not an object", #"["a"]"#, .malformed),
        ClaimsCase("empty", "", .malformed),
        ClaimsCase("cut off", #"{"iss":"https://id.example""#, .malformed),
        ClaimsCase("more after it", #"{"exp":1800000600} {}"#, .malformed),
        ClaimsCase("a byte order mark", "\u{FEFF}{}", .malformed),
        ClaimsCase("a lone surrogate", #"{"x":"\ud800"}"#, .malformed),
        ClaimsCase("nested too deeply", String(repeating: "[", count: 40) + String(repeating: "]", count: 40), .malformed),
        ClaimsCase("a number beyond all bounds", #"{"x":1e999}"#, .malformed),
        ClaimsCase("a comment", #"{/**/"exp":1}"#, .malformed),
    ]

    @Test(arguments: claimCases)
    func claimsAsTheyCome(_ item: ClaimsCase) throws {
        #expect(try failure(TestKeys.token(claims: item.claims)) == item.code)
    }

    @Test func nothingIsExpected() throws {
        let verifier = try TokenVerifier(keys: TestKeys.set(), issuers: nil, audiences: nil)
        #expect(try failure(TestKeys.token(claims: #"{"sub":"a","exp":1800000600}"#), verifier) == nil)
        let none = try TokenVerifier(keys: TestKeys.set(), issuers: [], audiences: nil)
        #expect(try failure(TestKeys.token(), none) == .wrongIssuer)
    }

    static let headers: [(String, TokenError.Code?)] = [
        (#"{"alg":"ES256"}"#, nil),
        (#"{"alg":"ES256","kid":"P-256","jwk":{"kty":"oct"},"jku":"https://evil.example","x5u":"x","x5c":[]}"#, nil),
        (#"{"alg":"ES256","kid":"P-384"}"#, .unknownKey),
        (#"{"alg":"ES256","kid":"RSA"}"#, .unknownKey),
        (#"{"alg":"ES256","kid":"no such"}"#, .unknownKey),
        (#"{"alg":"ES256","kid":""}"#, .unknownKey),
        (#"{"alg":"ES256","kid":7}"#, .malformed),
        (#"{"alg":"ES256","kid":null}"#, .malformed),
        (#"{"alg":"ES256","crit":["exp"],"exp":1}"#, .malformed),
        (#"{"alg":"ES256","crit":[]}"#, .malformed),
        (#"{"alg":"ES256","b64":false}"#, .malformed),
        (#"{"alg":"none"}"#, .algorithmNotAllowed),
        (#"{"alg":"None"}"#, .algorithmNotAllowed),
        (#"{"alg":""}"#, .algorithmNotAllowed),
        (#"{"alg":"es256"}"#, .algorithmNotAllowed),
        (#"{"alg":"ES256 "}"#, .algorithmNotAllowed),
        (#"{"alg":"ES256K"}"#, .algorithmNotAllowed),
        (#"{"alg":"HS256","kid":"P-256"}"#, .algorithmNotAllowed),
        (#"{"alg":"Ed448"}"#, .algorithmNotAllowed),
        (#"{"alg":["ES256"]}"#, .malformed),
        (#"{"alg":null}"#, .malformed),
        (#"{"kid":"P-256"}"#, .malformed),
        (#"{"alg":"ES256","alg":"ES256"}"#, .malformed),
        (#"{"alg":"none","\u0061lg":"ES256"}"#, .malformed),
        ("{}", .malformed),
        ("", .malformed),
        ("[]", .malformed),
        ("\"ES256\"", .malformed),
        // The signature is a P-256 one; each other algorithm must refuse it.
        (#"{"alg":"ES384"}"#, .badSignature),
        (#"{"alg":"ES512"}"#, .badSignature),
        (#"{"alg":"RS256"}"#, .badSignature),
        (#"{"alg":"PS256"}"#, .badSignature),
        (#"{"alg":"EdDSA"}"#, .badSignature),
    ]

    @Test(arguments: headers)
    func headersAsTheyCome(header: String, expected: TokenError.Code?) throws {
        #expect(try failure(TestKeys.token(header: header)) == expected)
    }

    @Test func unsignedTokens() throws {
        let parts = TestKeys.token().split(separator: ".")
        for header in [#"{"alg":"none"}"#, #"{"alg":"nOnE"}"#, #"{"alg":"none","kid":"P-256"}"#] {
            let encoded = Base64URL.encode(Array(header.utf8))
            #expect(try failure("\(encoded).\(parts[1]).") == .algorithmNotAllowed)
            #expect(try failure("\(encoded).\(parts[1]).\(parts[2])") == .algorithmNotAllowed)
        }
        #expect(try failure("\(parts[0]).\(parts[1]).") == .badSignature)
    }

    /// The public key's text as an HMAC secret: the classic confusion of algorithms.
    @Test func thePublicKeyIsNoSecret() throws {
        for algorithm in [(DigestAlgorithm.sha256, "HS256"), (.sha384, "HS384"), (.sha512, "HS512")] {
            let message =
                Base64URL.encode(Array(#"{"alg":"\#(algorithm.1)","kid":"RSA"}"#.utf8)) + "."
                + Base64URL.encode(Array(TestKeys.claims.utf8))
            let code = try #require(Digest.hmac(Array(message.utf8), key: TestKeys.jwks(), algorithm.0))
            #expect(try failure("\(message).\(Base64URL.encode(code))") == .algorithmNotAllowed)
        }
    }

    @Test func aKeyOfSomebodyElse() throws {
        for algorithm in [SignatureAlgorithm.rs256, .ps512, .es256, .es384, .es512, .eddsa] {
            let stranger = try SigningKey.generate(TestKeys.family(algorithm))
            #expect(try failure(TestKeys.token(algorithm, key: stranger)) == .badSignature)
        }
    }

    @Test(arguments: [SignatureAlgorithm.rs256, .es256, .es512, .eddsa])
    func cutTokens(algorithm: SignatureAlgorithm) throws {
        let token = Array(TestKeys.token(algorithm).utf8)
        let verifier = try TestKeys.verifier()
        for count in 0..<token.count {
            #expect(throws: TokenError.self) { try verifier.verify(token[..<count], now: TestKeys.now) }
        }
    }

    @Test(arguments: [SignatureAlgorithm.rs256, .ps256, .es256, .es384, .eddsa])
    func changedTokens(algorithm: SignatureAlgorithm) throws {
        let token = Array(TestKeys.token(algorithm).utf8)
        let verifier = try TestKeys.verifier()
        for index in token.indices {
            for change in [UInt8(1), 0x20, 0x80] {
                var changed = token
                changed[index] ^= change
                #expect(throws: TokenError.self) { try verifier.verify(changed, now: TestKeys.now) }
            }
        }
    }

    @Test func otherForms() throws {
        let token = TestKeys.token()
        for text in [
            "", ".", "..", "...", token + ".", "." + token, token + ".x", " " + token, token + " ", token + "\n", token + "=",
            "Bearer " + token,
            token.replacing(".", with: ".."), token.replacing(".", with: "+"), #"{"payload":"","signatures":[]}"#, "a.b.c.d.e", "é.é.é",
        ] { #expect(try failure(text) == .malformed, "\(text.prefix(8))") }
        let verifier = try TestKeys.verifier()
        #expect(throws: TokenError(.malformed, "")) { try verifier.verify(Array(repeating: UInt8(ascii: "a"), count: 20_000), now: 0) }
        #expect(throws: TokenError(.malformed, "")) { try verifier.verify([0xFF, 0x2E, 0xFE, 0x2E, 0], now: 0) }
    }

    /// ECDSA signatures are malleable in their encoding; only one form is read.
    @Test func otherFormsOfSignatures() throws {
        let parts = TestKeys.token().split(separator: ".").map(String.init)
        let raw = try #require(Base64URL.decode(parts[2].utf8))
        let (r, s) = (Array(raw[..<32]), Array(raw[32...]))
        let der = [0x30, 0x44, 0x02, 0x20] + r + [0x02, 0x20] + s
        let zero = [UInt8](repeating: 0, count: 32)
        for signature in [der, r, r + s + [0], [0] + r + s, zero + s, r + zero, zero + zero, s + r, [0] + r + [0] + s, []] as [[UInt8]] {
            #expect(try failure("\(parts[0]).\(parts[1]).\(Base64URL.encode(signature))") == .badSignature)
        }
    }

    @Test func tooManyKeysToTry() throws {
        let keys = try (0..<6).map { try SigningKey.generate(.ed25519).publicJWK(id: "k\($0)") }
        let set = try KeySet(jwks: Array("{\"keys\":[\(keys.joined(separator: ","))]}".utf8))
        let verifier = TokenVerifier(keys: set, issuers: nil, audiences: nil)
        #expect(try failure(TestKeys.token(.eddsa, header: #"{"alg":"EdDSA"}"#), verifier) == .unknownKey)
        #expect(try failure(TestKeys.token(.eddsa, header: #"{"alg":"EdDSA","kid":"k3"}"#), verifier) == .badSignature)
    }

    @Test func clocksAtTheEdges() throws {
        let token = TestKeys.token()
        for now in [Int64.min, -1, 0, 1_799_998_969, 1_800_000_630, .max] { #expect(try failure(token, now: now) != nil) }
        for now in [Int64(1_799_998_970), 1_800_000_629] { #expect(try failure(token, now: now) == nil) }
    }
}
