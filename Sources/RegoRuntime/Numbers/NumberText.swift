import Glibc

extension Value {
    /// Reads a number as JSON and Rego write it, `-12`, `0.5`, `1e100`; undefined when the text is anything else. It keeps the text where
    /// it would be written otherwise.
    ///
    /// - Complexity: O(length) for any exponent: nothing is expanded.
    package static func number(text: UnsafeBufferPointer<UInt8>, in arena: Arena) -> Value {
        guard let scan = unsafe NumberScan(text), scan.end == text.count else { return .undefined }
        let value = unsafe number(scan, text, in: arena)
        if unsafe scan.isWrittenCanonically(text) { return value }
        let memory = unsafe arena.allocate(bytes: text.count).assumingMemoryBound(to: UInt8.self)
        if let start = text.baseAddress { unsafe memory.update(from: start, count: text.count) }
        return unsafe BigNumber.written(value, as: UnsafeBufferPointer(start: memory, count: text.count), in: arena)
    }

    /// Reads a number as JSON and Rego write it; undefined when the text is anything else.
    package static func number(text: String, in arena: Arena) -> Value {
        var text = text
        return text.withUTF8 { unsafe number(text: $0, in: arena) }
    }

    /// Makes the canonical number of a finite `Double`; undefined for infinities and NaN.
    package static func number(_ value: Double) -> Value {
        guard value.isFinite else { return .undefined }
        if let integer = Int64(exactly: value) { return .integer(integer) }
        return Value(w0: UInt64(Tag.double.rawValue), w1: value.bitPattern)
    }

    /// Makes the canonical number of a decimal.
    package static func number(_ decimal: Decimal, in arena: Arena) -> Value {
        unsafe decimal.digits.withUnsafeBufferPointer { digits in
            unsafe number(isNegative: decimal.isNegative, normalised: digits, exponent: decimal.exponent, in: arena)
        }
    }

    /// Makes the number of scanned text, which lives as long as the arena.
    static func number(keeping scan: NumberScan, _ text: UnsafeBufferPointer<UInt8>, in arena: Arena) -> Value {
        let value = unsafe number(scan, text, in: arena)
        if unsafe scan.isWrittenCanonically(text) { return value }
        return unsafe BigNumber.written(value, as: UnsafeBufferPointer(rebasing: text[..<scan.end]), in: arena)
    }

    /// Makes the canonical number of scanned text.
    private static func number(_ scan: NumberScan, _ text: UnsafeBufferPointer<UInt8>, in arena: Arena) -> Value {
        if scan.significantDigits <= 15, let quick = scan.quickDouble { return quick }
        if scan.significantDigits == 0 { return .integer(Int64(0)) }
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: scan.significantDigits) { digits in
            let count = unsafe scan.copyDigits(of: text, to: digits)
            let kept = unsafe UnsafeBufferPointer(start: digits.baseAddress, count: count)
            let exponent = scan.exponent + scan.significantDigits - count
            return unsafe number(isNegative: scan.isNegative, normalised: kept, exponent: exponent, in: arena)
        }
    }

    /// Chooses the one form a number has: `Int64`, else a `Double` whose shortest text is this number, else `BigNumber`.
    private static func number(
        isNegative: Bool, normalised digits: UnsafeBufferPointer<UInt8>, exponent: Int, in arena: Arena
    ) -> Value {
        if digits.isEmpty { return .integer(Int64(0)) }
        if exponent >= 0, digits.count + exponent <= 19, let integer = unsafe integer(isNegative, digits, exponent) { return integer }
        // No Double has a shortest text of more than 17 digits.
        if digits.count <= 17, let double = unsafe DoubleText.double(isNegative: isNegative, digits: digits, exponent: exponent) {
            return Value(w0: UInt64(Tag.double.rawValue), w1: double.bitPattern)
        }
        let limit = BigNumber.exponentLimit
        let magnitude = min(max(digits.count + exponent - 1, -limit), limit)
        return unsafe BigNumber.make(isNegative: isNegative, digits: digits, exponent: magnitude - digits.count + 1, in: arena)
    }

    private static func integer(_ isNegative: Bool, _ digits: UnsafeBufferPointer<UInt8>, _ exponent: Int) -> Value? {
        var magnitude: UInt64 = 0
        for index in digits.indices {
            let digit = unsafe digits[index]
            magnitude = magnitude * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        for _ in 0..<exponent { magnitude *= 10 }
        let limit = UInt64(Int64.max) + (isNegative ? 1 : 0)
        if magnitude > limit { return nil }
        return .integer(isNegative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(magnitude))
    }
}

/// Where the parts of a number's text lie (RFC 8259, section 6).
struct NumberScan {
    var isNegative = false
    /// Where the first digit that is not zero lies, and how many digits follow from there on, itself included.
    var firstDigit = 0
    var significantDigits = 0
    /// The power of ten of the last digit.
    var exponent = 0
    /// Where the text of the number ends.
    var end = 0
    /// The first 19 significant digits as an integer.
    var leading: UInt64 = 0
    var hasPoint = false
    var hasExponent = false

    /// Scans the number at the beginning of the bytes; `nil` when none is there.
    init?(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int = 0) {
        var offset = start
        if unsafe offset < bytes.count && bytes[offset] == UInt8(ascii: "-") {
            isNegative = true
            offset += 1
        }
        let integerStart = offset
        unsafe scanDigits(bytes, &offset)
        let integerDigits = offset - integerStart
        if unsafe integerDigits == 0 || integerDigits > 1 && bytes[integerStart] == UInt8(ascii: "0") { return nil }
        if unsafe offset < bytes.count && bytes[offset] == UInt8(ascii: ".") {
            offset += 1
            let fractionStart = offset
            unsafe scanDigits(bytes, &offset)
            if offset == fractionStart { return nil }
            exponent = fractionStart - offset
            hasPoint = true
        }
        if unsafe offset < bytes.count && bytes[offset] | 0x20 == UInt8(ascii: "e") {
            guard let scale = unsafe NumberScan.scanExponent(bytes, &offset) else { return nil }
            exponent += scale
            hasExponent = true
        }
        end = offset
    }

    /// Whether the number would be written with this text again, had it no memory of it.
    func isWrittenCanonically(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if hasExponent { return false }
        if significantDigits == 0 { return !hasPoint && !isNegative }
        if !hasPoint { return significantDigits <= Decimal.mostPlainZeros }
        return unsafe text[end - 1] != UInt8(ascii: "0") && significantDigits + exponent - 1 >= Decimal.leastPlainMagnitude
    }

    private mutating func scanDigits(_ bytes: UnsafeBufferPointer<UInt8>, _ offset: inout Int) {
        while offset < bytes.count {
            let digit = unsafe bytes[offset] &- UInt8(ascii: "0")
            if digit > 9 { return }
            if significantDigits > 0 || digit != 0 {
                if significantDigits == 0 { firstDigit = offset }
                significantDigits += 1
                if significantDigits <= 19 { leading = leading &* 10 &+ UInt64(digit) }
            }
            offset += 1
        }
    }

    private static func scanExponent(_ bytes: UnsafeBufferPointer<UInt8>, _ offset: inout Int) -> Int? {
        offset += 1
        var isNegative = false
        if offset < bytes.count, unsafe bytes[offset] == UInt8(ascii: "-") || bytes[offset] == UInt8(ascii: "+") {
            isNegative = unsafe bytes[offset] == UInt8(ascii: "-")
            offset += 1
        }
        let start = offset
        var value = 0
        while offset < bytes.count {
            let digit = unsafe bytes[offset] &- UInt8(ascii: "0")
            if digit > 9 { break }
            value = min(value &* 10 &+ Int(digit), 2 * BigNumber.exponentLimit)
            offset += 1
        }
        return offset == start ? nil : isNegative ? -value : value
    }

    /// The number when exact arithmetic of `Double` finds it: at most 15 digits and a power of ten that a `Double` holds exactly.
    ///
    /// A decimal of at most 15 digits is always the shortest text of the `Double` nearest to it.
    var quickDouble: Value? {
        if leading == 0 { return .integer(Int64(0)) }
        let value: Double
        if exponent == 0 {
            return .integer(isNegative ? -Int64(leading) : Int64(leading))
        } else if exponent < 0 && exponent >= -22 {
            value = Double(leading) / DoubleText.powersOfTen[-exponent]
        } else {
            return nil
        }
        // 12.50e1 and the like are integers.
        if let integer = Int64(exactly: value) { return .integer(isNegative ? -integer : integer) }
        return Value(w0: UInt64(Value.Tag.double.rawValue), w1: (isNegative ? -value : value).bitPattern)
    }

    /// Copies the digits, without the point and without zeros at the end; returns how many.
    func copyDigits(of text: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var count = 0
        var offset = firstDigit
        while count < significantDigits {
            let byte = unsafe text[offset]
            offset += 1
            if byte == UInt8(ascii: ".") { continue }
            unsafe target[count] = byte
            count += 1
        }
        while count > 0, unsafe target[count - 1] == UInt8(ascii: "0") { count -= 1 }
        return count
    }
}
