import BigInt

/// An address as Go's `net.ParseIP` reads it: IPv4 is kept as four bytes.
struct IPAddress: Hashable {
    /// 4 or 16 bytes.
    var bytes: [UInt8]

    /// Reads dotted decimal or RFC 4291 text; an IPv4 address within IPv6 becomes one of IPv4.
    init?(_ text: some StringProtocol) {
        let utf8 = Array(text.utf8)
        guard let parsed = utf8.contains(UInt8(ascii: ":")) ? Self.parseV6(utf8) : Self.parseV4(utf8[...]) else { return nil }
        bytes = parsed
        if let mapped = v4Mapped { bytes = mapped }
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var v4Mapped: [UInt8]? {
        guard bytes.count == 16, bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF else { return nil }
        return Array(bytes[12...])
    }

    var bits: Int { bytes.count * 8 }
    var isV4: Bool { bytes.count == 4 }

    static func parseV4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var result: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ $0 >= 48 && $0 <= 57 }), part.count == 1 || part.first != 48 else {
                return nil
            }
            guard let value = UInt8(exactly: part.reduce(0) { $0 * 10 + Int($1 - 48) }) else { return nil }
            result.append(value)
        }
        return result
    }

    private static func parseV6(_ text: [UInt8]) -> [UInt8]? {
        var groups: [UInt8] = []
        var gap: Int?
        var index = 0
        if text.starts(with: "::".utf8) {
            gap = 0
            index = 2
        }
        while index < text.count, groups.count < 16 {
            let end = text[index...].firstIndex(of: UInt8(ascii: ":")) ?? text.count
            let part = text[index..<end]
            if end == text.count, part.contains(UInt8(ascii: ".")) {
                guard groups.count <= 12, let tail = parseV4(part) else { return nil }
                groups += tail
                index = end
                break
            }
            guard (1...4).contains(part.count) else { return nil }
            var value = 0
            for digit in part {
                guard let digit = digit.hexadecimalValue else { return nil }
                value = value << 4 | Int(digit)
            }
            groups += [UInt8(value >> 8), UInt8(value & 0xFF)]
            index = end
            if index == text.count { break }
            index += 1
            // A single colon must not be the last.
            guard index < text.count else { return nil }
            if text[index] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = groups.count
                index += 1
            }
        }
        guard index == text.count else { return nil }
        if groups.count == 16 { return gap == nil ? groups : nil }
        guard let gap else { return nil }
        return groups[..<gap] + [UInt8](repeating: 0, count: 16 - groups.count) + groups[gap...]
    }

    /// The canonical text (RFC 5952).
    var text: String {
        if isV4 { return bytes.map { String($0) }.joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
        // The longest run of two zero groups or more, the first of equal ones.
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        let shown = groups.map { String($0, radix: 16) }
        if best.isEmpty { return shown.joined(separator: ":") }
        return shown[..<best.lowerBound].joined(separator: ":") + "::" + shown[best.upperBound...].joined(separator: ":")
    }

    /// The address as a number.
    var number: BigUInt { bytes.reduce(BigUInt(0)) { $0 << 8 | BigUInt($1) } }

    init(number: BigUInt, isV4: Bool) {
        let count = isV4 ? 4 : 16
        bytes = (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - $0))) }
    }
}

/// A block of addresses.
struct IPNetwork: Hashable {
    /// The first address, with all bits behind the prefix cleared.
    var address: IPAddress
    var prefix: Int

    /// Reads `address/prefix`.
    init?(_ text: String) {
        guard let slash = text.firstIndex(of: "/") else { return nil }
        let (host, length) = (text[..<slash], text[text.index(after: slash)...])
        // Zeros may stand before the prefix, as Go reads it.
        guard let address = IPAddress(host), length.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), var prefix = Int(length) else {
            return nil
        }
        // IPv4 within IPv6 counts its prefix in the 128 bits.
        if address.isV4, host.utf8.contains(UInt8(ascii: ":")) { prefix -= 96 }
        guard prefix >= 0, prefix <= address.bits else { return nil }
        self.init(address: address, prefix: prefix)
    }

    init(address: IPAddress, prefix: Int) {
        var bytes = address.bytes
        for index in bytes.indices {
            let kept = min(max(prefix - index * 8, 0), 8)
            bytes[index] &= kept == 8 ? 0xFF : ~(0xFF >> UInt8(kept))
        }
        self.address = IPAddress(bytes: bytes)
        self.prefix = prefix
    }

    func contains(_ other: IPAddress) -> Bool {
        other.bits == address.bits && IPNetwork(address: other, prefix: prefix).address == address
    }

    var last: IPAddress {
        let hosts = (BigUInt(1) << (address.bits - prefix)) - 1
        return IPAddress(number: address.number | hosts, isV4: address.isV4)
    }

    var text: String { "\(address.text)/\(prefix)" }
}
