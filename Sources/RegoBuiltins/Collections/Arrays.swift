@_spi(Engine) package import RegoRuntime

/// `array.*` (OPA: "Arrays").
package enum ArrayBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("array.concat", arity: 2) { concat(BuiltinCall($0)) },
        BuiltinDefinition("array.slice", arity: 3) { slice(BuiltinCall($0)) },
        BuiltinDefinition("array.reverse", arity: 1) { reverse(BuiltinCall($0)) },
        BuiltinDefinition("array.flatten", arity: 1) { flatten(BuiltinCall($0)) },
    ]

    private static func concat(_ call: BuiltinCall) {
        guard let left = call.array(0), let right = call.array(1) else { return }
        if left.length == 0 { return call.return(right) }
        if right.length == 0 { return call.return(left) }
        let count = left.length + right.length
        if call.failIfTooLarge(count * 16) { return }
        let elements = call.arena.allocateValues(count)
        elements.update(from: left.elementPointer, count: left.length)
        (elements + left.length).update(from: right.elementPointer, count: right.length)
        call.return(.array(elements, count: count))
    }

    private static func slice(_ call: BuiltinCall) {
        guard let array = call.array(0), let first = call.integer(1), let last = call.integer(2) else { return }
        // Bounds beyond the array are moved to its ends.
        let start = min(max(first, 0), Int64(array.length))
        let stop = min(max(last, start), Int64(array.length))
        call.return(.array(array.elementPointer + Int(start), count: Int(stop - start)))
    }

    private static func reverse(_ call: BuiltinCall) {
        guard let array = call.array(0) else { return }
        if call.failIfTooLarge(array.length * 16) { return }
        let elements = call.arena.allocateValues(array.length)
        for index in 0..<array.length { elements[array.length - 1 - index] = array.elementPointer[index] }
        call.return(.array(elements, count: array.length))
    }

    /// Takes the elements of arrays within the array out of them, one level deep.
    private static func flatten(_ call: BuiltinCall) {
        guard let array = call.array(0) else { return }
        var count = 0
        for element in array.elements { count += element.tag == .array ? element.length : 1 }
        if call.failIfTooLarge(count * 16) { return }
        let elements = call.arena.allocateValues(count)
        var end = elements
        for element in array.elements {
            if element.tag == .array {
                end.update(from: element.elementPointer, count: element.length)
                end += element.length
            } else {
                end.pointee = element
                end += 1
            }
        }
        call.return(.array(elements, count: count))
    }
}
