/// Whether a certificate is for a host (RFC 6125, as Go reads it).
enum HostNames {
    static func matches(_ host: String, _ certificate: CertificateFacts) -> Bool {
        let bytes = Array(host.utf8)
        let isBracketed = bytes.count >= 3 && bytes.first == UInt8(ascii: "[") && bytes.last == UInt8(ascii: "]")
        let literal = isBracketed ? Array(bytes.dropFirst().dropLast()) : bytes
        if let address = IPText.bytes(String(decoding: literal, as: UTF8.self)) {
            return certificate.names.addresses.contains { IPText.unmapped($0) == IPText.unmapped(address) }
        }
        let name = lowercased(bytes)
        let isPlain = isHostName(name, isPattern: false)
        return certificate.names.hosts.contains { pattern in
            let pattern = Array(pattern.utf8)
            if isPlain, isHostName(pattern, isPattern: true) { return matches(lowercased(pattern), name) }
            return !pattern.isEmpty && pattern != [0x2E] && lowercased(pattern) == name
        }
    }

    /// ASCII in lower case; other bytes as they are.
    static func lowercased(_ bytes: [UInt8]) -> [UInt8] { bytes.map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 } }

    private static func labels(_ name: [UInt8]) -> [ArraySlice<UInt8>] { name.split(separator: 0x2E, omittingEmptySubsequences: false) }

    private static func matches(_ pattern: [UInt8], _ host: [UInt8]) -> Bool {
        let host = host.last == 0x2E ? Array(host.dropLast()) : host
        guard !pattern.isEmpty, !host.isEmpty else { return false }
        let (wanted, given) = (labels(pattern), labels(host))
        guard wanted.count == given.count else { return false }
        for (index, label) in wanted.enumerated() {
            if index == 0, label.elementsEqual([UInt8(ascii: "*")]) { continue }
            if !label.elementsEqual(given[index]) { return false }
        }
        return true
    }

    private static func isHostName(_ name: [UInt8], isPattern: Bool) -> Bool {
        let name = !isPattern && name.last == 0x2E ? Array(name.dropLast()) : name
        guard !name.isEmpty, !(isPattern && name == [UInt8(ascii: "*")]) else { return false }
        for (index, label) in labels(name).enumerated() {
            if label.isEmpty { return false }
            if isPattern, index == 0, label.elementsEqual([UInt8(ascii: "*")]) { continue }
            for (position, byte) in label.enumerated() {
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): continue
                case UInt8(ascii: "-") where position != 0: continue
                default: return false
                }
            }
        }
        return true
    }
}
