/// Holds the operations and fragments of a document against a schema (GraphQL October 2021, 5); the first fault ends it.
final class GraphQLQueryValidator {
    /// Selections within selections, through fragments.
    private static let maximumDepth = 300
    /// Nodes visited in total: fragments are visited for each operation that uses them.
    private static let maximumSteps = 1_000_000

    let schema: GraphQLSchema
    private let document: GraphQLNode
    let fragments: [String: GraphQLNode]
    /// What the schema says of the document's fields, and the type each is asked of.
    private(set) var fieldDefinitions: [ObjectIdentifier: GraphQLNode] = [:]
    private(set) var parents: [ObjectIdentifier: GraphQLNode] = [:]

    private(set) var operation: GraphQLNode?
    private var variables: [String: GraphQLNode] = [:]
    private var usedVariables: Set<String> = []
    private var visitedFragments: Set<String> = []
    private var usedFragments: Set<String> = []
    private var depth = 0
    private var steps = 0

    private init(_ document: GraphQLNode, _ schema: GraphQLSchema) {
        self.schema = schema
        self.document = document
        fragments = Dictionary(document.fragments.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Throws the first fault of a document.
    static func check(_ document: GraphQLNode, _ schema: GraphQLSchema) throws(GraphQLFault) {
        let validator = GraphQLQueryValidator(document, schema)
        var names: Set<String> = []
        for operation in document.operations {
            try validator.check(operation: operation)
            if !operation.name.isEmpty, !names.insert(operation.name).inserted {
                throw GraphQLFault("There can be only one operation named \"\(operation.name)\".", at: operation)
            }
        }
        validator.operation = nil
        try validator.checkFragments()
        var overlap = GraphQLOverlapCheck(validator)
        for operation in document.operations { try overlap.check(operation.selections) }
        for fragment in document.fragments { try overlap.check(fragment.selections) }
    }

    /// Counts a step of work.
    func step(_ node: GraphQLNode) throws(GraphQLFault) {
        steps += 1
        guard steps <= Self.maximumSteps else { throw GraphQLFault("checking the query takes too many steps", at: node) }
    }

    private func check(operation: GraphQLNode) throws(GraphQLFault) {
        self.operation = operation
        (variables, usedVariables, visitedFragments) = ([:], [], [])
        for variable in operation.variables {
            guard schema.definition(of: variable.type) != nil else {
                throw GraphQLFault("Unknown type \"\(variable.type?.innermostName ?? "")\".", at: variable)
            }
            guard variables.updateValue(variable, forKey: variable.name) == nil else {
                throw GraphQLFault("There can be only one variable named \"$\(variable.name)\".", at: variable)
            }
        }
        for variable in operation.variables {
            if let value = variable.defaultValue {
                try check(value, GraphQLExpectation(type: variable.type, definition: schema.definition(of: variable.type)))
            }
            try check(directives: variable.directives, on: "VARIABLE_DEFINITION")
        }
        let root: GraphQLNode?
        switch operation.operation {
        case "query", "": root = schema.query
        case "mutation": root = schema.mutation
        case "subscription": root = schema.subscription
        default: root = nil
        }
        guard let root else { throw GraphQLFault("Schema does not support operation type \"\(operation.operation)\"", at: operation) }
        try check(directives: operation.directives, on: operation.operation.isEmpty ? "QUERY" : operation.operation.uppercased())
        try check(selections: operation.selections, of: root)
        try finish(operation)
    }

    private func finish(_ operation: GraphQLNode) throws(GraphQLFault) {
        if operation.name.isEmpty, document.operations.count > 1 {
            throw GraphQLFault("This anonymous operation must be the only defined operation.", at: operation)
        }
        for variable in operation.variables where !usedVariables.contains(variable.name) {
            let place = operation.name.isEmpty ? "" : " in operation \"\(operation.name)\""
            throw GraphQLFault("Variable \"$\(variable.name)\" is never used\(place).", at: variable)
        }
        for variable in operation.variables where schema.definition(of: variable.type)?.isInputType == false {
            throw GraphQLFault(
                "Variable \"$\(variable.name)\" cannot be non-input type \"\(variable.type?.typeText ?? "")\".", at: variable)
        }
        guard operation.operation == "subscription" else { return }
        let title = operation.name.isEmpty ? "Anonymous Subscription" : "Subscription \(GraphQLToken.quoted(operation.name))"
        var names: Set<String> = []
        for field in topFields(operation.selections) {
            if names.insert(field.name).inserted, names.count > 1 {
                throw GraphQLFault("\(title) must select only one top level field.", at: field)
            }
            if field.name.utf8.starts(with: "__".utf8) {
                throw GraphQLFault("\(title) must not select an introspection top level field.", at: field)
            }
        }
    }

    /// The fields at the top in their order; iterative, since fragments may chain without end.
    private func topFields(_ selections: [GraphQLNode]) -> [GraphQLNode] {
        var fields: [GraphQLNode] = []
        var visited: Set<String> = []
        var open = Array(selections.reversed())
        while let selection = open.popLast() {
            switch selection.form {
            case .field: fields.append(selection)
            case .inlineFragment: open += selection.selections.reversed()
            default:
                guard visited.insert(selection.name).inserted, let fragment = fragments[selection.name] else { continue }
                open += fragment.selections.reversed()
            }
        }
        return fields
    }

    private func checkFragments() throws(GraphQLFault) {
        var names: Set<String> = []
        let used = usedFragments
        for fragment in document.fragments {
            guard let type = schema.types[fragment.typeCondition] else {
                throw GraphQLFault("Unknown type \"\(fragment.typeCondition)\".", at: fragment)
            }
            visitedFragments = []
            try check(directives: fragment.directives, on: "FRAGMENT_DEFINITION")
            try check(selections: fragment.selections, of: type)
            guard type.isCompositeType else {
                throw GraphQLFault(
                    "Fragment \"\(fragment.name)\" cannot condition on non composite type \"\(fragment.typeCondition)\".", at: fragment)
            }
            guard used.contains(fragment.name) else { throw GraphQLFault("Fragment \"\(fragment.name)\" is never used.", at: fragment) }
            guard names.insert(fragment.name).inserted else {
                throw GraphQLFault("There can be only one fragment named \"\(fragment.name)\".", at: fragment)
            }
        }
        try checkFragmentCycles()
    }

    /// Fragments that contain themselves would never end. Kahn's algorithm: no recursion, linear.
    private func checkFragmentCycles() throws(GraphQLFault) {
        var counts: [String: Int] = [:]
        var users: [String: [String]] = [:]
        for fragment in document.fragments {
            var spreads: Set<String> = []
            var open = fragment.selections
            while let selection = open.popLast() {
                if selection.form == .spread { if fragments[selection.name] != nil { spreads.insert(selection.name) } }
                open += selection.selections
            }
            counts[fragment.name] = spreads.count
            for name in spreads { users[name, default: []].append(fragment.name) }
        }
        var ready = counts.filter { $0.value == 0 }.map(\.key)
        while let name = ready.popLast() {
            counts[name] = nil
            for user in users[name] ?? [] {
                counts[user, default: 0] -= 1
                if counts[user] == 0 { ready.append(user) }
            }
        }
        if let fragment = document.fragments.first(where: { counts[$0.name] != nil }) {
            throw GraphQLFault("Cannot spread fragment \"\(fragment.name)\" within itself.", at: fragment)
        }
    }

    private func check(selections: [GraphQLNode], of parent: GraphQLNode) throws(GraphQLFault) {
        depth += 1
        defer { depth -= 1 }
        for selection in selections {
            try step(selection)
            guard depth < Self.maximumDepth else { throw GraphQLFault("the query is nested too deeply", at: selection) }
            switch selection.form {
            case .field: try check(field: selection, of: parent)
            case .inlineFragment: try check(inlineFragment: selection, of: parent)
            default: try check(spread: selection, of: parent)
            }
        }
    }

    private func check(inlineFragment: GraphQLNode, of parent: GraphQLNode) throws(GraphQLFault) {
        var type = parent
        if !inlineFragment.typeCondition.isEmpty {
            guard let condition = schema.types[inlineFragment.typeCondition] else {
                throw GraphQLFault("Unknown type \"\(inlineFragment.typeCondition)\".", at: inlineFragment)
            }
            guard condition.isCompositeType else {
                throw GraphQLFault("Fragment cannot condition on non composite type \"\(condition.name)\".", at: inlineFragment)
            }
            type = condition
        }
        try check(directives: inlineFragment.directives, on: "INLINE_FRAGMENT")
        try check(selections: inlineFragment.selections, of: type)
        guard overlaps(parent, type) else {
            throw GraphQLFault(
                "Fragment cannot be spread here as objects of type \"\(parent.name)\" can never be of type \"\(type.name)\".",
                at: inlineFragment)
        }
    }

    private func check(spread: GraphQLNode, of parent: GraphQLNode) throws(GraphQLFault) {
        guard let fragment = fragments[spread.name] else { throw GraphQLFault("Unknown fragment \"\(spread.name)\".", at: spread) }
        usedFragments.insert(spread.name)
        try check(directives: spread.directives, on: "FRAGMENT_SPREAD")
        // An unknown type is a fault of the fragment, which is checked for itself.
        guard let type = schema.types[fragment.typeCondition] else { return }
        if visitedFragments.insert(spread.name).inserted {
            try check(directives: fragment.directives, on: "FRAGMENT_DEFINITION")
            try check(selections: fragment.selections, of: type)
        }
        guard overlaps(parent, type) else {
            let reason = "as objects of type \"\(parent.name)\" can never be of type \"\(type.name)\"."
            throw GraphQLFault("Fragment \"\(spread.name)\" cannot be spread here \(reason)", at: spread)
        }
    }

    /// Whether an object may be of both types; what has no objects is reported elsewhere.
    private func overlaps(_ parent: GraphQLNode, _ type: GraphQLNode) -> Bool {
        if parent === type { return true }
        guard parent.isCompositeType, type.isCompositeType else { return true }
        let (a, b) = (schema.possibleTypes(of: parent.name), schema.possibleTypes(of: type.name))
        return a.count < b.count ? a.keys.contains { b[$0] != nil } : b.keys.contains { a[$0] != nil }
    }

    private func check(field: GraphQLNode, of parent: GraphQLNode) throws(GraphQLFault) {
        guard let definition = field.name == "__typename" ? GraphQLQueryValidator.typename : schema.member(field.name, of: parent),
            let type = schema.definition(of: definition.type)
        else {
            throw GraphQLFault("Cannot query field \"\(field.name)\" on type \"\(parent.name)\".", at: field)
        }
        fieldDefinitions[ObjectIdentifier(field)] = definition
        parents[ObjectIdentifier(field)] = parent
        try check(arguments: field.arguments, of: definition, at: field, "field \"\(parent.name).\(field.name)\"")
        if let missing = Self.missingArgument(definition, field.arguments) {
            throw GraphQLFault("Field \"\(field.name)\" \(missing)", at: field)
        }
        try check(directives: field.directives, on: "FIELD")
        if type.isLeafType, !field.selections.isEmpty {
            throw GraphQLFault("Field \"\(field.name)\" must not have a selection since type \"\(type.name)\" has no subfields.", at: field)
        }
        if !type.isLeafType, field.selections.isEmpty {
            let kind = "of type \"\(definition.type?.typeText ?? "")\" must have a selection of subfields."
            throw GraphQLFault("Field \"\(field.name)\" \(kind) Did you mean \"\(field.name) { ... }\"?", at: field)
        }
        try check(selections: field.selections, of: type)
    }

    private static var typename: GraphQLNode {
        let (field, type) = (GraphQLNode(.fieldDefinition), GraphQLNode(.type))
        (field.name, field.type) = ("__typename", type)
        type.namedType = "String"
        return field
    }

    private func check(
        arguments: [GraphQLNode], of definition: GraphQLNode, at node: GraphQLNode, _ owner: @autoclosure () -> String
    ) throws(GraphQLFault) {
        var names: Set<String> = []
        for argument in arguments {
            guard let known = schema.member(argument.name, of: definition) else {
                throw GraphQLFault("Unknown argument \"\(argument.name)\" on \(owner()).", at: node)
            }
            guard names.insert(argument.name).inserted else {
                throw GraphQLFault("There can be only one argument named \"\(argument.name)\".", at: argument)
            }
            guard let value = argument.value else { throw GraphQLFault("an argument has no value", at: argument) }
            try check(value, GraphQLExpectation(member: known, in: schema))
        }
    }

    private static func missingArgument(_ definition: GraphQLNode, _ arguments: [GraphQLNode]) -> String? {
        let names = Set(arguments.map(\.name))
        let missing = definition.arguments.first { $0.type?.isNonNull == true && $0.defaultValue == nil && !names.contains($0.name) }
        return missing.map { "argument \"\($0.name)\" of type \"\($0.type?.typeText ?? "")\" is required, but it was not provided." }
    }

    private func check(directives: [GraphQLNode], on location: String) throws(GraphQLFault) {
        var names: Set<String> = []
        for directive in directives {
            try step(directive)
            guard let definition = schema.directives[directive.name] else {
                throw GraphQLFault("Unknown directive \"@\(directive.name)\".", at: directive)
            }
            try check(arguments: directive.arguments, of: definition, at: directive, "directive \"@\(directive.name)\"")
            guard definition.locations.contains(location) else {
                throw GraphQLFault("Directive \"@\(directive.name)\" may not be used on \(location).", at: directive)
            }
            if let missing = Self.missingArgument(definition, directive.arguments) {
                throw GraphQLFault("Directive \"@\(directive.name)\" \(missing)", at: directive)
            }
            guard names.insert(directive.name).inserted || definition.isRepeatable else {
                throw GraphQLFault("The directive \"@\(directive.name)\" can only be used once at this location.", at: directive)
            }
        }
    }

    /// The definition of a variable that a value uses; `nil` in a fragment that is checked for itself.
    func use(_ value: GraphQLNode) throws(GraphQLFault) -> GraphQLNode? {
        guard let operation else { return nil }
        usedVariables.insert(value.raw)
        if let variable = variables[value.raw] { return variable }
        let place = operation.name.isEmpty ? "" : " by operation \"\(operation.name)\""
        throw GraphQLFault("Variable \"$\(value.raw)\" is not defined\(place).", at: value)
    }
}
