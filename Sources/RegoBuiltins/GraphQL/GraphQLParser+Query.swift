/// Executable documents (GraphQL October 2021, 2.2 to 2.12).
extension GraphQLParser {
    /// Reads operations and fragments to the end.
    static func query(_ bytes: [UInt8]) throws(GraphQLFault) -> GraphQLNode {
        var parser = GraphQLParser(bytes)
        let document = GraphQLNode(.query, at: parser.current)
        while !parser.isAt(.end) {
            if parser.isAt(.openBrace) || ["query", "mutation", "subscription"].contains(where: { parser.isAt(keyword: $0) }) {
                document.operations.append(try parser.operation())
            } else if parser.isAt(keyword: "fragment") {
                document.fragments.append(try parser.fragment())
            } else {
                throw parser.unexpected()
            }
        }
        return document
    }

    private mutating func operation() throws(GraphQLFault) -> GraphQLNode {
        let node = GraphQLNode(.operation, at: current)
        node.operation = "query"
        if !isAt(.openBrace) {
            node.operation = take().text
            if isAt(.name) { node.name = take().text }
            node.variables = try variables()
            node.directives = try directives(isConstant: false)
        }
        node.selections = try selections()
        return node
    }

    private mutating func variables() throws(GraphQLFault) -> [GraphQLNode] {
        try some(.openParenthesis, .closeParenthesis) { parser throws(GraphQLFault) in
            let node = GraphQLNode(.variable, at: parser.current)
            try parser.expect(.dollar)
            node.name = try parser.name()
            try parser.expect(.colon)
            node.type = try parser.typeReference()
            if parser.skip(.equals) { node.defaultValue = try parser.value(isConstant: true) }
            node.directives = try parser.directives(isConstant: false)
            return node
        }
    }

    private mutating func selections() throws(GraphQLFault) -> [GraphQLNode] {
        guard isAt(.openBrace) else {
            throw GraphQLFault("Expected {, found \(current.kind.rawValue)", at: current)
        }
        return try some(.openBrace, .closeBrace) { parser throws(GraphQLFault) in
            parser.isAt(.spread) ? try parser.spread() : try parser.field()
        }
    }

    private mutating func field() throws(GraphQLFault) -> GraphQLNode {
        let node = GraphQLNode(.field, at: current)
        node.alias = try name()
        node.name = skip(.colon) ? try name() : node.alias
        node.arguments = try arguments(isConstant: false)
        node.directives = try directives(isConstant: false)
        if isAt(.openBrace) { node.selections = try selections() }
        return node
    }

    private mutating func spread() throws(GraphQLFault) -> GraphQLNode {
        try expect(.spread)
        if isAt(.name), current.text != "on" {
            let node = GraphQLNode(.spread, at: current)
            node.name = try name()
            node.directives = try directives(isConstant: false)
            return node
        }
        let node = GraphQLNode(.inlineFragment, at: current)
        if isAt(keyword: "on") {
            take()
            node.typeCondition = try name()
        }
        node.directives = try directives(isConstant: false)
        node.selections = try selections()
        return node
    }

    private mutating func fragment() throws(GraphQLFault) -> GraphQLNode {
        let node = GraphQLNode(.fragment, at: current)
        try expect(keyword: "fragment")
        if isAt(keyword: "on") { throw unexpected() }
        node.name = try name()
        node.variables = try variables()
        try expect(keyword: "on")
        node.typeCondition = try name()
        node.directives = try directives(isConstant: false)
        node.selections = try selections()
        return node
    }
}
