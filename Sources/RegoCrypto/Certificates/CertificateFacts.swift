internal import COpenSSL

/// What the verification of a chain needs to know of a certificate (RFC 5280).
struct CertificateFacts {
    /// Names that a certificate is for, or that an authority may or may not certify.
    struct Names {
        var mails: [String] = []
        var hosts: [String] = []
        var locators: [String] = []
        /// 4 or 16 bytes; in constraints with as many bytes of a mask.
        var addresses: [[UInt8]] = []

        var isEmpty: Bool { mails.isEmpty && hosts.isEmpty && locators.isEmpty && addresses.isEmpty }
    }

    /// The certificate in DER.
    let bytes: [UInt8]
    private(set) var version = 1
    private(set) var issuer: [UInt8] = []
    private(set) var subject: [UInt8] = []
    private(set) var publicKey: [UInt8] = []
    /// Go's number of the signature's algorithm.
    private(set) var signatureAlgorithm = 0
    /// Seconds since 1970.
    private(set) var notBefore: Int64 = 0
    private(set) var notAfter: Int64 = 0
    private(set) var keyUsage = 0
    private(set) var hasBasicConstraints = false
    private(set) var isAuthority = false
    /// -1 for no bound.
    private(set) var pathLength = 0
    private(set) var extendedUsages: [Int] = []
    private(set) var hasExtendedUsage = false
    private(set) var subjectKey: [UInt8] = []
    private(set) var authorityKey: [UInt8] = []
    /// The extension with the subject's alternative names; `nil` without it.
    private(set) var alternativeNames: [UInt8]?
    private(set) var names = Names()
    private(set) var hasConstraints = false
    private(set) var permitted = Names()
    private(set) var excluded = Names()
    private(set) var hasUnknownCriticalExtension = false

    init(_ bytes: [UInt8]) throws(CryptoFault) {
        self.bytes = bytes
        var outer = DERReader(bytes[...])
        var parts = try outer.next(0x30).reader
        let body = try parts.next(0x30)
        signatureAlgorithm = try CertificateValue.algorithm(try parts.next(0x30))
        var reader = body.reader
        if let explicit = try reader.optional(0xA0) {
            var inner = explicit.reader
            version = try inner.next(0x02).smallInteger() + 1
        }
        _ = try reader.next(0x02)
        _ = try reader.next(0x30)
        issuer = Array(try reader.next(0x30).full)
        var validity = try reader.next(0x30).reader
        notBefore = try validity.next().seconds()
        notAfter = try validity.next().seconds()
        subject = Array(try reader.next(0x30).full)
        publicKey = Array(try reader.next(0x30).full)
        while let tag = reader.nextTag, tag != 0xA3 { _ = try reader.next() }
        guard let wrapper = try reader.optional(0xA3) else { return }
        var inner = wrapper.reader
        var list = try inner.next(0x30).reader
        while !list.isAtEnd { try readExtension(try list.next(0x30)) }
    }

    private mutating func readExtension(_ element: DERReader.Element) throws(CryptoFault) {
        var reader = element.reader
        let arcs = try reader.next(0x06).objectIdentifier()
        let isCritical = try reader.optional(0x01).map { $0.content.first != 0 } ?? false
        let content = try reader.next(0x04)
        var inner = content.reader
        guard arcs.count == 4, arcs[..<3] == [2, 5, 29] else {
            if isCritical, arcs != [1, 3, 6, 1, 5, 5, 7, 1, 1] { hasUnknownCriticalExtension = true }
            return
        }
        switch arcs[3] {
        case 14: subjectKey = Array(try inner.next(0x04).content)
        case 15: keyUsage = CertificateValue.keyUsage(try inner.next(0x03))
        case 17:
            alternativeNames = Array(content.content)
            try readNames(&inner)
            if names.isEmpty, isCritical { hasUnknownCriticalExtension = true }
        case 19: try readBasicConstraints(&inner)
        case 30: if try !readConstraints(&inner), isCritical { hasUnknownCriticalExtension = true }
        case 31, 32, 33, 36, 54: break
        case 35:
            var list = try inner.next(0x30).reader
            if let key = try list.optional(0x80) { authorityKey = Array(key.content) }
        case 37:
            hasExtendedUsage = true
            var list = try inner.next(0x30).reader
            while !list.isAtEnd {
                if let usage = CertificateValue.extendedUsage(try list.next(0x06).objectIdentifier()) { extendedUsages.append(usage) }
            }
        default: if isCritical { hasUnknownCriticalExtension = true }
        }
    }

    private mutating func readBasicConstraints(_ reader: inout DERReader) throws(CryptoFault) {
        var inner = try reader.next(0x30).reader
        hasBasicConstraints = true
        isAuthority = try inner.optional(0x01).map { $0.content.first != 0 } ?? false
        pathLength = try inner.optional(0x02).map { element throws(CryptoFault) in try element.smallInteger() } ?? -1
    }

    private mutating func readNames(_ reader: inout DERReader) throws(CryptoFault) {
        var list = try reader.next(0x30).reader
        while !list.isAtEnd { _ = try Self.add(try list.next(), to: &names) }
    }

    /// Whether all constraints are of kinds that are known.
    private mutating func readConstraints(_ reader: inout DERReader) throws(CryptoFault) -> Bool {
        var inner = try reader.next(0x30).reader
        hasConstraints = true
        var isUnderstood = true
        while !inner.isAtEnd {
            let trees = try inner.next()
            var list = trees.reader
            while !list.isAtEnd {
                var tree = try list.next(0x30).reader
                let name = try tree.next()
                let isKnown = trees.tag == 0xA0 ? try Self.add(name, to: &permitted) : try Self.add(name, to: &excluded)
                if !isKnown { isUnderstood = false }
            }
        }
        return isUnderstood
    }

    private static func add(_ name: DERReader.Element, to names: inout Names) throws(CryptoFault) -> Bool {
        switch name.tag {
        case 0x81: names.mails.append(try name.text())
        case 0x82: names.hosts.append(try name.text())
        case 0x86: names.locators.append(try name.text())
        case 0x87: names.addresses.append(Array(name.content))
        default: return false
        }
        return true
    }

    // MARK: Signatures

    /// Whether this certificate's signature was made with another's key, and that one may sign certificates.
    func isSigned(by parent: CertificateFacts) -> Bool {
        if parent.version == 3 && !parent.hasBasicConstraints || parent.hasBasicConstraints && !parent.isAuthority { return false }
        // Bit 5 is keyCertSign.
        if parent.keyUsage != 0, parent.keyUsage & 1 << 5 == 0 { return false }
        // MD5, SHA-1 and DSA are no longer taken, as in Go.
        guard (4...6).contains(signatureAlgorithm) || (10...16).contains(signatureAlgorithm) else { return false }
        guard let key = TokenKey(publicKeyInfo: parent.publicKey), key.kind != .other else { return false }
        defer { ERR_clear_error() }
        let certificate: OpaquePointer? = bytes.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            return d2i_X509(nil, &next, buffer.count)
        }
        guard let certificate else { return false }
        defer { X509_free(certificate) }
        return X509_verify(certificate, key.handle) == 1
    }

    /// Whether another certificate is of the same subject and key.
    func isSame(as other: CertificateFacts) -> Bool {
        subject == other.subject && publicKey == other.publicKey && alternativeNames == other.alternativeNames
    }
}

extension DERReader.Element {
    /// A time in seconds since 1970.
    func seconds() throws(CryptoFault) -> Int64 {
        let text = Array(try time().utf8)
        let number = { (range: Range<Int>) in text[range].reduce(0) { $0 * 10 + Int64($1 - 48) } }
        let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
        guard (1...12).contains(month), (1...31).contains(day) else { throw DERReader.fault }
        // Counted from March, so that a leap day is the last of its year.
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5
        let leapDays = (shifted / 4) - (shifted / 100) + (shifted / 400)
        let days = shifted * 365 + leapDays + dayOfYear - 719_468 + day - 1
        return days * 86400 + number(11..<13) * 3600 + number(14..<16) * 60 + number(17..<19)
    }
}
