import BigInt
@_spi(Engine) package import RegoRuntime

/// Amounts with SI, binary and Kubernetes' suffixes (OPA: "Units").
package enum UnitBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("units.parse", arity: 1) { parse(BuiltinCall($0)) },
        BuiltinDefinition("units.parse_bytes", arity: 1) { parseBytes(BuiltinCall($0)) },
    ]

    /// The text without quotes, split where the suffix begins.
    private static func split(_ call: BuiltinCall) -> (amount: [UInt8], suffix: [UInt8])? {
        guard let operand = call.string(0) else { return nil }
        let text = operand.byteArray.filter { $0 != UInt8(ascii: "\"") }
        if text.contains(UInt8(ascii: " ")) {
            call.fail(.builtin, "\(call.name): spaces not allowed in resource strings")
            return nil
        }
        var end = 0
        while end < text.count {
            let byte = text[end]
            let isExponent = (byte | 0x20) == UInt8(ascii: "e") && isExponent(text, at: end)
            guard (byte >= 48 && byte <= 57) || byte == 43 || byte == 45 || byte == 46 || isExponent else { break }
            end += 1
        }
        return (Array(text[..<end]), Array(text[end...]))
    }

    /// Whether an `e` begins an exponent and not the suffix of "exa".
    private static func isExponent(_ text: [UInt8], at index: Int) -> Bool {
        guard index + 1 < text.count else { return false }
        let next = text[index + 1]
        return (next >= 48 && next <= 57) || next == 43 || next == 45
    }

    private static func parse(_ call: BuiltinCall) {
        guard let (amount, suffix) = split(call) else { return }
        if amount.isEmpty { return call.fail(.builtin, "\(call.name): no amount provided") }
        // Alone a lower-case m is milli and an upper-case one mega; otherwise case does not matter.
        let text = suffix.count == 1 ? suffix : suffix.map(lower)
        let factor: Factor? =
            switch String(decoding: text, as: UTF8.self) {
            case "": .decimal(0)
            case "m": .milli
            case "k", "K": .decimal(3)
            case "M": .decimal(6)
            case "g", "G": .decimal(9)
            case "t", "T": .decimal(12)
            case "p", "P": .decimal(15)
            case "e", "E": .decimal(18)
            case "ki": .binary(10)
            case "mi": .binary(20)
            case "gi": .binary(30)
            case "ti": .binary(40)
            case "pi": .binary(50)
            case "ei": .binary(60)
            default: nil
            }
        guard let factor else {
            let shown = String(decoding: suffix.prefix(1) + suffix.dropFirst().map(lower), as: UTF8.self)
            return call.fail(.builtin, "\(call.name): unit \(shown) not recognized")
        }
        finish(call, amount, factor, failure: "could not parse amount to a number", truncates: false)
    }

    private static func parseBytes(_ call: BuiltinCall) {
        guard let (amount, suffix) = split(call) else { return }
        if amount.isEmpty { return call.fail(.builtin, "\(call.name): no byte amount provided") }
        let factor: Factor? =
            switch String(decoding: suffix.map(lower), as: UTF8.self) {
            case "": .decimal(0)
            case "kb", "k": .decimal(3)
            case "kib", "ki": .binary(10)
            case "mb", "m": .decimal(6)
            case "mib", "mi": .binary(20)
            case "gb", "g": .decimal(9)
            case "gib", "gi": .binary(30)
            case "tb", "t": .decimal(12)
            case "tib", "ti": .binary(40)
            case "pb", "p": .decimal(15)
            case "pib", "pi": .binary(50)
            case "eb", "e": .decimal(18)
            case "eib", "ei": .binary(60)
            default: nil
            }
        guard let factor else {
            return call.fail(.builtin, "\(call.name): byte unit \(String(decoding: suffix.map(lower), as: UTF8.self)) not recognized")
        }
        finish(call, amount, factor, failure: "could not parse byte amount to a number", truncates: true)
    }

    private enum Factor {
        /// The `Double` that 0.001 is in OPA: 1152921504606847 / 2^60.
        case milli
        case decimal(Int)
        case binary(Int)
    }

    private static func lower(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 0x20 : byte }

    /// Multiplies exactly; bytes lose their fraction, other amounts what lies behind the tenth decimal.
    private static func finish(_ call: BuiltinCall, _ amount: [UInt8], _ factor: Factor, failure: String, truncates: Bool) {
        guard let number = number(amount) else { return call.fail(.builtin, "\(call.name): \(failure)") }
        var exponent = number.exponent
        var digits = BigInt(String(decoding: number.digits, as: UTF8.self)) ?? 0
        switch factor {
        case .milli:
            digits *= 1_152_921_504_606_847 * BigInt(5).power(60)
            exponent -= 60
        case .decimal(let power): exponent += power
        case .binary(let bits): digits <<= bits
        }
        let isInteger = truncates || Decimal(isNegative: false, digits: String(digits).utf8, exponent: exponent).isInteger
        let last = truncates ? 0 : -10
        if exponent < last {
            // An amount this small is none.
            if exponent < last - number.digits.count - 120 { return call.return(.integer(Int64(0))) }
            let divisor = BigInt(10).power(last - exponent)
            let (quotient, remainder) = digits.quotientAndRemainder(dividingBy: divisor)
            digits = !truncates && remainder * 2 >= divisor ? quotient + 1 : quotient
            exponent = last
        }
        let decimal = Decimal(isNegative: number.isNegative, digits: String(digits).utf8, exponent: exponent)
        let value = Value.number(decimal, in: call.arena)
        call.return(isInteger ? value : .written(value, as: tenDecimals(decimal), in: call.arena))
    }

    /// The number with ten decimals, as Go's `FloatString(10)`.
    private static func tenDecimals(_ decimal: Decimal) -> String {
        let digits = decimal.digits + [UInt8](repeating: 48, count: decimal.exponent + 10)
        let padded = [UInt8](repeating: 48, count: max(11 - digits.count, 0)) + digits
        let (whole, fraction) = (padded.dropLast(10), padded.suffix(10))
        return (decimal.isNegative ? "-" : "") + String(decoding: whole + [UInt8(ascii: ".")] + fraction, as: UTF8.self)
    }

    /// A decimal number as Go's `big.Rat` reads it: a sign, digits with or without a point, an exponent.
    private static func number(_ text: [UInt8]) -> Decimal? {
        var digits = text[...]
        var isNegative = false
        if let sign = digits.first, sign == 43 || sign == 45 {
            isNegative = sign == 45
            digits = digits.dropFirst()
        }
        var whole = digits.prefix { $0 >= 48 && $0 <= 57 }
        var rest = digits.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        if rest.first == 46 {
            fraction = rest.dropFirst().prefix { $0 >= 48 && $0 <= 57 }
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent = 0
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            guard let parsed = Int(String(decoding: rest.dropFirst(), as: UTF8.self)), parsed.magnitude <= 10_000 else { return nil }
            exponent = parsed
            rest = []
        }
        guard rest.isEmpty else { return nil }
        whole.append(contentsOf: fraction)
        // Exact arithmetic takes quadratic time.
        guard whole.count <= Arithmetic.digitLimit else { return nil }
        return Decimal(isNegative: isNegative, digits: whole, exponent: exponent - fraction.count)
    }
}
