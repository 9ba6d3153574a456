@_spi(Engine) import RegoRuntime

/// A string under construction in an evaluation's arena: nothing is copied or freed when it is done.
struct TextBuilder {
    private let arena: Arena
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(in arena: Arena, capacity: Int = 64) {
        self.arena = arena
        self.capacity = max(capacity, 16)
        base = arena.allocate(bytes: self.capacity).assumingMemoryBound(to: UInt8.self)
    }

    /// The bytes so far; valid until the next change.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    /// A string value's bytes.
    @inline(__always)
    mutating func append(string value: Value) { append(partOfString: value.bytePointer, value.length) }

    /// Bytes of a string value.
    @inline(__always)
    mutating func append(partOfString start: UnsafePointer<UInt8>, _ length: Int) {
        guard length <= 16, capacity - count >= 16 else { return append(UnsafeBufferPointer(start: start, count: length)) }
        // Sixteen bytes after a string's end are readable, and what is written beyond it is overwritten or never read.
        let (source, target) = (UnsafeRawPointer(start), UnsafeMutableRawPointer(base + count))
        let (first, second) = (source.loadUnaligned(as: UInt64.self), source.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        target.storeBytes(of: first, as: UInt64.self)
        target.storeBytes(of: second, toByteOffset: 8, as: UInt64.self)
        count += length
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        if count == capacity { grow(1) }
        base[count] = byte
        count += 1
    }

    mutating func append(_ source: UnsafeBufferPointer<UInt8>) {
        guard let start = source.baseAddress else { return }
        if capacity - count < source.count { grow(source.count) }
        (base + count).update(from: start, count: source.count)
        count += source.count
    }

    mutating func append(_ source: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        append(UnsafeBufferPointer(rebasing: source[range]))
    }

    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { append($0) }
    }

    mutating func append(text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    mutating func append(scalar: UInt32) {
        if capacity - count < 4 { grow(4) }
        count += UTF8Text.encode(scalar, to: base + count)
    }

    mutating func append(_ byte: UInt8, repeated times: Int) {
        guard times > 0 else { return }
        if capacity - count < times { grow(times) }
        (base + count).update(repeating: byte, count: times)
        count += times
    }

    mutating func append(integer: Int64) {
        if capacity - count < 20 { grow(20) }
        if integer < 0 {
            base[count] = UInt8(ascii: "-")
            count += 1
        }
        var magnitude = integer.magnitude
        var digits = 1
        var limit: UInt64 = 10
        while magnitude >= limit {
            digits += 1
            let (next, overflow) = limit.multipliedReportingOverflow(by: 10)
            if overflow { break }
            limit = next
        }
        var end = count + digits
        count = end
        repeat {
            let quotient = magnitude / 10
            end -= 1
            base[end] = UInt8(truncatingIfNeeded: magnitude &- quotient &* 10) &+ 48
            magnitude = quotient
        } while magnitude != 0
    }

    /// A value as Rego writes it; a string at the top without its quotes.
    mutating func append(shown value: Value) {
        if value.isString {
            append(string: value)
        } else if value.isInteger {
            append(integer: value.asInteger)
        } else {
            append(rego: value)
        }
    }

    /// A value as Rego writes it.
    mutating func append(rego value: Value) {
        if appendPlainList(value) { return }
        var buffer = OutputBuffer(capacity: 256)
        value.writeRego(into: &buffer)
        append(buffer.bytes)
    }

    /// Appends an array or set of integers and of strings without escapes: nearly all of what messages show, and no heap is needed.
    private mutating func appendPlainList(_ value: Value) -> Bool {
        guard value.tag == .array || value.tag == .set, value.length > 0 else { return false }
        let elements = UnsafeBufferPointer(start: value.tag == .array ? value.elementPointer : value.sortedKeys, count: value.length)
        let isPlain = elements.allSatisfy { element in
            element.isInteger || element.isString && element.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        }
        guard isPlain else { return false }
        append(value.tag == .array ? UInt8(ascii: "[") : UInt8(ascii: "{"))
        for (index, element) in elements.enumerated() {
            if index > 0 { append(", ") }
            if element.isInteger {
                append(integer: element.asInteger)
            } else {
                append(UInt8(ascii: "\""))
                append(element.utf8)
                append(UInt8(ascii: "\""))
            }
        }
        append(value.tag == .array ? UInt8(ascii: "]") : UInt8(ascii: "}"))
        return true
    }

    /// Whether the text has become larger than the evaluation may use.
    var isTooLarge: Bool { arena.isExhausted }

    /// The string; the builder must not be used afterwards.
    func finish() -> Value {
        Value(utf8: base, count: count, isASCII: UTF8Text.isASCII(base, count: count))
    }

    /// The same where every byte is known to be ASCII.
    func finishASCII() -> Value { Value(utf8: base, count: count, isASCII: true) }

    @inline(never)
    private mutating func grow(_ extra: Int) {
        let larger = max(capacity * 2, count + extra)
        let memory = arena.allocate(bytes: larger).assumingMemoryBound(to: UInt8.self)
        memory.update(from: base, count: count)
        base = memory
        capacity = larger
    }
}
