internal import COpenSSL
@_spi(Engine) internal import RegoRuntime

/// A certificate with its private key as PEM, read as Go's `tls.X509KeyPair` does.
package enum KeyPair {
    /// What is wrong with a pair; `nil` if it is good.
    package static func problem(certificate: [UInt8], key: [UInt8]) -> String? {
        do throws(CryptoFault) {
            _ = try load(certificate: certificate, key: key)
            return nil
        } catch {
            return error.message
        }
    }

    /// Whether a text has at least one certificate as PEM.
    package static func hasCertificate(_ text: [UInt8]) -> Bool {
        var rest = text[...]
        while let (block, following) = PEMBlock.next(in: rest) {
            if block.type == "CERTIFICATE", (try? CertificateFacts(block.bytes)) != nil { return true }
            rest = following
        }
        return false
    }

    /// The certificates in DER, the first one being the key's, and the key.
    static func load(certificate: [UInt8], key: [UInt8]) throws(CryptoFault) -> (certificates: [[UInt8]], key: PrivateKeyParts) {
        var certificates: [[UInt8]] = []
        var skipped: [String] = []
        var rest = certificate[...]
        while let (block, following) = PEMBlock.next(in: rest) {
            if block.type == "CERTIFICATE" { certificates.append(block.bytes) } else { skipped.append(block.type) }
            rest = following
        }
        guard let first = certificates.first else { throw CryptoFault(missingCertificate(skipped)) }
        let block = try keyBlock(key)
        guard let secret = try? PrivateKeyParts(block) else { throw CryptoFault("tls: failed to parse private key") }
        let facts: CertificateFacts
        do throws(CryptoFault) {
            facts = try CertificateFacts(first)
        } catch {
            throw CryptoFault("x509: malformed certificate")
        }
        guard let open = TokenKey(publicKeyInfo: facts.publicKey), open.kind != .other else {
            throw CryptoFault("tls: unknown public key algorithm")
        }
        defer { ERR_clear_error() }
        switch secret.matches(open) {
        case 1: return (certificates, secret)
        case 0: throw CryptoFault("tls: private key does not match public key")
        default: throw CryptoFault("tls: private key type does not match public key type")
        }
    }

    private static func missingCertificate(_ skipped: [String]) -> String {
        if skipped.isEmpty { return "tls: failed to find any PEM data in certificate input" }
        if skipped.count == 1, skipped[0].hasSuffix("PRIVATE KEY") {
            return "tls: failed to find certificate PEM data in certificate input, but did find a private key; "
                + "PEM inputs may have been switched"
        }
        return "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the following types: "
            + "[\(skipped.joined(separator: " "))]"
    }

    /// The first block with a private key.
    private static func keyBlock(_ text: [UInt8]) throws(CryptoFault) -> [UInt8] {
        var skipped: [String] = []
        var rest = text[...]
        while let (block, following) = PEMBlock.next(in: rest) {
            if block.type == "PRIVATE KEY" || block.type.hasSuffix(" PRIVATE KEY") { return block.bytes }
            skipped.append(block.type)
            rest = following
        }
        if skipped.isEmpty { throw CryptoFault("tls: failed to find any PEM data in key input") }
        if skipped == ["CERTIFICATE"] { throw CryptoFault("tls: found a certificate rather than a key in the PEM for the private key") }
        throw CryptoFault(
            "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks of the following "
                + "types: [\(skipped.joined(separator: " "))]")
    }
}
