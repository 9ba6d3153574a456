import BigInt
@_spi(Engine) package import RegoRuntime

/// Bitwise operations on integers of any size, negative ones in two's complement (OPA: "Bits").
package enum BitBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("bits.and", arity: 2) { binary(BuiltinCall($0)) { $0 & $1 } },
        BuiltinDefinition("bits.or", arity: 2) { binary(BuiltinCall($0)) { $0 | $1 } },
        BuiltinDefinition("bits.xor", arity: 2) { binary(BuiltinCall($0)) { $0 ^ $1 } },
        BuiltinDefinition("bits.negate", arity: 1) {
            let call = BuiltinCall($0)
            if let integer = call.bigInteger(0) { call.return(.number(-integer - 1, in: call.arena)) }
        },
        BuiltinDefinition("bits.lsh", arity: 2) { shift(BuiltinCall($0), left: true) },
        BuiltinDefinition("bits.rsh", arity: 2) { shift(BuiltinCall($0), left: false) },
    ]

    /// Bits that a shifted number may have: bounds what one call costs.
    private static let largestShift = 65_536

    private static func binary(_ call: BuiltinCall, _ operation: (BigInt, BigInt) -> BigInt) {
        guard let left = call.bigInteger(0), let right = call.bigInteger(1) else { return }
        call.return(.number(operation(left, right), in: call.arena))
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
