package import RegoRuntime

/// `crypto.x509.parse_certificates`, `crypto.x509.parse_certificate_request` (OPA: "Crypto").
package enum CertificateBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("crypto.x509.parse_certificates", arity: 1) { parse(BuiltinCall($0)) },
        BuiltinDefinition("crypto.x509.parse_certificate_request", arity: 1) { parseRequest(BuiltinCall($0)) },
    ]

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
