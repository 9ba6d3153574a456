import LinearRegex
@_spi(Engine) import RegoRuntime

/// JSON Schema's `format`s; unknown ones hold for everything, as the specification says.
enum SchemaFormats {
    static func matches(_ value: Value, _ format: String) -> Bool {
        let text = value.byteArray
        switch format {
        case "date": return isDate(text[...])
        case "time": return isTime(text[...], needsZone: false)
        case "date-time":
            guard text.count > 11, text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: "t") else { return false }
            return isDate(text[..<10]) && isTime(text[11...], needsZone: true)
        case "hostname": return isHostname(text)
        case "email", "idn-email": return isEmail(text)
        case "ipv4": return IPAddress.parseV4(text[...]) != nil
        case "ipv6": return text.contains(UInt8(ascii: ":")) && IPAddress(value.swiftString) != nil
        case "uri", "iri":
            guard let uri = try? URIParts(text) else { return false }
            return !uri.scheme.isEmpty && !text.contains(UInt8(ascii: "\\"))
        case "uri-reference", "iri-reference": return (try? URIParts(text)) != nil && !text.contains(UInt8(ascii: "\\"))
        case "uuid": return isUUID(text)
        case "regex": return (try? Regex(text)) != nil
        case "json-pointer": return isPointer(text[...])
        case "relative-json-pointer":
            let digits = text.prefix { isDigit($0) }
            guard !digits.isEmpty, digits.count == 1 || digits.first != 48 else { return false }
            let rest = text[digits.endIndex...]
            return rest.elementsEqual([UInt8(ascii: "#")]) || isPointer(rest)
        default: return true
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20 >= 97 && byte | 0x20 <= 122) }

    /// The two or four digits at a place; `nil` for anything else.
    private static func number(_ text: ArraySlice<UInt8>, _ offset: Int, _ count: Int) -> Int? {
        let start = text.startIndex + offset
        guard start + count <= text.endIndex else { return nil }
        let digits = text[start..<start + count]
        return digits.allSatisfy(isDigit) ? digits.reduce(0) { $0 * 10 + Int($1 - 48) } : nil
    }

    private static func isDate(_ text: ArraySlice<UInt8>) -> Bool {
        let start = text.startIndex
        guard text.count == 10, text[start + 4] == UInt8(ascii: "-"), text[start + 7] == UInt8(ascii: "-"),
            let year = number(text, 0, 4), let month = number(text, 5, 2), let day = number(text, 8, 2), (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }

    private static func isTime(_ text: ArraySlice<UInt8>, needsZone: Bool) -> Bool {
        let start = text.startIndex
        guard text.count >= 8, text[start + 2] == UInt8(ascii: ":"), text[start + 5] == UInt8(ascii: ":"),
            let hour = number(text, 0, 2), let minute = number(text, 3, 2), let second = number(text, 6, 2),
            hour < 24, minute < 60, second < 60
        else { return false }
        var rest = text.dropFirst(8)
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { isDigit($0) }
            guard !digits.isEmpty else { return false }
            rest = rest.dropFirst(digits.count + 1)
        }
        if rest.isEmpty { return !needsZone }
        if rest.count == 1 { return rest.first == UInt8(ascii: "Z") || rest.first == UInt8(ascii: "z") }
        guard rest.count == 6, rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-"),
            rest[rest.startIndex + 3] == UInt8(ascii: ":"), let hours = number(rest, 1, 2), let minutes = number(rest, 4, 2)
        else { return false }
        return hours < 24 && minutes < 60
    }

    private static func isHostname(_ text: [UInt8]) -> Bool {
        guard !text.isEmpty, text.count <= 255 else { return false }
        return text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
                && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
        }
    }

    private static func isEmail(_ text: [UInt8]) -> Bool {
        guard let at = text.lastIndex(of: UInt8(ascii: "@")), at > 0, at < text.count - 1 else { return false }
        let isAtom = { (part: ArraySlice<UInt8>) in
            part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty
                    && atom.allSatisfy { $0 >= 0x80 || isAlphanumeric($0) || Array("!#$%&'*+-/=?^_`{|}~".utf8).contains($0) }
            }
        }
        return isAtom(text[..<at]) && isAtom(text[(at + 1)...])
    }

    private static func isUUID(_ text: [UInt8]) -> Bool {
        guard text.count == 36 else { return false }
        return text.enumerated().allSatisfy { index, byte in
            index == 8 || index == 13 || index == 18 || index == 23
                ? byte == UInt8(ascii: "-") : isDigit(byte) || (byte | 0x20 >= 97 && byte | 0x20 <= 102)
        }
    }

    private static func isPointer(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.isEmpty || text.first == UInt8(ascii: "/") else { return false }
        var isEscape = false
        for byte in text {
            if isEscape, byte != 48, byte != 49 { return false }
            isEscape = byte == UInt8(ascii: "~")
        }
        return !isEscape
    }
}
