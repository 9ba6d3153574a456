extension Value {
    /// Writes a number as JSON: plainly while its first digit's power of ten is in -7..<21 or it is a long integer, else as `1.5e300`.
    package func writeNumber(into buffer: inout OutputBuffer) {
        if tag == .integer {
            buffer.append(integer: asInteger)
        } else {
            Decimal(self).write(into: &buffer)
        }
    }

    /// The text of a number, as JSON writes it.
    package var numberText: String {
        if tag == .integer { return String(asInteger) }
        return Decimal(self).text
    }
}

extension Decimal {
    func write(into buffer: inout OutputBuffer) {
        if isNegative { buffer.append(UInt8(ascii: "-")) }
        if isZero {
            buffer.append(UInt8(ascii: "0"))
        } else if exponent >= 0, magnitude < 21 || digits.count > 17 && exponent <= 64 {
            buffer.append(digits)
            for _ in 0..<exponent { buffer.append(UInt8(ascii: "0")) }
        } else if magnitude >= 0 && exponent < 0 {
            buffer.append(digits.prefix(magnitude + 1))
            buffer.append(UInt8(ascii: "."))
            buffer.append(digits.dropFirst(magnitude + 1))
        } else if magnitude < 0 && magnitude >= -7 {
            buffer.append("0.")
            for _ in 0..<(-magnitude - 1) { buffer.append(UInt8(ascii: "0")) }
            buffer.append(digits)
        } else {
            buffer.append(digits[0])
            if digits.count > 1 {
                buffer.append(UInt8(ascii: "."))
                buffer.append(digits.dropFirst())
            }
            buffer.append(UInt8(ascii: "e"))
            buffer.append(integer: Int64(magnitude))
        }
    }

    /// The text of the number, as JSON writes it.
    package var text: String {
        var buffer = OutputBuffer(capacity: digits.count + 32)
        write(into: &buffer)
        return buffer.string
    }
}
