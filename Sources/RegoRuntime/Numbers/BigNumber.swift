import Glibc

/// The memory of a number that is neither an `Int64` nor what a `Double` stands for: a decimal of any length.
///
/// The value is ± digits × 10^exponent. The digits follow this header as ASCII; the first and the last one are not zero, so that equal
/// numbers have equal bytes.
package struct BigNumber: BitwiseCopyable {
    package var isNegative: Bool
    package var digitCount: UInt32
    package var exponent: Int

    /// The first digit's power of ten is cut to this magnitude; numbers that reach it are ordered by sign and digits only.
    static let exponentLimit = 1 << 50

    /// Bytes of the header, before the digits.
    static let headBytes = 16

    /// Makes a number of normalised digits.
    static func make(isNegative: Bool, digits: UnsafeBufferPointer<UInt8>, exponent: Int, in arena: Arena) -> Value {
        let memory = unsafe arena.allocate(bytes: headBytes + digits.count)
        let head = unsafe memory.bindMemory(to: BigNumber.self, capacity: 1)
        unsafe head.initialize(to: BigNumber(isNegative: isNegative, digitCount: UInt32(digits.count), exponent: exponent))
        if let source = digits.baseAddress { unsafe memcpy(memory + headBytes, source, digits.count) }
        return Value(tag: .bigNumber, w1: UInt64(UInt(bitPattern: memory)))
    }

    static func equal(_ a: UnsafePointer<BigNumber>, _ b: UnsafePointer<BigNumber>) -> Bool {
        unsafe a.pointee.exponent == b.pointee.exponent && a.pointee.isNegative == b.pointee.isNegative
            && a.pointee.digitCount == b.pointee.digitCount
            && memcmp(a.digits.baseAddress!, b.digits.baseAddress!, Int(a.pointee.digitCount)) == 0
    }

    static func copy(_ number: UnsafePointer<BigNumber>, in arena: Arena) -> Value {
        unsafe make(isNegative: number.pointee.isNegative, digits: number.digits, exponent: number.pointee.exponent, in: arena)
    }
}

extension UnsafePointer where Pointee == BigNumber {
    /// The ASCII digits.
    package var digits: UnsafeBufferPointer<UInt8> {
        let start = unsafe (UnsafeRawPointer(self) + BigNumber.headBytes).assumingMemoryBound(to: UInt8.self)
        return unsafe UnsafeBufferPointer(start: start, count: Int(pointee.digitCount))
    }

    var hash: UInt32 {
        let state = unsafe Hashing.bytes(UnsafeRawPointer(digits.baseAddress!), count: digits.count)
        let rest = unsafe UInt64(bitPattern: Int64(pointee.exponent)) &* 2 &+ (pointee.isNegative ? 1 : 0)
        return UInt32(truncatingIfNeeded: Hashing.word(state ^ Hashing.word(rest)) >> 16)
    }
}

extension Value {
    /// The memory of a `bigNumber`.
    package var bigNumber: UnsafePointer<BigNumber> { unsafe UnsafePointer<BigNumber>(bitPattern: UInt(w1)).unsafelyUnwrapped }
}
