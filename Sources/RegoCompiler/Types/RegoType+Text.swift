@_spi(Engine) package import RegoRuntime

extension RegoType: CustomStringConvertible {
    /// The type as OPA's messages show it: `array<number, string>[any]`, `object<a: number>[string: any]`, `set[any]`, `any<null, string>`.
    package var description: String {
        var text = ""
        write(to: &text)
        return text
    }

    /// A type's text; `???` is OPA's word for a type that is not known.
    package static func text(of type: RegoType?) -> String { type?.description ?? "???" }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .boolean: text += "boolean"
        case .number: text += "number"
        case .string: text += "string"
        case .array(let array):
            text += "array"
            if !array.elements.isEmpty { Self.write(array.elements, to: &text) }
            if let rest = array.rest {
                text += "["
                rest.write(to: &text)
                text += "]"
            }
        case .object(let object): Self.write(object, to: &text)
        case .set(let set):
            text += "set["
            Self.write(set.member, to: &text)
            text += "]"
        case .any(let types):
            text += "any"
            if !types.isEmpty { Self.write(types, to: &text) }
        case .function(let function):
            text += FunctionArguments(parameters: function.parameters.map { .init(type: $0.type) }, variadic: function.variadic).description
            text += " => "
            Self.write(function.result?.type, to: &text)
        }
    }

    private static func write(_ type: RegoType?, to text: inout String) {
        if let type { type.write(to: &text) } else { text += "???" }
    }

    private static func write(_ types: [RegoType?], to text: inout String) {
        text += "<"
        for (index, type) in types.enumerated() {
            if index > 0 { text += ", " }
            write(type, to: &text)
        }
        text += ">"
    }

    private static func write(_ object: ObjectType, to text: inout String) {
        text += "object"
        if !object.properties.isEmpty {
            text += "<"
            for (index, property) in object.properties.enumerated() {
                if index > 0 { text += ", " }
                text += property.key.description
                text += ": "
                write(property.value, to: &text)
            }
            text += ">"
        }
        if let dynamic = object.dynamic {
            text += "["
            write(dynamic.key, to: &text)
            text += ": "
            write(dynamic.value, to: &text)
            text += "]"
        }
    }
}

extension FunctionArguments: CustomStringConvertible {
    var description: String {
        var parts = parameters.map { parameter in
            (parameter.name.map { $0 + ": " } ?? "") + RegoType.text(of: parameter.type)
        }
        if let variadic { parts.append(variadic.description + "...") }
        return "(" + parts.joined(separator: ", ") + ")"
    }
}

extension TypeKey: CustomStringConvertible {
    /// The key as Go prints it.
    package var description: String {
        switch self {
        case .null: "<nil>"
        case .boolean(let value): value ? "true" : "false"
        case .number(let text), .string(let text): text
        case .array(let elements): "[" + elements.map(\.description).joined(separator: " ") + "]"
        case .object(let members): "map[" + members.map { "\($0.name):\($0.value)" }.joined(separator: " ") + "]"
        }
    }

    /// The key as Rego writes it.
    var regoText: String {
        switch self {
        case .null, .boolean, .string: json.json()
        case .number(let text): text
        case .array(let elements): "[" + elements.map(\.regoText).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { TypeKey.string($0.name).regoText + ": " + $0.value.regoText }.joined(separator: ", ") + "}"
        }
    }

    /// The key as JSON.
    package var json: RegoValue {
        switch self {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .number(let text): (try? RegoValue(json: text)) ?? .string(text)
        case .string(let text): .string(text)
        case .array(let elements): .array(elements.map(\.json))
        case .object(let members):
            .object(Dictionary(members.map { (RegoValue.string($0.name), $0.value.json) }) { _, last in last })
        }
    }
}

// MARK: JSON

extension RegoType {
    /// The type as OPA's capabilities files write it.
    ///
    /// - Parameter namesParameters: whether the names of a function's parameters are written too
    package func json(namesParameters: Bool = false) -> RegoValue {
        var members: [RegoValue: RegoValue] = [:]
        switch self {
        case .null: members["type"] = "null"
        case .boolean: members["type"] = "boolean"
        case .number: members["type"] = "number"
        case .string: members["type"] = "string"
        case .array(let array):
            members["type"] = "array"
            if !array.elements.isEmpty { members["static"] = .array(array.elements.map(Self.json)) }
            if let rest = array.rest { members["dynamic"] = rest.json() }
        case .object(let object):
            members["type"] = "object"
            if !object.properties.isEmpty {
                members["static"] = .array(
                    object.properties.map { .object(["key": $0.key.json, "value": Self.json(of: $0.value)]) })
            }
            if let dynamic = object.dynamic {
                members["dynamic"] = .object(["key": Self.json(of: dynamic.key), "value": Self.json(of: dynamic.value)])
            }
        case .set(let set):
            members["type"] = "set"
            if let member = set.member { members["of"] = member.json() }
        case .any(let types):
            members["type"] = "any"
            if !types.isEmpty { members["of"] = .array(types.map(Self.json)) }
        case .function(let function):
            members["type"] = "function"
            if !function.parameters.isEmpty { members["args"] = .array(function.parameters.map { $0.json(isNamed: namesParameters) }) }
            if let result = function.result { members["result"] = result.json(isNamed: namesParameters) }
            if let variadic = function.variadic { members["variadic"] = variadic.json() }
        }
        return .object(members)
    }

    /// A type's JSON; `null` for a type that is not known.
    package static func json(of type: RegoType?) -> RegoValue { type?.json() ?? .null }
}

extension FunctionType.Parameter {
    func json(isNamed: Bool) -> RegoValue {
        guard isNamed, let name, case .object(var members) = RegoType.json(of: type) else { return RegoType.json(of: type) }
        members["name"] = .string(name)
        return .object(members)
    }
}

extension FunctionArguments {
    var json: RegoValue {
        var members: [RegoValue: RegoValue] = [:]
        if !parameters.isEmpty { members["args"] = .array(parameters.map { $0.json(isNamed: true) }) }
        if let variadic { members["variadic"] = variadic.json() }
        return .object(members)
    }
}
