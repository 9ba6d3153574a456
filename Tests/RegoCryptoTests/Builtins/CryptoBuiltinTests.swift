import RegoCrypto
@_spi(Engine) import RegoRuntime
import Testing

@Suite struct CryptoBuiltinTests {
    /// RFC 1321, FIPS 180-4.
    @Test(arguments: [
        ("crypto.md5", "abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("crypto.md5", "", "d41d8cd98f00b204e9800998ecf8427e"),
        ("crypto.sha1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("crypto.sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func hashes(name: String, text: String, digest: String) throws {
        #expect(try BuiltinRunner.call(name, .string(text)) == .string(digest))
    }

    /// RFC 2202 and RFC 4231, test case 2.
    @Test(arguments: [
        ("crypto.hmac.md5", "750c783e6ab0b503eaa86e310a5db738"),
        ("crypto.hmac.sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("crypto.hmac.sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ])
    func codes(name: String, code: String) throws {
        #expect(try BuiltinRunner.call(name, "what do ya want for nothing?", "Jefe") == .string(code))
        #expect(BuiltinRunner.failure(name, 1, "Jefe") == "\(name): operand 1 must be string but got number")
    }

    @Test func emptyKeysMakeCodes() throws {
        let code = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        #expect(try BuiltinRunner.call("crypto.hmac.sha256", "", "") == .string(code))
        #expect(try BuiltinRunner.call("crypto.hmac.equal", .string(code), .string(code)) == true)
        #expect(try BuiltinRunner.call("crypto.hmac.equal", .string(code), "b6") == false)
    }

    @Test(arguments: [PublicKey.Family.rsa, .p256, .p384, .p521, .ed25519])
    func tokensOfGeneratedKeys(family: PublicKey.Family) throws {
        let signatures: [PublicKey.Family: SignatureAlgorithm] = [
            .rsa: .ps256, .p256: .es256, .p384: .es384, .p521: .es512, .ed25519: .eddsa,
        ]
        let key = try #require(TestKeys.all[family])
        let algorithm = try #require(signatures[family])
        let header = Array(#"{"alg":"\#(algorithm.rawValue)","kid":"\#(family.rawValue)"}"#.utf8)
        let token = try #require(key.token(header: header, claims: Array(#"{"sub":"a","exp":100}"#.utf8), algorithm))
        let set = RegoValue.string(String(decoding: try TestKeys.jwks(), as: UTF8.self))
        let name = "io.jwt.verify_\(algorithm.rawValue.lowercased())"
        #expect(try BuiltinRunner.call(name, .string(token), set) == true)
        #expect(try BuiltinRunner.call(name, .string(token.replacingLast), set) == false)
        #expect(try BuiltinRunner.call("io.jwt.verify_rs384", .string(token), set) == false)

        let constraints: RegoValue = .object(["cert": set])
        let verified = try BuiltinRunner.call("io.jwt.decode_verify", .string(token), constraints, time: 99_000_000_000)
        #expect(verified[0] == true)
        #expect(verified[2]?["sub"] == "a")
        let expired = try BuiltinRunner.call("io.jwt.decode_verify", .string(token), constraints, time: 100_000_000_000)
        #expect(expired == [false, [:], [:]])
    }

    @Test func aPublicKeyIsNeverASecret() throws {
        let set = String(decoding: try TestKeys.jwks([.rsa]), as: UTF8.self)
        let token = try BuiltinRunner.call(
            "io.jwt.encode_sign", ["alg": "HS256"], ["sub": "a"],
            ["kty": "oct", "k": .string(Base64URL.encode(Array(set.utf8)))])
        let constraints: RegoValue = .object(["cert": .string(set)])
        #expect(try BuiltinRunner.call("io.jwt.decode_verify", token, constraints) == [false, [:], [:]])
        let unsigned: RegoValue = "eyJhbGciOiJub25lIn0.e30."
        #expect(try BuiltinRunner.call("io.jwt.decode_verify", unsigned, constraints) == [false, [:], [:]])
        #expect(try BuiltinRunner.call("io.jwt.decode_verify", unsigned, ["secret": "a"]) == [false, [:], [:]])
    }

    @Test(arguments: [
        ("", "encoded JWT had no period separators"), ("..", "bad JWT header: invalid JSON"),
        ("a.b.c.d", "encoded JWT must have 3 sections, found 4"), ("e30.e30.!", "JWT signature had invalid encoding"),
        ("e30.W10.e30", "decoded JSON type was not an Object"), ("e30.a.e30", "illegal base64url string: a"),
    ])
    func malformedTokens(token: String, message: String) {
        let failure = BuiltinRunner.failure("io.jwt.decode", .string(token))
        #expect(failure?.contains(message) == true, "\(failure ?? "none")")
    }

    @Test(arguments: [
        "", "{}", "[]", "null", "{\"kty\":1}", "{\"kty\":\"RSA\"}", "{\"keys\":1}", "{\"keys\":[1]}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}",
        "{\"kty\":\"oct\",\"k\":\"\"}", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----",
    ])
    func malformedKeys(key: String) {
        #expect(BuiltinRunner.failure("io.jwt.verify_rs256", "e30.e30.AAAA", .string(key)) != nil)
    }

    @Test func manyUnfinishedBlocksAreReadOnce() throws {
        let text = String(repeating: "-----BEGIN PRIVATE KEY-----\n", count: 20_000) + "-----END X-----"
        #expect(try BuiltinRunner.call("crypto.parse_private_keys", .string(text)) == [])
        #expect(try BuiltinRunner.call("crypto.parse_private_keys", "") == .null)
    }

    @Test func damagedPrivateKeysAreRefused() {
        let text: RegoValue = "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----"
        #expect(BuiltinRunner.failure("crypto.parse_private_keys", text)?.contains("failed to parse private key") == true)
        #expect(BuiltinRunner.failure("crypto.x509.parse_rsa_private_key", "") != nil)
    }

    @Test(arguments: ["http://[", "%zz", "\u{1}", ":", "//a/%", "http://h/é", ""])
    func hostileURLs(url: String) {
        // Signed or refused, never more.
        _ = BuiltinRunner.failure(
            "providers.aws.sign_req", ["method": "get", "url": .string(url)],
            ["aws_service": "s3", "aws_region": "r", "aws_access_key": "a", "aws_secret_access_key": "s"], 0)
    }
}

extension String {
    /// The text with another character in the middle of its last part.
    fileprivate var replacingLast: String {
        var bytes = Array(utf8)
        let place = bytes.count - 20
        bytes[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        return String(decoding: bytes, as: UTF8.self)
    }
}
