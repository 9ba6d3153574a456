import Glibc

/// The memory of a number that does not fit a value's words: a decimal of any length, or a number that was written otherwise than Ward
/// would write it (`1.0`, `1e8`), whose text OPA keeps.
///
/// A decimal is ± digits × 10^exponent. The digits follow this header as ASCII; the first and the last one are not zero, so that equal
/// numbers have equal bytes.
@safe package struct BigNumber: BitwiseCopyable {
    /// The number itself where it is an `integer` or a `double`, and then there are no digits; undefined for a decimal.
    package var inline: Value
    package var exponent: Int
    /// How the number was written, a valid number of JSON; `nil` when it is written as Ward would write it.
    package var text: UnsafePointer<UInt8>?
    package var textCount: UInt32
    package var digitCount: UInt32
    package var isNegative: Bool

    /// The first digit's power of ten is cut to this magnitude; numbers that reach it are ordered by sign and digits only.
    static let exponentLimit = 1 << 50

    /// Bytes of the header, before the digits.
    static let headBytes = 48

    /// Set in the first word of every `bigNumber` and of no other value, so that comparing words tells at once that words do not decide.
    static let mark: UInt64 = 1 << 63

    /// Makes a number of normalised digits.
    static func make(isNegative: Bool, digits: UnsafeBufferPointer<UInt8>, exponent: Int, in arena: Arena) -> Value {
        let head = unsafe BigNumber(
            inline: .undefined, exponent: exponent, text: nil, textCount: 0, digitCount: UInt32(digits.count), isNegative: isNegative)
        return unsafe make(head, digits: digits, in: arena)
    }

    private static func make(_ head: BigNumber, digits: UnsafeBufferPointer<UInt8>, in arena: Arena) -> Value {
        let memory = unsafe arena.allocate(bytes: headBytes + digits.count)
        unsafe memory.bindMemory(to: BigNumber.self, capacity: 1).initialize(to: head)
        if let source = digits.baseAddress { unsafe memcpy(memory + headBytes, source, digits.count) }
        return Value(w0: UInt64(Value.Tag.bigNumber.rawValue) | mark, w1: UInt64(UInt(bitPattern: memory)))
    }

    /// Makes a number that keeps how it was written.
    ///
    /// - Parameters:
    ///   - number: an integer, a double or a decimal without a text.
    ///   - text: bytes that live as long as the arena.
    static func written(_ number: Value, as text: UnsafeBufferPointer<UInt8>, in arena: Arena) -> Value {
        let isDecimal = number.tag == .bigNumber
        var head =
            unsafe isDecimal
            ? number.bigNumber.pointee
            : BigNumber(inline: number, exponent: 0, text: nil, textCount: 0, digitCount: 0, isNegative: false)
        unsafe head.text = text.baseAddress
        head.textCount = UInt32(text.count)
        guard isDecimal else { return unsafe make(head, digits: UnsafeBufferPointer(start: nil, count: 0), in: arena) }
        return unsafe make(head, digits: number.bigNumber.digits, in: arena)
    }

    static func equal(_ a: UnsafePointer<BigNumber>, _ b: UnsafePointer<BigNumber>) -> Bool {
        if unsafe a.pointee.inline.isDefined || b.pointee.inline.isDefined {
            return unsafe a.pointee.inline.w0 == b.pointee.inline.w0 && a.pointee.inline.w1 == b.pointee.inline.w1
        }
        return unsafe a.pointee.exponent == b.pointee.exponent && a.pointee.isNegative == b.pointee.isNegative
            && a.digits.elementsEqual(b.digits)
    }

    static func copy(_ number: UnsafePointer<BigNumber>, in arena: Arena) -> Value {
        var head = unsafe number.pointee
        if let text = unsafe head.text {
            let count = Int(head.textCount)
            let memory = unsafe arena.allocate(bytes: count)
            unsafe memcpy(memory, text, count)
            unsafe head.text = UnsafePointer(memory.assumingMemoryBound(to: UInt8.self))
        }
        return unsafe make(head, digits: number.digits, in: arena)
    }
}

extension UnsafePointer where Pointee == BigNumber {
    /// The ASCII digits.
    package var digits: UnsafeBufferPointer<UInt8> {
        let start = unsafe (UnsafeRawPointer(self) + BigNumber.headBytes).assumingMemoryBound(to: UInt8.self)
        return unsafe UnsafeBufferPointer(start: start, count: Int(pointee.digitCount))
    }

    var hash: UInt32 {
        if unsafe pointee.inline.isDefined { return unsafe pointee.inline.hash }
        let state = unsafe Hashing.bytes(UnsafeRawPointer(digits.baseAddress!), count: digits.count)
        let rest = unsafe UInt64(bitPattern: Int64(pointee.exponent)) &* 2 &+ (pointee.isNegative ? 1 : 0)
        return UInt32(truncatingIfNeeded: Hashing.word(state ^ Hashing.word(rest)) >> 16)
    }
}

extension Value {
    /// The memory of a `bigNumber`.
    package var bigNumber: UnsafePointer<BigNumber> { unsafe UnsafePointer<BigNumber>(bitPattern: UInt(w1)).unsafelyUnwrapped }

    /// How a number was written, where that is not how Ward would write it.
    package var numberSpelling: UnsafeBufferPointer<UInt8>? {
        guard tag == .bigNumber, let text = unsafe bigNumber.pointee.text else { return nil }
        return unsafe UnsafeBufferPointer(start: text, count: Int(bigNumber.pointee.textCount))
    }

    /// The number in the form that has no text, so that its kind tells what it is: `1.0` is an `integer` then. Other values as they are.
    package var unspelled: Value {
        guard tag == .bigNumber else { return self }
        let inline = unsafe bigNumber.pointee.inline
        return inline.isDefined ? inline : self
    }

    /// The integer that a number's text is, which `1.0` is not; `nil` beyond 64 bits.
    @inline(__always)
    package var int64: Int64? {
        if isInteger { return asInteger }
        return isNegativeZero ? 0 : nil
    }

    /// Whether this is `-0`, an integer whose sign only its text has.
    private var isNegativeZero: Bool {
        guard let text = unsafe numberSpelling else { return false }
        return unsafe text.count == 2 && text[0] == UInt8(ascii: "-") && text[1] == UInt8(ascii: "0")
    }

    /// Whether two numbers, of which at least one is a `bigNumber`, are the same; false when either is no number.
    @inline(never)
    static func equalNumbers(_ a: Value, _ b: Value) -> Bool {
        guard a.isNumber && b.isNumber else { return false }
        let (x, y) = (a.unspelled, b.unspelled)
        guard x.w0 == y.w0 else { return false }
        return unsafe x.w1 == y.w1 || x.tag == .bigNumber && BigNumber.equal(x.bigNumber, y.bigNumber)
    }
}
