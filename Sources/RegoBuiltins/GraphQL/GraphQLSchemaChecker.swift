/// The rules that a schema's definitions obey (GraphQL October 2021, 3).
struct GraphQLSchemaChecker {
    let schema: GraphQLSchema

    /// Throws the first fault, in the order of the types' names.
    func check() throws(GraphQLFault) {
        for (_, definition) in schema.types.sorted(by: { $0.key < $1.key }) { try check(definition) }
        for (_, directive) in schema.directives.sorted(by: { $0.key < $1.key }) {
            try name(directive)
            try arguments(directive.arguments, of: directive)
        }
        try inputCycles()
    }

    private func check(_ definition: GraphQLNode) throws(GraphQLFault) {
        for field in definition.fields {
            try name(field)
            try type(field.type)
            try arguments(field.arguments, of: nil)
            try directives(field.directives, on: definition.kind == "INPUT_OBJECT" ? "INPUT_FIELD_DEFINITION" : "FIELD_DEFINITION")
        }
        for member in definition.types {
            guard let type = schema.types[member] else {
                throw GraphQLFault("Undefined type \(GraphQLToken.quoted(member)).", at: definition)
            }
            guard type.kind == "OBJECT" else {
                throw GraphQLFault("\(definition.kind) type \(GraphQLToken.quoted(member)) must be OBJECT.", at: definition)
            }
        }
        for interface in definition.interfaces { try implements(definition, interface) }
        try contents(definition)
        if let field = Self.duplicate(definition.fields) {
            throw GraphQLFault("Field \(definition.name).\(field.name) can only be defined once.", at: field)
        }
        if let value = Self.duplicate(definition.enumValues) {
            throw GraphQLFault("Enum value \(definition.name).\(value.name) can only be defined once.", at: value)
        }
        var seen: Set<String> = []
        for member in definition.types where !seen.insert(member).inserted {
            throw GraphQLFault("Union type \(definition.name) can only include type \(member) once.", at: definition)
        }
        if !definition.isBuiltIn { try name(definition) }
        // Extensions are places of their own: the same directive may be at each of them.
        try directives(definition.directives, on: definition.kind, isOnePlace: false)
    }

    private static func duplicate(_ nodes: [GraphQLNode]) -> GraphQLNode? {
        var seen: Set<String> = []
        return nodes.first { !seen.insert($0.name).inserted }
    }

    private func contents(_ definition: GraphQLNode) throws(GraphQLFault) {
        let (kind, name) = (definition.kind, definition.name)
        switch kind {
        case "OBJECT", "INTERFACE":
            guard !definition.fields.isEmpty else { throw GraphQLFault("\(kind) \(name): must define one or more fields.", at: definition) }
            for field in definition.fields where schema.definition(of: field.type)?.kind == "INPUT_OBJECT" {
                throw GraphQLFault("\(kind) \(name): field must be one of SCALAR, OBJECT, INTERFACE, UNION, ENUM.", at: field)
            }
        case "ENUM":
            guard !definition.enumValues.isEmpty else {
                throw GraphQLFault("\(kind) \(name): must define one or more unique enum values.", at: definition)
            }
            for value in definition.enumValues {
                if ["true", "false", "null"].contains(value.name) {
                    throw GraphQLFault("\(kind) \(name): non-enum value \(value.name).", at: definition)
                }
                try directives(value.directives, on: "ENUM_VALUE")
            }
        case "INPUT_OBJECT":
            guard !definition.fields.isEmpty else {
                throw GraphQLFault("\(kind) \(name): must define one or more input fields.", at: definition)
            }
            for field in definition.fields {
                guard let type = schema.definition(of: field.type), !type.isInputType else { continue }
                throw GraphQLFault("\(type.kind) \(field.name): field must be one of SCALAR, ENUM, INPUT_OBJECT.", at: field)
            }
        case "SCALAR", "UNION": break
        default: throw GraphQLFault("\(GraphQLToken.quoted(kind)) is no kind of definition", at: definition)
        }
    }

    private func name(_ node: GraphQLNode) throws(GraphQLFault) {
        if node.name.utf8.starts(with: "__".utf8) {
            throw GraphQLFault(
                "Name \"\(node.name)\" must not begin with \"__\", which is reserved by GraphQL introspection.", at: node)
        }
    }

    private func type(_ type: GraphQLNode?) throws(GraphQLFault) {
        guard let type else { throw GraphQLFault("a definition has no type") }
        guard schema.definition(of: type) != nil else { throw GraphQLFault("Undefined type \(type.innermostName).", at: type) }
    }

    private func arguments(_ arguments: [GraphQLNode], of directive: GraphQLNode?) throws(GraphQLFault) {
        for argument in arguments {
            try name(argument)
            try type(argument.type)
            if let definition = schema.definition(of: argument.type), !definition.isInputType {
                let use = "cannot use \(argument.type?.typeText ?? "") as argument \(argument.name)"
                throw GraphQLFault("\(use) because \(definition.kind) is not a valid input type", at: argument)
            }
            try directives(argument.directives, on: "ARGUMENT_DEFINITION", within: directive)
        }
    }

    /// Checks the directives at one place of a schema.
    func directives(
        _ directives: [GraphQLNode], on location: String, within current: GraphQLNode? = nil, isOnePlace: Bool = true
    ) throws(GraphQLFault) {
        var seen: Set<String> = []
        for directive in directives {
            try name(directive)
            if let current, current.name == directive.name {
                throw GraphQLFault("Directive \(current.name) cannot refer to itself.", at: directive)
            }
            guard let definition = schema.directives[directive.name] else {
                throw GraphQLFault("Undefined directive \(directive.name).", at: directive)
            }
            if !seen.insert(directive.name).inserted, isOnePlace, !definition.isRepeatable {
                throw GraphQLFault("The directive \(directive.name) can only be used once at this location.", at: directive)
            }
            guard definition.locations.contains(location) else {
                throw GraphQLFault("Directive \(directive.name) is not applicable on \(location).", at: directive)
            }
            for argument in directive.arguments where schema.member(argument.name, of: definition) == nil {
                throw GraphQLFault("Undefined argument \(argument.name) for directive \(directive.name).", at: argument)
            }
            for argument in definition.arguments where argument.type?.isNonNull == true && argument.defaultValue == nil {
                let given = directive.arguments.first { $0.name == argument.name }
                guard let value = given?.value, value.valueKind != GraphQLValueKind.null else {
                    throw GraphQLFault("Argument \(argument.name) for directive \(directive.name) cannot be null.", at: directive)
                }
            }
        }
    }

    private func implements(_ definition: GraphQLNode, _ name: String) throws(GraphQLFault) {
        guard let interface = schema.types[name] else {
            throw GraphQLFault("Undefined type \(GraphQLToken.quoted(name)).", at: definition)
        }
        guard interface.kind == "INTERFACE" else {
            throw GraphQLFault("\(GraphQLToken.quoted(name)) is a non interface type \(interface.kind).", at: definition)
        }
        let both = "For \(definition.name) to implement \(interface.name)"
        for wanted in interface.fields {
            guard let field = schema.member(wanted.name, of: definition) else {
                throw GraphQLFault("\(both) it must have a field called \(wanted.name).", at: definition)
            }
            guard let type = field.type, let wantedType = wanted.type, isCovariant(wantedType, type) else {
                throw GraphQLFault("\(both) the field \(wanted.name) must have type \(wanted.type?.typeText ?? "").", at: field)
            }
            for argument in wanted.arguments {
                let same = "\(both) the field \(wanted.name) must have the same arguments but"
                guard let found = schema.member(argument.name, of: field) else {
                    throw GraphQLFault("\(same) it is missing \(argument.name).", at: field)
                }
                guard let type = argument.type, let other = found.type, type.isCompatible(with: other) else {
                    throw GraphQLFault("\(same) \(argument.name) has the wrong type.", at: found)
                }
            }
            for argument in field.arguments
            where argument.type?.isNonNull == true && argument.defaultValue == nil && schema.member(argument.name, of: wanted) == nil {
                let rule = "any additional arguments on \(field.name) must be optional or have a default value"
                throw GraphQLFault("\(both) \(rule) but \(argument.name) is required.", at: argument)
            }
        }
        for ancestor in interface.interfaces where !definition.interfaces.contains(ancestor) {
            if ancestor == definition.name {
                let reason = "because it would create a circular reference."
                throw GraphQLFault("Type \(definition.name) cannot implement \(name) \(reason)", at: definition)
            }
            throw GraphQLFault("Type \(definition.name) must implement \(ancestor) because it is implemented by \(name).", at: definition)
        }
    }

    private func isCovariant(_ wanted: GraphQLNode, _ actual: GraphQLNode) -> Bool {
        if wanted.isNonNull && !actual.isNonNull { return false }
        if let element = wanted.element {
            guard let other = actual.element else { return false }
            return isCovariant(element, other)
        }
        guard actual.element == nil else { return false }
        return wanted.namedType == actual.namedType || schema.possibleTypes(of: wanted.namedType)[actual.namedType] != nil
    }

    /// Input objects that need one of themselves could never be written down. Kahn's algorithm: no recursion, linear.
    private func inputCycles() throws(GraphQLFault) {
        let inputs = schema.types.filter { $0.value.kind == "INPUT_OBJECT" }
        let needs = inputs.mapValues { input in
            Set(
                input.fields.compactMap { $0.type?.isNonNull == true && inputs[$0.type?.namedType ?? ""] != nil ? $0.type?.namedType : nil }
            )
        }
        var counts = needs.mapValues(\.count)
        var users: [String: [String]] = [:]
        for (name, needed) in needs { for other in needed { users[other, default: []].append(name) } }
        var ready = counts.filter { $0.value == 0 }.map(\.key)
        while let name = ready.popLast() {
            counts[name] = nil
            for user in users[name] ?? [] {
                counts[user, default: 0] -= 1
                if counts[user] == 0 { ready.append(user) }
            }
        }
        if let name = counts.keys.min() {
            throw GraphQLFault(
                "Cannot reference Input Object \(GraphQLToken.quoted(name)) within itself through a series of non-null fields.",
                at: schema.types[name])
        }
    }
}
