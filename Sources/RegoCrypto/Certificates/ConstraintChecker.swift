/// Compares names with an authority's constraints (RFC 5280, section 4.2.1.10), as Go does.
struct ConstraintChecker {
    /// Go's bound on comparisons where none is given.
    private static let defaultLimit = 250_000

    private let limit: Int
    private let permitted: CertificateFacts.Names
    private let excluded: CertificateFacts.Names
    private var count = 0

    init(limit: Int, permitted: CertificateFacts.Names, excluded: CertificateFacts.Names) {
        self.limit = limit == 0 ? Self.defaultLimit : limit
        self.permitted = permitted
        self.excluded = excluded
    }

    /// Whether all names may be certified; what cannot be read may not.
    mutating func allows(_ names: CertificateFacts.Names) -> Bool {
        for mail in names.mails {
            guard let mailbox = Mailbox(mail) else { return false }
            if !check(excluded.mails, permitted.mails, { Self.matches(mailbox, $0) }) { return false }
        }
        for host in names.hosts {
            guard let labels = Self.labels(host) else { return false }
            // A wildcard stands for the names that are excluded, too.
            let widest = labels.last == [UInt8(ascii: "*")] ? labels.dropLast() : nil
            if let widest, excluded.hosts.contains(where: { Self.reaches(Array(widest), $0) }) { return false }
            if !check(excluded.hosts, permitted.hosts, { Self.matches(labels, $0) }) { return false }
        }
        for locator in names.locators {
            if excluded.locators.isEmpty && permitted.locators.isEmpty { continue }
            guard let labels = Self.hostLabels(locator) else { return false }
            if !check(excluded.locators, permitted.locators, { Self.matches(labels, $0) }) { return false }
        }
        for address in names.addresses {
            if !check(excluded.addresses, permitted.addresses, { Self.matches(address, $0) }) { return false }
        }
        return true
    }

    /// `matches` says `nil` for a constraint that cannot be read.
    private mutating func check<Constraint>(
        _ excluded: [Constraint], _ permitted: [Constraint], _ matches: (Constraint) -> Bool?
    ) -> Bool {
        count += excluded.count
        if count > limit { return false }
        for constraint in excluded where matches(constraint) != false { return false }
        count += permitted.count
        if count > limit { return false }
        if permitted.isEmpty { return true }
        for constraint in permitted {
            guard let isMatch = matches(constraint) else { return false }
            if isMatch { return true }
        }
        return false
    }

    /// The labels of a domain in lower case, the last one first; `nil` for what is no domain.
    private static func labels(_ domain: String) -> [[UInt8]]? {
        if domain.isEmpty { return [] }
        let labels = domain.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard labels.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (33...126).contains($0) } }) else { return nil }
        return labels.reversed().map { HostNames.lowercased(Array($0)) }
    }

    /// Whether names one label below a domain may be those that a constraint is about.
    private static func reaches(_ domain: [[UInt8]], _ constraint: String) -> Bool {
        guard let wanted = labels(constraint.utf8.first == 0x2E ? String(constraint.dropFirst()) : constraint) else { return true }
        return wanted.count == domain.count + 1 && wanted.starts(with: domain)
    }

    private static func matches(_ domain: [[UInt8]], _ constraint: String) -> Bool? {
        if constraint.isEmpty { return true }
        let mustBeBelow = constraint.utf8.first == 0x2E
        guard let wanted = labels(mustBeBelow ? String(constraint.dropFirst()) : constraint) else { return nil }
        guard domain.count >= wanted.count, !(mustBeBelow && domain.count == wanted.count) else { return false }
        return domain.starts(with: wanted)
    }

    private static func matches(_ mailbox: Mailbox, _ constraint: String) -> Bool? {
        if constraint.utf8.contains(UInt8(ascii: "@")) {
            guard let wanted = Mailbox(constraint) else { return nil }
            return wanted.local == mailbox.local && wanted.domain.lowercased() == mailbox.domain.lowercased()
        }
        guard let labels = labels(mailbox.domain) else { return nil }
        return matches(labels, constraint)
    }

    private static func matches(_ address: [UInt8], _ constraint: [UInt8]) -> Bool? {
        guard constraint.count == address.count * 2 else { return false }
        for index in address.indices {
            let mask = constraint[address.count + index]
            if address[index] & mask != constraint[index] & mask { return false }
        }
        return true
    }

    /// The labels of a URI's host; `nil` for one without a host or with an address.
    private static func hostLabels(_ locator: String) -> [[UInt8]]? {
        guard let mark = locator.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        var rest = locator.utf8[locator.utf8.index(after: mark)...]
        guard rest.starts(with: "//".utf8) else { return nil }
        rest = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        if let at = rest.lastIndex(of: UInt8(ascii: "@")) { rest = rest[rest.index(after: at)...] }
        guard !rest.isEmpty, rest.first != UInt8(ascii: "[") else { return nil }
        if let colon = rest.lastIndex(of: UInt8(ascii: ":")) { rest = rest[..<colon] }
        let host = String(decoding: rest, as: UTF8.self)
        return IPText.bytes(host) == nil ? labels(host) : nil
    }

    /// An address of mail (RFC 2821).
    private struct Mailbox {
        var local: String
        var domain: String

        init?(_ text: String) {
            guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
            let name = text.utf8[..<at]
            let host = text.utf8[text.utf8.index(after: at)...]
            guard !name.isEmpty, !host.isEmpty else { return nil }
            if name.first == UInt8(ascii: "\"") {
                guard let content = Self.unquoted(Array(name)) else { return nil }
                local = String(decoding: content, as: UTF8.self)
            } else {
                let atoms = name.split(separator: 0x2E, omittingEmptySubsequences: false)
                guard atoms.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isAtom) }) else { return nil }
                local = String(decoding: name, as: UTF8.self)
            }
            domain = String(decoding: host, as: UTF8.self)
            guard ConstraintChecker.labels(domain) != nil else { return nil }
        }

        private static func isAtom(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
            }
        }

        private static func unquoted(_ text: [UInt8]) -> [UInt8]? {
            guard text.count >= 2, text.last == UInt8(ascii: "\"") else { return nil }
            var content: [UInt8] = []
            var isEscaped = false
            for byte in text.dropFirst().dropLast() {
                if isEscaped {
                    content.append(byte)
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") || byte < 0x20 || byte > 0x7E {
                    return nil
                } else {
                    content.append(byte)
                }
            }
            return isEscaped ? nil : content
        }
    }
}
