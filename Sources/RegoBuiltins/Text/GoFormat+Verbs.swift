import BigInt
@_spi(Engine) import RegoRuntime

extension GoFormat {
    // MARK: Integers

    /// Returns whether integers have the verb.
    mutating func append(integer: Int64, _ verb: UInt32) -> Bool {
        guard verb < 0x80 else { return false }
        switch UInt8(verb) {
        case UInt8(ascii: "v"), UInt8(ascii: "d"): append(integer, base: 10)
        case UInt8(ascii: "b"): append(integer, base: 2)
        case UInt8(ascii: "o"): append(integer, base: 8)
        case UInt8(ascii: "O"): append(integer, base: 8, isOctalO: true)
        case UInt8(ascii: "x"): append(integer, base: 16)
        case UInt8(ascii: "X"): append(integer, base: 16, uppercase: true)
        case UInt8(ascii: "c"):
            var character = scratch()
            character.append(scalar: Self.scalar(of: integer))
            pad(character.bytes)
        case UInt8(ascii: "q"):
            var quoted = scratch()
            GoQuoting.quote(scalar: Self.scalar(of: integer), asciiOnly: flags.plus, into: &quoted)
            pad(quoted.bytes)
        case UInt8(ascii: "U"): append(unicode: integer)
        default: return false
        }
        return true
    }

    private static func scalar(of integer: Int64) -> UInt32 {
        guard let value = UInt32(exactly: integer), Unicode.Scalar(value) != nil else { return 0xFFFD }
        return value
    }

    private mutating func append(_ integer: Int64, base: Int, uppercase: Bool = false, isOctalO: Bool = false) {
        if flags.precision == 0, integer == 0 {
            output.append(UInt8(ascii: " "), repeated: flags.width ?? 0)
            return
        }
        let isNegative = integer < 0
        var digits = String(integer.magnitude, radix: base, uppercase: uppercase)
        var least = flags.precision ?? 0
        if flags.precision == nil, flags.zero, !flags.minus, let width = flags.width {
            least = width - (isNegative || flags.plus || flags.space ? 1 : 0)
        }
        if digits.utf8.count < least { digits = String(repeating: "0", count: least - digits.utf8.count) + digits }
        if flags.sharp {
            switch base {
            case 2: digits = "0b" + digits
            case 8: if digits.utf8.first != 48 { digits = "0" + digits }
            case 16: digits = (uppercase ? "0X" : "0x") + digits
            default: break
            }
        }
        if isOctalO { digits = "0o" + digits }
        let sign = isNegative ? "-" : flags.plus ? "+" : flags.space ? " " : ""
        padWithSpaces(sign + digits)
    }

    private mutating func padWithSpaces(_ text: String) {
        let zero = flags.zero
        flags.zero = false
        var text = text
        text.withUTF8 { pad($0) }
        flags.zero = zero
    }

    /// `U+0041`, with `#` also the character.
    private mutating func append(unicode integer: Int64) {
        let digits = String(UInt64(bitPattern: integer), radix: 16, uppercase: true)
        let least = max(flags.precision ?? 4, 4)
        var text = "U+" + String(repeating: "0", count: max(least - digits.utf8.count, 0)) + digits
        if flags.sharp, let value = UInt32(exactly: integer), let scalar = Unicode.Scalar(value), GoQuoting.isPrintable(value) {
            text += " '\(Character(scalar))'"
        }
        padWithSpaces(text)
    }

    /// As `big.Int`'s own formatter.
    mutating func append(bigInteger: BigInt, _ verb: UInt32) {
        let base: Int
        switch verb < 0x80 ? UInt8(verb) : 0 {
        case UInt8(ascii: "b"): base = 2
        case UInt8(ascii: "o"), UInt8(ascii: "O"): base = 8
        case UInt8(ascii: "d"), UInt8(ascii: "s"), UInt8(ascii: "v"): base = 10
        case UInt8(ascii: "x"), UInt8(ascii: "X"): base = 16
        default:
            output.append("%!")
            output.append(scalar: verb)
            output.append(text: "(big.Int=\(bigInteger))")
            return
        }
        let isUpper = verb == UInt32(UInt8(ascii: "X"))
        let digits = String(bigInteger.magnitude, radix: base, uppercase: isUpper)
        let sign = bigInteger.sign == .minus ? "-" : flags.plus || flags.plusV ? "+" : flags.space ? " " : ""
        var prefix = ""
        if flags.sharp || flags.sharpV { prefix = base == 2 ? "0b" : base == 16 ? (isUpper ? "0X" : "0x") : base == 8 ? "0" : "" }
        if verb == UInt32(UInt8(ascii: "O")) { prefix = "0o" }
        var zeros = max((flags.precision ?? 0) - digits.utf8.count, 0)
        let length = sign.utf8.count + prefix.utf8.count + zeros + digits.utf8.count
        var (left, right) = (0, 0)
        if let width = flags.width, length < width {
            if flags.minus {
                right = width - length
            } else if flags.zero, flags.precision == nil {
                zeros = width - length
            } else {
                left = width - length
            }
        }
        output.append(UInt8(ascii: " "), repeated: left)
        output.append(text: sign + prefix)
        output.append(48, repeated: zeros)
        output.append(text: digits)
        output.append(UInt8(ascii: " "), repeated: right)
    }

    // MARK: Floating point

    /// Returns whether floating-point numbers have the verb.
    mutating func append(double: Double, _ verb: UInt32) -> Bool {
        guard verb < 0x80 else { return false }
        switch UInt8(verb) {
        case UInt8(ascii: "v"): append(double, "g", flags.precision)
        case UInt8(ascii: "g"), UInt8(ascii: "G"): append(double, UInt8(verb), flags.precision)
        case UInt8(ascii: "b"), UInt8(ascii: "x"), UInt8(ascii: "X"): append(double, UInt8(verb), flags.precision)
        case UInt8(ascii: "f"), UInt8(ascii: "F"): append(double, "f", flags.precision ?? 6)
        case UInt8(ascii: "e"), UInt8(ascii: "E"): append(double, UInt8(verb), flags.precision ?? 6)
        default: return false
        }
        return true
    }

    private mutating func append(_ double: Double, _ verb: Character, _ precision: Int?) {
        append(double, verb.asciiValue ?? 0, precision)
    }

    private mutating func append(_ double: Double, _ verb: UInt8, _ precision: Int?) {
        var text = GoNumberText.text(of: double, verb: verb, precision: precision, keepsZeros: flags.sharp)
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative { text.removeFirst() }
        let sign: UInt8? = isNegative ? UInt8(ascii: "-") : flags.plus ? UInt8(ascii: "+") : flags.space ? UInt8(ascii: " ") : nil
        if let sign {
            // Zeros go between the sign and the digits.
            if flags.zero, !flags.minus, let width = flags.width, width > text.count + 1 {
                output.append(sign)
                output.append(48, repeated: width - text.count - 1)
                return output.append(text)
            }
            text.insert(sign, at: 0)
        }
        text.withUnsafeBufferPointer { pad($0) }
    }

    // MARK: Strings

    /// Returns whether strings have the verb.
    mutating func append(text: Value, _ verb: UInt32) -> Bool {
        guard verb < 0x80 else { return false }
        switch UInt8(verb) {
        case UInt8(ascii: "v") where flags.sharpV: appendQuoted(text.utf8, sharp: false)
        case UInt8(ascii: "v"), UInt8(ascii: "s"): pad(text.utf8, truncated: true)
        case UInt8(ascii: "q"): appendQuoted(text.utf8, sharp: flags.sharp)
        case UInt8(ascii: "x"): append(hexadecimal: text.utf8, uppercase: false)
        case UInt8(ascii: "X"): append(hexadecimal: text.utf8, uppercase: true)
        default: return false
        }
        return true
    }

    private mutating func appendQuoted(_ bytes: UnsafeBufferPointer<UInt8>, sharp: Bool) {
        let bytes = flags.precision.map { Self.prefix(bytes, $0) } ?? bytes
        var quoted = scratch()
        let isRaw = sharp && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "`") || $0 == 9 }
        if isRaw {
            quoted.append(UInt8(ascii: "`"))
            quoted.append(bytes)
            quoted.append(UInt8(ascii: "`"))
        } else {
            GoQuoting.quote(bytes, asciiOnly: flags.plus, into: &quoted)
        }
        pad(quoted.bytes)
    }

    private mutating func append(hexadecimal bytes: UnsafeBufferPointer<UInt8>, uppercase: Bool) {
        let digits = Array((uppercase ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        var text: [UInt8] = []
        let mark: [UInt8] = [48, uppercase ? UInt8(ascii: "X") : UInt8(ascii: "x")]
        for (index, byte) in bytes.prefix(flags.precision ?? .max).enumerated() {
            if index > 0, flags.space { text.append(UInt8(ascii: " ")) }
            if flags.sharp, index == 0 || flags.space { text += mark }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        text.withUnsafeBufferPointer { pad($0) }
    }
}
