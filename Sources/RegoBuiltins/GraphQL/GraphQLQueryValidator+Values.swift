/// What the place of a value wants.
struct GraphQLExpectation {
    /// The type and, through its lists, its definition; none where the schema does not know the place.
    var type: GraphQLNode?
    var definition: GraphQLNode?
    /// Whether a default other than `null` stands in for a missing value.
    var hasDefault = false

    init(type: GraphQLNode?, definition: GraphQLNode?) {
        self.type = type
        self.definition = definition
    }

    /// What an argument or an input object's field wants.
    init(member: GraphQLNode, in schema: GraphQLSchema) {
        type = member.type
        definition = schema.definition(of: member.type)
        hasDefault = member.defaultValue.map { $0.valueKind != GraphQLValueKind.null } ?? false
    }
}

extension GraphQLQueryValidator {
    private static let standardScalars: Set<String> = ["Int", "Float", "String", "Boolean", "ID"]

    /// Checks a value; those within it first. Parser and reader bound how deep values are.
    func check(_ value: GraphQLNode, _ expected: GraphQLExpectation) throws(GraphQLFault) {
        try step(value)
        switch value.valueKind {
        case GraphQLValueKind.variable: return try check(variable: value, expected)
        case GraphQLValueKind.object:
            var names: Set<String> = []
            for child in value.children {
                let field = expected.definition.flatMap { schema.member(child.name, of: $0) }
                guard let inner = child.value else { throw GraphQLFault("a field has no value", at: child) }
                try check(inner, field.map { GraphQLExpectation(member: $0, in: schema) } ?? GraphQLExpectation(type: nil, definition: nil))
                guard names.insert(child.name).inserted else {
                    throw GraphQLFault("There can be only one input field named \"\(child.name)\".", at: child)
                }
            }
        case GraphQLValueKind.list:
            for child in value.children {
                guard let inner = child.value else { throw GraphQLFault("an element has no value", at: child) }
                let element = expected.type?.element
                try check(inner, GraphQLExpectation(type: element, definition: element == nil ? nil : expected.definition))
            }
        default: break
        }
        if let type = expected.type, let definition = expected.definition { try check(value, type, definition) }
    }

    private func check(variable value: GraphQLNode, _ expected: GraphQLExpectation) throws(GraphQLFault) {
        guard let variable = try use(value), let given = variable.type, let wanted = expected.type else { return }
        let hasDefault = variable.defaultValue.map { $0.valueKind != GraphQLValueKind.null } ?? false
        let isRequired = wanted.isNonNull && !hasDefault && !expected.hasDefault
        guard given.isCompatible(with: wanted, nonNull: isRequired) else {
            let position = "of type \"\(given.typeText)\" used in position expecting type \"\(wanted.typeText)\"."
            throw GraphQLFault("Variable \"$\(value.raw)\" \(position)", at: value)
        }
    }

    private func check(_ value: GraphQLNode, _ type: GraphQLNode, _ definition: GraphQLNode) throws(GraphQLFault) {
        if value.valueKind == GraphQLValueKind.null {
            if type.isNonNull { throw GraphQLFault("Expected value of type \"\(type.typeText)\", found null.", at: value) }
            return
        }
        // What other scalars accept, only their implementation knows.
        if definition.kind == "SCALAR", !Self.standardScalars.contains(definition.name) { return }
        let isRight: Bool
        switch value.valueKind {
        case GraphQLValueKind.list: isRight = type.element != nil
        case GraphQLValueKind.integer:
            isRight = ["Int", "Float", "ID"].contains(definition.name) && Int64(value.raw) != nil
        case GraphQLValueKind.float: isRight = definition.name == "Float" && Double(value.raw)?.isFinite == true
        case GraphQLValueKind.boolean: isRight = definition.name == "Boolean"
        case GraphQLValueKind.string, GraphQLValueKind.block: isRight = ["String", "ID"].contains(definition.name)
        case GraphQLValueKind.enumeration:
            isRight = definition.kind == "ENUM"
            if isRight, schema.member(value.raw, of: definition) == nil {
                throw GraphQLFault("Value \"\(value.raw)\" does not exist in \"\(type.typeText)\" enum.", at: value)
            }
        default:
            isRight = definition.kind == "INPUT_OBJECT"
            if isRight { try check(object: value, definition) }
        }
        if !isRight { throw Self.mismatch(value, type, definition) }
    }

    private func check(object value: GraphQLNode, _ definition: GraphQLNode) throws(GraphQLFault) {
        let names = Set(value.children.map(\.name))
        for field in definition.fields
        where field.type?.isNonNull == true && field.defaultValue == nil && !names.contains(field.name) {
            let required = "of required type \"\(field.type?.typeText ?? "")\" was not provided."
            throw GraphQLFault("Field \"\(definition.name).\(field.name)\" \(required)", at: value)
        }
        for child in value.children where schema.member(child.name, of: definition) == nil {
            throw GraphQLFault("Field \"\(child.name)\" is not defined by type \"\(definition.name)\".", at: child)
        }
        guard definition.directives.contains(where: { $0.name == "oneOf" }) else { return }
        guard value.children.count == 1, let only = value.children.first?.value else {
            throw GraphQLFault("OneOf Input Object \"\(definition.name)\" must specify exactly one key.", at: value)
        }
        if only.valueKind == GraphQLValueKind.null {
            throw GraphQLFault("Field \"\(definition.name).\(value.children[0].name)\" must be non-null.", at: only)
        }
        if only.valueKind == GraphQLValueKind.variable, let variable = try use(only), variable.type?.isNonNull != true {
            let reason = "but must be non-nullable to be used for OneOf Input Object \"\(definition.name)\"."
            throw GraphQLFault("Variable \"$\(only.raw)\" is of type \"\(variable.type?.typeText ?? "")\" \(reason)", at: variable)
        }
    }

    private static func mismatch(_ value: GraphQLNode, _ type: GraphQLNode, _ definition: GraphQLNode) -> GraphQLFault {
        let text = value.valueText
        switch type.typeText {
        case "Int", "Int!":
            let isLarge = value.valueKind == GraphQLValueKind.integer
            return GraphQLFault("Int cannot represent \(isLarge ? "non 32-bit signed integer" : "non-integer") value: \(text)", at: value)
        case "String", "String!", "[String]": return GraphQLFault("String cannot represent a non string value: \(text)", at: value)
        case "Boolean", "Boolean!": return GraphQLFault("Boolean cannot represent a non boolean value: \(text)", at: value)
        case "Float", "Float!": return GraphQLFault("Float cannot represent non numeric value: \(text)", at: value)
        case "ID", "ID!": return GraphQLFault("ID cannot represent a non-string and non-integer value: \(text)", at: value)
        default:
            if definition.kind == "ENUM" {
                return GraphQLFault("Enum \"\(type.typeText)\" cannot represent non-enum value: \(text).", at: value)
            }
            return GraphQLFault("Expected value of type \"\(type.typeText)\", found \(text).", at: value)
        }
    }
}

extension GraphQLNode {
    /// A value as GraphQL writes it.
    var valueText: String {
        switch valueKind {
        case GraphQLValueKind.variable: "$" + raw
        case GraphQLValueKind.string, GraphQLValueKind.block: GraphQLToken.quoted(raw)
        case GraphQLValueKind.list: "[" + children.map { $0.value?.valueText ?? "" }.joined(separator: ",") + "]"
        case GraphQLValueKind.object:
            "{" + children.map { "\($0.name):\($0.value?.valueText ?? "")" }.joined(separator: ",") + "}"
        default: raw
        }
    }
}
