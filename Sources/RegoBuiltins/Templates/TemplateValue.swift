@_spi(Engine) import RegoRuntime

/// What a template works on: the values that Go's reflection would see in variables read from JSON, and those that templates make.
struct TemplateValue {
    enum Datum {
        /// Nothing at all: a field that a map lacks.
        case missing
        /// A `nil` that a map or list holds.
        case null
        case bool(Bool)
        case int(Int)
        /// A byte of a string.
        case byte(UInt8)
        case double(Double)
        case complex(Double, Double)
        /// A string, whose bytes a template may have cut anywhere.
        case text(Value)
        /// A number of the variables: OPA hands them over as `json.Number`, a kind of string. So `0` is true, is less than `00`, and equals
        /// no number that the template itself has.
        case number(Value)
        case list(Value)
        case map(Value)
    }

    var datum: Datum
    /// Whether it is an entry of a map or list, whose type to Go is `interface {}` until a pipeline has passed it on.
    var isEntry = false

    static let missing = TemplateValue(datum: .missing)

    init(datum: Datum, isEntry: Bool = false) {
        self.datum = datum
        self.isEntry = isEntry
    }

    /// An entry of the variables.
    init(entry value: Value, in arena: Arena) {
        isEntry = true
        switch value.tag {
        case .true, .false: datum = .bool(value.tag == .true)
        case .string: datum = .text(value)
        case .array, .set: datum = .list(value)
        case .object: datum = .map(value)
        case .null, .undefined, .builder: datum = .null
        case .integer, .double, .bigNumber: datum = .number(.string(value.numberText, in: arena))
        }
    }

    /// What the entry holds; of one that holds `nil`, nothing.
    var content: TemplateValue {
        if isEntry, case .null = datum { return .missing }
        return TemplateValue(datum: datum)
    }

    var isMissing: Bool {
        if case .missing = datum { return true }
        return false
    }

    var isNothing: Bool {
        switch datum {
        case .missing, .null: true
        default: false
        }
    }

    /// Not `false`, zero, empty or missing.
    var isTrue: Bool {
        switch datum {
        case .missing, .null: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .byte(let value): value != 0
        case .double(let value): value != 0
        case .complex(let real, let imaginary): real != 0 || imaginary != 0
        case .text(let text), .number(let text): text.length > 0
        case .list(let value), .map(let value): value.length > 0
        }
    }

    /// Go's name of the type.
    var typeName: StaticString { isEntry ? "interface {}" : contentTypeName }

    var contentTypeName: StaticString {
        switch datum {
        case .missing, .null: "<nil>"
        case .bool: "bool"
        case .int: "int"
        case .byte: "uint8"
        case .double: "float64"
        case .complex: "complex128"
        case .text: "string"
        case .number: "json.Number"
        case .list: "[]interface {}"
        case .map: "map[string]interface {}"
        }
    }

    /// The value as Go formats it.
    var argument: GoFormat.Argument {
        switch datum {
        case .missing, .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): .integer(Int64(value))
        case .byte(let value): .byte(value)
        case .double(let value): .double(value)
        case .complex(let real, let imaginary): .complex(real, imaginary)
        case .text(let text): .text(text)
        case .number(let text): .jsonNumber(text)
        case .list(let value): .list(value)
        case .map(let value): .map(value)
        }
    }
}
