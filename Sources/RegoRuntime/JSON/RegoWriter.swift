extension Value {
    /// Writes the value as a Rego term, as OPA's `String()`: `{"a", 1}`, `set()`, `{"k": [null]}`.
    package func writeRego(into buffer: inout OutputBuffer) {
        var walk = ValueWalk()
        let byteLimit = unsafe EvaluationWatch.current?.pointee.byteLimit ?? .max
        writeRego(into: &buffer, byteLimit: byteLimit, &walk)
    }

    private func writeRego(into buffer: inout OutputBuffer, byteLimit: Int, _ walk: inout ValueWalk) {
        if buffer.count > byteLimit { walk.cutForSize() }
        guard !isCollection || walk.enter(length) else { return walk.leave() }
        defer { if isCollection { walk.leave() } }
        switch tag {
        case .undefined: buffer.append("undefined")
        case .null: buffer.append("null")
        case .false: buffer.append("false")
        case .true: buffer.append("true")
        case .integer, .double, .bigNumber: writeNumber(into: &buffer)
        case .string: StringEscape.writeQuoted(self, into: &buffer)
        case .builder: buffer.append("builder")
        case .array:
            buffer.append(UInt8(ascii: "["))
            unsafe Value.writeList(elementPointer, length, &buffer, byteLimit, &walk)
            buffer.append(UInt8(ascii: "]"))
        case .set:
            if length == 0 {
                buffer.append("set()")
                return
            }
            buffer.append(UInt8(ascii: "{"))
            unsafe Value.writeList(sortedKeys, length, &buffer, byteLimit, &walk)
            buffer.append(UInt8(ascii: "}"))
        case .object:
            buffer.append(UInt8(ascii: "{"))
            let (keys, values) = unsafe (sortedKeys, sortedValues)
            for position in 0..<length where !walk.isCut {
                if position > 0 { buffer.append(", ") }
                unsafe keys[position].writeRego(into: &buffer, byteLimit: byteLimit, &walk)
                buffer.append(": ")
                unsafe values[position].writeRego(into: &buffer, byteLimit: byteLimit, &walk)
            }
            buffer.append(UInt8(ascii: "}"))
        }
    }

    /// The value as a Rego term.
    package var regoText: String {
        var buffer = OutputBuffer()
        writeRego(into: &buffer)
        return buffer.string
    }

    private static func writeList(
        _ elements: UnsafePointer<Value>, _ count: Int, _ buffer: inout OutputBuffer, _ byteLimit: Int, _ walk: inout ValueWalk
    ) {
        for position in 0..<count where !walk.isCut {
            if position > 0 { buffer.append(", ") }
            unsafe elements[position].writeRego(into: &buffer, byteLimit: byteLimit, &walk)
        }
    }
}
