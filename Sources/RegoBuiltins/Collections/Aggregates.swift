@_spi(Engine) package import RegoRuntime

/// `count`, `sum`, `max` … (OPA: "Aggregates").
package enum AggregateBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("count", arity: 1) { count(BuiltinCall($0)) },
        BuiltinDefinition("sum", arity: 1) { sum(BuiltinCall($0)) },
        BuiltinDefinition("product", arity: 1) { fold(BuiltinCall($0), Value.product(of:in:)) },
        BuiltinDefinition("max", arity: 1) { extreme(BuiltinCall($0)) { $0 >= 0 } },
        BuiltinDefinition("min", arity: 1) { extreme(BuiltinCall($0)) { $0 <= 0 } },
        BuiltinDefinition("sort", arity: 1) { sort(BuiltinCall($0)) },
        BuiltinDefinition("any", arity: 1, isDeprecated: true) {
            let call = BuiltinCall($0)
            guard let elements = call[0].sequence else { return call.failType(0, "array", "set") }
            call.return(elements.contains { $0.tag == .true })
        },
        BuiltinDefinition("all", arity: 1, isDeprecated: true) {
            let call = BuiltinCall($0)
            guard let elements = call[0].sequence else { return call.failType(0, "array", "set") }
            call.return(elements.allSatisfy { $0.tag == .true })
        },
    ]

    private static func count(_ call: BuiltinCall) {
        let value = call[0]
        switch value.tag {
        case .array, .object, .set: call.return(.integer(value.length))
        case .string: call.return(.integer(value.isASCII ? value.length : characters(value.utf8)))
        default: call.failType(0, "array", "object", "set", "string")
        }
    }

    /// Code points, where each byte that is no part of one counts for itself, as in Go: decoders make such strings.
    private static func characters(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        var (count, index) = (0, 0)
        while index < text.count {
            index += max(UTF8Text.sequenceLength(text, at: index), 1)
            count += 1
        }
        return count
    }

    private static func sum(_ call: BuiltinCall) {
        guard let elements = call.sequence(0) else { return }
        guard let sum = Value.sum(ofIntegers: elements) else { return fold(call, Value.sum(of:in:)) }
        call.return(.integer(sum))
    }

    private static func fold(
        _ call: BuiltinCall, _ operation: (UnsafeBufferPointer<Value>, Arena) throws(ArithmeticError) -> Value
    ) {
        guard let elements = call.sequence(0) else { return }
        for element in elements where !element.isNumber { return call.failElement(0, containing: element, "number") }
        call.return { () throws(ArithmeticError) in try operation(elements, call.arena) }
    }

    private static func extreme(_ call: BuiltinCall, _ isBetter: (Int) -> Bool) {
        guard let elements = call.sequence(0) else { return }
        guard var best = elements.first else { return }
        // Of a set null is the least only where it is alone, as in OPA.
        if call[0].tag == .set, best.tag == .null, elements.count > 1 { best = elements[1] }
        let isOfSet = call[0].tag == .set
        for element in elements.dropFirst() where !(isOfSet && element.tag == .null) && isBetter(Value.compare(element, best)) {
            best = element
        }
        call.return(best)
    }

    private static func sort(_ call: BuiltinCall) {
        guard let elements = call.sequence(0) else { return }
        if call.failIfTooLarge(elements.count * 16) { return }
        let target = call.arena.allocateValues(elements.count)
        if let source = elements.baseAddress { target.update(from: source, count: elements.count) }
        if call[0].tag == .array {
            var copies = UnsafeMutableBufferPointer(start: target, count: elements.count)
            copies.sort { Value.compare($0, $1) < 0 }
        }
        call.return(.array(target, count: elements.count))
    }
}
