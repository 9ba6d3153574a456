internal import COpenSSL
@_spi(Engine) internal import RegoRuntime

extension CertificateValue {
    /// The fields that a certificate without extensions has, too.
    func putDefaults(_ result: Fields, withURIStrings: Bool) {
        let absent = [
            "Extensions", "ExtraExtensions", "UnhandledCriticalExtensions", "ExtKeyUsage", "UnknownExtKeyUsage", "SubjectKeyId",
            "AuthorityKeyId", "OCSPServer", "IssuingCertificateURL", "DNSNames", "EmailAddresses", "IPAddresses", "URIs",
            "PermittedDNSDomains", "ExcludedDNSDomains", "PermittedIPRanges", "ExcludedIPRanges", "PermittedEmailAddresses",
            "ExcludedEmailAddresses", "PermittedURIDomains", "ExcludedURIDomains", "CRLDistributionPoints", "PolicyIdentifiers",
            "Policies", "PolicyMappings",
        ]
        for name in absent { result.put(name, .null) }
        if withURIStrings { result.put("URIStrings", .null) }
        for name in ["KeyUsage", "MaxPathLen", "InhibitAnyPolicy", "InhibitPolicyMapping", "RequireExplicitPolicy"] { result.put(name, 0) }
        let flags = [
            "BasicConstraintsValid", "IsCA", "MaxPathLenZero", "PermittedDNSDomainsCritical", "InhibitAnyPolicyZero",
            "InhibitPolicyMappingZero", "RequireExplicitPolicyZero",
        ]
        for name in flags { result.put(name, .false) }
    }

    /// One extension: its identifier, whether it is critical, its content, and how it is shown.
    func `extension`(_ element: DERReader.Element) throws(CryptoFault) -> ([Int], Bool, DERReader.Element, Value) {
        var reader = element.reader
        let arcs = try reader.next(0x06).objectIdentifier()
        let isCritical = try reader.optional(0x01).map { $0.content.first != 0 } ?? false
        let content = try reader.next(0x04)
        let shown = fields()
        shown.put("Id", identifier(arcs))
        shown.put("Critical", .boolean(isCritical))
        shown.put("Value", bytes: content.content)
        return (arcs, isCritical, content, shown.builder.finish())
    }

    /// The extensions of a certificate (RFC 5280, section 4.2).
    func putExtensions(_ list: DERReader.Element, _ result: Fields, withURIStrings: Bool) throws(CryptoFault) {
        var reader = list.reader
        var (shown, unhandled): ([Value], [Value]) = ([], [])
        var known: Set<[Int]> = []
        while !reader.isAtEnd {
            let (arcs, isCritical, content, value) = try self.extension(try reader.next(0x30))
            guard known.insert(arcs).inserted else {
                let text = arcs.map(String.init).joined(separator: ".")
                throw CryptoFault("x509: certificate contains duplicate extension with OID \"\(text)\"")
            }
            shown.append(value)
            if try !handle(arcs, isCritical, content, result, withURIStrings), isCritical { unhandled.append(identifier(arcs)) }
        }
        result.put("Extensions", result.list(shown))
        result.put("UnhandledCriticalExtensions", result.list(unhandled))
    }

    /// Shows what an extension means; returns whether it is known.
    private func handle(
        _ arcs: [Int], _ isCritical: Bool, _ content: DERReader.Element, _ result: Fields, _ withURIStrings: Bool
    ) throws(CryptoFault) -> Bool {
        var reader = content.reader
        if arcs == [1, 3, 6, 1, 5, 5, 7, 1, 1] {
            try putAccess(&reader, result)
            return true
        }
        guard arcs.count == 4, arcs[..<3] == [2, 5, 29] else { return false }
        switch arcs[3] {
        case 14: result.put("SubjectKeyId", bytes: try reader.next(0x04).content)
        case 15: result.put("KeyUsage", Self.keyUsage(try reader.next(0x03)))
        case 17: return try putAlternativeNames(content, result, withURIStrings: withURIStrings)
        case 19: try putBasicConstraints(&reader, result)
        case 30: try putNameConstraints(&reader, isCritical, result)
        case 31: try putDistributionPoints(&reader, result)
        case 32: try putPolicies(&reader, result)
        case 33: try putPolicyMappings(&reader, result)
        case 36: try putPolicyConstraints(&reader, result)
        case 54: Self.put("InhibitAnyPolicy", try reader.next(0x02).smallInteger(), result)
        case 35:
            var inner = try reader.next(0x30).reader
            if let key = try inner.optional(0x80) { result.put("AuthorityKeyId", bytes: key.content) }
        case 37: try putExtendedUsage(&reader, result)
        default: return false
        }
        return true
    }

    /// The bits of a key's usage, as Go numbers them.
    static func keyUsage(_ bits: DERReader.Element) -> Int {
        var usage = 0
        for (index, byte) in bits.content.dropFirst().prefix(2).enumerated() {
            for bit in 0..<8 where byte & (0x80 >> UInt8(bit)) != 0 { usage |= 1 << (index * 8 + bit) }
        }
        return usage & 0x1FF
    }

    private func putBasicConstraints(_ reader: inout DERReader, _ result: Fields) throws(CryptoFault) {
        var inner = try reader.next(0x30).reader
        let isAuthority = try inner.optional(0x01).map { $0.content.first != 0 } ?? false
        let length = try inner.optional(0x02).map { element throws(CryptoFault) in try element.smallInteger() } ?? -1
        result.put("BasicConstraintsValid", .true)
        result.put("IsCA", .boolean(isAuthority))
        result.put("MaxPathLen", length)
        result.put("MaxPathLenZero", .boolean(length == 0))
    }

    private func putExtendedUsage(_ reader: inout DERReader, _ result: Fields) throws(CryptoFault) {
        var inner = try reader.next(0x30).reader
        var (known, unknown): ([Value], [Value]) = ([], [])
        while !inner.isAtEnd {
            let arcs = try inner.next(0x06).objectIdentifier()
            if let number = Self.extendedUsage(arcs) { known.append(.integer(number)) } else { unknown.append(identifier(arcs)) }
        }
        result.put("ExtKeyUsage", result.list(known))
        result.put("UnknownExtKeyUsage", result.list(unknown))
    }

    /// Go's number of a usage.
    static func extendedUsage(_ arcs: [Int]) -> Int? {
        if arcs.count == 9, arcs[..<8] == [1, 3, 6, 1, 5, 5, 7, 3], (1...9).contains(arcs[8]) { return arcs[8] }
        let others: [[Int]: Int] = [
            [2, 5, 29, 37, 0]: 0, [1, 3, 6, 1, 4, 1, 311, 10, 3, 3]: 10, [2, 16, 840, 1, 113_730, 4, 1]: 11,
            [1, 3, 6, 1, 4, 1, 311, 2, 1, 22]: 12, [1, 3, 6, 1, 4, 1, 311, 61, 1, 1]: 13,
        ]
        return others[arcs]
    }

    private func putAccess(_ reader: inout DERReader, _ result: Fields) throws(CryptoFault) {
        var list = try reader.next(0x30).reader
        var (responders, issuers): ([String], [String]) = ([], [])
        while !list.isAtEnd {
            var entry = try list.next(0x30).reader
            let method = try entry.next(0x06).objectIdentifier()
            guard let location = try entry.optional(0x86) else { continue }
            if method == [1, 3, 6, 1, 5, 5, 7, 48, 1] { responders.append(try location.text()) }
            if method == [1, 3, 6, 1, 5, 5, 7, 48, 2] { issuers.append(try location.text()) }
        }
        result.put("OCSPServer", texts: responders)
        result.put("IssuingCertificateURL", texts: issuers)
    }

    private func putDistributionPoints(_ reader: inout DERReader, _ result: Fields) throws(CryptoFault) {
        var list = try reader.next(0x30).reader
        var points: [String] = []
        while !list.isAtEnd {
            var point = try list.next(0x30).reader
            guard let name = try point.optional(0xA0) else { continue }
            var inner = name.reader
            guard let full = try inner.optional(0xA0) else { continue }
            var names = full.reader
            while !names.isAtEnd {
                let name = try names.next()
                if name.tag == 0x86 { points.append(try name.text()) }
            }
        }
        result.put("CRLDistributionPoints", texts: points)
    }

    private func putPolicies(_ reader: inout DERReader, _ result: Fields) throws(CryptoFault) {
        var list = try reader.next(0x30).reader
        var (identifiers, texts): ([Value], [String]) = ([], [])
        while !list.isAtEnd {
            var policy = try list.next(0x30).reader
            let arcs = try policy.next(0x06).objectIdentifier()
            identifiers.append(identifier(arcs))
            texts.append(arcs.map(String.init).joined(separator: "."))
        }
        result.put("PolicyIdentifiers", result.list(identifiers))
        result.put("Policies", texts: texts)
    }

    private func putPolicyMappings(_ reader: inout DERReader, _ result: Fields) throws(CryptoFault) {
        var list = try reader.next(0x30).reader
        var mappings: [Value] = []
        while !list.isAtEnd {
            var pair = try list.next(0x30).reader
            let shown = fields()
            for name in ["IssuerDomainPolicy", "SubjectDomainPolicy"] {
                shown.put(name, text: try pair.next(0x06).objectIdentifier().map(String.init).joined(separator: "."))
            }
            mappings.append(shown.builder.finish())
        }
        result.put("PolicyMappings", result.list(mappings))
    }

    private func putPolicyConstraints(_ reader: inout DERReader, _ result: Fields) throws(CryptoFault) {
        var list = try reader.next(0x30).reader
        if let number = try list.optional(0x80) { Self.put("RequireExplicitPolicy", try number.smallInteger(), result) }
        if let number = try list.optional(0x81) { Self.put("InhibitPolicyMapping", try number.smallInteger(), result) }
    }

    /// A number with the flag that tells 0 from absent.
    private static func put(_ name: String, _ number: Int, _ result: Fields) {
        result.put(name, number)
        result.put("\(name)Zero", .boolean(number == 0))
    }

    /// The alternative names of a subject; returns whether there is one of a kind that is shown.
    @discardableResult
    func putAlternativeNames(
        _ content: DERReader.Element, _ result: Fields, withURIStrings: Bool
    ) throws(CryptoFault) -> Bool {
        var reader = content.reader
        var list = try reader.next(0x30).reader
        var (hosts, mails, addresses, locators): ([String], [String], [String], [String]) = ([], [], [], [])
        while !list.isAtEnd {
            let name = try list.next()
            switch name.tag {
            case 0x81: mails.append(try name.text())
            case 0x82: hosts.append(try name.text())
            case 0x86: locators.append(try name.text())
            case 0x87: addresses.append(try Self.address(name.content))
            default: continue
            }
        }
        result.put("DNSNames", texts: hosts)
        result.put("EmailAddresses", texts: mails)
        result.put("IPAddresses", texts: addresses)
        result.put("URIs", result.list(locators.map { location($0) }))
        if withURIStrings { result.put("URIStrings", texts: locators) }
        return !(hosts.isEmpty && mails.isEmpty && addresses.isEmpty && locators.isEmpty)
    }

    /// An address as text; IPv6 with its longest run of zeros left out (RFC 5952).
    private static func address(_ bytes: ArraySlice<UInt8>) throws(CryptoFault) -> String {
        let bytes = Array(bytes)
        if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
        guard bytes.count == 16 else { throw CryptoFault("x509: cannot parse IP address of length \(bytes.count)") }
        if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
            return bytes[12...].map { String($0) }.joined(separator: ".")
        }
        let groups = stride(from: 0, to: 16, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
        var (best, length) = (0, 1)
        for start in 0..<8 {
            let run = groups[start...].prefix { $0 == 0 }.count
            if run > length { (best, length) = (start, run) }
        }
        let text = { (part: ArraySlice<Int>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        return length < 2 ? text(groups[...]) : "\(text(groups[..<best]))::\(text(groups[(best + length)...]))"
    }

    /// A URL taken apart as Go's `url.URL`.
    private func location(_ text: String) -> Value {
        let result = fields()
        var rest = text[...]
        var forcesQuery = false
        var parts = ["Scheme": "", "Opaque": "", "Host": "", "Path": "", "RawPath": "", "RawQuery": "", "Fragment": "", "RawFragment": ""]
        if let mark = rest.firstIndex(of: "#") {
            parts["Fragment"] = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: "?") {
            parts["RawQuery"] = String(rest[rest.index(after: mark)...])
            forcesQuery = parts["RawQuery"] == ""
            rest = rest[..<mark]
        }
        if let colon = rest.firstIndex(of: ":"), !rest[..<colon].contains("/") {
            parts["Scheme"] = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        let authority = putAuthority(&rest, &parts)
        if !authority.isHierarchical {
            parts[rest.hasPrefix("/") || parts["Scheme"] == "" ? "Path" : "Opaque"] = String(rest)
        }
        if let path = parts["Path"], let plain = Self.unescaped(path), plain != path {
            parts["Path"] = plain
            // Kept where Go would write the path in another way.
            if Self.escaped(plain) != path { parts["RawPath"] = path }
        }
        if let fragment = parts["Fragment"], let plain = Self.unescaped(fragment), plain != fragment {
            (parts["Fragment"], parts["RawFragment"]) = (plain, Self.escaped(plain) == fragment ? "" : fragment)
        }
        for (name, value) in parts { result.put(name, text: value) }
        // Go writes a user as an object without fields.
        result.put("User", authority.user ? fields().builder.finish() : .null)
        result.put("OmitHost", .false)
        result.put("ForceQuery", .boolean(forcesQuery))
        return result.builder.finish()
    }

    /// Takes `//user@host` off; says whether there is one, and whether it has a user.
    private func putAuthority(_ rest: inout Substring, _ parts: inout [String: String]) -> (isHierarchical: Bool, user: Bool) {
        guard rest.hasPrefix("//") else { return (false, false) }
        rest = rest.dropFirst(2)
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<end]
        let at = authority.lastIndex(of: "@")
        parts["Host"] = String(at.map { authority[authority.index(after: $0)...] } ?? authority)
        parts["Path"] = String(rest[end...])
        return (true, at != nil)
    }

    private static func unescaped(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: "%")) else { return text }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            guard index + 2 < bytes.count, let byte = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            else { return nil }
            result.append(byte)
            index += 3
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func escaped(_ text: String) -> String {
        var result: [UInt8] = []
        let plain = Array("-_.~$&+,/:;=@".utf8)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: result.append(byte)
            case _ where plain.contains(byte): result.append(byte)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func putNameConstraints(_ reader: inout DERReader, _ isCritical: Bool, _ result: Fields) throws(CryptoFault) {
        var inner = try reader.next(0x30).reader
        result.put("PermittedDNSDomainsCritical", .boolean(isCritical))
        while !inner.isAtEnd {
            let trees = try inner.next()
            let prefix = trees.tag == 0xA0 ? "Permitted" : "Excluded"
            var list = trees.reader
            var (hosts, mails, ranges, locators): ([String], [String], [Value], [String]) = ([], [], [], [])
            while !list.isAtEnd {
                var tree = try list.next(0x30).reader
                let name = try tree.next()
                switch name.tag {
                case 0x81: mails.append(try name.text())
                case 0x82: hosts.append(try name.text())
                case 0x86: locators.append(try name.text())
                case 0x87:
                    let half = name.content.count / 2
                    let range = fields()
                    range.put("IP", text: try Self.address(name.content.prefix(half)))
                    range.put("Mask", bytes: name.content.suffix(half))
                    ranges.append(range.builder.finish())
                default: continue
                }
            }
            result.put("\(prefix)DNSDomains", texts: hosts)
            result.put("\(prefix)EmailAddresses", texts: mails)
            result.put("\(prefix)IPRanges", result.list(ranges))
            result.put("\(prefix)URIDomains", texts: locators)
        }
    }
}
