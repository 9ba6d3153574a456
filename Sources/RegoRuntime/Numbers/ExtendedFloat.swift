import BigInt

/// A binary floating-point number with 64 bits of mantissa: what OPA computes with where operands are not integers (`big.Float`).
///
/// The value is ± mantissa × 2^exponent; the mantissa's top bit is set unless the number is zero. Every operation rounds to nearest, ties
/// to even.
struct ExtendedFloat: Equatable {
    var isNegative: Bool
    var mantissa: UInt64
    var exponent: Int

    static func zero(isNegative: Bool) -> ExtendedFloat { ExtendedFloat(isNegative: isNegative, mantissa: 0, exponent: 0) }

    var isZero: Bool { mantissa == 0 }

    var isInteger: Bool { exponent >= 0 || mantissa == 0 || exponent > -64 && mantissa.trailingZeroBitCount >= -exponent }

    /// The integer that remains without the fraction.
    var truncated: BigInt {
        if exponent <= -64 { return 0 }
        let magnitude = exponent >= 0 ? BigUInt(mantissa) << exponent : BigUInt(mantissa >> UInt64(-exponent))
        return BigInt(sign: isNegative ? .minus : .plus, magnitude: magnitude)
    }

    /// The integer this is, when it is an `Int64`; `nil` also for a negative zero.
    var int64: Int64? {
        guard isInteger, !(isZero && isNegative) else { return nil }
        if isZero { return 0 }
        guard exponent <= 0 else { return nil }
        let magnitude = mantissa >> UInt64(-exponent)
        if magnitude > UInt64(Int64.max) { return nil }
        return isNegative ? -Int64(magnitude) : Int64(magnitude)
    }

    init(isNegative: Bool, mantissa: UInt64, exponent: Int) {
        self.isNegative = isNegative
        self.mantissa = mantissa
        self.exponent = exponent
    }

    /// Rounds ± value × 2^exponent; the lowest bit of `value` stands for all lower ones that were cut off.
    init(isNegative: Bool, rounding value: UInt128, exponent: Int) {
        guard value != 0 else {
            self = .zero(isNegative: isNegative)
            return
        }
        let shift = value.leadingZeroBitCount
        let normal = value << UInt128(shift)
        var mantissa = UInt64(truncatingIfNeeded: normal >> 64)
        var scale = exponent - shift + 64
        let rest = UInt64(truncatingIfNeeded: normal)
        let half: UInt64 = 1 << 63
        if rest > half || rest == half && mantissa & 1 == 1 {
            mantissa &+= 1
            if mantissa == 0 {
                mantissa = half
                scale += 1
            }
        }
        self.init(isNegative: isNegative, mantissa: mantissa, exponent: scale)
    }

    /// Rounds ± value × 2^exponent.
    init(isNegative: Bool, rounding value: BigUInt, exponent: Int) {
        let surplus = value.bitWidth - 127
        guard surplus > 0 else {
            self.init(isNegative: isNegative, rounding: ExtendedFloat.word(value), exponent: exponent)
            return
        }
        var kept = ExtendedFloat.word(value >> surplus)
        if value.trailingZeroBitCount < surplus { kept |= 1 }
        self.init(isNegative: isNegative, rounding: kept, exponent: exponent + surplus)
    }

    /// The low 128 bits.
    static func word(_ value: BigUInt) -> UInt128 {
        let words = value.words
        var result = UInt128(words.first ?? 0)
        if words.count > 1 { result |= UInt128(words[words.index(after: words.startIndex)]) << 64 }
        return result
    }

    /// An integer, which a mantissa of 64 bits holds.
    init(_ integer: Int64) {
        self.init(isNegative: integer < 0, rounding: UInt128(integer.magnitude), exponent: 0)
    }

    /// The number nearest to a value that is a number; `nil` when it is too long or too far from 1.
    init?(_ number: Value) {
        if number.isInteger {
            self.init(number.asInteger)
        } else {
            self.init(Decimal(number))
            if isZero, let text = unsafe number.numberSpelling { isNegative = unsafe text.first == UInt8(ascii: "-") }
        }
    }

    /// The number nearest to a decimal; `nil` when the decimal is too long or too far from 1.
    init?(_ decimal: Decimal) {
        guard !decimal.isZero else {
            self = .zero(isNegative: decimal.isNegative)
            return
        }
        guard decimal.digits.count <= Arithmetic.digitLimit, abs(decimal.magnitude) <= Arithmetic.digitLimit else { return nil }
        if decimal.digits.count <= 19, abs(decimal.exponent) <= 27 {
            var coefficient: UInt64 = 0
            for digit in decimal.digits { coefficient = coefficient * 10 + UInt64(digit - UInt8(ascii: "0")) }
            self.init(isNegative: decimal.isNegative, coefficient: coefficient, scale: decimal.exponent)
            return
        }
        let coefficient = decimal.coefficient
        if decimal.exponent >= 0 {
            let value = coefficient * BigUInt(5).power(decimal.exponent)
            self.init(isNegative: decimal.isNegative, rounding: value, exponent: decimal.exponent)
            return
        }
        // The quotient needs 64 bits, one to round and one for what is left over.
        let divisor = BigUInt(5).power(-decimal.exponent)
        let shift = max(0, divisor.bitWidth - coefficient.bitWidth + 68)
        let (quotient, remainder) = (coefficient << shift).quotientAndRemainder(dividingBy: divisor)
        let sticky: BigUInt = remainder.isZero ? 0 : 1
        self.init(isNegative: decimal.isNegative, rounding: quotient << 1 | sticky, exponent: decimal.exponent - shift - 1)
    }

    /// The number nearest to ± coefficient × 10^scale, for |scale| <= 27, where 5^|scale| is one word.
    private init(isNegative: Bool, coefficient: UInt64, scale: Int) {
        var power: UInt64 = 1
        for _ in 0..<abs(scale) { power *= 5 }
        if scale >= 0 {
            let product = coefficient.multipliedFullWidth(by: power)
            let value = UInt128(product.high) << 64 | UInt128(product.low)
            self.init(isNegative: isNegative, rounding: value, exponent: scale)
        } else {
            let shift = coefficient.leadingZeroBitCount
            let dividend = ExtendedFloat(isNegative: isNegative, mantissa: coefficient << UInt64(shift), exponent: scale - shift)
            let up = power.leadingZeroBitCount
            self = dividend / ExtendedFloat(isNegative: false, mantissa: power << UInt64(up), exponent: -up)
        }
    }

    static prefix func - (value: ExtendedFloat) -> ExtendedFloat {
        ExtendedFloat(isNegative: !value.isNegative && !value.isZero, mantissa: value.mantissa, exponent: value.exponent)
    }

    static func + (a: ExtendedFloat, b: ExtendedFloat) -> ExtendedFloat {
        if a.isZero && b.isZero { return .zero(isNegative: a.isNegative && b.isNegative) }
        if a.isZero { return b }
        if b.isZero { return a }
        let (large, small) = (a.exponent, a.mantissa) >= (b.exponent, b.mantissa) ? (a, b) : (b, a)
        let distance = large.exponent - small.exponent
        // 63 bits below the larger one's last; what falls below them only matters as being there.
        let first = UInt128(large.mantissa) << 63
        let full = UInt128(small.mantissa) << 63
        var second: UInt128 = distance < 128 ? full >> UInt128(distance) : 0
        if distance >= 128 || second << UInt128(distance) != full { second |= 1 }
        let sum = large.isNegative == small.isNegative ? first + second : first - second
        return ExtendedFloat(isNegative: large.isNegative && sum != 0, rounding: sum, exponent: large.exponent - 63)
    }

    static func - (a: ExtendedFloat, b: ExtendedFloat) -> ExtendedFloat { a + -b }

    static func * (a: ExtendedFloat, b: ExtendedFloat) -> ExtendedFloat {
        let product = a.mantissa.multipliedFullWidth(by: b.mantissa)
        let value = UInt128(product.high) << 64 | UInt128(product.low)
        return ExtendedFloat(isNegative: a.isNegative != b.isNegative, rounding: value, exponent: a.exponent + b.exponent)
    }

    /// The divisor is not zero.
    static func / (a: ExtendedFloat, b: ExtendedFloat) -> ExtendedFloat {
        if a.isZero { return .zero(isNegative: a.isNegative != b.isNegative) }
        let divisor = UInt128(b.mantissa)
        let (quotient, remainder) = (UInt128(a.mantissa) << 63).quotientAndRemainder(dividingBy: divisor)
        // `quotient` has 63 or 64 bits; two more make the rounding exact together with what remains.
        let (low, rest) = (remainder << 3).quotientAndRemainder(dividingBy: divisor)
        let value = quotient << 4 | low << 1 | (rest == 0 ? 0 : 1)
        return ExtendedFloat(isNegative: a.isNegative != b.isNegative, rounding: value, exponent: a.exponent - b.exponent - 67)
    }

    /// The shortest decimal that is nearer to this number than to any other of 64 bits, as `big.Float.Text('g', -1)` finds it.
    var shortest: Decimal {
        if isZero { return Decimal(isNegative: false, digits: [], exponent: 0) }
        // In units of half a last place the mantissa is even and the interval reaches one unit to either side.
        let halfPlaces = exponent - 1
        var scale = Int((Double(exponent + 63) * 0.301029995663981195).rounded(.down))
        // The guess is low by at most one: the value is at least 2^(exponent + 63).
        if halfPlaces <= 0, halfPlaces >= -120, scale >= 0, scale <= 19 {
            // value × 2 in units of 2^halfPlaces against 10^scale × 2^-halfPlaces, which fits: it is not above the value.
            var unit = UInt128(1) << UInt128(-halfPlaces)
            for _ in 0..<scale { unit *= 10 }
            return digits(UInt128(mantissa) << 1, unit: unit, place: 1, scale: &scale)
        }
        if halfPlaces <= 0, halfPlaces >= -118, scale < 0, scale >= -18 {
            var place: UInt128 = 1
            for _ in 0..<(-scale) { place *= 10 }
            if (UInt128(mantissa) << 1).multipliedReportingOverflow(by: place * 100).overflow == false {
                return digits((UInt128(mantissa) << 1) * place, unit: UInt128(1) << UInt128(-halfPlaces), place: place, scale: &scale)
            }
        }
        let tens = BigUInt(10).power(abs(scale))
        let value = BigUInt(mantissa) << (1 + max(0, halfPlaces))
        let unit = BigUInt(1) << max(0, -halfPlaces)
        let place = BigUInt(1) << max(0, halfPlaces)
        return scale >= 0
            ? digits(value, unit: unit * tens, place: place, scale: &scale)
            : digits(value * tens, unit: unit, place: place * tens, scale: &scale)
    }

    /// Free-format digits (Steele and White): of `rest / unit`, until what is left is within `place / unit` of the value.
    private func digits<Word: UnsignedInteger>(_ value: Word, unit: Word, place: Word, scale: inout Int) -> Decimal {
        var (rest, unit, place) = (value, unit, place)
        if rest >= unit * 10 {
            unit *= 10
            scale += 1
        }
        let isInclusive = mantissa & 1 == 0
        var digits: [UInt8] = []
        while true {
            let (digit, remainder) = rest.quotientAndRemainder(dividingBy: unit)
            digits.append(UInt8(truncatingIfNeeded: digit) + UInt8(ascii: "0"))
            let above = unit - remainder
            let mayCut = remainder < place || isInclusive && remainder == place
            let mayRaise = above < place || isInclusive && above == place
            if mayCut || mayRaise {
                let isNearerAbove = remainder > above || remainder == above && digit & 1 == 1
                if mayRaise && (!mayCut || isNearerAbove) { ExtendedFloat.increment(&digits, &scale) }
                return Decimal(isNegative: isNegative, digits: digits, exponent: scale - digits.count + 1)
            }
            rest = remainder * 10
            place *= 10
        }
    }

    private static func increment(_ digits: inout [UInt8], _ scale: inout Int) {
        var position = digits.count - 1
        while position >= 0, digits[position] == UInt8(ascii: "9") {
            digits[position] = UInt8(ascii: "0")
            position -= 1
        }
        if position >= 0 {
            digits[position] += 1
        } else {
            digits.insert(UInt8(ascii: "1"), at: 0)
            digits.removeLast()
            scale += 1
        }
    }
}
