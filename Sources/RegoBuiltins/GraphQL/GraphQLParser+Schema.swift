/// Type system documents (GraphQL October 2021, 3).
extension GraphQLParser {
    static let directiveLocations: Set<String> = [
        "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION", "SCHEMA", "SCALAR", "OBJECT", "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INTERFACE", "UNION", "ENUM",
        "ENUM_VALUE", "INPUT_OBJECT", "INPUT_FIELD_DEFINITION",
    ]

    private static let kinds = [
        "scalar": "SCALAR", "type": "OBJECT", "interface": "INTERFACE", "union": "UNION", "enum": "ENUM", "input": "INPUT_OBJECT",
    ]

    /// Reads definitions and extensions to the end.
    static func schema(_ bytes: [UInt8], isBuiltIn: Bool = false) throws(GraphQLFault) -> GraphQLNode {
        var parser = GraphQLParser(bytes)
        let document = GraphQLNode(.schemaDocument, at: parser.current)
        while !parser.isAt(.end) {
            let details = parser.details()
            guard parser.isAt(.name) else { throw parser.unexpected() }
            switch parser.current.text {
            case "schema":
                let node = try parser.schemaDefinition()
                node.details = details
                document.schemas.append(node)
            case "directive":
                let node = try parser.directiveDefinition()
                node.details = details
                document.directives.append(node)
            case "extend":
                if !details.isEmpty { throw parser.unexpected(parser.previous) }
                parser.take()
                try parser.extend(document)
            default:
                guard let kind = kinds[parser.current.text] else { throw parser.unexpected() }
                let node = try parser.definition(kind, isExtension: false)
                node.details = details
                document.definitions.append(node)
            }
        }
        for node in document.definitions + document.extensions { node.isBuiltIn = isBuiltIn }
        return document
    }

    private mutating func details() -> String { isAt(.string) || isAt(.blockString) ? take().text : "" }

    private mutating func extend(_ document: GraphQLNode) throws(GraphQLFault) {
        if isAt(keyword: "schema") {
            let node = try schemaDefinition()
            if node.directives.isEmpty && node.operationTypes.isEmpty { throw unexpected() }
            document.schemaExtensions.append(node)
        } else if isAt(.name), let kind = Self.kinds[current.text] {
            let node = try definition(kind, isExtension: true)
            let isEmpty =
                node.directives.isEmpty && node.interfaces.isEmpty && node.fields.isEmpty && node.types.isEmpty && node.enumValues.isEmpty
            if isEmpty { throw unexpected() }
            document.extensions.append(node)
        } else {
            throw unexpected()
        }
    }

    private mutating func schemaDefinition() throws(GraphQLFault) -> GraphQLNode {
        try expect(keyword: "schema")
        let node = GraphQLNode(.schema, at: current)
        node.directives = try directives(isConstant: true)
        node.operationTypes = try some(.openBrace, .closeBrace) { parser throws(GraphQLFault) in
            let type = GraphQLNode(.operationType, at: parser.current)
            let operation = parser.take()
            guard operation.kind == .name, ["query", "mutation", "subscription"].contains(operation.text) else {
                throw parser.unexpected(operation)
            }
            type.operation = operation.text
            try parser.expect(.colon)
            type.namedType = try parser.name()
            return type
        }
        return node
    }

    private mutating func definition(_ kind: String, isExtension: Bool) throws(GraphQLFault) -> GraphQLNode {
        take()
        let node = GraphQLNode(.definition, at: current)
        node.kind = kind
        node.name = try name()
        if kind == "OBJECT" || (kind == "INTERFACE" && !isExtension) { node.interfaces = try interfaces() }
        node.directives = try directives(isConstant: true)
        switch kind {
        case "OBJECT", "INTERFACE":
            node.fields = try some(.openBrace, .closeBrace) { parser throws(GraphQLFault) in
                try parser.member(.fieldDefinition, hasArguments: true)
            }
        case "INPUT_OBJECT":
            node.fields = try some(.openBrace, .closeBrace) { parser throws(GraphQLFault) in
                try parser.member(.fieldDefinition, hasArguments: false)
            }
        case "UNION":
            guard skip(.equals) else { break }
            _ = skip(.pipe)
            repeat { node.types.append(try name()) } while skip(.pipe)
        case "ENUM":
            node.enumValues = try some(.openBrace, .closeBrace) { parser throws(GraphQLFault) in
                let details = parser.details()
                let value = GraphQLNode(.enumValue, at: parser.current)
                value.details = details
                value.name = try parser.name()
                value.directives = try parser.directives(isConstant: true)
                return value
            }
        default: break
        }
        return node
    }

    private mutating func interfaces() throws(GraphQLFault) -> [String] {
        var interfaces: [String] = []
        guard isAt(keyword: "implements") else { return interfaces }
        take()
        _ = skip(.ampersand)
        repeat { interfaces.append(try name()) } while skip(.ampersand)
        return interfaces
    }

    /// A field, with arguments or with a default value, or an argument.
    private mutating func member(_ form: GraphQLNode.Form, hasArguments: Bool) throws(GraphQLFault) -> GraphQLNode {
        let details = details()
        let node = GraphQLNode(form, at: current)
        node.details = details
        node.name = try name()
        if hasArguments { node.arguments = try argumentDefinitions() }
        try expect(.colon)
        node.type = try typeReference()
        if !hasArguments, skip(.equals) { node.defaultValue = try value(isConstant: true) }
        node.directives = try directives(isConstant: true)
        return node
    }

    private mutating func argumentDefinitions() throws(GraphQLFault) -> [GraphQLNode] {
        try some(.openParenthesis, .closeParenthesis) { parser throws(GraphQLFault) in
            try parser.member(.argumentDefinition, hasArguments: false)
        }
    }

    private mutating func directiveDefinition() throws(GraphQLFault) -> GraphQLNode {
        try expect(keyword: "directive")
        try expect(.at)
        let node = GraphQLNode(.directiveDefinition, at: current)
        node.name = try name()
        node.arguments = try argumentDefinitions()
        if isAt(keyword: "repeatable") {
            take()
            node.isRepeatable = true
        }
        try expect(keyword: "on")
        _ = skip(.pipe)
        repeat {
            let location = try expect(.name)
            guard Self.directiveLocations.contains(location.text) else { throw unexpected(location) }
            node.locations.append(location.text)
        } while skip(.pipe)
        return node
    }
}
