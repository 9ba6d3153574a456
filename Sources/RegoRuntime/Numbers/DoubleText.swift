import Glibc

/// Between `Double` and the decimal it stands for: the shortest one that is nearer to it than to any other `Double`.
enum DoubleText {
    /// The powers of ten that a `Double` holds exactly.
    static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// The decimal that a finite `Double` stands for.
    static func decimal(of value: Double) -> Decimal {
        // Swift's description is the shortest text: "0.1", "1e-05", "1.5e+300", "12345.0".
        var digits: [UInt8] = []
        var exponent = 0
        var fraction = false
        let text = value.magnitude.description.utf8
        var index = text.startIndex
        while index != text.endIndex {
            let byte = text[index]
            text.formIndex(after: &index)
            switch byte {
            case UInt8(ascii: "."): fraction = true
            case UInt8(ascii: "e"):
                exponent += Int(String(Substring(text[index...]))) ?? 0
                index = text.endIndex
            default:
                digits.append(byte)
                if fraction { exponent -= 1 }
            }
        }
        return Decimal(isNegative: value < 0, digits: digits, exponent: exponent)
    }

    /// The `Double` that stands for this decimal, or `nil` when none does.
    ///
    /// -2^63 is none: as a `Double` it is an `Int64`'s value, which the decimal -9223372036854776000 is not.
    static func double(isNegative: Bool, digits: UnsafeBufferPointer<UInt8>, exponent: Int) -> Double? {
        let magnitude = digits.count + exponent - 1
        guard magnitude >= -324, magnitude <= 308 else { return nil }
        var text = unsafe String(decoding: digits, as: UTF8.self)
        text += "e"
        text += String(exponent)
        guard let value = Double(text), value.isFinite, value != 0 else { return nil }
        if digits.count > 15 || value < .leastNormalMagnitude {
            let shortest = decimal(of: value)
            guard unsafe shortest.exponent == exponent && shortest.digits.elementsEqual(digits) else { return nil }
        }
        let signed = isNegative ? -value : value
        return Int64(exactly: signed) == nil ? signed : nil
    }
}
