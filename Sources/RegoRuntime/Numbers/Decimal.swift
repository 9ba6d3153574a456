package import BigInt

/// A number taken apart into ± digits × 10^exponent, for what is too rare to be fast.
package struct Decimal: Sendable, Hashable {
    package var isNegative: Bool
    /// ASCII digits without a zero at either end; empty for zero.
    package var digits: [UInt8]
    package var exponent: Int

    /// Makes a decimal of any digits, normalising them.
    package init(isNegative: Bool, digits: some Sequence<UInt8>, exponent: Int) {
        var kept = Array(digits.drop { $0 == UInt8(ascii: "0") })
        var exponent = exponent
        while kept.last == UInt8(ascii: "0") {
            kept.removeLast()
            exponent += 1
        }
        self.isNegative = isNegative && !kept.isEmpty
        self.digits = kept
        self.exponent = kept.isEmpty ? 0 : exponent
    }

    /// Makes a decimal of an integer.
    package init(_ integer: BigInt) {
        self.init(isNegative: integer.sign == .minus, digits: String(integer.magnitude).utf8, exponent: 0)
    }

    /// Takes a number apart; the value is a number.
    package init(_ value: Value) {
        switch value.tag {
        case .integer:
            self.init(isNegative: value.asInteger < 0, digits: String(value.asInteger.magnitude).utf8, exponent: 0)
        case .double:
            self = DoubleText.decimal(of: value.asDouble)
        default:
            let number = unsafe value.bigNumber
            if unsafe number.pointee.inline.isDefined {
                unsafe self.init(number.pointee.inline)
                return
            }
            unsafe self.init(isNegative: number.pointee.isNegative, digits: number.digits, exponent: number.pointee.exponent)
        }
    }

    package var isZero: Bool { digits.isEmpty }
    package var isInteger: Bool { exponent >= 0 }

    /// The power of ten of the first digit: 0 for 1 to 9.
    package var magnitude: Int { digits.count + exponent - 1 }

    /// Orders by value.
    package static func compare(_ a: Decimal, _ b: Decimal) -> Int {
        let (signA, signB) = (a.sign, b.sign)
        if signA != signB { return signA - signB }
        if signA == 0 { return 0 }
        return signA * compareMagnitudes(a, b)
    }

    private var sign: Int { isZero ? 0 : isNegative ? -1 : 1 }

    private static func compareMagnitudes(_ a: Decimal, _ b: Decimal) -> Int {
        if a.magnitude != b.magnitude { return a.magnitude < b.magnitude ? -1 : 1 }
        for (x, y) in zip(a.digits, b.digits) where x != y { return x < y ? -1 : 1 }
        // Without trailing zeros the one with more digits is the larger.
        return a.digits.count == b.digits.count ? 0 : a.digits.count < b.digits.count ? -1 : 1
    }

    /// The digits as an integer, without the exponent.
    var coefficient: BigUInt { BigUInt(String(decoding: digits, as: UTF8.self)) ?? 0 }

    /// The integer this is, or `nil` when it has a fraction or more digits than arithmetic takes.
    package var bigInt: BigInt? {
        guard isInteger, magnitude < Arithmetic.digitLimit else { return nil }
        let value = coefficient * BigUInt(10).power(exponent)
        return BigInt(sign: isNegative ? .minus : .plus, magnitude: value)
    }
}
