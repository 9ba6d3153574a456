/// Reads types in the notation that OPA's messages use, as the table of builtins has them:
/// `(x: any<string, array[any]>, n: number) => y: object<a: number>[string: any]`.
package struct TypeNotation {
    private let text: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0

    private static let depthLimit = 32

    private init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    /// Reads a function's type; `nil` if the text is none.
    static func function(_ text: StaticString) -> FunctionType? {
        text.withUTF8Buffer { bytes in
            var notation = TypeNotation(bytes)
            guard let function = notation.function(), notation.isAtEnd else { return nil }
            return function
        }
    }

    /// Reads a type; `nil` if the text is none.
    package static func type(_ text: String) -> RegoType? {
        var text = text
        return text.withUTF8 { bytes in
            var notation = TypeNotation(bytes)
            guard let type = notation.type(), notation.isAtEnd else { return nil }
            return type
        }
    }

    /// How many parameters a function's notation has, and whether it has a result, without reading their types.
    static func shape(of text: StaticString) -> (arity: Int, hasResult: Bool) {
        text.withUTF8Buffer { bytes in
            var level = 0
            var separators = 0
            var isEmpty = true
            var isVariadic = false
            var index = 1
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "<"), UInt8(ascii: "["): level += 1
                case UInt8(ascii: ">"), UInt8(ascii: "]"): level -= 1
                case UInt8(ascii: ",") where level == 0: separators += 1
                case UInt8(ascii: "."): isVariadic = true
                case UInt8(ascii: ")"):
                    let arity = isEmpty ? 0 : separators + (isVariadic ? 0 : 1)
                    return (arity, index + 1 < bytes.count)
                default: isEmpty = false
                }
                index += 1
            }
            return (0, false)
        }
    }

    private var isAtEnd: Bool { position == text.count }

    private mutating func take(_ token: StaticString) -> Bool {
        let length = token.utf8CodeUnitCount
        guard position + length <= text.count else { return false }
        let isNext = token.withUTF8Buffer { text[position..<position + length].elementsEqual($0) }
        if isNext { position += length }
        return isNext
    }

    private mutating func function() -> FunctionType? {
        guard take("(") else { return nil }
        var parameters: [FunctionType.Parameter] = []
        var variadic: RegoType?
        while !take(")") {
            guard parameters.isEmpty || take(", "), variadic == nil, let parameter = parameter() else { return nil }
            if take("...") { variadic = parameter.type } else { parameters.append(parameter) }
        }
        guard take(" => ") else { return FunctionType(parameters, variadic: variadic, result: nil) }
        guard let result = parameter() else { return nil }
        return FunctionType(parameters, variadic: variadic, result: result)
    }

    private mutating func parameter() -> FunctionType.Parameter? {
        let start = position
        if let name = name(), take(": "), let type = type() { return FunctionType.Parameter(name: name, type: type) }
        position = start
        return type().map { FunctionType.Parameter(type: $0) }
    }

    /// Letters, digits, `_` and blanks (a result of `time.format` is called "formatted timestamp").
    private mutating func name() -> String? {
        let start = position
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: " "):
                position += 1
            default: return position > start ? String(decoding: text[start..<position], as: UTF8.self) : nil
            }
        }
        return position > start ? String(decoding: text[start..<position], as: UTF8.self) : nil
    }

    private mutating func type() -> RegoType? {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.depthLimit else { return nil }
        if take("null") { return .null }
        if take("boolean") { return .boolean }
        if take("number") { return .number }
        if take("string") { return .string }
        if take("set[") {
            guard let member = type(), take("]") else { return nil }
            return .set(of: member)
        }
        if take("array") { return array() }
        if take("object") { return object() }
        if take("any") {
            guard take("<") else { return .any }
            return types().map { .any($0.sorted { RegoType.compare($0, $1) < 0 }) }
        }
        return nil
    }

    /// Types up to `>`.
    private mutating func types() -> [RegoType]? {
        var types: [RegoType] = []
        repeat {
            guard let type = type() else { return nil }
            types.append(type)
        } while take(", ")
        return take(">") ? types : nil
    }

    private mutating func array() -> RegoType? {
        var elements: [RegoType] = []
        if take("<") {
            guard let known = types() else { return nil }
            elements = known
        }
        guard take("[") else { return .array(of: elements) }
        guard let rest = type(), take("]") else { return nil }
        return .array(of: elements, rest: rest)
    }

    private mutating func object() -> RegoType? {
        var properties: [ObjectType.Property] = []
        if take("<") {
            repeat {
                guard let name = name(), take(": "), let value = type() else { return nil }
                properties.append(.init(key: .string(name), value: value))
            } while take(", ")
            guard take(">") else { return nil }
        }
        guard take("[") else { return .object(of: properties) }
        guard let key = type(), take(": "), let value = type(), take("]") else { return nil }
        return .object(of: properties, dynamic: .init(key: key, value: value))
    }
}
