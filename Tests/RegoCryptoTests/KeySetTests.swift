import RegoCrypto
import Testing

@Suite struct KeySetTests {
    /// A key, and what becomes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var key: String
        var code: KeySetError.Code?
        var skipped: Bool

        init(_ name: String, _ key: String, _ code: KeySetError.Code? = nil, skipped: Bool = false) {
            testDescription = name
            self.key = key
            self.code = code
            self.skipped = skipped
        }
    }

    private static let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
    private static let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    private static let ed = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    /// An odd number of so many bits, its highest one set.
    private static func modulus(bits: Int) -> String {
        var bytes = [UInt8](repeating: 0x5B, count: (bits + 7) / 8)
        bytes[0] = bits % 8 == 0 ? 0x80 : 1 << UInt8(bits % 8 - 1)
        bytes[bytes.count - 1] = 0x01
        return Base64URL.encode(bytes)
    }
    private static func base64(_ hexadecimal: String) -> String {
        let digits = hexadecimal.utf8.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
        return Base64URL.encode(stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    static let cases = [
        Case("a P-256 key", #"{"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)"}"#),
        Case(
            "with all that is allowed",
            #"{"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)","use":"sig","alg":"ES256","key_ops":["verify"],"kid":"ü","more":{}}"#),
        Case("an Ed25519 key", #"{"kty":"OKP","crv":"Ed25519","x":"\#(ed)","alg":"Ed25519"}"#),
        Case("RSA of 2048 bits", #"{"kty":"RSA","n":"\#(modulus(bits: 2048))","e":"AQAB"}"#),
        Case("RSA of 8192 bits", #"{"kty":"RSA","n":"\#(modulus(bits: 8192))","e":"Aw"}"#),
        Case("RSA of 2047 bits", #"{"kty":"RSA","n":"\#(modulus(bits: 2047))","e":"AQAB"}"#, .weak),
        Case("RSA of 1024 bits", #"{"kty":"RSA","n":"\#(modulus(bits: 1024))","e":"AQAB"}"#, .weak),
        Case("RSA of 16384 bits", #"{"kty":"RSA","n":"\#(modulus(bits: 16384))","e":"AQAB"}"#, .weak),
        Case(
            "RSA made longer by zeros",
            #"{"kty":"RSA","n":"\#(Base64URL.encode([UInt8](repeating: 0, count: 200) + [0x81, 0x01]))","e":"AQAB"}"#, .weak),
        Case("an even modulus", #"{"kty":"RSA","n":"\#(Base64URL.encode([UInt8](repeating: 0xFE, count: 256)))","e":"AQAB"}"#, .weak),
        Case("exponent 1", #"{"kty":"RSA","n":"\#(modulus(bits: 2048))","e":"AQ"}"#, .weak),
        Case("exponent 0", #"{"kty":"RSA","n":"\#(modulus(bits: 2048))","e":"AA"}"#, .weak),
        Case("an even exponent", #"{"kty":"RSA","n":"\#(modulus(bits: 2048))","e":"AQAA"}"#, .weak),
        Case("a long exponent", #"{"kty":"RSA","n":"\#(modulus(bits: 2048))","e":"\#(modulus(bits: 72))"}"#, .weak),
        Case("no exponent", #"{"kty":"RSA","n":"\#(modulus(bits: 2048))"}"#, .malformed),
        Case("an empty modulus", #"{"kty":"RSA","n":"","e":"AQAB"}"#, .malformed),
        Case("padding", #"{"kty":"RSA","n":"\#(modulus(bits: 2048))","e":"AQAB="}"#, .malformed),
        Case("not on the curve", #"{"kty":"EC","crv":"P-256","x":"\#(y)","y":"\#(x)"}"#, .weak),
        Case(
            "the point zero",
            #"{"kty":"EC","crv":"P-256","x":"\#(base64(String(repeating: "0", count: 64)))","y":"\#(base64(String(repeating: "0", count: 64)))"}"#,
            .weak),
        Case("beyond the field", #"{"kty":"EC","crv":"P-256","x":"\#(base64(String(repeating: "f", count: 64)))","y":"\#(y)"}"#, .weak),
        Case("another curve's point", #"{"kty":"EC","crv":"P-384","x":"\#(x)","y":"\#(y)"}"#, .malformed),
        Case("a short coordinate", #"{"kty":"EC","crv":"P-256","x":"AQ","y":"\#(y)"}"#, .malformed),
        Case("no y", #"{"kty":"EC","crv":"P-256","x":"\#(x)"}"#, .malformed),
        Case("no curve", #"{"kty":"EC","x":"\#(x)","y":"\#(y)"}"#, .malformed),
        Case("types that do not match", #"{"kty":"OKP","crv":"P-256","x":"\#(x)","y":"\#(y)"}"#, .malformed),
        Case("types that do not match either", #"{"kty":"EC","crv":"Ed25519","x":"\#(ed)"}"#, .malformed),
        Case("a short Ed25519 key", #"{"kty":"OKP","crv":"Ed25519","x":"AQ"}"#, .malformed),
        Case("Ed25519 of order 1", #"{"kty":"OKP","crv":"Ed25519","x":"\#(base64("01" + String(repeating: "0", count: 62)))"}"#, .weak),
        Case("Ed25519 of order 4", #"{"kty":"OKP","crv":"Ed25519","x":"\#(base64(String(repeating: "0", count: 62) + "80"))"}"#, .weak),
        Case(
            "Ed25519 of order 8",
            #"{"kty":"OKP","crv":"Ed25519","x":"\#(base64("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))"}"#, .weak),
        Case("an algorithm of another type", #"{"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)","alg":"RS256"}"#, .malformed),
        Case("a private key", #"{"kty":"OKP","crv":"Ed25519","x":"\#(ed)","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#, .malformed),
        Case("kid is a number", #"{"kty":"OKP","crv":"Ed25519","x":"\#(ed)","kid":1}"#, .malformed),
        Case("use is a list", #"{"kty":"OKP","crv":"Ed25519","x":"\#(ed)","use":[]}"#, .malformed),
        Case("key_ops is a string", #"{"kty":"OKP","crv":"Ed25519","x":"\#(ed)","key_ops":"verify"}"#, .malformed),
        Case("no type", #"{"crv":"Ed25519","x":"\#(ed)"}"#, .malformed),
        Case("not an object", "7", .malformed),
        Case("a symmetric key", #"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}"#, skipped: true),
        Case("an unknown type", #"{"kty":"AKP","alg":"ML-DSA-44"}"#, skipped: true),
        Case("a type in other case", #"{"kty":"ec","crv":"P-256","x":"\#(x)","y":"\#(y)"}"#, skipped: true),
        Case("an unknown curve", #"{"kty":"EC","crv":"secp256k1","x":"\#(x)","y":"\#(y)"}"#, skipped: true),
        Case("X25519", #"{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#, skipped: true),
        Case("the curve RSA", #"{"kty":"EC","crv":"RSA","x":"\#(x)","y":"\#(y)"}"#, skipped: true),
        Case("for encryption", #"{"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)","use":"enc"}"#, skipped: true),
        Case("an algorithm for encryption", #"{"kty":"RSA","n":"\#(modulus(bits: 2048))","e":"AQAB","alg":"RSA-OAEP"}"#, skipped: true),
        Case("a symmetric algorithm", #"{"kty":"RSA","n":"\#(modulus(bits: 2048))","e":"AQAB","alg":"HS256"}"#, skipped: true),
        Case("only for signing", #"{"kty":"OKP","crv":"Ed25519","x":"\#(ed)","key_ops":["sign"]}"#, skipped: true),
    ]

    @Test(arguments: cases)
    func keys(_ item: Case) throws {
        // Beside a good key, so that skipping one leaves a set.
        let good = try #require(TestKeys.all[.p384]).publicJWK(id: "good")
        let text = Array(#"{"keys":[\#(good),\#(item.key)]}"#.utf8)
        if let code = item.code {
            #expect(throws: KeySetError(code, "")) { try KeySet(jwks: text) }
            return
        }
        let set = try KeySet(jwks: text)
        #expect(set.entries.count == (item.skipped ? 1 : 2))
        #expect(set.skipped.count == (item.skipped ? 1 : 0))
        if item.skipped {
            #expect(set.skipped[0].hasPrefix("key 2: "))
            #expect(throws: KeySetError(.empty, "")) { try KeySet(jwks: Array(#"{"keys":[\#(item.key)]}"#.utf8)) }
        }
    }

    @Test(arguments: [
        "", "{}", "[]", "null", #"{"keys":{}}"#, #"{"keys":[]"#, #"{"keys":[],"keys":[]}"#, "{\"keys\":[]}\u{0}",
        "-----BEGIN PUBLIC KEY-----",
    ])
    func whatIsNoSet(text: String) {
        #expect(throws: KeySetError(.malformed, "")) { try KeySet(jwks: Array(text.utf8)) }
    }

    @Test func anEmptySet() {
        #expect(throws: KeySetError(.empty, "")) { try KeySet(jwks: Array(#"{"keys":[]}"#.utf8)) }
    }

    @Test func tooMuch() throws {
        let key = #"{"kty":"oct"}"#
        let keys = Array(repeating: key, count: 129).joined(separator: ",")
        #expect(throws: KeySetError(.malformed, "")) { try KeySet(jwks: Array(#"{"keys":[\#(keys)]}"#.utf8)) }
        #expect(throws: KeySetError(.malformed, "")) { try KeySet(jwks: [UInt8](repeating: 0x20, count: 2 << 20)) }
    }

    @Test func namesAreUsedOnceForEachType() throws {
        let first = try SigningKey.generate(.p256).publicJWK(id: "a")
        let second = try SigningKey.generate(.p256).publicJWK(id: "a")
        let other = try SigningKey.generate(.ed25519).publicJWK(id: "a")
        #expect(throws: KeySetError(.duplicate, "")) { try KeySet(jwks: Array(#"{"keys":[\#(first),\#(second)]}"#.utf8)) }
        let set = try KeySet(jwks: Array(#"{"keys":[\#(first),\#(other)]}"#.utf8))
        #expect(set.candidates(id: "a", .es256).map(\.family) == [.p256])
        #expect(set.candidates(id: "a", .eddsa).map(\.family) == [.ed25519])
        #expect(set.candidates(id: "b", .eddsa).isEmpty)
        #expect(set.candidates(id: nil, .rs256).isEmpty)
    }

    @Test func theKeysAlgorithmIsHonoured() throws {
        let key = try #require(TestKeys.all[.rsa]).publicJWK(id: "r")
        let only = key.replacing(#""use":"sig""#, with: #""alg":"PS256""#)
        let set = try KeySet(jwks: Array(only.utf8))
        #expect(set.candidates(id: nil, .ps256).count == 1)
        #expect(set.candidates(id: nil, .rs256).isEmpty)
        let verifier = TokenVerifier(keys: set, issuers: nil, audiences: nil, algorithms: SignatureAlgorithm.allCases)
        let token = TestKeys.token(.rs256, header: #"{"alg":"RS256","kid":"r"}"#)
        #expect(throws: TokenError(.unknownKey, "")) { try verifier.verify(token.utf8, now: TestKeys.now) }
    }

    // Made with Python's `cryptography`.
    static let rsaPEM = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxvUcwurk09zWdo4hQQQu
        FjmkoeUqLAYOAymPMhxSd+hd5uRfr2vqwUMpDITvaywmK/ZQhW3ME6oPNRTbfYn2
        AhNjbPuiskxggpPw+DPJ61kbJy+vZEvkn1MxSLQGJH36j3ft5hGJKWyQbgh2NOIE
        zHIWemYpMcPfo49Neuo3eoLk58GxC6jBXh79+27ZeILij7u5fRoDjAzWqVECBeDn
        hUfXdCgOHVuL7v5QeTxeD+QgxXTzj6nr9IHOYD0ckAQ6V62M8cIQeTHxe6GBV5j/
        OVif/NJ/9yKnHeR6o7oNcwYd19PaCu3dhFw8rZ7D4JJrZ1o5h/z17jW774teleUm
        HwIDAQAB
        -----END PUBLIC KEY-----
        """
    static let rsaToken =
        "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogIkpXVCIsICJraWQiOiAicnNhIn0.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlIiwgInN1YiI6ICJkci1hIiwgImF1ZCI6ICJ3YXJkIiwgImV4cCI6IDIwMDAwMDAwMDAsICJuYmYiOiAxMDAwMDAwMDAwLCAiaWF0IjogMTAwMDAwMDAwMCwgInJvbGUiOiAiZG9jdG9yIn0.pn_d3Hfwc-kvw0og0K-_I3Yyz2wD5zZB8e6L8sRTmyW_B7_MDmX6RhIa3THd-1g3on7UrqsIlFUOZ1wHMg1IggA1i_o1H5Cs3POWJRNgs8cfyaDE282CbFQh1dUe8MWiWEdAOWQQ-o_p8OCZYxxAJIjTkENFctdy_OpobkMCHbNdnNp0X3DKZ0sJe3IHuTEIKTL1jV-4eaSTRDjJ4VtEumQi1tYlZ1zFy6zsF3hbaZVP1dmY_RrydauZwQ6C7Z3OIKLuzoIljDO7jSB_uzkQjHOtJ0oE4v5Lpb4T3vaR36QpydM1E6gEgJEekXhcPrJFI9SGY1Xzr88yN7utTk97dQ"
    static let ecPEM = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7kaDH5eGznVWWPHmw/n5ngju9SlX
        ckcSVuVpgJXW0cui7xNRY3fPbNqYX5ng2O3d/KjmVhDhe0235DYcEueAwg==
        -----END PUBLIC KEY-----
        """
    static let ecToken =
        "eyJhbGciOiAiRVMyNTYiLCAidHlwIjogIkpXVCIsICJraWQiOiAiZWMyNTYifQ.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlIiwgInN1YiI6ICJkci1hIiwgImF1ZCI6ICJ3YXJkIiwgImV4cCI6IDIwMDAwMDAwMDAsICJuYmYiOiAxMDAwMDAwMDAwLCAiaWF0IjogMTAwMDAwMDAwMCwgInJvbGUiOiAiZG9jdG9yIn0.9cf8bemxyjuAMkPaO3FKIYso_tzxg67VXolJYbQRh1PXcX_KrFew3r9FG58-_LbOgTvRti1tVYZq7N7fsF3ffg"
    static let edPEM = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEA1pYbORB8ARKlJMzkQHlbEsHeqoqVBs2on8lTDkjGgwU=
        -----END PUBLIC KEY-----
        """
    static let edToken =
        "eyJhbGciOiAiRWREU0EiLCAidHlwIjogIkpXVCIsICJraWQiOiAiZWQifQ.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlIiwgInN1YiI6ICJkci1hIiwgImF1ZCI6ICJ3YXJkIiwgImV4cCI6IDIwMDAwMDAwMDAsICJuYmYiOiAxMDAwMDAwMDAwLCAiaWF0IjogMTAwMDAwMDAwMCwgInJvbGUiOiAiZG9jdG9yIn0.69ohloxCWYbKGUrEdyPKYPtcOkliUa_AlIcKXPhiV8puW3qs-Rblkf-LHPXi3MYWfm3v6-yt77hXEv8lh0vJCg"

    @Test(arguments: [("rsa", rsaPEM, rsaToken), ("ec256", ecPEM, ecToken), ("ed", edPEM, edToken)])
    func publicKeysInPEM(kid: String, pem: String, token: String) throws {
        let anonymous = try KeySet(pem: Array(pem.utf8))
        let named = try KeySet(pem: Array(pem.utf8), id: kid)
        let verified = try TokenVerifier(keys: named, issuers: ["https://id.example"], audiences: ["ward"]).verify(
            token.utf8, now: 1_800_000_000)
        #expect(verified.subject == "dr-a")
        #expect(throws: TokenError(.unknownKey, "")) {
            try TokenVerifier(keys: anonymous, issuers: nil, audiences: nil).verify(token.utf8, now: 1_800_000_000)
        }
    }

    static let weakPEM = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCg+QMFEwbUR1JIvoKXi/QznFRQ
        rnuymhpv543f/HqupGmjwz2PmHhBp1/bOTbj3lIYkA81f6Eue5OnT8Z03j41XbIG
        Aek2AD0h6NcJ2r1NODkmb/eNTw2xQkIc36YRAs3p6Goex4IMCC30MclOqlamsRQS
        EqfSOL6s+F0o0LFFnQIDAQAB
        -----END PUBLIC KEY-----
        """
    static let foreignPEM = """
        -----BEGIN PUBLIC KEY-----
        MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEywrERKY7BproLqulZeoxdxlUuR9ARCtf
        WtgQo+ML1U2FOes092u0AGj9IbgpkG+eN53tm241bLkPMLqFZkJv3Q==
        -----END PUBLIC KEY-----
        """

    @Test func otherPEM() throws {
        #expect(throws: KeySetError(.weak, "")) { try KeySet(pem: Array(Self.weakPEM.utf8)) }
        #expect(throws: KeySetError(.unsupported, "")) { try KeySet(pem: Array(Self.foreignPEM.utf8)) }
        let whole = Array(Self.ecPEM.utf8)
        for count in stride(from: 0, to: whole.count - 5, by: 3) {
            #expect(throws: KeySetError.self) { try KeySet(pem: Array(whole[..<count])) }
        }
        for text in [
            "", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        ] {
            #expect(throws: KeySetError(.malformed, "")) { try KeySet(pem: Array(text.utf8)) }
            #expect(throws: KeySetError(.malformed, "")) { try SigningKey(pem: Array(text.utf8)) }
        }
    }
}
