extension Value {
    /// Writes a number as JSON: as its source wrote it, else plainly or, where that takes too many zeros, as `1.5e-08`.
    package func writeNumber(into buffer: inout OutputBuffer) {
        if tag == .integer {
            buffer.append(integer: asInteger)
        } else if let text = unsafe numberSpelling {
            unsafe buffer.append(text)
        } else if tag == .double, asDouble.magnitude >= 1e-4, asDouble.magnitude < 1e15 {
            // No double is an integer, so that Swift's shortest text of such a one is what JSON writes: digits with a point.
            buffer.append(text: asDouble.description)
        } else {
            Decimal(self).write(into: &buffer)
        }
    }

    /// The text of a number, as JSON writes it.
    package var numberText: String {
        if tag == .integer { return String(asInteger) }
        if let text = unsafe numberSpelling { return unsafe String(decoding: text, as: UTF8.self) }
        return Decimal(self).text
    }

    /// A number that is written in a way of its own.
    ///
    /// - Parameters:
    ///   - number: an integer, a double or a decimal that has no text yet.
    ///   - text: a JSON number of the same value.
    package static func written(_ number: Value, as text: String, in arena: Arena) -> Value {
        var text = text
        return text.withUTF8 { bytes in
            let memory = unsafe arena.allocate(bytes: bytes.count).assumingMemoryBound(to: UInt8.self)
            if let start = bytes.baseAddress { unsafe memory.update(from: start, count: bytes.count) }
            return unsafe BigNumber.written(number, as: UnsafeBufferPointer(start: memory, count: bytes.count), in: arena)
        }
    }
}

extension Decimal {
    /// The lowest power of ten of the first digit that is still written plainly.
    static let leastPlainMagnitude = -7

    /// Zeros after an integer's digits that are written out; arithmetic makes no number with more.
    static let mostPlainZeros = Arithmetic.digitLimit + 64

    func write(into buffer: inout OutputBuffer) {
        if isZero {
            buffer.append(UInt8(ascii: "0"))
        } else if exponent > Self.mostPlainZeros || magnitude < Self.leastPlainMagnitude {
            writeScientific(into: &buffer)
        } else {
            if isNegative { buffer.append(UInt8(ascii: "-")) }
            writePlain(into: &buffer)
        }
    }

    private func writePlain(into buffer: inout OutputBuffer) {
        if exponent >= 0 {
            buffer.append(digits)
            for _ in 0..<exponent { buffer.append(UInt8(ascii: "0")) }
        } else if magnitude >= 0 {
            buffer.append(digits.prefix(magnitude + 1))
            buffer.append(UInt8(ascii: "."))
            buffer.append(digits.dropFirst(magnitude + 1))
        } else {
            buffer.append("0.")
            for _ in 0..<(-magnitude - 1) { buffer.append(UInt8(ascii: "0")) }
            buffer.append(digits)
        }
    }

    /// `-1.5e+300`, as Go's `%e` with as many digits as there are.
    private func writeScientific(into buffer: inout OutputBuffer) {
        if isNegative { buffer.append(UInt8(ascii: "-")) }
        buffer.append(digits[0])
        if digits.count > 1 {
            buffer.append(UInt8(ascii: "."))
            buffer.append(digits.dropFirst())
        }
        buffer.append(magnitude < 0 ? "e-" : "e+")
        if Swift.abs(magnitude) < 10 { buffer.append(UInt8(ascii: "0")) }
        buffer.append(integer: Int64(Swift.abs(magnitude)))
    }

    /// The text of the number, as JSON writes it.
    package var text: String {
        var buffer = OutputBuffer(capacity: digits.count + 32)
        write(into: &buffer)
        return buffer.string
    }

    /// The text of the number with an exponent, as Go's `%e` with as many digits as there are; the number is not zero.
    package var scientificText: String {
        var buffer = OutputBuffer(capacity: digits.count + 32)
        writeScientific(into: &buffer)
        return buffer.string
    }
}
