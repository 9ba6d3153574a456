@_spi(Engine) import RegoRuntime

/// The key of an object's known property: what a constant term is in JSON, sets being arrays.
package enum TypeKey: Sendable {
    case null
    case boolean(Bool)
    case number(String)
    case string(String)
    case array([TypeKey])
    /// Members by name, each once, in the order of their names.
    case object([Member])

    package struct Member: Sendable {
        package let name: String
        package let value: TypeKey
    }

    /// The type of the key.
    package var type: RegoType {
        switch self {
        case .null: .null
        case .boolean: .boolean
        case .number: .number
        case .string: .string
        case .array(let elements): .array(of: elements.map(\.type))
        case .object(let members): .object(of: members.map { .init(key: .string($0.name), value: $0.value.type) })
        }
    }

    /// Orders keys: null, booleans, numbers by value, strings by bytes, arrays, objects.
    static func compare(_ left: TypeKey, _ right: TypeKey) -> Int {
        switch (left, right) {
        case (.string(let a), .string(let b)): compare(a, b)
        case (.null, .null): 0
        case (.boolean(let a), .boolean(let b)): a == b ? 0 : a ? 1 : -1
        case (.number(let a), .number(let b)): compareNumbers(a, b)
        case (.array(let a), .array(let b)): compareLists(a, b, compare)
        case (.object(let a), .object(let b)):
            compareLists(a, b) { left, right in
                let names = compare(left.name, right.name)
                return names != 0 ? names : compare(left.value, right.value)
            }
        default: left.type.rank < right.type.rank ? -1 : 1
        }
    }

    static func compare(_ left: String, _ right: String) -> Int {
        if left.utf8.elementsEqual(right.utf8) { return 0 }
        return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
    }

    static func compareLists<Element>(_ left: [Element], _ right: [Element], _ compare: (Element, Element) -> Int) -> Int {
        for (a, b) in zip(left, right) {
            let order = compare(a, b)
            if order != 0 { return order }
        }
        return left.count == right.count ? 0 : left.count < right.count ? -1 : 1
    }

    private static func compareNumbers(_ left: String, _ right: String) -> Int {
        if let a = Int64(left), let b = Int64(right) { return a == b ? 0 : a < b ? -1 : 1 }
        let arena = Arena()
        defer { arena.destroy() }
        return Value.compareNumbers(Value.number(text: left, in: arena), Value.number(text: right, in: arena))
    }
}
