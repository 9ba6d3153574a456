import Glibc

/// An address or a range of addresses in CIDR notation.
struct AddressRange {
    private let bytes: [UInt8]
    private let prefix: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = parts.first.map(String.init), parts.count <= 2 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &buffer) == 1 {
            buffer.removeLast(12)
        } else if inet_pton(AF_INET6, address, &buffer) != 1 {
            return nil
        }
        bytes = buffer
        prefix = parts.count == 2 ? min(max(Int(parts[1]) ?? 0, 0), buffer.count * 8) : buffer.count * 8
    }

    var count: UInt64 {
        let bits = bytes.count * 8 - prefix
        return bits >= 64 ? .max : 1 << UInt64(bits)
    }

    /// Whether the range holds addresses outside of the private, local and documentation ranges.
    var isPublic: Bool {
        if bytes.count == 16 { return bytes[0] & 0xFE != 0xFC && bytes[0] != 0xFE && bytes[0] != 0xFF }
        if prefix < 8 { return true }
        switch (bytes[0], bytes[1]) {
        case (10, _), (127, _), (192, 168), (169, 254): return false
        case (172, 16...31): return prefix < 12
        default: return true
        }
    }
}
