import Glibc

/// Go's `strconv.FormatFloat`.
enum GoNumberText {
    /// The text of a finite number.
    ///
    /// - Parameters:
    ///   - verb: one of `b e E f g G x X`.
    ///   - precision: digits, or `nil` for as few as tell the number from its neighbours.
    ///   - keepsZeros: `#`: a decimal point always, and for `g` trailing zeros.
    static func text(of double: Double, verb: UInt8, precision: Int?, keepsZeros: Bool) -> [UInt8] {
        switch verb {
        case UInt8(ascii: "b"): return binary(double)
        case UInt8(ascii: "x"), UInt8(ascii: "X"): return hexadecimal(double, uppercase: verb == UInt8(ascii: "X"), precision)
        case UInt8(ascii: "f"):
            let text = printed("%.*f", double, precision ?? 6)
            return keepsZeros ? withPoint(text) : text
        case UInt8(ascii: "e"), UInt8(ascii: "E"):
            let text = printed(verb == UInt8(ascii: "e") ? "%.*e" : "%.*E", double, precision ?? 6)
            return keepsZeros ? withPoint(text) : text
        default:
            return general(double, uppercase: verb == UInt8(ascii: "G"), precision, keepsZeros)
        }
    }

    private static func printed(_ format: String, _ double: Double, _ precision: Int) -> [UInt8] {
        withVaList([Int32(precision), double]) { arguments in
            var buffer = [CChar](repeating: 0, count: precision + 340)
            let count = Int(vsnprintf(&buffer, buffer.count, format, arguments))
            return buffer.prefix(max(min(count, buffer.count - 1), 0)).map { UInt8(bitPattern: $0) }
        }
    }

    private static func general(_ double: Double, uppercase: Bool, _ precision: Int?, _ keepsZeros: Bool) -> [UInt8] {
        if keepsZeros {
            // As C's `#`, but for the precision of six that Go takes for want of another.
            return printed(uppercase ? "%#.*G" : "%#.*g", double, precision ?? 6)
        }
        if let precision { return printed(uppercase ? "%.*G" : "%.*g", double, precision) }
        let (isNegative, digits, exponent) = shortest(double)
        var text: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        // The six is Go's, whatever the number of digits.
        if exponent < -4 || exponent >= 6 {
            text.append(digits[0])
            if digits.count > 1 {
                text.append(UInt8(ascii: "."))
                text += digits[1...]
            }
            text.append(uppercase ? UInt8(ascii: "E") : UInt8(ascii: "e"))
            text.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
            let magnitude = String(abs(exponent))
            text += (magnitude.utf8.count < 2 ? "0" : "").utf8 + Array(magnitude.utf8)
        } else if exponent < 0 {
            text += [48, UInt8(ascii: ".")] + [UInt8](repeating: 48, count: -exponent - 1) + digits
        } else if digits.count <= exponent + 1 {
            text += digits + [UInt8](repeating: 48, count: exponent + 1 - digits.count)
        } else {
            text += digits[...exponent] + [UInt8(ascii: ".")] + digits[(exponent + 1)...]
        }
        return text
    }

    private static func withPoint(_ text: [UInt8]) -> [UInt8] {
        if text.contains(UInt8(ascii: ".")) { return text }
        let end = text.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? text.count
        return text[..<end] + [UInt8(ascii: ".")] + text[end...]
    }

    /// The fewest digits that tell the number from its neighbours, and the power of ten of the first.
    private static func shortest(_ double: Double) -> (isNegative: Bool, digits: [UInt8], exponent: Int) {
        let isNegative = double.sign == .minus
        var digits: [UInt8] = []
        var exponent = 0
        var point: Int?
        let text = Array(double.magnitude.description.utf8)
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: ".") {
                point = digits.count
            } else if text[index] == UInt8(ascii: "e") {
                exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
                break
            } else {
                digits.append(text[index])
            }
            index += 1
        }
        exponent += (point ?? digits.count) - 1
        while digits.count > 1, digits[0] == 48 {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.count > 1, digits.last == 48 { digits.removeLast() }
        return (isNegative, digits, digits == [48] ? 0 : exponent)
    }

    /// `-4503599627370496p-52`
    private static func binary(_ double: Double) -> [UInt8] {
        let bits = double.bitPattern
        let raw = Int(bits >> 52 & 0x7FF)
        let mantissa = bits & 0xF_FFFF_FFFF_FFFF | (raw == 0 ? 0 : 1 << 52)
        let exponent = max(raw, 1) - 1075
        return Array("\(double.sign == .minus ? "-" : "")\(mantissa)p\(exponent < 0 ? "" : "+")\(exponent)".utf8)
    }

    /// `0x1.8p+01`: C's digits with an exponent of two digits at least.
    private static func hexadecimal(_ double: Double, uppercase: Bool, _ precision: Int?) -> [UInt8] {
        var text: [UInt8]
        if let precision {
            text = printed(uppercase ? "%.*A" : "%.*a", double, precision)
        } else {
            text = withVaList([double]) { arguments in
                var buffer = [CChar](repeating: 0, count: 64)
                let count = Int(vsnprintf(&buffer, buffer.count, uppercase ? "%A" : "%a", arguments))
                return buffer.prefix(max(min(count, 63), 0)).map { UInt8(bitPattern: $0) }
            }
        }
        if let mark = text.lastIndex(where: { $0 | 0x20 == UInt8(ascii: "p") }), text.count - mark == 3 { text.insert(48, at: mark + 2) }
        return text
    }
}
