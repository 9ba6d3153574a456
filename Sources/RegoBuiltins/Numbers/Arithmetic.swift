import BigInt
@_spi(Engine) package import RegoRuntime

/// Arithmetic and number ranges (OPA: "Numbers").
package enum ArithmeticBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("plus", arity: 2) { binary(BuiltinCall($0), Value.add) },
        BuiltinDefinition("minus", arity: 2) { minus(BuiltinCall($0)) },
        BuiltinDefinition("mul", arity: 2) { binary(BuiltinCall($0), Value.multiply) },
        BuiltinDefinition("div", arity: 2) { binary(BuiltinCall($0), Value.divide) },
        BuiltinDefinition("rem", arity: 2) { binary(BuiltinCall($0), Value.remainder) },
        BuiltinDefinition("abs", arity: 1) { unary(BuiltinCall($0), Value.abs) },
        BuiltinDefinition("ceil", arity: 1) { unary(BuiltinCall($0), Value.ceil) },
        BuiltinDefinition("floor", arity: 1) { unary(BuiltinCall($0), Value.floor) },
        BuiltinDefinition("round", arity: 1) { unary(BuiltinCall($0), Value.round) },
        BuiltinDefinition("numbers.range", arity: 2) { range(BuiltinCall($0), hasStep: false) },
        BuiltinDefinition("numbers.range_step", arity: 3) { range(BuiltinCall($0), hasStep: true) },
    ]

    private static func binary(_ call: BuiltinCall, _ operation: (Value, Value, Arena) throws(ArithmeticError) -> Value) {
        guard let left = call.number(0), let right = call.number(1) else { return }
        call.return { () throws(ArithmeticError) in try operation(left, right, call.arena) }
    }

    private static func unary(_ call: BuiltinCall, _ operation: (Value, Arena) throws(ArithmeticError) -> Value) {
        guard let number = call.number(0) else { return }
        call.return { () throws(ArithmeticError) in try operation(number, call.arena) }
    }

    /// Of numbers the difference, of sets what only the first one has.
    private static func minus(_ call: BuiltinCall) {
        let left = call[0]
        if left.isNumber {
            binary(call, Value.subtract)
        } else if left.tag == .set {
            guard call[1].isNumber || call[1].tag == .set else { return call.failType(1, "number") }
            guard let other = call.set(1) else { return }
            call.return(Value.difference(left, other, in: call.arena))
        } else {
            call.failType(0, "number", "set")
        }
    }

    /// All integers from the first to the second, both included, upwards or downwards.
    /// So many steps of one, up or down.
    private static func range(_ call: BuiltinCall, from first: Int64, _ count: Int, _ descends: Bool) {
        if call.failIfTooLarge((count + 1) * 16) { return }
        let elements = call.arena.allocateValues(count + 1)
        for index in 0...count { elements[index] = .integer(descends ? first - Int64(index) : first + Int64(index)) }
        call.return(.array(elements, count: count + 1))
    }

    private static func range(_ call: BuiltinCall, hasStep: Bool) {
        if !hasStep, call[0].isInteger, call[1].isInteger {
            let (distance, overflow) = call[1].asInteger.subtractingReportingOverflow(call[0].asInteger)
            if !overflow, distance.magnitude < Int32.max {
                return range(call, from: call[0].asInteger, Int(distance.magnitude), distance < 0)
            }
        }
        guard let first = call.bigInteger(0), let last = call.bigInteger(1) else { return }
        var step = BigInt(1)
        if hasStep {
            guard let given = call.bigInteger(2) else { return }
            guard given > 0 else { return call.fail(.builtin, "numbers.range_step: step must be a positive integer") }
            step = given
        }
        let distance = first <= last ? last - first : first - last
        guard let count = Int(exactly: distance / step), count < Int(Int32.max) else {
            _ = call.failIfTooLarge(.max)
            return
        }
        if call.failIfTooLarge((count + 1) * 16) { return }
        let elements = call.arena.allocateValues(count + 1)
        if let start = Int64(exactly: first), Int64(exactly: last) != nil, let width = Int64(exactly: step) {
            let signed = first <= last ? width : -width
            for index in 0...count { elements[index] = .integer(start + Int64(index) * signed) }
        } else {
            var current = first
            for index in 0...count {
                elements[index] = .number(current, in: call.arena)
                current += first <= last ? step : -step
            }
        }
        call.return(.array(elements, count: count + 1))
    }
}
