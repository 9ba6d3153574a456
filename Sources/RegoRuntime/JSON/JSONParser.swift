import Glibc

/// Reads JSON text (RFC 8259) straight into values.
///
/// The text is copied once into the arena, with zeros after it, and strings without escapes point into that copy. Where Go's decoder is
/// lenient so is this one: the last one of equal keys wins, lone surrogates become U+FFFD. Bytes that are not UTF-8 are refused.
package enum JSONParser {
    /// Nested arrays and objects that are accepted: what recursion over values costs at most.
    package static let defaultDepth = 1000

    /// Zero bytes after the text, so that the scanner needs no bounds checks.
    static let padding = 64

    /// Parses one JSON text.
    ///
    /// - Parameters:
    ///   - bytes: the text; copied.
    ///   - arena: takes the copy and the values.
    ///   - symbols: a heap whose interned strings replace equal object keys.
    ///   - maximumDepth: nested arrays and objects that are accepted.
    /// - Throws: the first error and its place; `.limit` also when the arena's limit is passed.
    package static func parse(
        _ bytes: UnsafeRawBufferPointer, into arena: Arena, symbols: FrozenHeap?, maximumDepth: Int = defaultDepth
    ) throws(JSONError) -> Value {
        guard bytes.count < Int(Int32.max) else {
            throw unsafe JSONError(.limit, "the text is longer than 2 GiB", at: 0, in: UnsafeRawBufferPointer(start: nil, count: 0))
        }
        guard arena.canAllocate(bytes.count + padding) else {
            throw unsafe JSONError(.limit, "the text does not fit the memory limit", at: 0, in: bytes)
        }
        let text = unsafe arena.allocate(bytes: bytes.count + padding).assumingMemoryBound(to: UInt8.self)
        unsafe pad(bytes, to: text)
        defer { withExtendedLifetime(symbols) {} }
        return unsafe try read(text, bytes, arena, symbols: symbols?.tables, strings: nil, maximumDepth: maximumDepth)
    }

    /// Parses one JSON text into the arena of a heap that is being filled: objects are sorted and have their hashes, and nothing points into
    /// the text.
    ///
    /// - Parameters:
    ///   - strings: the heap's strings.
    ///   - open: takes the large objects that lie within nothing but objects, which stay open; `nil` if all are to be laid out.
    static func freeze(
        _ bytes: UnsafeRawBufferPointer, into arena: Arena, strings: PackedStrings, open: OpenObjects?
    ) throws(JSONError) -> Value {
        guard bytes.count < Int(Int32.max) else {
            throw unsafe JSONError(.limit, "the text is longer than 2 GiB", at: 0, in: UnsafeRawBufferPointer(start: nil, count: 0))
        }
        let text = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + padding)
        defer { unsafe text.deallocate() }
        unsafe pad(bytes, to: text)
        unsafe strings.begin(UnsafeRawBufferPointer(start: text, count: bytes.count), open: open)
        var value = unsafe try read(text, bytes, arena, symbols: nil, strings: strings, maximumDepth: defaultDepth)
        unsafe strings.keep(&value, count: 1)
        return value
    }

    private static func pad(_ bytes: UnsafeRawBufferPointer, to text: UnsafeMutablePointer<UInt8>) {
        if let source = bytes.baseAddress { unsafe memcpy(text, source, bytes.count) }
        unsafe memset(text + bytes.count, 0, padding)
    }

    private static func read(
        _ text: UnsafeMutablePointer<UInt8>, _ bytes: UnsafeRawBufferPointer, _ arena: Arena, symbols: FrozenHeap.Tables?,
        strings: PackedStrings?, maximumDepth: Int
    ) throws(JSONError) -> Value {
        var failure: JSONFailure?
        let value = unsafe withUnsafeTemporaryAllocation(of: Value.self, capacity: 256) { scratch in
            var reader = unsafe JSONReader(
                text: text, end: text + bytes.count, arena: arena, symbols: symbols, strings: strings, stack: scratch.baseAddress!,
                capacity: scratch.count, maximumDepth: maximumDepth)
            defer { reader.freeStack() }
            let value = reader.document()
            failure = reader.failure
            return value
        }
        if let failure { throw unsafe failure.error(in: bytes) }
        return value
    }

    /// Parses one JSON text given as an array of bytes.
    package static func parse(_ bytes: [UInt8], into arena: Arena, symbols: FrozenHeap? = nil) throws(JSONError) -> Value {
        let result: Result<Value, JSONError> = unsafe bytes.withUnsafeBytes { bytes in
            do throws(JSONError) {
                return .success(unsafe try parse(bytes, into: arena, symbols: symbols))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// What went wrong, before it is put into words.
struct JSONFailure {
    let code: JSONError.Code
    /// The whole message, or what follows "invalid character 'x' " under `namesByte`.
    let message: StaticString
    let namesByte: Bool
    let offset: Int

    func error(in bytes: UnsafeRawBufferPointer) -> JSONError {
        if offset >= bytes.count && namesByte {
            return unsafe JSONError(.truncated, "unexpected end of JSON input", at: bytes.count, in: bytes)
        }
        guard namesByte else { return unsafe JSONError(code, "\(message)", at: offset, in: bytes) }
        let byte = unsafe bytes[offset]
        let shown: String
        switch byte {
        case UInt8(ascii: "\n"): shown = "\\n"
        case UInt8(ascii: "\r"): shown = "\\r"
        case UInt8(ascii: "\t"): shown = "\\t"
        case UInt8(ascii: "'"), UInt8(ascii: "\\"): shown = "\\" + String(UnicodeScalar(byte))
        // Go takes the byte for a character.
        case 0x20..<0x7F, 0xA1...0xAC, 0xAE...0xFF: shown = String(UnicodeScalar(byte))
        case 0x80...0xAD: shown = "\\u00" + String(byte, radix: 16)
        default: shown = "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return unsafe JSONError(code, "invalid character '\(shown)' \(message)", at: offset, in: bytes)
    }
}

/// One parse under way. Functions take the cursor and return it, so that it stays in a register; a `nil` cursor means failure.
@safe struct JSONReader {
    typealias Cursor = UnsafePointer<UInt8>
    typealias Step = (cursor: Cursor?, value: Value)

    let start: Cursor
    let end: Cursor
    let arena: Arena
    let symbols: FrozenHeap.Tables?
    /// Takes the strings out of the text, where the values are to outlive it.
    private let strings: PackedStrings?
    private(set) var failure: JSONFailure?
    private var depthLeft: Int

    /// Elements and members of the unfinished arrays and objects.
    private var stack: UnsafeMutablePointer<Value>
    private var count = 0
    private var capacity: Int
    private var ownsStack = false

    init(
        text: UnsafeMutablePointer<UInt8>, end: UnsafeMutablePointer<UInt8>, arena: Arena, symbols: FrozenHeap.Tables?,
        strings: PackedStrings?, stack: UnsafeMutablePointer<Value>, capacity: Int, maximumDepth: Int
    ) {
        unsafe start = UnsafePointer(text)
        unsafe self.end = UnsafePointer(end)
        self.arena = arena
        self.symbols = symbols
        self.strings = strings
        unsafe self.stack = stack
        self.capacity = capacity
        depthLeft = maximumDepth
    }

    func freeStack() {
        if ownsStack { unsafe free(stack) }
    }

    mutating func document() -> Value {
        let (cursor, value) = unsafe self.value(at: skipSpace(start))
        guard let cursor = unsafe cursor else { return .undefined }
        let rest = unsafe skipSpace(cursor)
        if unsafe rest < end {
            unsafe fail(.trailingData, "after top-level value", at: rest)
            return .undefined
        }
        return value
    }

    @discardableResult
    mutating func fail(_ code: JSONError.Code, _ message: StaticString, at cursor: Cursor, namesByte: Bool = true) -> Step {
        if failure == nil {
            unsafe failure = JSONFailure(code: code, message: message, namesByte: namesByte, offset: cursor - start)
        }
        return (nil, .undefined)
    }

    @inline(__always)
    func skipSpace(_ cursor: Cursor) -> Cursor {
        var cursor = unsafe cursor
        while true {
            let byte = unsafe cursor.pointee
            if byte > 0x20 { return unsafe cursor }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return unsafe cursor }
            unsafe cursor += 1
        }
    }

    /// Reads the value whose first byte the cursor is at.
    private mutating func value(at cursor: Cursor) -> Step {
        switch unsafe cursor.pointee {
        case UInt8(ascii: "\""):
            return unsafe string(after: cursor + 1)
        case UInt8(ascii: "{"):
            return unsafe object(at: cursor)
        case UInt8(ascii: "["):
            return unsafe array(at: cursor)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            return unsafe number(at: cursor)
        case UInt8(ascii: "t"):
            return unsafe literal("true", .true, at: cursor)
        case UInt8(ascii: "f"):
            return unsafe literal("false", .false, at: cursor)
        case UInt8(ascii: "n"):
            return unsafe literal("null", .null, at: cursor)
        default:
            return unsafe fail(.syntax, "looking for beginning of value", at: cursor)
        }
    }

    @inline(__always)
    private mutating func literal(_ text: StaticString, _ value: Value, at cursor: Cursor) -> Step {
        let length = text.utf8CodeUnitCount
        for position in 1..<length where unsafe cursor[position] != text.utf8Start[position] {
            return unsafe fail(.syntax, JSONReader.problem(in: text, at: position), at: cursor + position)
        }
        return unsafe (cursor + length, value)
    }

    private mutating func number(at cursor: Cursor) -> Step {
        let isNegative = unsafe cursor.pointee == UInt8(ascii: "-")
        let digits = unsafe isNegative ? cursor + 1 : cursor
        var next = unsafe digits
        var magnitude: UInt64 = 0
        while true {
            let digit = unsafe next.pointee &- UInt8(ascii: "0")
            if digit > 9 { break }
            magnitude = magnitude &* 10 &+ UInt64(digit)
            unsafe next += 1
        }
        let length = unsafe next - digits
        let byte = unsafe next.pointee
        let isPlain = byte != UInt8(ascii: ".") && byte | 0x20 != UInt8(ascii: "e")
        if isPlain, length >= 1, length <= 18, unsafe length == 1 || digits.pointee != UInt8(ascii: "0") {
            let integer = Int64(truncatingIfNeeded: magnitude)
            if !isNegative { return unsafe (next, .integer(integer)) }
            // -0 keeps its sign as a text.
            if magnitude != 0 { return unsafe (next, .integer(0 &- integer)) }
        }
        if byte == UInt8(ascii: "."), length >= 1, length <= 15, unsafe length == 1 || digits.pointee != UInt8(ascii: "0") {
            return unsafe fraction(at: cursor, point: next, integer: magnitude, digits: length, isNegative: isNegative)
        }
        return unsafe slowNumber(at: cursor)
    }

    /// Reads a number with a fraction and without an exponent: by one exact division where it has at most 15 digits.
    ///
    /// - Parameters:
    ///   - integer: the digits before the point.
    ///   - digits: how many they are.
    @inline(__always)
    private mutating func fraction(at cursor: Cursor, point: Cursor, integer: UInt64, digits: Int, isNegative: Bool) -> Step {
        var next = unsafe point + 1
        var magnitude = integer
        var last: UInt8 = 0
        while true {
            let digit = unsafe next.pointee &- UInt8(ascii: "0")
            if digit > 9 { break }
            magnitude = magnitude &* 10 &+ UInt64(digit)
            last = digit
            unsafe next += 1
        }
        let places = unsafe next - point - 1
        // The last digit is not zero, so that the number is no integer and would be written like this again.
        if digits + places <= 15, last != 0, unsafe next.pointee | 0x20 != UInt8(ascii: "e") {
            let value = Double(magnitude) / DoubleText.powersOfTen[places]
            if value >= 1e-7 {
                let signed = isNegative ? -value : value
                return unsafe (next, Value(w0: UInt64(Value.Tag.double.rawValue), w1: signed.bitPattern))
            }
        }
        return unsafe slowNumber(at: cursor)
    }

    @inline(never)
    private mutating func slowNumber(at cursor: Cursor) -> Step {
        let text = unsafe UnsafeBufferPointer(start: cursor, count: end - cursor)
        if let scan = unsafe NumberScan(text) {
            return unsafe (cursor + scan.end, Value.number(keeping: scan, text, in: arena))
        }
        let bad = unsafe JSONReader.badNumberByte(cursor)
        // A number ends with a zero at its front: the digit that follows is out of place.
        if unsafe bad.pointee &- UInt8(ascii: "0") <= 9, unsafe bad[-1] == UInt8(ascii: "0") { return unsafe (bad, .integer(Int64(0))) }
        return unsafe fail(.syntax, JSONReader.problem(inNumber: cursor, at: bad), at: bad)
    }

    @inline(__always)
    private mutating func push(_ value: Value) {
        if count == capacity { growStack() }
        unsafe stack[count] = value
        count &+= 1
    }

    @inline(never)
    private mutating func growStack() {
        let larger = capacity * (capacity < 1 << 16 ? 4 : 2)
        // The system moves what is on the heap already, without a copy where it is large.
        guard let memory = unsafe realloc(ownsStack ? stack : nil, larger * MemoryLayout<Value>.stride) else {
            preconditionFailure("the system has no memory left for \(larger) values")
        }
        let values = unsafe memory.assumingMemoryBound(to: Value.self)
        if !ownsStack { unsafe values.update(from: stack, count: count) }
        unsafe stack = values
        capacity = larger
        ownsStack = true
    }

    private mutating func enter(_ cursor: Cursor) -> Bool {
        depthLeft -= 1
        if depthLeft >= 0 { return true }
        unsafe fail(.limit, "arrays and objects are nested too deeply", at: cursor, namesByte: false)
        return false
    }

    /// Gives up when the arena has passed its limit.
    @inline(__always)
    private mutating func leave(_ cursor: Cursor, _ value: Value) -> Step {
        depthLeft += 1
        if arena.isExhausted { return unsafe fail(.limit, "the values pass the memory limit", at: cursor, namesByte: false) }
        return unsafe (cursor, value)
    }

    private mutating func array(at bracket: Cursor) -> Step {
        guard unsafe enter(bracket) else { return (nil, .undefined) }
        if let strings { strings.arrays += 1 }
        let base = count
        var cursor = unsafe skipSpace(bracket + 1)
        if unsafe cursor.pointee == UInt8(ascii: "]") {
            let empty = unsafe arena.allocateValues(0)
            if let strings { strings.arrays -= 1 }
            return unsafe leave(cursor + 1, .array(empty, count: 0))
        }
        while true {
            let (next, element) = unsafe value(at: cursor)
            guard let next = unsafe next else { return (nil, .undefined) }
            push(element)
            unsafe cursor = skipSpace(next)
            let byte = unsafe cursor.pointee
            if byte == UInt8(ascii: ",") {
                unsafe cursor = skipSpace(cursor + 1)
            } else if byte == UInt8(ascii: "]") {
                break
            } else {
                return unsafe fail(.syntax, "after array element", at: cursor)
            }
        }
        let length = count - base
        if let strings {
            unsafe strings.keep(stack + base, count: length)
            strings.arrays -= 1
        }
        let elements = unsafe arena.allocateValues(length)
        unsafe elements.update(from: stack + base, count: length)
        count = base
        return unsafe leave(cursor + 1, .array(elements, count: length))
    }

    private mutating func object(at brace: Cursor) -> Step {
        guard unsafe enter(brace) else { return (nil, .undefined) }
        let base = count
        var cursor = unsafe skipSpace(brace + 1)
        if unsafe cursor.pointee == UInt8(ascii: "}") {
            let empty = unsafe JSONObjectLayout.object(stack, pairs: 0, in: arena)
            if strings != nil { PackedStrings.freeze(empty) }
            return unsafe leave(cursor + 1, empty)
        }
        while true {
            guard unsafe cursor.pointee == UInt8(ascii: "\"") else {
                return unsafe fail(.syntax, "looking for beginning of object key string", at: cursor)
            }
            let (afterKey, key) = unsafe string(after: cursor + 1)
            guard let afterKey = unsafe afterKey else { return (nil, .undefined) }
            push(symbols?.canonical(key) ?? key)
            unsafe cursor = skipSpace(afterKey)
            guard unsafe cursor.pointee == UInt8(ascii: ":") else { return unsafe fail(.syntax, "after object key", at: cursor) }
            let (next, member) = unsafe value(at: skipSpace(cursor + 1))
            guard let next = unsafe next else { return (nil, .undefined) }
            push(member)
            unsafe cursor = skipSpace(next)
            let byte = unsafe cursor.pointee
            if byte == UInt8(ascii: ",") {
                unsafe cursor = skipSpace(cursor + 1)
            } else if byte == UInt8(ascii: "}") {
                break
            } else {
                return unsafe fail(.syntax, "after object key:value pair", at: cursor)
            }
        }
        let pairs = (count - base) / 2
        let object = unsafe strings?.object(stack + base, pairs: pairs) ?? JSONObjectLayout.object(stack + base, pairs: pairs, in: arena)
        count = base
        return unsafe leave(cursor + 1, object)
    }
}
