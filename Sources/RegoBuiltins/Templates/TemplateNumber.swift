/// A number as a template writes it, in every kind of Go's that it can be.
struct TemplateNumber {
    private(set) var integer: Int64?
    private(set) var unsigned: UInt64?
    private(set) var double: Double?
    private(set) var complex: (real: Double, imaginary: Double)?

    /// What to say of a text that is no number.
    struct Fault: Error {
        let message: String
    }

    /// - Parameter isPair: the text is a complex number of two parts.
    init(_ text: String, isPair: Bool) throws(Fault) {
        if isPair {
            guard let cut = text.dropFirst().lastIndex(where: { $0 == "+" || $0 == "-" }), let real = Self.double(String(text[..<cut])),
                let imaginary = Self.double(String(text[cut...].dropLast()))
            else { throw Fault(message: "expected complex; found \(text)") }
            set(real, imaginary)
            return
        }
        if text.hasSuffix("i"), let imaginary = Self.double(String(text.dropLast())) {
            set(0, imaginary)
            return
        }
        let bytes = Array(text.utf8)
        let isSigned = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
        if let magnitude = Self.magnitude(Array(bytes.dropFirst(isSigned ? 1 : 0))) {
            if !isSigned { unsigned = magnitude }
            if bytes.first == UInt8(ascii: "-") {
                integer = magnitude <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
            } else {
                integer = Int64(exactly: magnitude)
            }
            if integer == 0 { unsigned = 0 }
            double = integer.map(Double.init) ?? unsigned.map(Double.init)
        }
        if integer == nil, unsigned == nil {
            guard let value = Self.double(text) else { throw Fault(message: "illegal number syntax: \(TemplateText.quoted(text))") }
            guard text.contains(where: { ".eEpP".contains($0) }) else {
                throw Fault(message: "integer overflow: \(TemplateText.quoted(text))")
            }
            set(value)
        }
    }

    /// A character's number.
    init(character: Int) {
        integer = Int64(character)
        unsigned = UInt64(character)
        double = Double(character)
    }

    private mutating func set(_ real: Double, _ imaginary: Double) {
        complex = (real, imaginary)
        if imaginary == 0 { set(real) }
    }

    private mutating func set(_ value: Double) {
        double = value
        integer = Int64(exactly: value)
        unsigned = UInt64(exactly: value)
    }

    /// Go's `strconv.ParseUint` with base 0.
    private static func magnitude(_ text: [UInt8]) -> UInt64? {
        var (digits, base) = (text[...], UInt64(10))
        if text.first == 48, text.count > 1 {
            switch text[1] | 0x20 {
            case UInt8(ascii: "x"): (digits, base) = (text[2...], 16)
            case UInt8(ascii: "o"): (digits, base) = (text[2...], 8)
            case UInt8(ascii: "b"): (digits, base) = (text[2...], 2)
            default: (digits, base) = (text[1...], 8)
            }
        }
        guard digits.contains(where: { $0 != UInt8(ascii: "_") }), hasGoodUnderscores(text) else { return nil }
        var value: UInt64 = 0
        for byte in digits where byte != UInt8(ascii: "_") {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < base else { return nil }
            let (product, overflows) = value.multipliedReportingOverflow(by: base)
            let (sum, carries) = product.addingReportingOverflow(UInt64(digit))
            if overflows || carries { return nil }
            value = sum
        }
        return value
    }

    /// Go's `strconv.ParseFloat`.
    private static func double(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        let body = bytes.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        guard bytes.count - body.count <= 1, hasGoodUnderscores(Array(body)) else { return nil }
        let isHexadecimal = body.count > 2 && body.first == 48 && body[body.startIndex + 1] | 0x20 == UInt8(ascii: "x")
        let digits = isHexadecimal ? body.dropFirst(2) : body
        let mark = UInt8(ascii: isHexadecimal ? "p" : "e")
        let parts = digits.split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false).flatMap { part in
            part.split(separator: mark & 0xDF, maxSplits: 1, omittingEmptySubsequences: false)
        }
        let isDigit: (UInt8) -> Bool = { (48...57).contains($0) || isHexadecimal && (97...102).contains($0 | 0x20) }
        let mantissa = parts[0].filter { $0 != UInt8(ascii: "_") }
        guard parts.count <= 2, !isHexadecimal || parts.count == 2, mantissa.contains(where: isDigit),
            mantissa.count(where: { $0 == UInt8(ascii: ".") }) <= 1, mantissa.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") })
        else { return nil }
        if parts.count == 2 {
            let exponent = parts[1].drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
            guard parts[1].count - exponent.count <= 1, exponent.contains(where: { $0 != UInt8(ascii: "_") }),
                exponent.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: "_") })
            else { return nil }
        }
        let value = Double(text.filter { $0 != "_" })
        return value?.isFinite == true ? value : nil
    }

    /// Whether underscores stand between digits, or between a prefix and a digit, only.
    private static func hasGoodUnderscores(_ text: [UInt8]) -> Bool {
        guard text.contains(UInt8(ascii: "_")) else { return true }
        var (rest, last) = (text[...], UInt8(ascii: "^"))
        var isHexadecimal = false
        if text.count >= 2, text[0] == 48, "box".utf8.contains(text[1] | 0x20) {
            isHexadecimal = text[1] | 0x20 == UInt8(ascii: "x")
            (rest, last) = (text[2...], 48)
        }
        for byte in rest {
            if (48...57).contains(byte) || isHexadecimal && (97...102).contains(byte | 0x20) {
                last = 48
            } else if byte == UInt8(ascii: "_") {
                if last != 48 { return false }
                last = byte
            } else {
                if last == UInt8(ascii: "_") { return false }
                last = UInt8(ascii: "!")
            }
        }
        return last != UInt8(ascii: "_")
    }
}
