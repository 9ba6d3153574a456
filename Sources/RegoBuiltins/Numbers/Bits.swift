import BigInt
@_spi(Engine) package import RegoRuntime

/// Bitwise operations on integers of any size, negative ones in two's complement (OPA: "Bits").
package enum BitBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("bits.and", arity: 2) { binary(BuiltinCall($0), BitPattern.and) },
        BuiltinDefinition("bits.or", arity: 2) { binary(BuiltinCall($0), BitPattern.or) },
        BuiltinDefinition("bits.xor", arity: 2) { binary(BuiltinCall($0), BitPattern.exclusiveOr) },
        BuiltinDefinition("bits.negate", arity: 1) {
            let call = BuiltinCall($0)
            if let integer = call.bigInteger(0) { call.return(.number(-integer - 1, in: call.arena)) }
        },
        BuiltinDefinition("bits.lsh", arity: 2) { shift(BuiltinCall($0), left: true) },
        BuiltinDefinition("bits.rsh", arity: 2) { shift(BuiltinCall($0), left: false) },
    ]

    /// Bits that a shifted number may have: bounds what one call costs.
    private static let largestShift = 65_536

    private static func binary(_ call: BuiltinCall, _ operation: (BitPattern, BitPattern) -> BitPattern) {
        guard let left = call.bigInteger(0), let right = call.bigInteger(1) else { return }
        call.return(.number(operation(BitPattern(left), BitPattern(right)).integer, in: call.arena))
    }

    private static func shift(_ call: BuiltinCall, left: Bool) {
        guard let number = call.bigInteger(0), let distance = call.bigInteger(1) else { return }
        if distance < 0 { return call.failOperand(1, "must be an unsigned integer number but got a negative integer") }
        if !left {
            guard let distance = Int(exactly: distance), distance <= number.bitWidth else {
                return call.return(.integer(number < 0 ? -1 : 0))
            }
            // Shifting rounds towards zero here; a negative number's bits are those of its complement.
            let shifted = number < 0 ? -((-number - 1) >> distance) - 1 : number >> distance
            return call.return(.number(shifted, in: call.arena))
        }
        if number == 0 { return call.return(.integer(Int64(0))) }
        guard let distance = Int(exactly: distance), distance <= largestShift else {
            return call.fail(.builtin, "number out of range")
        }
        call.return(.number(number << distance, in: call.arena))
    }
}

/// An integer's bits in two's complement, endless to the left: those of a number from 0 on, or the complement of one's.
///
/// `BigInt`'s own operators err where negative numbers of different lengths meet (6.0.1).
private struct BitPattern {
    let bits: BigUInt
    let isComplement: Bool

    init(_ integer: BigInt) {
        isComplement = integer < 0
        bits = (isComplement ? -integer - 1 : integer).magnitude
    }

    private init(_ bits: BigUInt, isComplement: Bool) {
        self.bits = bits
        self.isComplement = isComplement
    }

    var integer: BigInt { isComplement ? -BigInt(bits) - 1 : BigInt(bits) }

    private var complement: BitPattern { BitPattern(bits, isComplement: !isComplement) }

    static func and(_ left: BitPattern, _ right: BitPattern) -> BitPattern {
        switch (left.isComplement, right.isComplement) {
        case (false, false): BitPattern(left.bits & right.bits, isComplement: false)
        case (false, true): BitPattern(left.bits ^ (left.bits & right.bits), isComplement: false)
        case (true, false): BitPattern(right.bits ^ (left.bits & right.bits), isComplement: false)
        case (true, true): BitPattern(left.bits | right.bits, isComplement: true)
        }
    }

    static func or(_ left: BitPattern, _ right: BitPattern) -> BitPattern { and(left.complement, right.complement).complement }

    static func exclusiveOr(_ left: BitPattern, _ right: BitPattern) -> BitPattern {
        BitPattern(left.bits ^ right.bits, isComplement: left.isComplement != right.isComplement)
    }
}
