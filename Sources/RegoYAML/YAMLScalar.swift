@_spi(Engine) import RegoRuntime

/// What YAML 1.2, read as Go's `yaml.v3` reads it, makes of a scalar without quotes.
enum YAMLScalar {
    /// YAML's own tags as they are mostly written, `!!str`; others as they are.
    static func shortTag(_ tag: String) -> String {
        let prefix = "tag:yaml.org,2002:"
        return tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.utf8.count) : tag
    }

    static func kind(of text: String) -> YAMLNode.Kind {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF": return .notFinite
        default: break
        }
        guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return .string }
        if let timestamp = timestamp(text) { return .timestamp(timestamp) }
        let plain = String(decoding: text.utf8.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        return (integer(plain) ?? decimal(plain)).map { .number($0) } ?? .string
    }

    /// The text that base 64 stands for.
    static func binary(_ encoded: String) -> String? {
        let result = Array(encoded.utf8).withUnsafeBufferPointer { Base64.decode($0, .standard, padded: true) }
        guard case .success(let bytes) = result else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Go's integers: decimal, `0x`, `0b`, `0o`, and octal after a 0.
    private static func integer(_ text: String) -> String? {
        var digits = Substring(text)
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits = digits.dropFirst() }
        let lower = digits.lowercased()
        var radix = 10
        var rest = Substring(lower)
        for (prefix, base) in [("0x", 16), ("0b", 2), ("0o", 8)] where lower.hasPrefix(prefix) {
            radix = base
            rest = rest.dropFirst(2)
        }
        if radix == 10, rest.utf8.count > 1, rest.first == "0" {
            radix = 8
            rest = rest.dropFirst()
        }
        // Swift reads a sign here too, which may stand only at the front.
        guard let head = rest.first, head.isHexDigit, let value = UInt64(rest, radix: radix) else { return nil }
        guard isNegative else { return String(value) }
        return value <= UInt64(Int64.max) + 1 ? (value == 0 ? "0" : "-" + String(value)) : nil
    }

    /// Decimal fractions; an integer beyond 64 bits is one too.
    private static func decimal(_ text: String) -> String? {
        var bytes = Array(text.utf8)
        var sign = ""
        if let first = bytes.first, first == 43 || first == 45 {
            sign = first == 45 ? "-" : ""
            bytes.removeFirst()
        }
        var position = 0
        func digits() -> [UInt8] {
            let start = position
            while position < bytes.count, (48...57).contains(bytes[position]) { position += 1 }
            return Array(bytes[start..<position])
        }
        let whole = digits()
        var fraction: [UInt8] = []
        if position < bytes.count, bytes[position] == 46 {
            position += 1
            fraction = digits()
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent = ""
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == 43 || bytes[position] == 45 {
                exponent = bytes[position] == 45 ? "-" : ""
                position += 1
            }
            let power = digits()
            guard !power.isEmpty, power.count < 6 else { return nil }
            exponent = "e" + exponent + String(decoding: power, as: UTF8.self)
        }
        guard position == bytes.count else { return nil }
        let significant = whole.drop { $0 == 48 }
        let integral = significant.isEmpty ? "0" : String(decoding: significant, as: UTF8.self)
        let number = sign + integral + (fraction.isEmpty ? "" : "." + String(decoding: fraction, as: UTF8.self)) + exponent
        // What no `float64` holds is text.
        return Double(number)?.isFinite == true ? number : nil
    }

    /// RFC 3339's form of `2024-1-2`, `2024-01-02T03:04:05Z` and `2024-01-02 03:04:05.5`; `nil` for what is none of these.
    static func timestamp(_ text: String) -> String? {
        var scanner = DigitScanner(bytes: Array(text.utf8))
        guard let year = scanner.number(4...4), year.count == 4, scanner.take("-"), let month = scanner.number(1...2), scanner.take("-"),
            let day = scanner.number(1...2), (1...12).contains(month.value), (1...days(month.value, year.value)).contains(day.value)
        else { return nil }
        let date = "\(pad(year.value, 4))-\(pad(month.value, 2))-\(pad(day.value, 2))"
        if scanner.isAtEnd { return date + "T00:00:00Z" }
        let separator = scanner.next()
        guard separator == UInt8(ascii: "T") || separator == UInt8(ascii: "t") || separator == 32 else { return nil }
        guard let hour = scanner.number(1...2), scanner.take(":"), let minute = scanner.number(1...2), scanner.take(":"),
            let second = scanner.number(1...2), hour.value < 24, minute.value < 60, second.value < 60
        else { return nil }
        var fraction = ""
        if scanner.take(".") {
            guard let digits = scanner.number(1...9) else { return nil }
            let text = pad(digits.value, digits.count)
            let kept = text.utf8.reversed().drop { $0 == 48 }.reversed()
            if !kept.isEmpty { fraction = "." + String(decoding: Array(kept), as: UTF8.self) }
        }
        guard let zone = separator == 32 ? (scanner.isAtEnd ? "Z" : nil) : zone(&scanner) else { return nil }
        return "\(date)T\(pad(hour.value, 2)):\(pad(minute.value, 2)):\(pad(second.value, 2))\(fraction)\(zone)"
    }

    private static func zone(_ scanner: inout DigitScanner) -> String? {
        if scanner.take("Z") { return scanner.isAtEnd ? "Z" : nil }
        let sign = scanner.take("+") ? "+" : scanner.take("-") ? "-" : ""
        guard !sign.isEmpty, let hours = scanner.number(2...2), scanner.take(":"), let minutes = scanner.number(2...2), scanner.isAtEnd,
            hours.count == 2, minutes.count == 2, hours.value < 24, minutes.value < 60
        else { return nil }
        return hours.value == 0 && minutes.value == 0 ? "Z" : "\(sign)\(pad(hours.value, 2)):\(pad(minutes.value, 2))"
    }

    private static func days(_ month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    private static func pad(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
    }
}

/// Reads numbers and marks from the front of a text.
private struct DigitScanner {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func next() -> UInt8? {
        guard position < bytes.count else { return nil }
        position += 1
        return bytes[position - 1]
    }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    /// As many digits as there are, if their count lies in the range.
    mutating func number(_ counts: ClosedRange<Int>) -> (value: Int, count: Int)? {
        var value = 0
        let start = position
        while position < bytes.count, position - start < counts.upperBound, (48...57).contains(bytes[position]) {
            value = value * 10 + Int(bytes[position] - 48)
            position += 1
        }
        let count = position - start
        return counts.contains(count) ? (value, count) : nil
    }
}
