/// RFC 4648's base 64, strict as Go's: no white space, no missing padding, no characters after it; unused bits are not checked.
package enum Base64 {
    package enum Alphabet { case standard, url }

    /// Where a text is not base 64.
    package struct Fault: Error { package let offset: Int }

    /// Bytes as text, with or without the padding.
    package static func encode(_ bytes: UnsafeBufferPointer<UInt8>, _ alphabet: Alphabet, padded: Bool) -> [UInt8] {
        let bytes = unsafe bytes.span
        let symbols = Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + (alphabet == .url ? "-_" : "+/")).utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 3 * 4 + 4)
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let group =
                UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0) | (left > 2 ? UInt32(bytes[index + 2]) : 0)
            result.append(symbols[Int(group >> 18)])
            result.append(symbols[Int(group >> 12 & 63)])
            if left > 1 { result.append(symbols[Int(group >> 6 & 63)]) } else if padded { result.append(UInt8(ascii: "=")) }
            if left > 2 { result.append(symbols[Int(group & 63)]) } else if padded { result.append(UInt8(ascii: "=")) }
            index += 3
        }
        return result
    }

    /// The bytes that a text stands for; the fault's offset is the one that Go names.
    package static func decode(_ text: UnsafeBufferPointer<UInt8>, _ alphabet: Alphabet, padded: Bool) -> Result<[UInt8], Fault> {
        let text = unsafe text.span
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        var count = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            // Go's decoder skips line breaks.
            if byte == 10 || byte == 13 {
                index += 1
                continue
            }
            if byte == UInt8(ascii: "=") { break }
            guard let value = value(byte, alphabet) else { return .failure(Fault(offset: index)) }
            group = group << 6 | value
            count += 1
            if count == 4 {
                result += [UInt8(truncatingIfNeeded: group >> 16), UInt8(truncatingIfNeeded: group >> 8), UInt8(truncatingIfNeeded: group)]
                (group, count) = (0, 0)
            }
            index += 1
        }
        let end = index
        if padded ? (index < text.count || count > 0) : count > 0 {
            guard count >= 2 else { return .failure(Fault(offset: padded && index < text.count ? end : max(end - count, 0))) }
            if padded {
                for _ in count..<4 {
                    while index < text.count, text[index] == 10 || text[index] == 13 { index += 1 }
                    guard index < text.count, text[index] == UInt8(ascii: "=") else {
                        return .failure(Fault(offset: index < text.count ? index : end - (index == end ? count : 0)))
                    }
                    index += 1
                }
                while index < text.count, text[index] == 10 || text[index] == 13 { index += 1 }
                guard index == text.count else { return .failure(Fault(offset: index)) }
            }
            group <<= UInt32(6 * (4 - count))
            result.append(UInt8(truncatingIfNeeded: group >> 16))
            if count == 3 { result.append(UInt8(truncatingIfNeeded: group >> 8)) }
        }
        return .success(result)
    }

    private static func value(_ byte: UInt8, _ alphabet: Alphabet) -> UInt32? {
        switch byte {
        case 65...90: UInt32(byte - 65)
        case 97...122: UInt32(byte - 71)
        case 48...57: UInt32(byte) + 4
        case UInt8(ascii: "+") where alphabet == .standard, UInt8(ascii: "-") where alphabet == .url: 62
        case UInt8(ascii: "/") where alphabet == .standard, UInt8(ascii: "_") where alphabet == .url: 63
        default: nil
        }
    }
}
