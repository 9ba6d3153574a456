/// Reads GraphQL documents by descent; the first fault ends it.
struct GraphQLParser {
    private var lexer: GraphQLLexer
    /// The token to be read next.
    private(set) var current: GraphQLToken
    private(set) var previous: GraphQLToken
    private var depth = 0

    init(_ bytes: [UInt8]) {
        lexer = GraphQLLexer(bytes)
        current = lexer.next()
        previous = current
    }

    @discardableResult
    mutating func take() -> GraphQLToken {
        previous = current
        current = lexer.next()
        return previous
    }

    func isAt(_ kind: GraphQLToken.Kind) -> Bool { current.kind == kind }

    /// Whether the next token is this name; GraphQL's keywords are names.
    func isAt(keyword: String) -> Bool { current.kind == .name && current.text == keyword }

    mutating func skip(_ kind: GraphQLToken.Kind) -> Bool {
        guard isAt(kind) else { return false }
        take()
        return true
    }

    @discardableResult
    mutating func expect(_ kind: GraphQLToken.Kind) throws(GraphQLFault) -> GraphQLToken {
        guard isAt(kind) else {
            throw GraphQLFault("Expected \(kind.rawValue), found \(current.kind.rawValue)", at: current)
        }
        return take()
    }

    mutating func expect(keyword: String) throws(GraphQLFault) {
        guard isAt(keyword: keyword) else {
            throw GraphQLFault("Expected \(GraphQLToken.quoted(keyword)), found \(current.shown)", at: current)
        }
        take()
    }

    mutating func name() throws(GraphQLFault) -> String { try expect(.name).text }

    func unexpected(_ token: GraphQLToken? = nil) -> GraphQLFault {
        let token = token ?? current
        return GraphQLFault("Unexpected \(token.shown)", at: token)
    }

    /// A list of at least one part between brackets; nothing where it does not open.
    mutating func some(
        _ open: GraphQLToken.Kind, _ close: GraphQLToken.Kind, _ part: (inout GraphQLParser) throws(GraphQLFault) -> GraphQLNode
    ) throws(GraphQLFault) -> [GraphQLNode] {
        guard isAt(open) else { return [] }
        let parts = try many(open, close, part)
        guard !parts.isEmpty else {
            throw GraphQLFault("expected at least one definition, found \(previous.kind.rawValue)", at: previous)
        }
        return parts
    }

    /// A list of any length between brackets.
    mutating func many(
        _ open: GraphQLToken.Kind, _ close: GraphQLToken.Kind, _ part: (inout GraphQLParser) throws(GraphQLFault) -> GraphQLNode
    ) throws(GraphQLFault) -> [GraphQLNode] {
        try expect(open)
        depth += 1
        guard depth < GraphQLNode.maximumDepth / 2 else { throw GraphQLFault("the document is nested too deeply", at: current) }
        var parts: [GraphQLNode] = []
        while !isAt(close) { parts.append(try part(&self)) }
        depth -= 1
        take()
        return parts
    }

    mutating func typeReference() throws(GraphQLFault) -> GraphQLNode {
        var wrappers = 0
        while skip(.openBracket) {
            wrappers += 1
            guard wrappers < GraphQLNode.maximumDepth / 4 else { throw GraphQLFault("the document is nested too deeply", at: current) }
        }
        var node = GraphQLNode(.type, at: current)
        node.namedType = try name()
        node.isNonNull = skip(.bang)
        for _ in 0..<wrappers {
            let list = GraphQLNode(.type, at: current)
            (list.line, list.column) = (node.line, node.column)
            list.element = node
            try expect(.closeBracket)
            list.isNonNull = skip(.bang)
            node = list
        }
        return node
    }

    mutating func directives(isConstant: Bool) throws(GraphQLFault) -> [GraphQLNode] {
        var directives: [GraphQLNode] = []
        while skip(.at) {
            let node = GraphQLNode(.directive, at: current)
            node.name = try name()
            node.arguments = try arguments(isConstant: isConstant)
            directives.append(node)
        }
        return directives
    }

    mutating func arguments(isConstant: Bool) throws(GraphQLFault) -> [GraphQLNode] {
        try some(.openParenthesis, .closeParenthesis) { parser throws(GraphQLFault) in
            try parser.namedValue(.argument, isConstant: isConstant)
        }
    }

    private mutating func namedValue(_ form: GraphQLNode.Form, isConstant: Bool) throws(GraphQLFault) -> GraphQLNode {
        let node = GraphQLNode(form, at: current)
        node.name = try name()
        try expect(.colon)
        node.value = try value(isConstant: isConstant)
        return node
    }

    mutating func value(isConstant: Bool) throws(GraphQLFault) -> GraphQLNode {
        let node = GraphQLNode(.value, at: current)
        switch current.kind {
        case .openBracket:
            node.valueKind = GraphQLValueKind.list
            node.children = try many(.openBracket, .closeBracket) { parser throws(GraphQLFault) in
                let child = GraphQLNode(.child)
                child.value = try parser.value(isConstant: isConstant)
                return child
            }
            return node
        case .openBrace:
            node.valueKind = GraphQLValueKind.object
            node.children = try many(.openBrace, .closeBrace) { parser throws(GraphQLFault) in
                try parser.namedValue(.child, isConstant: isConstant)
            }
            return node
        case .dollar:
            if isConstant { throw unexpected() }
            take()
            node.valueKind = GraphQLValueKind.variable
            node.raw = try name()
            return node
        case .integer: node.valueKind = GraphQLValueKind.integer
        case .float: node.valueKind = GraphQLValueKind.float
        case .string: node.valueKind = GraphQLValueKind.string
        case .blockString: node.valueKind = GraphQLValueKind.block
        case .name:
            switch current.text {
            case "true", "false": node.valueKind = GraphQLValueKind.boolean
            case "null": node.valueKind = GraphQLValueKind.null
            default: node.valueKind = GraphQLValueKind.enumeration
            }
        default: throw unexpected()
        }
        node.raw = take().text
        return node
    }
}

/// The numbers by which OPA's objects tell values apart.
enum GraphQLValueKind {
    static let variable = 0
    static let integer = 1
    static let float = 2
    static let string = 3
    static let block = 4
    static let boolean = 5
    static let null = 6
    static let enumeration = 7
    static let list = 8
    static let object = 9
}
