import BigInt
import Glibc
@_spi(Engine) import RegoRuntime

/// Go's `fmt`: `Sprintf` for what OPA hands to it (integers, big integers, floating-point numbers and strings; everything else is turned
/// into a string first, written as Rego), and with `Sprint` for the values of templates.
struct GoFormat {
    /// One argument as Go would hold it.
    enum Argument {
        case integer(Int64)
        case bigInteger(BigInt)
        case double(Double)
        /// A string, or the Rego text of what is none.
        case text(Value)

        // What only templates have.
        case null
        case bool(Bool)
        case byte(UInt8)
        case complex(Double, Double)
        /// A number as its text, whose type is a kind of string.
        case jsonNumber(Value)
        case list(Value)
        case map(Value)

        var typeName: StaticString {
            switch self {
            case .integer: "int"
            case .bigInteger: "*big.Int"
            case .double: "float64"
            case .text: "string"
            case .null: "<nil>"
            case .bool: "bool"
            case .byte: "uint8"
            case .complex: "complex128"
            case .jsonNumber: "json.Number"
            case .list: "[]interface {}"
            case .map: "map[string]interface {}"
            }
        }
    }

    struct Flags {
        var plus = false
        var minus = false
        var sharp = false
        /// `%+v`: which only big integers take for a plus.
        var plusV = false
        /// `%#v`: strings in quotes.
        var sharpV = false
        var space = false
        var zero = false
        var width: Int?
        var precision: Int?
    }

    /// Widths and precisions beyond this are refused, as in Go.
    private static let largestNumber = 1_000_000

    private let format: UnsafeBufferPointer<UInt8>
    private let arguments: UnsafeBufferPointer<Value>
    /// Instead of `arguments`.
    private let given: [Argument]?
    let arena: Arena
    var output: TextBuilder
    var flags = Flags()

    private var position = 0
    private var argument = 0
    private var isReordered = false
    private var hasGoodIndex = true

    /// Goes on where `format` has left off.
    private init(
        _ format: UnsafeBufferPointer<UInt8>, _ arguments: UnsafeBufferPointer<Value>, after output: TextBuilder, _ position: Int,
        _ argument: Int, in arena: Arena
    ) {
        self.format = format
        self.arguments = arguments
        given = nil
        self.arena = arena
        self.output = output
        self.position = position
        self.argument = argument
    }

    /// Begins with nothing written.
    init(_ format: UnsafeBufferPointer<UInt8>, _ arguments: [Argument], in arena: Arena) {
        self.format = format
        self.arguments = UnsafeBufferPointer(start: nil, count: 0)
        given = arguments
        self.arena = arena
        output = TextBuilder(in: arena)
    }

    /// The formatted text.
    static func format(_ format: Value, _ arguments: UnsafeBufferPointer<Value>, in arena: Arena) -> Value {
        let bytes = format.utf8
        var output = TextBuilder(in: arena, capacity: bytes.count + 16 * arguments.count + 16)
        var (position, argument) = (0, 0)
        var isASCII = format.isASCII
        // Verbs that stand alone and show an argument as it is are nearly all that policies use; the first other one ends the loop.
        while position < bytes.count {
            let start = format.bytePointer + position
            let verb = memchr(start, 0x25, bytes.count - position)?.assumingMemoryBound(to: UInt8.self)
            let length = verb.map { UnsafePointer($0) - start } ?? bytes.count - position
            output.append(partOfString: start, length)
            position += length
            if verb == nil { break }
            guard position + 1 < bytes.count, argument < arguments.count,
                appendPlainly(arguments[argument], bytes[position + 1], to: &output)
            else { break }
            if arguments[argument].isString { isASCII = isASCII && arguments[argument].isASCII }
            position += 2
            argument += 1
        }
        if position == bytes.count, argument == arguments.count { return isASCII ? output.finishASCII() : output.finish() }
        var formatter = GoFormat(bytes, arguments, after: output, position, argument, in: arena)
        formatter.run()
        return formatter.output.finish()
    }

    private var argumentCount: Int { given?.count ?? arguments.count }

    mutating func run() {
        while position < format.count, !output.isTooLarge {
            let start = position
            while position < format.count, format[position] != UInt8(ascii: "%") { position += 1 }
            output.append(format, start..<position)
            if position >= format.count { break }
            position += 1
            directive()
        }
        if !isReordered, argument < argumentCount { appendExtra() }
    }

    /// Appends an argument by a verb that stands alone, if it shows the argument as it is.
    @inline(__always)
    private static func appendPlainly(_ value: Value, _ verb: UInt8, to output: inout TextBuilder) -> Bool {
        if value.isString {
            guard verb == UInt8(ascii: "v") || verb == UInt8(ascii: "s") else { return false }
            output.append(string: value)
            return true
        }
        guard value.isInteger, verb == UInt8(ascii: "v") || verb == UInt8(ascii: "d") else { return false }
        output.append(integer: value.asInteger)
        return true
    }

    private mutating func directive() {
        flags = Flags()
        hasGoodIndex = true
        loop: while position < format.count {
            switch format[position] {
            case UInt8(ascii: "#"): flags.sharp = true
            case UInt8(ascii: "0"): flags.zero = true
            case UInt8(ascii: "+"): flags.plus = true
            case UInt8(ascii: "-"): flags.minus = true
            case UInt8(ascii: " "): flags.space = true
            default: break loop
            }
            position += 1
        }
        var sawIndex = argumentIndex()
        sawIndex = width(sawIndex)
        sawIndex = precision(sawIndex)
        if !sawIndex { _ = argumentIndex() }
        guard position < format.count else { return output.append("%!(NOVERB)") }
        let length = max(UTF8Text.sequenceLength(format, at: position), 1)
        let verb = GoQuoting.scalar(format, position, length)
        position += length
        if verb == UInt32(UInt8(ascii: "%")) {
            output.append(UInt8(ascii: "%"))
        } else if !hasGoodIndex {
            bad(verb, "(BADINDEX)")
        } else if argument >= argumentCount {
            bad(verb, "(MISSING)")
        } else {
            if verb == UInt32(UInt8(ascii: "v")) {
                (flags.plusV, flags.plus) = (flags.plus, false)
                (flags.sharpV, flags.sharp) = (flags.sharp, false)
            }
            if let given { append(given[argument], verb) } else { append(arguments[argument], verb) }
            argument += 1
        }
    }

    mutating func bad(_ verb: UInt32, _ what: StaticString) {
        output.append("%!")
        output.append(scalar: verb)
        output.append(what)
    }

    private mutating func width(_ sawIndex: Bool) -> Bool {
        if position < format.count, format[position] == UInt8(ascii: "*") {
            position += 1
            flags.width = starArgument()
            if flags.width == nil { output.append("%!(BADWIDTH)") }
            if let width = flags.width, width < 0 {
                flags.width = -width
                flags.minus = true
                flags.zero = false
            }
            return false
        }
        flags.width = number()
        if sawIndex, flags.width != nil { hasGoodIndex = false }
        return sawIndex
    }

    private mutating func precision(_ sawIndex: Bool) -> Bool {
        guard position < format.count, format[position] == UInt8(ascii: ".") else { return sawIndex }
        position += 1
        if sawIndex { hasGoodIndex = false }
        let sawIndex = argumentIndex()
        if position < format.count, format[position] == UInt8(ascii: "*") {
            position += 1
            flags.precision = starArgument()
            if let precision = flags.precision, precision < 0 { flags.precision = nil }
            if flags.precision == nil { output.append("%!(BADPREC)") }
            return false
        }
        flags.precision = number() ?? 0
        return sawIndex
    }

    /// The value of `*`: an integer argument.
    private mutating func starArgument() -> Int? {
        guard argument < argumentCount else { return nil }
        defer { argument += 1 }
        guard case .integer(let integer) = given?[argument] ?? converted(arguments[argument]) else { return nil }
        let value = Int(integer)
        return value.magnitude > Self.largestNumber ? nil : value
    }

    private mutating func number() -> Int? {
        var value: Int?
        while position < format.count, format[position] >= 48, format[position] <= 57 {
            value = (value ?? 0) * 10 + Int(format[position] - 48)
            position += 1
            if let read = value, read > Self.largestNumber {
                position = format.count
                return nil
            }
        }
        return value
    }

    /// `[n]`: which argument is next, from 1.
    private mutating func argumentIndex() -> Bool {
        guard position < format.count, format[position] == UInt8(ascii: "[") else { return false }
        isReordered = true
        guard format.count - position >= 3, let end = format[position...].firstIndex(of: UInt8(ascii: "]")) else {
            position += 1
            hasGoodIndex = false
            return false
        }
        position += 1
        let index = number()
        let isNumber = index != nil && position == end
        position = end + 1
        if isNumber, let index, index >= 1, index <= argumentCount {
            argument = index - 1
            return true
        }
        hasGoodIndex = false
        return isNumber
    }

    private mutating func appendExtra() {
        flags = Flags()
        output.append("%!(EXTRA ")
        for index in argument..<argumentCount {
            if index > argument { output.append(", ") }
            let value = given?[index] ?? converted(arguments[index])
            output.append(value.typeName)
            if case .null = value { continue }
            output.append(UInt8(ascii: "="))
            append(value, UInt32(UInt8(ascii: "v")))
        }
        output.append(UInt8(ascii: ")"))
    }

    // MARK: Arguments

    private func converted(_ value: Value) -> Argument {
        switch value.tag {
        case .integer:
            return .integer(value.asInteger)
        case .double, .bigNumber:
            return number(value)
        case .string:
            return .text(value)
        default:
            var builder = TextBuilder(in: arena)
            builder.append(rego: value)
            return .text(builder.finish())
        }
    }

    /// Its text decides what a number is to Go: digits alone an integer, else a `float64`, beyond its range the text itself.
    private func number(_ value: Value) -> Argument {
        if let text = value.numberSpelling {
            let digits = text.first == UInt8(ascii: "-") ? UnsafeBufferPointer(rebasing: text.dropFirst()) : text
            if digits.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
                if value.unspelled.isInteger { return .integer(value.unspelled.asInteger) }
                if let integer = Decimal(value).bigInt { return .bigInteger(integer) }
            }
        } else {
            let decimal = Decimal(value)
            if decimal.isInteger, let integer = decimal.bigInt { return .bigInteger(integer) }
        }
        let double = value.doubleValue
        if double == 0, value.numberSpelling?.first == UInt8(ascii: "-") { return .double(-0.0) }
        return double.isFinite ? .double(double) : .text(.string(value.numberText, in: arena))
    }

    private mutating func append(_ value: Value, _ verb: UInt32) {
        let isPlain =
            flags.width == nil && flags.precision == nil && !flags.plus && !flags.sharp && !flags.space && !flags.plusV && !flags.sharpV
        // Nearly all of what policies format.
        if isPlain, verb == UInt32(UInt8(ascii: "v")) || (verb == UInt32(UInt8(ascii: "s")) && !value.isNumber) {
            if value.isString { return output.append(value.utf8) }
            if value.isInteger { return output.append(integer: value.asInteger) }
            if !value.isNumber { return output.append(rego: value) }
        }
        append(converted(value), verb)
    }

    mutating func append(_ argument: Argument, _ verb: UInt32) {
        if verb == UInt32(UInt8(ascii: "T")) {
            var name = TextBuilder(in: arena)
            name.append(argument.typeName)
            return pad(name.bytes, truncated: true)
        }
        switch argument {
        case .integer(let integer):
            if !append(integer: integer, verb) { appendBadVerb(argument, verb) }
        case .bigInteger(let integer):
            append(bigInteger: integer, verb)
        case .double(let double):
            if !append(double: double, verb) { appendBadVerb(argument, verb) }
        case .text(let text), .jsonNumber(let text):
            if !append(text: text, verb) { appendBadVerb(argument, verb) }
        case .byte(let byte):
            if !append(integer: Int64(byte), verb) { appendBadVerb(argument, verb) }
        case .null: appendNull(verb)
        case .bool(let value): append(bool: value, verb)
        case .complex(let real, let imaginary): append(complex: real, imaginary, verb)
        case .list(let list): append(list: list, verb)
        case .map(let map): append(map: map, verb)
        }
    }

    /// `%!d(string=hi)`
    mutating func appendBadVerb(_ argument: Argument, _ verb: UInt32) {
        bad(verb, "(")
        output.append(argument.typeName)
        output.append(UInt8(ascii: "="))
        append(argument, UInt32(UInt8(ascii: "v")))
        output.append(UInt8(ascii: ")"))
    }

    /// A builder for a piece that is padded afterwards.
    func scratch() -> TextBuilder { TextBuilder(in: arena) }

    /// Writes text within the width.
    mutating func pad(_ bytes: UnsafeBufferPointer<UInt8>, truncated: Bool = false) {
        var bytes = bytes
        if truncated, let precision = flags.precision { bytes = Self.prefix(bytes, precision) }
        guard let width = flags.width else { return output.append(bytes) }
        let padding = width - bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
        if flags.minus {
            output.append(bytes)
            output.append(UInt8(ascii: " "), repeated: padding)
        } else {
            output.append(flags.zero ? 48 : UInt8(ascii: " "), repeated: padding)
            output.append(bytes)
        }
    }

    /// At most so many characters.
    static func prefix(_ bytes: UnsafeBufferPointer<UInt8>, _ count: Int) -> UnsafeBufferPointer<UInt8> {
        var seen = 0
        for index in 0..<bytes.count where bytes[index] & 0xC0 != 0x80 {
            if seen == count { return UnsafeBufferPointer(rebasing: bytes[..<index]) }
            seen += 1
        }
        return bytes
    }
}
