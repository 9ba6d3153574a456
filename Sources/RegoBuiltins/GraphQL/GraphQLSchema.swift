/// A schema whose definitions were joined with their extensions and with GraphQL's own, and checked.
final class GraphQLSchema {
    private(set) var types: [String: GraphQLNode] = [:]
    private(set) var directives: [String: GraphQLNode] = [:]
    private(set) var query: GraphQLNode?
    private(set) var mutation: GraphQLNode?
    private(set) var subscription: GraphQLNode?
    /// What an object of an abstract type may be; an object type is the one of itself.
    private var possibleTypes: [String: [String: GraphQLNode]] = [:]
    private var members: [ObjectIdentifier: [String: GraphQLNode]] = [:]

    private static let builtInDirectives: Set<String> = ["include", "skip", "deprecated", "specifiedBy", "defer", "oneOf"]

    /// Joins and checks the definitions of a document, whose nodes it changes.
    init(_ document: GraphQLNode) throws(GraphQLFault) {
        let own = try GraphQLParser.schema(Array(GraphQLPrelude.text.utf8), isBuiltIn: true)
        let definitions = try declare(own.definitions + document.definitions, document.extensions)
        for definition in definitions {
            for type in definition.types { if let object = types[type] { possibleTypes[definition.name, default: [:]][type] = object } }
            for interface in definition.interfaces { possibleTypes[interface, default: [:]][definition.name] = definition }
            if definition.kind == "OBJECT" || definition.kind == "INPUT_OBJECT" {
                possibleTypes[definition.name, default: [:]][definition.name] = definition
            }
        }
        for directive in own.directives + document.directives {
            if directives[directive.name] != nil, !Self.builtInDirectives.contains(directive.name) {
                throw GraphQLFault("Cannot redeclare directive \(directive.name).", at: directive)
            }
            directives[directive.name] = directive
        }
        if document.schemas.count > 1 {
            throw GraphQLFault(
                "Cannot have multiple schema entry points, consider schema extensions instead.", at: document.schemas[1])
        }
        for schema in document.schemas + document.schemaExtensions { try takeRoots(schema) }
        try GraphQLSchemaChecker(schema: self).check()
        if document.schemas.isEmpty {
            query = query ?? types["Query"]
            mutation = mutation ?? types["Mutation"]
            subscription = subscription ?? types["Subscription"]
        }
        addIntrospection()
    }

    private func declare(_ definitions: [GraphQLNode], _ extensions: [GraphQLNode]) throws(GraphQLFault) -> [GraphQLNode] {
        var all = definitions
        for definition in definitions {
            guard types.updateValue(definition, forKey: definition.name) == nil else {
                throw GraphQLFault("Cannot redeclare type \(definition.name).", at: definition)
            }
        }
        for addition in extensions {
            let definition: GraphQLNode
            if let known = types[addition.name] {
                definition = known
            } else {
                definition = GraphQLNode(.definition)
                (definition.name, definition.kind) = (addition.name, addition.kind)
                (definition.line, definition.column) = (addition.line, addition.column)
                types[addition.name] = definition
                all.append(definition)
            }
            guard definition.kind == addition.kind else {
                let reason = "because the base type is a \(definition.kind), not \(addition.kind)."
                throw GraphQLFault("Cannot extend type \(addition.name) \(reason)", at: addition)
            }
            definition.directives += addition.directives
            definition.interfaces += addition.interfaces
            definition.fields += addition.fields
            definition.types += addition.types
            definition.enumValues += addition.enumValues
        }
        return all
    }

    private func takeRoots(_ schema: GraphQLNode) throws(GraphQLFault) {
        for root in schema.operationTypes {
            guard let type = types[root.namedType] else {
                throw GraphQLFault("Schema root \(root.operation) refers to a type \(root.namedType) that does not exist.", at: root)
            }
            switch root.operation {
            case "mutation": mutation = type
            case "subscription": subscription = type
            default: query = type
            }
        }
        try GraphQLSchemaChecker(schema: self).directives(schema.directives, on: "SCHEMA")
    }

    private func addIntrospection() {
        guard let query else { return }
        func type(_ name: String, _ isNonNull: Bool) -> GraphQLNode {
            let type = GraphQLNode(.type)
            (type.namedType, type.isNonNull) = (name, isNonNull)
            return type
        }
        let (schema, named, name) = (GraphQLNode(.fieldDefinition), GraphQLNode(.fieldDefinition), GraphQLNode(.argumentDefinition))
        (schema.name, schema.type) = ("__schema", type("__Schema", true))
        (named.name, named.type) = ("__type", type("__Type", false))
        (name.name, name.type) = ("name", type("String", true))
        named.arguments = [name]
        query.fields += [schema, named]
        members[ObjectIdentifier(query)] = nil
    }

    /// The type a reference leads to, through its lists.
    func definition(of type: GraphQLNode?) -> GraphQLNode? { type.flatMap { types[$0.innermostName] } }

    /// What objects of a type may be, by name.
    func possibleTypes(of name: String) -> [String: GraphQLNode] { possibleTypes[name] ?? [:] }

    /// The field, argument or enum value that a definition gives a name to.
    func member(_ name: String, of owner: GraphQLNode) -> GraphQLNode? {
        if let known = members[ObjectIdentifier(owner)] { return known[name] }
        let all = owner.fields + owner.arguments + owner.enumValues
        let index = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        members[ObjectIdentifier(owner)] = index
        return index[name]
    }
}

extension GraphQLNode {
    /// The named type within a type's lists.
    var innermostName: String {
        var type = self
        while let element = type.element { type = element }
        return type.namedType
    }

    /// A type as GraphQL writes it.
    var typeText: String { (element.map { "[\($0.typeText)]" } ?? namedType) + (isNonNull ? "!" : "") }

    /// Whether a value of this type may stand where another type is wanted.
    func isCompatible(with wanted: GraphQLNode) -> Bool { isCompatible(with: wanted, nonNull: wanted.isNonNull) }

    func isCompatible(with wanted: GraphQLNode, nonNull: Bool) -> Bool {
        guard namedType == wanted.namedType else { return false }
        if let element {
            guard let other = wanted.element, element.isCompatible(with: other) else { return false }
        }
        return !nonNull || isNonNull
    }

    var isInputType: Bool { kind == "SCALAR" || kind == "ENUM" || kind == "INPUT_OBJECT" }
    var isLeafType: Bool { kind == "SCALAR" || kind == "ENUM" }
    var isCompositeType: Bool { kind == "OBJECT" || kind == "INTERFACE" || kind == "UNION" }
}
