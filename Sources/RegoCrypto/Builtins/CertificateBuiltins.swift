@_spi(Engine) package import RegoRuntime

/// `crypto.x509.parse_…` (OPA: "Crypto").
package enum CertificateBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("crypto.x509.parse_certificates", arity: 1) { parse(BuiltinCall($0)) },
        BuiltinDefinition("crypto.x509.parse_certificate_request", arity: 1) { parseRequest(BuiltinCall($0)) },
        BuiltinDefinition("crypto.x509.parse_and_verify_certificates", arity: 1) { verify(BuiltinCall($0)) },
        BuiltinDefinition("crypto.x509.parse_and_verify_certificates_with_options", arity: 2) { verifyWithOptions(BuiltinCall($0)) },
        BuiltinDefinition("crypto.x509.parse_keypair", arity: 2) { parseKeyPair(BuiltinCall($0)) },
    ]

    // MARK: Chains

    private static func verify(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        let options = ChainVerifier.Options(time: call.context.time)
        call.return { () throws(CryptoFault) -> Value in try verified(text, options, withURIStrings: true, call.arena) }
    }

    private static func verifyWithOptions(_ call: BuiltinCall) {
        guard let text = call.string(0), let given = call.object(1) else { return }
        call.return { () throws(CryptoFault) -> Value in
            // What cannot be read is not verified, whatever the options are.
            guard (try? facts(text)) != nil else { return failed(call.arena) }
            let options = try verifyOptions(given, ChainVerifier.Options(time: call.context.time))
            return try verified(text, options, withURIStrings: false, call.arena)
        }
    }

    private static func failed(_ arena: Arena) -> Value { .array([.false, .array([], in: arena)], in: arena) }

    private static func facts(_ text: Value) throws(CryptoFault) -> [CertificateFacts] {
        var found: [CertificateFacts] = []
        for bytes in try certificates(text.bytes) { found.append(try CertificateFacts(bytes)) }
        return found
    }

    /// `[true, chain]`, the certificate first and the root last, or `[false, []]`.
    private static func verified(
        _ text: Value, _ options: ChainVerifier.Options, withURIStrings: Bool, _ arena: Arena
    ) throws(CryptoFault) -> Value {
        let shown = CertificateValue(arena: arena)
        guard let certificates = try? facts(text), let chain = ChainVerifier.chain(certificates, options),
            certificates.allSatisfy({ (try? shown.certificate($0.bytes)) != nil })
        else { return failed(arena) }
        let result = ArrayBuilder(in: arena)
        for certificate in chain { result.append(try shown.certificate(certificate.bytes, withURIStrings: withURIStrings)) }
        return .array([.true, result.finish()], in: arena)
    }

    private static let usages = [
        "KeyUsageAny": 0, "KeyUsageServerAuth": 1, "KeyUsageClientAuth": 2, "KeyUsageCodeSigning": 3, "KeyUsageEmailProtection": 4,
        "KeyUsageIPSECEndSystem": 5, "KeyUsageIPSECTunnel": 6, "KeyUsageIPSECUser": 7, "KeyUsageTimeStamping": 8,
        "KeyUsageOCSPSigning": 9, "KeyUsageMicrosoftServerGatedCrypto": 10, "KeyUsageNetscapeServerGatedCrypto": 11,
        "KeyUsageMicrosoftCommercialCodeSigning": 12, "KeyUsageMicrosoftKernelCodeSigning": 13,
    ]

    private static func verifyOptions(
        _ given: Value, _ defaults: ChainVerifier.Options
    ) throws(CryptoFault) -> ChainVerifier.Options {
        var options = defaults
        for index in 0..<given.length {
            let (key, value) = (given.sortedKeys[index], given.sortedValues[index])
            guard key.isString else { continue }
            switch key.swiftString {
            case "DNSName":
                guard value.isString else { throw CryptoFault("'DNSName' should be a string") }
                options.host = trimmed(value)
            case "CurrentTime":
                guard value.isNumber else { throw CryptoFault("'CurrentTime' should be a number") }
                guard value.isInteger else { throw CryptoFault("'CurrentTime' should be a valid int64 number") }
                options.time = value.asInteger
            case "MaxConstraintComparisons":
                guard value.isNumber else { throw CryptoFault("'MaxConstraintComparisons' should be a number") }
                guard value.isInteger else { throw CryptoFault("'MaxConstraintComparisons' should be a valid number") }
                options.comparisonLimit = Int(value.asInteger)
            case "KeyUsages":
                guard value.tag == .array || value.tag == .set else { throw CryptoFault("'KeyUsages' should be an Array or Set") }
                let members = value.tag == .array ? Array(value.elements) : (0..<value.length).map { value.sortedKeys[$0] }
                let names = members.filter(\.isString).map(trimmed)
                let unknown = names.filter { usages[$0] == nil }
                guard unknown.isEmpty else {
                    throw CryptoFault("invalid entries for 'KeyUsages' found: [\(unknown.joined(separator: " "))]")
                }
                options.usages = names.compactMap { usages[$0] }
            default: throw CryptoFault("invalid key option")
            }
        }
        return options
    }

    /// The text without quotes at its ends.
    private static func trimmed(_ value: Value) -> String {
        var bytes = value.bytes[...]
        while bytes.first == UInt8(ascii: "\"") { bytes.removeFirst() }
        while bytes.last == UInt8(ascii: "\"") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Key pairs

    /// Go's `tls.Certificate`: PEM, base 64 of it, or base 64 of DER.
    private static func parseKeyPair(_ call: BuiltinCall) {
        guard let certificate = call.string(0) else { return }
        // OPA counts the key as the first operand, too.
        guard call[1].isString else { return call.failOperand(0, "must be string but got \(call[1].typeName)") }
        call.return { () throws(CryptoFault) -> Value in
            let arena = call.arena
            let (chain, key) = try KeyPair.load(
                certificate: try pem(certificate.bytes, "CERTIFICATE"), key: try pem(call[1].bytes, "PRIVATE KEY"))
            let shown = CertificateValue(arena: arena)
            let result = shown.fields()
            result.put("Certificate", .array(chain.map { .string(Base64Text.encode($0), in: arena) }, in: arena))
            result.put("PrivateKey", try key.goValue(in: arena))
            for name in ["SupportedSignatureAlgorithms", "OCSPStaple", "SignedCertificateTimestamps"] { result.put(name, .null) }
            if let first = chain.first { result.put("Leaf", try shown.certificate(first, withURIStrings: false)) }
            return result.builder.finish()
        }
    }

    /// The text as PEM.
    private static func pem(_ text: [UInt8], _ type: String) throws(CryptoFault) -> [UInt8] {
        let begin = "-----BEGIN ".utf8
        if text.starts(with: begin) { return text }
        let decoded = try Base64Text.decode(text)
        if decoded.starts(with: begin) { return decoded }
        return Array("-----BEGIN \(type)-----\n\(Base64Text.encode(decoded))\n-----END \(type)-----\n".utf8)
    }

    // MARK: Certificates

    private static func parse(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        call.return { () throws(CryptoFault) -> Value in
            let shown = CertificateValue(arena: call.arena)
            let result = ArrayBuilder(in: call.arena)
            for bytes in try certificates(text.bytes) { result.append(try shown.certificate(bytes)) }
            return result.finish()
        }
    }

    private static func parseRequest(_ call: BuiltinCall) {
        guard let text = call.string(0) else { return }
        call.return { () throws(CryptoFault) -> Value in
            var bytes = text.bytes
            if !bytes.starts(with: "-----BEGIN CERTIFICATE REQUEST-----".utf8) { bytes = try Base64Text.decode(bytes) }
            if let (block, _) = PEMBlock.next(in: bytes[...]) {
                guard block.type == "CERTIFICATE REQUEST" else { throw CryptoFault("invalid PEM-encoded certificate signing request") }
                bytes = block.bytes
            }
            return try CertificateValue(arena: call.arena).request(bytes)
        }
    }

    /// The certificates of a text in DER: PEM, or base 64 of PEM or of DER.
    static func certificates(_ text: [UInt8]) throws(CryptoFault) -> [[UInt8]] {
        let begin = "-----BEGIN".utf8
        var bytes = text
        if !bytes.starts(with: begin) { bytes = try Base64Text.decode(bytes) }
        if bytes.starts(with: begin) {
            var joined: [UInt8] = []
            var rest = bytes[...]
            while let (block, following) = PEMBlock.next(in: rest) {
                guard block.type == "CERTIFICATE" else {
                    throw CryptoFault("PEM block type is '\(block.type)', expected CERTIFICATE")
                }
                joined += block.bytes
                rest = following
            }
            bytes = joined
        }
        var reader = DERReader(bytes[...])
        var found: [[UInt8]] = []
        while !reader.isAtEnd { found.append(Array(try reader.next(0x30).full)) }
        return found
    }
}
