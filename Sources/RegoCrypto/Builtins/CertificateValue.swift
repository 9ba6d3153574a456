internal import COpenSSL
@_spi(Engine) internal import RegoRuntime

/// Certificates and requests (RFC 5280, RFC 2986) as Go's encoder writes its structures.
struct CertificateValue {
    let arena: Arena

    /// An object whose names are written as Go's fields.
    struct Fields {
        let builder: ObjectBuilder
        let arena: Arena

        func put(_ name: String, _ value: Value) { builder.set(.string(name, in: arena), value) }
        func put(_ name: String, bytes: ArraySlice<UInt8>) { put(name, .string(Base64Text.encode(bytes), in: arena)) }
        func put(_ name: String, text: String) { put(name, .string(text, in: arena)) }
        func put(_ name: String, _ number: Int) { put(name, .integer(number)) }
        func put(_ name: String, texts: [String]) { put(name, list(texts.map { .string($0, in: arena) })) }
        /// An empty list is null, as Go's are.
        func list(_ values: [Value]) -> Value { values.isEmpty ? .null : .array(values, in: arena) }
    }

    func fields() -> Fields { Fields(builder: ObjectBuilder(in: arena, capacity: 64), arena: arena) }

    /// A certificate.
    ///
    /// - Parameter withURIStrings: adds the texts of the URIs, as OPA does in most places.
    func certificate(_ bytes: [UInt8], withURIStrings: Bool = true) throws(CryptoFault) -> Value {
        let (result, body, signatureAlgorithm) = try signed(bytes, as: "RawTBSCertificate", trailing: "x509: trailing data")
        var reader = body.reader
        var version = 1
        if let explicit = try reader.optional(0xA0) {
            var inner = explicit.reader
            version = try inner.next(0x02).smallInteger() + 1
        }
        guard (1...3).contains(version) else { throw CryptoFault("x509: invalid version") }
        result.put("Version", version)
        let serial = try reader.next(0x02)
        if let first = serial.content.first, first >= 0x80 { throw CryptoFault("x509: negative serial number") }
        result.put("SerialNumber", try integer(serial))
        guard try reader.next(0x30).full.elementsEqual(signatureAlgorithm.full) else {
            throw CryptoFault("x509: inner and outer signature algorithm identifiers don't match")
        }
        let issuer = try reader.next(0x30)
        var validity = try reader.next(0x30).reader
        let subject = try reader.next(0x30)
        result.put("RawIssuer", bytes: issuer.full)
        result.put("Issuer", try name(issuer))
        result.put("NotBefore", text: try validity.next().time())
        result.put("NotAfter", text: try validity.next().time())
        result.put("RawSubject", bytes: subject.full)
        result.put("Subject", try name(subject))
        try putPublicKey(try reader.next(0x30), result)
        while let tag = reader.nextTag, tag != 0xA3 { _ = try reader.next() }
        putDefaults(result, withURIStrings: withURIStrings)
        if let wrapper = try reader.optional(0xA3) {
            var inner = wrapper.reader
            try putExtensions(try inner.next(0x30), result, withURIStrings: withURIStrings)
        }
        return result.builder.finish()
    }

    /// What is signed and by what algorithm, and the fields that all signed structures have.
    ///
    /// - Parameters:
    ///   - name: the field for what is signed.
    ///   - problem: what is said of bytes behind the structure.
    private func signed(
        _ bytes: [UInt8], as name: String, trailing problem: String
    ) throws(CryptoFault) -> (result: Fields, body: DERReader.Element, algorithm: DERReader.Element) {
        var outer = DERReader(bytes[...])
        let whole = try outer.next(0x30)
        guard outer.isAtEnd else { throw CryptoFault(problem) }
        var parts = whole.reader
        let body = try parts.next(0x30)
        let algorithm = try parts.next(0x30)
        let signature = try parts.next(0x03)
        let result = fields()
        result.put("Raw", bytes: whole.full)
        result.put(name, bytes: body.full)
        result.put("Signature", bytes: signature.content.dropFirst())
        result.put("SignatureAlgorithm", try Self.algorithm(algorithm))
        return (result, body, algorithm)
    }

    /// A request for a certificate.
    func request(_ bytes: [UInt8]) throws(CryptoFault) -> Value {
        do throws(CryptoFault) {
            let (result, body, _) = try signed(
                bytes, as: "RawTBSCertificateRequest", trailing: "asn1: syntax error: trailing data")
            var reader = body.reader
            result.put("Version", try reader.next(0x02).smallInteger())
            let subject = try reader.next(0x30)
            result.put("RawSubject", bytes: subject.full)
            result.put("Subject", try name(subject))
            try putPublicKey(try reader.next(0x30), result)
            for name in ["Attributes", "Extensions", "ExtraExtensions", "DNSNames", "EmailAddresses", "IPAddresses", "URIs"] {
                result.put(name, .null)
            }
            if let attributes = try reader.optional(0xA0) { try putRequested(attributes, result) }
            return result.builder.finish()
        } catch {
            guard error.message == DERReader.fault.message else { throw error }
            throw CryptoFault("asn1: structure error: not a certificate request")
        }
    }

    /// The extensions that a request asks for (PKCS #9, extensionRequest).
    private func putRequested(_ attributes: DERReader.Element, _ result: Fields) throws(CryptoFault) {
        var list = attributes.reader
        while !list.isAtEnd {
            var attribute = try list.next(0x30).reader
            guard try attribute.next(0x06).objectIdentifier() == [1, 2, 840, 113_549, 1, 9, 14] else { continue }
            var values = try attribute.next(0x31).reader
            var extensions = try values.next(0x30).reader
            var (shown, pairs): ([Value], [Value]) = ([], [])
            while !extensions.isAtEnd {
                let (identifier, isCritical, content, value) = try self.extension(try extensions.next(0x30))
                shown.append(value)
                // Go takes an extension for a pair: its flag, where it has one, for the value.
                let pair = fields()
                pair.put("Type", self.identifier(identifier))
                if isCritical { pair.put("Value", .true) } else { pair.put("Value", bytes: content.content) }
                pairs.append(pair.builder.finish())
                if identifier == [2, 5, 29, 17] { try putAlternativeNames(content, result, withURIStrings: false) }
            }
            result.put("Extensions", result.list(shown))
            let requested = fields()
            requested.put("Type", self.identifier([1, 2, 840, 113_549, 1, 9, 14]))
            requested.put("Value", .array([.array(pairs, in: arena)], in: arena))
            result.put("Attributes", .array([requested.builder.finish()], in: arena))
        }
    }

    /// An integer of any size.
    private func integer(_ element: DERReader.Element) throws(CryptoFault) -> Value {
        guard let first = element.content.first, element.content.count <= 1024 else { throw DERReader.fault }
        let isNegative = first >= 0x80
        var magnitude = Array(element.content)
        if isNegative {
            var carry = true
            for index in magnitude.indices.reversed() {
                magnitude[index] = ~magnitude[index]
                if carry { (magnitude[index], carry) = magnitude[index].addingReportingOverflow(1) }
            }
        }
        guard let number = BN_bin2bn(magnitude, Int32(magnitude.count), nil) else { throw DERReader.fault }
        defer { BN_free(number) }
        guard let digits = BN_bn2dec(number) else { throw DERReader.fault }
        defer { CRYPTO_free(digits, "", 0) }
        return .number(text: (isNegative ? "-" : "") + String(cString: digits), in: arena)
    }

    func identifier(_ arcs: [Int]) -> Value { .array(arcs.map { .integer($0) }, in: arena) }

    /// A distinguished name.
    private func name(_ element: DERReader.Element) throws(CryptoFault) -> Value {
        let lists = [
            6: "Country", 7: "Locality", 8: "Province", 9: "StreetAddress", 10: "Organization", 11: "OrganizationalUnit", 17: "PostalCode",
        ]
        var values: [Int: [String]] = [:]
        var all: [Value] = []
        var sets = element.reader
        while !sets.isAtEnd {
            var set = try sets.next(0x31).reader
            while !set.isAtEnd {
                var pair = try set.next(0x30).reader
                let type = try pair.next(0x06).objectIdentifier()
                let text = try pair.next().text()
                let shown = fields()
                shown.put("Type", identifier(type))
                shown.put("Value", text: text)
                all.append(shown.builder.finish())
                if type.count == 4, type[..<3] == [2, 5, 4] { values[type[3], default: []].append(text) }
            }
        }
        let result = fields()
        for (type, name) in lists { result.put(name, texts: values[type] ?? []) }
        result.put("CommonName", text: values[3]?.last ?? "")
        result.put("SerialNumber", text: values[5]?.last ?? "")
        result.put("Names", result.list(all))
        result.put("ExtraNames", .null)
        return result.builder.finish()
    }

    /// Go's number of a signature algorithm, 0 for one that it does not know.
    static func algorithm(_ element: DERReader.Element) throws(CryptoFault) -> Int {
        var reader = element.reader
        let identifier = try reader.next(0x06).objectIdentifier().map(String.init).joined(separator: ".")
        if identifier == "1.2.840.113549.1.1.10" {
            return try reader.optional(0x30).map { parameters throws(CryptoFault) in try pssAlgorithm(parameters) } ?? 0
        }
        let known = [
            "1.2.840.113549.1.1.4": 2, "1.2.840.113549.1.1.5": 3, "1.3.14.3.2.29": 3, "1.2.840.113549.1.1.11": 4,
            "1.2.840.113549.1.1.12": 5, "1.2.840.113549.1.1.13": 6, "1.2.840.10040.4.3": 7, "2.16.840.1.101.3.4.3.2": 8,
            "1.2.840.10045.4.1": 9, "1.2.840.10045.4.3.2": 10, "1.2.840.10045.4.3.3": 11, "1.2.840.10045.4.3.4": 12, "1.3.101.112": 16,
        ]
        return known[identifier] ?? 0
    }

    /// Go's number of RSASSA-PSS with these parameters: it knows those whose mask has the same digest, whose salt is as long as the digest.
    private static func pssAlgorithm(_ parameters: DERReader.Element) throws(CryptoFault) -> Int {
        var inner = parameters.reader
        guard let digest = try inner.optional(0xA0), let mask = try inner.optional(0xA1), let salt = try inner.optional(0xA2) else {
            return 0
        }
        var wrapped = digest.reader
        let digestAlgorithm = try wrapped.next(0x30)
        var algorithm = digestAlgorithm.reader
        let arcs = try algorithm.next(0x06).objectIdentifier()
        guard arcs.count == 9, arcs[..<8] == [2, 16, 840, 1, 101, 3, 4, 2], (1...3).contains(arcs[8]) else { return 0 }
        var maskWrapped = mask.reader
        var maskAlgorithm = try maskWrapped.next(0x30).reader
        guard try maskAlgorithm.next(0x06).objectIdentifier() == [1, 2, 840, 113_549, 1, 1, 8] else { return 0 }
        var maskDigest = try maskAlgorithm.next(0x30).reader
        guard try maskDigest.next(0x06).objectIdentifier() == arcs else { return 0 }
        var length = salt.reader
        guard try length.next(0x02).smallInteger() == [32, 48, 64][arcs[8] - 1] else { return 0 }
        if let trailer = try inner.optional(0xA3) {
            var number = trailer.reader
            guard try number.next(0x02).smallInteger() == 1 else { return 0 }
        }
        return 12 + arcs[8]
    }

    private func putPublicKey(_ element: DERReader.Element, _ result: Fields) throws(CryptoFault) {
        result.put("RawSubjectPublicKeyInfo", bytes: element.full)
        var (number, shown) = (0, Value.null)
        if let key = TokenKey(publicKeyInfo: Array(element.full)) {
            switch key.kind {
            case .rsa:
                let parts = fields()
                parts.put("N", try key.decimal("n", arena))
                parts.put("E", try key.decimal("e", arena))
                (number, shown) = (1, parts.builder.finish())
            case .ellipticCurve:
                let parts = fields()
                parts.put("Curve", fields().builder.finish())
                parts.put("X", try key.decimal("qx", arena))
                parts.put("Y", try key.decimal("qy", arena))
                (number, shown) = (3, parts.builder.finish())
            case .ed25519: (number, shown) = (4, .string(Base64Text.encode(element.full.suffix(32)), in: arena))
            case .other: break
            }
        }
        result.put("PublicKeyAlgorithm", number)
        result.put("PublicKey", shown)
    }
}

extension TokenKey {
    /// One of the key's numbers.
    func decimal(_ parameter: String, _ arena: Arena) throws(CryptoFault) -> Value {
        defer { ERR_clear_error() }
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(handle, parameter, &number) == 1, let number else { throw DERReader.fault }
        defer { BN_free(number) }
        guard let digits = BN_bn2dec(number) else { throw DERReader.fault }
        defer { CRYPTO_free(digits, "", 0) }
        return .number(text: String(cString: digits), in: arena)
    }
}
