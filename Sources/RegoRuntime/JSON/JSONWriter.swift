/// How values are written as JSON.
package struct JSONStyle: Sendable, BitwiseCopyable {
    /// Two spaces a level, as Go's `json.Indent`; else no white space at all.
    package var isPretty: Bool
    /// Writes `<`, `>` and `&` as `\u003c` …, as Go's encoder does unless told otherwise.
    package var escapesHTML: Bool

    package init(isPretty: Bool = false, escapesHTML: Bool = false) {
        self.isPretty = isPretty
        self.escapesHTML = escapesHTML
    }

    /// No white space, nothing but what JSON demands escaped.
    package static let compact = JSONStyle()
    /// Indented.
    package static let pretty = JSONStyle(isPretty: true)
}

extension Value {
    /// Writes the value as JSON text: sets as arrays, keys sorted, keys that are no strings as their JSON text; undefined as null.
    package func writeJSON(into buffer: inout OutputBuffer, style: JSONStyle = .compact) {
        var writer = JSONWriter(style: style)
        writer.write(self, level: 0, into: &buffer)
    }

    /// The value as JSON text.
    package func jsonText(style: JSONStyle = .compact) -> String {
        var buffer = OutputBuffer()
        writeJSON(into: &buffer, style: style)
        return buffer.string
    }
}

private struct JSONWriter {
    let style: JSONStyle
    private var walk = ValueWalk()
    private let byteLimit = unsafe EvaluationWatch.current?.pointee.byteLimit ?? .max

    init(style: JSONStyle) { self.style = style }

    mutating func write(_ value: Value, level: Int, into buffer: inout OutputBuffer) {
        if buffer.count > byteLimit { walk.cutForSize() }
        switch value.tag {
        case .undefined, .null, .builder: buffer.append("null")
        case .false: buffer.append("false")
        case .true: buffer.append("true")
        case .integer, .double, .bigNumber: value.writeNumber(into: &buffer)
        case .string: StringEscape.writeJSON(value, escapesHTML: style.escapesHTML, into: &buffer)
        case .array: unsafe write(elements: value.elementPointer, value.length, level, &buffer)
        case .set: unsafe write(elements: value.sortedKeys, value.length, level, &buffer)
        case .object: write(object: value, level, &buffer)
        }
    }

    private mutating func write(elements: UnsafePointer<Value>, _ count: Int, _ level: Int, _ buffer: inout OutputBuffer) {
        if count == 0 {
            buffer.append("[]")
            return
        }
        guard walk.enter(count) else { return walk.leave() }
        defer { walk.leave() }
        buffer.append(UInt8(ascii: "["))
        for position in 0..<count where !walk.isCut {
            if position > 0 { buffer.append(UInt8(ascii: ",")) }
            breakLine(level + 1, &buffer)
            unsafe write(elements[position], level: level + 1, into: &buffer)
        }
        breakLine(level, &buffer)
        buffer.append(UInt8(ascii: "]"))
    }

    private mutating func write(object: Value, _ level: Int, _ buffer: inout OutputBuffer) {
        let count = object.length
        if count == 0 {
            buffer.append("{}")
            return
        }
        guard walk.enter(count) else { return walk.leave() }
        defer { walk.leave() }
        let (keys, values) = unsafe (object.sortedKeys, object.sortedValues)
        // Strings sort after all other scalars and before all collections, so the ends tell whether all keys are strings.
        guard unsafe keys[0].isString && keys[count - 1].isString else {
            writeByText(object, level, &buffer)
            return
        }
        buffer.append(UInt8(ascii: "{"))
        for position in 0..<count where !walk.isCut {
            if position > 0 { buffer.append(UInt8(ascii: ",")) }
            breakLine(level + 1, &buffer)
            unsafe StringEscape.writeJSON(keys[position], escapesHTML: style.escapesHTML, into: &buffer)
            buffer.append(UInt8(ascii: ":"))
            if style.isPretty { buffer.append(UInt8(ascii: " ")) }
            unsafe write(values[position], level: level + 1, into: &buffer)
        }
        breakLine(level, &buffer)
        buffer.append(UInt8(ascii: "}"))
    }

    /// Keys that are no strings are written as their JSON text, by Go's encoder in OPA and so with HTML escaped whatever the rest is like;
    /// the texts are what is sorted then, and of equal ones the last stays.
    private mutating func writeByText(_ object: Value, _ level: Int, _ buffer: inout OutputBuffer) {
        let (keys, values) = unsafe (object.sortedKeys, object.sortedValues)
        let arena = Arena(chunkSize: 4096)
        defer { arena.destroy() }
        let texts = ObjectBuilder(in: arena, capacity: object.length)
        for position in 0..<object.length {
            let key = unsafe keys[position]
            let text = key.isString ? key : Value.string(key.jsonText(style: JSONStyle(escapesHTML: true)), in: arena)
            unsafe texts.set(text, values[position])
        }
        write(object: texts.finish(), level, &buffer)
    }

    @inline(__always)
    private func breakLine(_ level: Int, _ buffer: inout OutputBuffer) {
        guard style.isPretty else { return }
        buffer.append(UInt8(ascii: "\n"))
        for _ in 0..<level { buffer.append("  ") }
    }
}
