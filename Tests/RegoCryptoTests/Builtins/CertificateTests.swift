import RegoCrypto
@_spi(Engine) import RegoRuntime
import Testing

@Suite struct CertificateTests {
    @Test(arguments: [
        "", "MA==", "MIA=", "MIQ=", "MIT/////", "MAMCAQE=", "MIIBAA==", "/w==", "BQA=", "MAUwAwIBAQ==",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----", "-----BEGIN X-----\nMAA=\n-----END X-----",
    ])
    func damagedCertificatesAreRefused(text: String) {
        let failure = BuiltinRunner.failure("crypto.x509.parse_certificates", .string(text))
        #expect(text.isEmpty ? failure == nil : failure != nil)
        #expect(BuiltinRunner.failure("crypto.x509.parse_certificate_request", .string(text)) != nil)
    }
}
