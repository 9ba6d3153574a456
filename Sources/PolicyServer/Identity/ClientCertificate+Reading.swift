import NIOSSL

extension ClientCertificate {
    /// Reads the names of a certificate that the TLS library has verified.
    init(_ certificate: NIOSSLCertificate) {
        let encoded = (try? certificate.toDERBytes()) ?? []
        subject = DistinguishedName(certificate: encoded)?.description ?? ""
        alternativeNames = certificate._subjectAlternativeNames().compactMap { name in
            switch name.nameType {
            case .dnsName, .email, .uri: String(decoding: name.contents, as: UTF8.self)
            default: nil
            }
        }
    }
}

/// The subject of an X.509 certificate (RFC 5280, section 4.1.2.6), written as RFC 4514 asks.
struct DistinguishedName: CustomStringConvertible {
    let description: String

    /// - Parameter certificate: DER.
    init?(certificate: [UInt8]) {
        var outer = DERCursor(certificate[...])
        guard var body = outer.enter(0x30), var fields = body.enter(0x30) else { return nil }
        // version, serialNumber, signature, issuer, validity, subject
        if fields.peek == 0xA0 { _ = fields.next() }
        for _ in 0..<4 { guard fields.next() != nil else { return nil } }
        guard var names = fields.enter(0x30) else { return nil }
        var parts: [String] = []
        while names.peek != nil {
            guard var set = names.enter(0x31) else { return nil }
            var values: [String] = []
            while set.peek != nil {
                guard var pair = set.enter(0x30), let type = pair.next(), type.tag == 0x06, let value = pair.next() else { return nil }
                values.append("\(Self.name(of: Array(type.content)))=\(Self.escaped(String(decoding: value.content, as: UTF8.self)))")
            }
            parts.append(values.joined(separator: "+"))
        }
        description = parts.reversed().joined(separator: ",")
    }

    private static func name(of type: [UInt8]) -> String {
        switch type {
        case [0x55, 4, 3]: "CN"
        case [0x55, 4, 5]: "SERIALNUMBER"
        case [0x55, 4, 6]: "C"
        case [0x55, 4, 7]: "L"
        case [0x55, 4, 8]: "ST"
        case [0x55, 4, 9]: "STREET"
        case [0x55, 4, 10]: "O"
        case [0x55, 4, 11]: "OU"
        case [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 25]: "DC"
        case [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 1]: "UID"
        default: "OID." + dotted(type)
        }
    }

    private static func dotted(_ type: [UInt8]) -> String {
        var numbers: [UInt64] = []
        var value: UInt64 = 0
        for byte in type {
            value = value << 7 | UInt64(byte & 0x7F)
            if byte & 0x80 == 0 {
                if numbers.isEmpty {
                    let first = min(value / 40, 2)
                    numbers = [first, value - first * 40]
                } else {
                    numbers.append(value)
                }
                value = 0
            }
        }
        return numbers.map { "\($0)" }.joined(separator: ".")
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if "\",+;<>\\=#".unicodeScalars.contains(scalar) { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}

/// Reads DER (X.690) element by element; `nil` for anything that does not fit its bounds.
private struct DERCursor {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var peek: UInt8? { rest.first }

    mutating func next() -> (tag: UInt8, content: ArraySlice<UInt8>)? {
        guard let tag = rest.popFirst(), let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if first & 0x80 != 0 {
            let count = Int(first & 0x7F)
            guard (1...4).contains(count) else { return nil }
            length = 0
            for _ in 0..<count {
                guard let byte = rest.popFirst() else { return nil }
                length = length << 8 | Int(byte)
            }
        }
        guard length <= rest.count else { return nil }
        let content = rest.prefix(length)
        rest = rest.dropFirst(length)
        return (tag, content)
    }

    mutating func enter(_ tag: UInt8) -> DERCursor? {
        guard rest.first == tag, let element = next() else { return nil }
        return DERCursor(element.content)
    }
}
