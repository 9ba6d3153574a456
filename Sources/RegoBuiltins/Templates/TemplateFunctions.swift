@_spi(Engine) import RegoRuntime

/// The functions that templates have of their own.
enum TemplateFunctions {
    /// Why a function has no result, in Go's words.
    struct Fault: Error {
        let message: String

        init(_ message: String) { self.message = message }
    }

    static let names: Set<String> = [
        "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print", "printf", "println",
        "slice", "urlquery",
    ]

    /// How many arguments a function takes at least, and whether it takes more.
    static func arity(of name: String) -> (least: Int, isVariadic: Bool) {
        switch name {
        case "not", "len": (1, false)
        case "ne", "lt", "le", "gt", "ge": (2, false)
        case "print", "println", "html", "js", "urlquery": (0, true)
        default: (1, true)
        }
    }

    /// - Parameter callee: How the template writes the first argument.
    static func call(
        _ name: String, _ arguments: [TemplateValue], callee: String?, in arena: Arena
    ) throws(Fault) -> TemplateValue {
        switch name {
        case "not": return bool(!arguments[0].isTrue)
        case "eq": return bool(try isEqual(arguments[0], arguments.dropFirst(), in: arena))
        case "ne": return bool(!(try isEqual(arguments[0], arguments.dropFirst(), in: arena)))
        case "lt": return bool(try isLess(arguments[0], arguments[1]))
        case "ge": return bool(!(try isLess(arguments[0], arguments[1])))
        case "le": return bool(try isLessOrEqual(arguments[0], arguments[1], in: arena))
        case "gt": return bool(!(try isLessOrEqual(arguments[0], arguments[1], in: arena)))
        case "len": return try length(arguments[0])
        case "index": return try index(arguments[0], arguments.dropFirst(), in: arena)
        case "slice": return try slice(arguments[0], arguments.dropFirst(), in: arena)
        case "print", "println":
            return TemplateValue(datum: .text(GoFormat.print(arguments.map(\.argument), asLine: name == "println", in: arena)))
        case "printf":
            guard case .text(let format) = arguments[0].datum else { return .missing }
            return TemplateValue(datum: .text(GoFormat.format(format, arguments.dropFirst().map(\.argument), in: arena)))
        case "html", "js", "urlquery": return escape(name, arguments, in: arena)
        default:
            if arguments[0].isNothing { throw Fault("call of nil") }
            let callee = callee ?? shown(arguments[0])
            throw Fault("non-function \(callee) of type \(arguments[0].contentTypeName)")
        }
    }

    private static func bool(_ value: Bool) -> TemplateValue { TemplateValue(datum: .bool(value)) }

    /// Go's `reflect.Value.String`.
    private static func shown(_ value: TemplateValue) -> String {
        switch value.datum {
        case .text(let text), .number(let text): text.swiftString
        default: "<\(value.contentTypeName) Value>"
        }
    }

    // MARK: Comparison

    /// Types that compare with each other are of one kind.
    private enum Kind { case none, bool, complex, int, double, text, unsigned }

    private static func kind(_ value: TemplateValue) -> Kind {
        switch value.datum {
        case .bool: .bool
        case .complex: .complex
        case .int: .int
        case .double: .double
        case .text, .number: .text
        case .byte: .unsigned
        case .missing, .null, .list, .map: .none
        }
    }

    /// Whether one value equals any of others.
    private static func isEqual(
        _ left: TemplateValue, _ others: ArraySlice<TemplateValue>, in arena: Arena
    ) throws(Fault) -> Bool {
        if others.isEmpty { throw Fault("missing argument for comparison") }
        for right in others where try isEqual(left, right, in: arena) { return true }
        return false
    }

    private static func isEqual(_ left: TemplateValue, _ right: TemplateValue, in arena: Arena) throws(Fault) -> Bool {
        switch (left.datum, right.datum) {
        case (.bool(let left), .bool(let right)): return left == right
        case (.int(let left), .int(let right)): return left == right
        case (.byte(let left), .byte(let right)): return left == right
        case (.int(let int), .byte(let byte)), (.byte(let byte), .int(let int)): return int == Int(byte)
        case (.double(let left), .double(let right)): return left == right
        case (.complex(let left, let first), .complex(let right, let second)): return left == right && first == second
        default: break
        }
        let (first, second) = (kind(left), kind(right))
        if first == .text, second == .text { return compare(left, right) == 0 }
        guard first == second else {
            if left.isNothing || right.isNothing { return false }
            throw Fault("incompatible types for comparison: \(left.contentTypeName) and \(right.contentTypeName)")
        }
        if left.isNothing || right.isNothing { return left.isNothing == right.isNothing }
        let value = GoFormat.format(.string("%s", in: arena), [left.argument], in: arena).swiftString
        if case .list = left.datum, case .list = right.datum {
        } else if case .map = left.datum, case .map = right.datum {
        } else {
            let other = GoFormat.text(of: right.argument, in: arena)
            throw Fault("non-comparable types \(value): \(left.contentTypeName), \(right.contentTypeName): \(other)")
        }
        let other = GoFormat.format(.string("%s", in: arena), [right.argument], in: arena).swiftString
        throw Fault("non-comparable type \(other): \(right.contentTypeName)")
    }

    /// The order of two texts by their bytes.
    private static func compare(_ left: TemplateValue, _ right: TemplateValue) -> Int {
        func bytes(_ value: TemplateValue) -> UnsafeBufferPointer<UInt8>? {
            switch value.datum {
            case .text(let text), .number(let text): text.utf8
            default: nil
            }
        }
        guard let left = bytes(left), let right = bytes(right) else { return 0 }
        return left.lexicographicallyPrecedes(right) ? -1 : left.elementsEqual(right) ? 0 : 1
    }

    private static func isLess(_ left: TemplateValue, _ right: TemplateValue) throws(Fault) -> Bool {
        let (first, second) = (kind(left), kind(right))
        if first == .none || second == .none { throw Fault("invalid type for comparison") }
        switch (left.datum, right.datum) {
        case (.int(let left), .int(let right)): return left < right
        case (.byte(let left), .byte(let right)): return left < right
        case (.int(let left), .byte(let right)): return left < Int(right)
        case (.byte(let left), .int(let right)): return Int(left) < right
        case (.double(let left), .double(let right)): return left < right
        default: break
        }
        guard first == second else {
            throw Fault("incompatible types for comparison: \(left.contentTypeName) and \(right.contentTypeName)")
        }
        guard first == .text else { throw Fault("invalid type for comparison") }
        return compare(left, right) < 0
    }

    private static func isLessOrEqual(_ left: TemplateValue, _ right: TemplateValue, in arena: Arena) throws(Fault) -> Bool {
        if try isLess(left, right) { return true }
        return try isEqual(left, right, in: arena)
    }

    // MARK: Collections

    private static func length(_ value: TemplateValue) throws(Fault) -> TemplateValue {
        switch value.datum {
        case .text(let value), .number(let value), .list(let value), .map(let value): TemplateValue(datum: .int(value.length))
        case .null: throw Fault("len of nil pointer")
        case .missing: throw Fault("reflect: call of reflect.Value.Type on zero Value")
        default: throw Fault("len of type \(value.contentTypeName)")
        }
    }

    /// A place in a list or text, from none to all of them.
    private static func place(_ value: TemplateValue, within count: Int) throws(Fault) -> Int {
        let index: Int
        switch value.datum {
        case .int(let value): index = value
        case .byte(let value): index = Int(value)
        case .missing, .null: throw Fault("cannot index slice/array with nil")
        default: throw Fault("cannot index slice/array with type \(value.contentTypeName)")
        }
        guard (0...count).contains(index) else { throw Fault("index out of range: \(index)") }
        return index
    }

    private static func index(
        _ value: TemplateValue, _ keys: ArraySlice<TemplateValue>, in arena: Arena
    ) throws(Fault) -> TemplateValue {
        if value.isNothing { throw Fault("index of untyped nil") }
        var value = value
        for key in keys {
            switch value.datum {
            case .null: throw Fault("index of nil pointer")
            case .list(let list):
                let elements = list.sequence ?? list.elements
                let place = try place(key, within: elements.count)
                guard place < elements.count else { throw Fault("reflect: slice index out of range") }
                value = TemplateValue(entry: elements[place], in: arena)
            case .text(let text), .number(let text):
                let place = try place(key, within: text.length)
                guard place < text.length else { throw Fault("reflect: string index out of range") }
                value = TemplateValue(datum: .byte(text.utf8[place]))
            case .map(let map):
                guard case .text(let name) = key.datum else {
                    if key.isNothing { throw Fault("value is nil; should be of type string") }
                    throw Fault("value has type \(key.contentTypeName); should be string")
                }
                value = TemplateValue(entry: map.lookup(name), in: arena)
            default: throw Fault("can't index item of type \(value.contentTypeName)")
            }
        }
        return value
    }

    private static func slice(
        _ value: TemplateValue, _ indices: ArraySlice<TemplateValue>, in arena: Arena
    ) throws(Fault) -> TemplateValue {
        if value.isNothing { throw Fault("slice of untyped nil") }
        if indices.count > 3 { throw Fault("too many slice indexes: \(indices.count)") }
        let (count, capacity): (Int, Int)
        switch value.datum {
        case .text(let text), .number(let text):
            if indices.count == 3 { throw Fault("cannot 3-index slice a string") }
            (count, capacity) = (text.length, text.length)
        case .list(let list): (count, capacity) = (list.length, Self.capacity(list.length))
        default: throw Fault("can't slice item of type \(value.contentTypeName)")
        }
        var bounds = [0, count, capacity]
        for (number, index) in indices.enumerated() { bounds[number] = try place(index, within: capacity) }
        if bounds[0] > bounds[1] { throw Fault("invalid slice index: \(bounds[0]) > \(bounds[1])") }
        if bounds[1] > bounds[2] { throw Fault("invalid slice index: \(bounds[1]) > \(bounds[2])") }
        let range = bounds[0]..<bounds[1]
        switch value.datum {
        case .text(let text): return TemplateValue(datum: .text(text.substring(byteRange: range)))
        case .number(let text): return TemplateValue(datum: .number(text.substring(byteRange: range)))
        case .list(let list):
            let elements = list.sequence ?? list.elements
            let part = range.map { $0 < elements.count ? elements[$0] : .null }
            return TemplateValue(datum: .list(.array(part, in: arena)))
        default: return value
        }
    }

    /// The room that Go's decoder has made for a list; a slice may reach into what is empty of it. It doubles up to 512 elements, and is
    /// taken to be exact beyond.
    private static func capacity(_ count: Int) -> Int {
        guard (1...512).contains(count) else { return count }
        var capacity = 1
        while capacity < count { capacity *= 2 }
        return capacity
    }

    // MARK: Escaping

    private static func escape(_ name: String, _ arguments: [TemplateValue], in arena: Arena) -> TemplateValue {
        let nothing = GoFormat.Argument.text(.string("<no value>", in: arena))
        let text = GoFormat.print(arguments.map { $0.isNothing ? nothing : $0.argument }, asLine: false, in: arena).utf8
        var builder = TextBuilder(in: arena, capacity: text.count * 2)
        switch name {
        case "html": for byte in text { appendHTML(byte, to: &builder) }
        case "js": appendJavaScript(text, to: &builder)
        default: for byte in text { URLQueryBuiltins.escape(byte: byte, into: &builder) }
        }
        return TemplateValue(datum: .text(builder.finish()))
    }

    private static func appendHTML(_ byte: UInt8, to builder: inout TextBuilder) {
        switch byte {
        case 0: builder.append("\u{FFFD}")
        case UInt8(ascii: "<"): builder.append("&lt;")
        case UInt8(ascii: ">"): builder.append("&gt;")
        case UInt8(ascii: "&"): builder.append("&amp;")
        case UInt8(ascii: "\""): builder.append("&#34;")
        case UInt8(ascii: "'"): builder.append("&#39;")
        default: builder.append(byte)
        }
    }

    private static func appendJavaScript(_ text: UnsafeBufferPointer<UInt8>, to builder: inout TextBuilder) {
        func append(hexadecimal value: UInt32) {
            let digits = String(value, radix: 16, uppercase: true)
            builder.append("\\u")
            builder.append(48, repeated: 4 - digits.utf8.count)
            builder.append(text: digits)
        }
        var index = 0
        while index < text.count {
            let byte = text[index]
            let length = max(UTF8Text.sequenceLength(text, at: index), 1)
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"):
                builder.append(UInt8(ascii: "\\"))
                builder.append(byte)
            case 0..<32, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "="): append(hexadecimal: UInt32(byte))
            case 0..<0x80: builder.append(byte)
            default:
                let scalar = length == 1 ? 0xFFFD : GoQuoting.scalar(text, index, length)
                if GoQuoting.isPrintable(scalar) { builder.append(text, index..<(index + length)) } else { append(hexadecimal: scalar) }
            }
            index += length
        }
    }
}
