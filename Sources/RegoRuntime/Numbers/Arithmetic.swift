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

/// Arithmetic on numbers as OPA's, which computes in binary with 64 bits of mantissa: exact on integers up to 2^64, beyond that rounded.
/// Operands are numbers; the machine and the builtins check that.
extension Value {
    /// The sum.
    @inline(__always)
    package static func add(_ a: Value, _ b: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        if a.isInteger && b.isInteger {
            let (sum, overflow) = a.asInteger.addingReportingOverflow(b.asInteger)
            if !overflow { return .integer(sum) }
        }
        return try combine(a, b, in: arena) { $0 + $1 }
    }

    /// The difference of two numbers.
    @inline(__always)
    package static func subtract(_ a: Value, _ b: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        if a.isInteger && b.isInteger {
            let (difference, overflow) = a.asInteger.subtractingReportingOverflow(b.asInteger)
            if !overflow { return .integer(difference) }
        }
        return try combine(a, b, in: arena) { $0 - $1 }
    }

    /// The product; a zero keeps the sign of its factors, as OPA prints it, unless both are integers below 1000.
    @inline(__always)
    package static func multiply(_ a: Value, _ b: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        if a.isInteger && b.isInteger {
            let (product, overflow) = a.asInteger.multipliedReportingOverflow(by: b.asInteger)
            if !overflow && (product != 0 || a.isSmall && b.isSmall) { return .integer(product) }
        }
        return try combine(a, b, in: arena) { $0 * $1 }
    }

    /// The product of numbers; a zero keeps the sign of its factors whatever they are, since OPA computes without integers here.
    package static func product(of numbers: UnsafeBufferPointer<Value>, in arena: Arena) throws(ArithmeticError) -> Value {
        try unsafe combined(numbers, from: 1, in: arena) { $0 * $1 }
    }

    /// The sum of numbers that are not all integers or do not fit one.
    package static func sum(of numbers: UnsafeBufferPointer<Value>, in arena: Arena) throws(ArithmeticError) -> Value {
        try unsafe combined(numbers, from: 0, in: arena) { $0 + $1 }
    }

    /// Combines numbers from first to last. Only the end is rounded to a decimal, which for a power of two can be its neighbour's.
    private static func combined(
        _ numbers: UnsafeBufferPointer<Value>, from start: Int64, in arena: Arena,
        _ operation: (ExtendedFloat, ExtendedFloat) -> ExtendedFloat
    ) throws(ArithmeticError) -> Value {
        var result = ExtendedFloat(start)
        for index in 0..<numbers.count {
            guard let operand = unsafe ExtendedFloat(numbers[index]) else { throw .outOfRange }
            result = operation(result, operand)
        }
        return number(result, in: arena)
    }

    /// Between -1000 and 1000, where OPA computes with integers.
    private var isSmall: Bool { asInteger > -1000 && asInteger < 1000 }

    /// The quotient.
    package static func divide(_ a: Value, _ b: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        if a.isInteger && b.isInteger && b.asInteger > 0 {
            let (quotient, remainder) = a.asInteger.quotientAndRemainder(dividingBy: b.asInteger)
            if remainder == 0 { return .integer(quotient) }
        }
        guard let x = ExtendedFloat(a), let y = ExtendedFloat(b) else { throw .outOfRange }
        if y.isZero { throw .divideByZero }
        return number(x / y, in: arena)
    }

    /// The remainder of integers, with the sign of the dividend.
    package static func remainder(_ a: Value, _ b: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        if a.isInteger && b.isInteger {
            if b.asInteger == 0 { throw .moduloByZero }
            // Int64.min % -1 overflows in the processor.
            return .integer(b.asInteger == -1 ? 0 : a.asInteger % b.asInteger)
        }
        guard let x = ExtendedFloat(a), let y = ExtendedFloat(b) else { throw .outOfRange }
        guard x.isInteger && y.isInteger else { throw .moduloOnFloat }
        // OPA looks at the divisor's low 64 bits alone, which a multiple of 2^64 does not have.
        if y.isZero || y.exponent >= 64 || y.exponent > 0 && y.mantissa << UInt64(y.exponent) == 0 { throw .moduloByZero }
        return number(x.truncated % y.truncated, in: arena)
    }

    /// The number without its sign.
    package static func abs(_ a: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        if a.isInteger && a.asInteger > .min { return .integer(Swift.abs(a.asInteger)) }
        guard var x = ExtendedFloat(a) else { throw .outOfRange }
        x.isNegative = false
        return number(x, in: arena)
    }

    /// The largest integer that is not larger; of a number between -1 and 0 it is 0, as OPA has it.
    package static func floor(_ a: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        try integral(a, in: arena) { $0.truncated + ($0.isNegative && !$0.isInteger && $0.truncated != 0 ? -1 : 0) }
    }

    /// The smallest integer that is not smaller; of a number between -1 and 0 it is 1, as OPA has it.
    package static func ceil(_ a: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        try integral(a, in: arena) { $0.truncated + (!$0.isInteger && $0.truncated >= 0 ? 1 : 0) }
    }

    /// The nearest integer, halves away from zero.
    package static func round(_ a: Value, in arena: Arena) throws(ArithmeticError) -> Value {
        let half = ExtendedFloat(isNegative: false, mantissa: 1 << 63, exponent: -64)
        return try integral(a, in: arena) { ($0.isNegative ? $0 - half : $0 + half).truncated }
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
            let (x, y) = (a.unspelled, b.unspelled)
            return x.tag == .bigNumber || y.tag == .bigNumber ? Decimal.compare(Decimal(x), Decimal(y)) : compareNumbers(x, y)
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
        let number = unspelled
        switch number.tag {
        case .integer: return Double(number.asInteger)
        case .double: return number.asDouble
        default:
            let decimal = Decimal(number)
            if decimal.magnitude > 400 { return decimal.isNegative ? -.infinity : .infinity }
            if decimal.magnitude < -400 { return 0 }
            let digits = String(decoding: decimal.digits, as: UTF8.self)
            return (decimal.isNegative ? -1 : 1) * (Double("\(digits)e\(decimal.exponent)") ?? .infinity)
        }
    }

    /// The integer that a number is as OPA's builtins read it, with 64 bits of mantissa; `nil` for one with a fraction, with too many
    /// digits, and for what is no number.
    package var bigIntValue: BigInt? {
        if isInteger { return BigInt(asInteger) }
        guard isNumber, let float = ExtendedFloat(self), float.isInteger else { return nil }
        return float.truncated
    }

    /// The integer that remains of a number without its fraction, as OPA's builtins read it, with 64 bits of mantissa.
    package func truncatedInteger() throws(ArithmeticError) -> BigInt {
        guard let float = ExtendedFloat(self) else { throw .outOfRange }
        return float.truncated
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
        _ a: Value, _ b: Value, in arena: Arena, operation: (ExtendedFloat, ExtendedFloat) -> ExtendedFloat
    ) throws(ArithmeticError) -> Value {
        guard let x = ExtendedFloat(a), let y = ExtendedFloat(b) else { throw .outOfRange }
        return number(operation(x, y), in: arena)
    }

    @inline(never)
    private static func integral(_ a: Value, in arena: Arena, of rounding: (ExtendedFloat) -> BigInt) throws(ArithmeticError) -> Value {
        if a.isInteger { return a }
        guard let x = ExtendedFloat(a) else { throw .outOfRange }
        return number(rounding(x), in: arena)
    }

    /// Makes the number that a result is: the shortest decimal, written as OPA writes it (`%f` for integers, `%g` for others).
    private static func number(_ float: ExtendedFloat, in arena: Arena) -> Value {
        if let integer = float.int64 { return .integer(integer) }
        if float.isZero { return written(.integer(Int64(0)), as: "-0", in: arena) }
        let decimal = float.shortest
        let value = number(decimal, in: arena)
        if decimal.isInteger || decimal.magnitude >= -4 && decimal.magnitude < 6 || decimal.magnitude < Decimal.leastPlainMagnitude {
            return value
        }
        return written(value, as: decimal.scientificText, in: arena)
    }
}

extension Value {
    /// The sum of small integers; `nil` if one of the values is none, or the sum is too large to be one.
    package static func sum(ofIntegers values: UnsafeBufferPointer<Value>) -> Int64? {
        var sum: Int64 = 0
        for index in values.indices {
            let value = unsafe values[index]
            let (next, overflow) = sum.addingReportingOverflow(value.asInteger)
            guard value.isInteger, !overflow else { return nil }
            sum = next
        }
        return sum
    }
}
