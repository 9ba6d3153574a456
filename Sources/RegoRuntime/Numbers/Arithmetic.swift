package import BigInt

/// Why an operation on numbers has no result; the texts are OPA's.
package enum ArithmeticError: UInt8, Error, BitwiseCopyable, Sendable {
    case divideByZero
    case moduloByZero
    case moduloOnFloat
    /// An operand or the result has more digits than arithmetic takes, or an exponent beyond that.
    case outOfRange

    package var message: String {
        switch self {
        case .divideByZero: "divide by zero"
        case .moduloByZero: "modulo by zero"
        case .moduloOnFloat: "modulo on floating-point number"
        case .outOfRange: "number out of range"
        }
    }
}

/// Limits of arithmetic.
package enum Arithmetic {
    /// Digits of an operand, and the magnitude of its exponent: bounds the time of one operation on hostile numbers such as 1e999999999.
    package static let digitLimit = 20_000
}

/// Arithmetic on numbers, as OPA's: exact on integers of any size; otherwise binary with 64 bits of mantissa, printed shortest.
/// Operands are numbers; the machine and the builtins check that.
extension Value {
    /// The sum.
    @inline(__always)
    package static func add(_ a: Value, _ b: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        if a.isInteger && b.isInteger {
            let (sum, overflow) = a.asInteger.addingReportingOverflow(b.asInteger)
            if !overflow { return .integer(sum) }
        }
        return try combine(a, b, in: arena, exact: { $0 + $1 }, float: { $0 + $1 })
    }

    /// The difference of two numbers.
    @inline(__always)
    package static func subtract(_ a: Value, _ b: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        if a.isInteger && b.isInteger {
            let (difference, overflow) = a.asInteger.subtractingReportingOverflow(b.asInteger)
            if !overflow { return .integer(difference) }
        }
        return try combine(a, b, in: arena, exact: { $0 - $1 }, float: { $0 - $1 })
    }

    /// The product.
    @inline(__always)
    package static func multiply(_ a: Value, _ b: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        if a.isInteger && b.isInteger {
            let (product, overflow) = a.asInteger.multipliedReportingOverflow(by: b.asInteger)
            if !overflow { return .integer(product) }
        }
        return try combine(a, b, in: arena, exact: { $0 * $1 }, float: { $0 * $1 })
    }

    /// The quotient: an integer where the division is exact.
    package static func divide(_ a: Value, _ b: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        if b.isInteger && b.asInteger == 0 { throw .divideByZero }
        if a.isInteger && b.isInteger {
            let (quotient, overflow) = a.asInteger.dividedReportingOverflow(by: b.asInteger)
            if !overflow && quotient &* b.asInteger == a.asInteger { return .integer(quotient) }
        }
        return try divideSlowly(a, b, in: arena)
    }

    /// The remainder of integers, with the sign of the dividend.
    package static func remainder(_ a: Value, _ b: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        if a.isInteger && b.isInteger {
            if b.asInteger == 0 { throw .moduloByZero }
            // Int64.min % -1 overflows in the processor.
            return .integer(b.asInteger == -1 ? 0 : a.asInteger % b.asInteger)
        }
        let (left, right) = (Decimal(a), Decimal(b))
        guard left.isInteger && right.isInteger else { throw .moduloOnFloat }
        if right.isZero { throw .moduloByZero }
        guard let x = left.bigInt, let y = right.bigInt else { throw .outOfRange }
        return number(Decimal(x % y), in: arena)
    }

    /// The number without its sign.
    package static func abs(_ a: Value, in arena: Arena) -> Value {
        switch a.tag {
        case .integer where a.asInteger > .min:
            return .integer(Swift.abs(a.asInteger))
        case .double:
            return Value(w0: a.w0, w1: a.asDouble.magnitude.bitPattern)
        default:
            var decimal = Decimal(a)
            decimal.isNegative = false
            return number(decimal, in: arena)
        }
    }

    /// The largest integer that is not larger.
    package static func floor(_ a: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        try integral(a, in: arena, of: .down)
    }

    /// The smallest integer that is not smaller.
    package static func ceil(_ a: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        try integral(a, in: arena, of: .up)
    }

    /// The nearest integer, halves away from zero.
    package static func round(_ a: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        try integral(a, in: arena, of: .toNearestOrAwayFromZero)
    }

    /// Orders numbers by value.
    package static func compareNumbers(_ a: Value, _ b: Value) -> Int {
        switch (a.tag, b.tag) {
        case (.integer, .integer):
            return a.asInteger < b.asInteger ? -1 : a.asInteger > b.asInteger ? 1 : 0
        case (.double, .double):
            return a.asDouble < b.asDouble ? -1 : a.asDouble > b.asDouble ? 1 : 0
        case (.integer, .double):
            return compare(a.asInteger, b.asDouble)
        case (.double, .integer):
            return -compare(b.asInteger, a.asDouble)
        default:
            return Decimal.compare(Decimal(a), Decimal(b))
        }
    }

    /// A canonical double is never an `Int64`'s value, and its decimal lies between the same two integers as its bits.
    private static func compare(_ integer: Int64, _ double: Double) -> Int {
        if double >= 0x1p63 { return -1 }
        if double < -0x1p63 { return 1 }
        return integer <= Int64(double.rounded(.down)) ? -1 : 1
    }

    /// The nearest `Double` of a number; infinite when it is too large for one.
    package var doubleValue: Double {
        switch tag {
        case .integer: return Double(asInteger)
        case .double: return asDouble
        default:
            let decimal = Decimal(self)
            if decimal.magnitude > 400 { return decimal.isNegative ? -.infinity : .infinity }
            if decimal.magnitude < -400 { return 0 }
            let digits = String(decoding: decimal.digits, as: UTF8.self)
            return (decimal.isNegative ? -1 : 1) * (Double("\(digits)e\(decimal.exponent)") ?? .infinity)
        }
    }

    /// The integer of any size that a number is, or `nil` for one with a fraction or with too many digits.
    package var bigIntValue: BigInt? {
        switch tag {
        case .integer: BigInt(asInteger)
        case .double, .bigNumber: Decimal(self).bigInt
        default: nil
        }
    }

    /// Makes the canonical number of an integer of any size.
    package static func number(_ integer: BigInt, in arena: Arena) -> Value {
        if let small = Int64(exactly: integer) { return .integer(small) }
        return number(Decimal(integer), in: arena)
    }
}

extension Value {
    @inline(never)
    private static func combine(
        _ a: Value, _ b: Value, in arena: Arena, exact: (BigInt, BigInt) -> BigInt,
        float: (ExtendedFloat, ExtendedFloat) -> ExtendedFloat
    ) throws(ArithmeticError) -> Value {
        let (left, right) = (Decimal(a), Decimal(b))
        if left.isInteger && right.isInteger {
            guard let x = left.bigInt, let y = right.bigInt else { throw .outOfRange }
            return number(exact(x, y), in: arena)
        }
        guard let x = ExtendedFloat(left), let y = ExtendedFloat(right) else { throw .outOfRange }
        return number(float(x, y).shortest, in: arena)
    }

    @inline(never)
    private static func divideSlowly(_ a: Value, _ b: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        let (left, right) = (Decimal(a), Decimal(b))
        // Beyond OPA, whose float quotient loses the low digits: a division of integers that leaves nothing is exact.
        if let x = left.bigInt, let y = right.bigInt {
            let (quotient, remainder) = x.quotientAndRemainder(dividingBy: y)
            if remainder.isZero { return number(quotient, in: arena) }
        }
        guard let x = ExtendedFloat(left), let y = ExtendedFloat(right) else { throw .outOfRange }
        return number((x / y).shortest, in: arena)
    }

    @inline(never)
    private static func integral(_ a: Value, in arena: Arena, of rule: FloatingPointRoundingRule) throws(ArithmeticError) -> Value {
        switch a.tag {
        case .integer:
            return a
        case .double:
            // A double of 2^63 or more is an integer; it stays what its text says.
            return a.asDouble.magnitude >= 0x1p63 ? a : number(a.asDouble.rounded(rule))
        default:
            let decimal = Decimal(a)
            if decimal.isInteger { return a }
            return number(try decimal.rounded(rule), in: arena)
        }
    }
}

extension Decimal {
    /// An integer near a decimal with a fraction.
    fileprivate func rounded(_ rule: FloatingPointRoundingRule) throws(ArithmeticError) -> Decimal {
        guard magnitude < Arithmetic.digitLimit else { throw .outOfRange }
        let kept = max(0, digits.count + exponent)
        let whole = Decimal(isNegative: isNegative, digits: digits.prefix(kept), exponent: 0)
        let isAway: Bool
        switch rule {
        case .up: isAway = !isNegative
        case .down: isAway = isNegative
        default: isAway = magnitude >= -1 && digits[kept] >= UInt8(ascii: "5")
        }
        guard isAway else { return whole }
        return Decimal((whole.bigInt ?? 0) + (isNegative ? -1 : 1))
    }
}
