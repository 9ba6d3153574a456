import RegoCrypto
import Testing

/// Published examples: keys and signatures that others made.
@Suite struct VectorTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var key: String
        var algorithm: SignatureAlgorithm
        var token: String
    }

    static let payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    static let vectors = [
        Vector(
            testDescription: "RFC 7515, A.2",
            key: """
                {"kty":"RSA","e":"AQAB","n":"\
                ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-\
                pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2Ca\
                pHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb5\
                4h4FRWyuXpoQ\
                "}
                """,
            algorithm: .rs256,
            token: "eyJhbGciOiJSUzI1NiJ9.\(payload)."
                + "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZ"
                + "cAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-e"
                + "OkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"),
        Vector(
            testDescription: "RFC 7515, A.3",
            key: """
                {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
                """,
            algorithm: .es256,
            token: "eyJhbGciOiJFUzI1NiJ9.\(payload)."
                + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"),
        Vector(
            testDescription: "RFC 7515, A.4",
            key: """
                {"kty":"EC","crv":"P-521",\
                "x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",\
                "y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}
                """,
            algorithm: .es512,
            token: "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA."
                + "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3"
                + "xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"),
        Vector(
            testDescription: "RFC 8037, A.4", key: #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            algorithm: .eddsa,
            token: "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
                + "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"),
    ]

    @Test(arguments: vectors)
    func signatures(_ vector: Vector) throws {
        let set = try KeySet(jwks: Array(vector.key.utf8))
        let key = try #require(set.candidates(id: nil, vector.algorithm).first)
        let parts = vector.token.split(separator: ".")
        let signature = try #require(Base64URL.decode(parts[2].utf8))
        let message = Array("\(parts[0]).\(parts[1])".utf8)
        #expect(key.verify(signature, over: message, vector.algorithm))
        #expect(!key.verify(signature, over: message + [0], vector.algorithm))
        for other in SignatureAlgorithm.allCases where other != vector.algorithm {
            #expect(!key.verify(signature, over: message, other))
        }
    }

    /// RFC 4231, test case 2, and FIPS 180-4's "abc".
    @Test func digests() throws {
        func hexadecimal(_ bytes: [UInt8]?) -> String { (bytes ?? []).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
        let abc = Array("abc".utf8)
        #expect(hexadecimal(Digest.hash(abc, .sha256)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(hexadecimal(Digest.hash(abc, .sha384)).hasPrefix("cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"))
        #expect(hexadecimal(Digest.hash(abc, .sha512)).hasPrefix("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea2"))
        #expect(hexadecimal(Digest.hash([], .sha256)) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let message = Array("what do ya want for nothing?".utf8)
        let key = Array("Jefe".utf8)
        #expect(
            hexadecimal(Digest.hmac(message, key: key, .sha256)) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            hexadecimal(Digest.hmac(message, key: key, .sha384))
                == "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649")
        #expect(hexadecimal(Digest.hmac(message, key: key, .sha512)).hasPrefix("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd6"))
        #expect(
            hexadecimal(Digest.hmac([], key: [], .sha256)) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func constantTime() {
        #expect(Digest.constantTimeEqual([], []))
        #expect(Digest.constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!Digest.constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!Digest.constantTimeEqual([1, 2, 3], [1, 2]))
    }

    @Test(
        arguments: [
            ("", []), ("Zg", [0x66]), ("Zm8", [0x66, 0x6F]), ("Zm9v", [0x66, 0x6F, 0x6F]), ("-_-_", [0xFB, 0xFF, 0xBF]),
            ("AAAA", [0, 0, 0]),
        ] as [(String, [UInt8])])
    func base64URL(text: String, bytes: [UInt8]) {
        #expect(Base64URL.decode(text.utf8) == bytes)
        #expect(Base64URL.encode(bytes) == text)
    }

    @Test(arguments: ["Z", "Zg==", "Zg=", "Zh", "Zm9", "Zm9v\n", " Zm9v", "Zm 9v", "Zm+v", "Zm/v", "Zm9vé", "Zm9vY", "=", "Zm9v.Zg"])
    func base64URLIsStrict(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }
}
