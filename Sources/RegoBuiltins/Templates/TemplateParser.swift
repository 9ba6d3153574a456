/// Reads templates as Go's `text/template/parse` does; nesting is bounded.
struct TemplateParser {
    /// Parenthesised pipelines, branches and definitions within each other: Go has no bound on branches, and one of 10,000 on parentheses.
    private static let maximumDepth = 400

    /// What one template among those of a text has of its own while it is read.
    struct Tree {
        var name: [UInt8]
        /// The token last read, and those put back.
        var tokens: [TemplateToken]
        var pending = 0
        var variables = ["$"]
        var rangeDepth = 0
        /// Where the action began that is being read; 0 outside.
        var actionLine = 0
    }

    private var lexer: TemplateLexer
    var tree: Tree
    private var depth = 0
    /// The templates by their names.
    private(set) var templates: [[UInt8]: TemplateNode] = [:]

    static let mainName = Array("template".utf8)

    init(_ source: [UInt8]) {
        lexer = TemplateLexer(source)
        tree = Self.tree(Self.mainName)
    }

    private static func tree(_ name: [UInt8]) -> Tree {
        let none = TemplateToken(kind: .end, position: 0, text: [], line: 0)
        return Tree(name: name, tokens: [none, none, none])
    }

    /// Parses the whole text.
    mutating func parse() throws(TemplateFailure) {
        var nodes: [TemplateNode] = []
        let start = peek().position
        while true {
            let token = peek()
            if case .end = token.kind { break }
            if case .leftDelimiter = token.kind {
                let delimiter = next()
                if nextNonSpace().is(.define) {
                    try definition()
                    continue
                }
                putBack(delimiter)
            }
            let node = try textOrAction()
            switch node.kind {
            case .end, .else: throw failure("unexpected \(node.source)")
            default: nodes.append(node)
            }
        }
        try add(TemplateNode(.list(nodes), at: start))
    }

    // MARK: Tokens

    mutating func next() -> TemplateToken {
        if tree.pending > 0 { tree.pending -= 1 } else { tree.tokens[0] = lexer.next() }
        return tree.tokens[tree.pending]
    }

    mutating func backUp() { tree.pending += 1 }

    /// Puts back the current token and one before it.
    mutating func putBack(_ token: TemplateToken) {
        tree.tokens[1] = token
        tree.pending = 2
    }

    mutating func putBack(_ second: TemplateToken, _ first: TemplateToken) {
        tree.tokens[1] = first
        tree.tokens[2] = second
        tree.pending = 3
    }

    mutating func peek() -> TemplateToken {
        if tree.pending > 0 { return tree.tokens[tree.pending - 1] }
        tree.pending = 1
        tree.tokens[0] = lexer.next()
        return tree.tokens[0]
    }

    mutating func nextNonSpace() -> TemplateToken {
        while true {
            let token = next()
            if case .space = token.kind { continue }
            return token
        }
    }

    mutating func peekNonSpace() -> TemplateToken {
        let token = nextNonSpace()
        backUp()
        return token
    }

    func failure(_ message: String) -> TemplateFailure { TemplateFailure("template:\(tree.tokens[0].line): \(message)") }

    func unexpected(_ token: TemplateToken, _ context: String) -> TemplateFailure {
        guard case .error = token.kind else { return failure("unexpected \(token.shown) in \(context)") }
        var start = ""
        if tree.actionLine != 0, tree.actionLine != token.line {
            start = (token.string.hasSuffix(" action") ? "" : " in action") + " started at template:\(tree.actionLine)"
        }
        return failure(token.shown + start)
    }

    private mutating func expectRightDelimiter(_ context: String) throws(TemplateFailure) -> TemplateToken {
        let token = nextNonSpace()
        if case .rightDelimiter = token.kind { return token }
        throw unexpected(token, context)
    }

    /// Runs a part within the bound on nesting.
    mutating func nested<Result>(
        _ body: (inout TemplateParser) throws(TemplateFailure) -> Result
    ) throws(TemplateFailure) -> Result {
        guard depth < Self.maximumDepth else { throw failure("max expression depth exceeded") }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    // MARK: Templates

    private mutating func add(_ root: TemplateNode) throws(TemplateFailure) {
        if let known = templates[tree.name], !known.isBlank {
            if root.isBlank { return }
            throw failure("template: multiple definition of template \(TemplateText.quoted(String(decoding: tree.name, as: UTF8.self)))")
        }
        templates[tree.name] = root
    }

    /// `{{define "name"}} … {{end}}`, behind the word.
    private mutating func definition() throws(TemplateFailure) {
        let outer = tree
        defer { tree = outer }
        tree = Self.tree([])
        tree.name = try templateName(nextNonSpace(), "define clause")
        _ = try expectRightDelimiter("define clause")
        try body("define clause")
    }

    /// The rest of a template up to its `{{end}}`.
    private mutating func body(_ context: String) throws(TemplateFailure) {
        _ = peekNonSpace()
        let (list, end) = try nested { parser throws(TemplateFailure) in try parser.itemList() }
        guard case .end = end.kind else { throw failure("unexpected \(end.source) in \(context)") }
        try add(list)
    }

    private mutating func templateName(_ token: TemplateToken, _ context: String) throws(TemplateFailure) -> [UInt8] {
        switch token.kind {
        case .string, .rawString: return try unquoted(token)
        default: throw unexpected(token, context)
        }
    }

    func unquoted(_ token: TemplateToken) throws(TemplateFailure) -> [UInt8] {
        guard let text = TemplateText.unquoted(token.text) else { throw failure("invalid syntax") }
        return text
    }

    // MARK: Text and actions

    /// Parts up to `{{end}}` or `{{else}}`, and which of them it was.
    private mutating func itemList() throws(TemplateFailure) -> (TemplateNode, end: TemplateNode) {
        let start = peekNonSpace().position
        var nodes: [TemplateNode] = []
        while true {
            if case .end = peekNonSpace().kind { throw failure("unexpected EOF") }
            let node = try textOrAction()
            switch node.kind {
            case .end, .else: return (TemplateNode(.list(nodes), at: start), node)
            default: nodes.append(node)
            }
        }
    }

    private mutating func textOrAction() throws(TemplateFailure) -> TemplateNode {
        let token = nextNonSpace()
        switch token.kind {
        case .text: return TemplateNode(.text(token.text), at: token.position)
        case .leftDelimiter:
            tree.actionLine = token.line
            defer { tree.actionLine = 0 }
            return try action()
        default: throw unexpected(token, "input")
        }
    }

    private mutating func action() throws(TemplateFailure) -> TemplateNode {
        let token = nextNonSpace()
        if case .keyword(let keyword) = token.kind {
            switch keyword {
            case .block: return try block()
            case .break, .continue: return try jump(keyword, token)
            case .else:
                let following = peekNonSpace()
                if following.is(.if) || following.is(.with) { return TemplateNode(.else, at: following.position) }
                return TemplateNode(.else, at: try expectRightDelimiter("else").position)
            case .end: return TemplateNode(.end, at: try expectRightDelimiter("end").position)
            case .if, .range, .with: return try nested { parser throws(TemplateFailure) in try parser.branch(keyword) }
            case .template: return try invocation()
            case .dot, .define, .nil: break
            }
        }
        backUp()
        let start = peek().position
        return TemplateNode(.action(try pipeline("command") { if case .rightDelimiter = $0 { true } else { false } }), at: start)
    }

    private mutating func jump(_ keyword: TemplateToken.Keyword, _ start: TemplateToken) throws(TemplateFailure) -> TemplateNode {
        let shown = "{{\(keyword.rawValue)}}"
        let token = nextNonSpace()
        guard case .rightDelimiter = token.kind else { throw unexpected(token, shown) }
        guard tree.rangeDepth > 0 else { throw failure("\(shown) outside {{range}}") }
        return TemplateNode(keyword == .break ? .break : .continue, at: start.position)
    }

    private mutating func branch(_ keyword: TemplateToken.Keyword) throws(TemplateFailure) -> TemplateNode {
        let variableCount = tree.variables.count
        defer { tree.variables.removeSubrange(variableCount...) }
        let context = keyword.rawValue
        let pipeline = try wholePipeline(context)
        if keyword == .range { tree.rangeDepth += 1 }
        let (then, end) = try itemList()
        if keyword == .range { tree.rangeDepth -= 1 }
        var otherwise: TemplateNode?
        if case .else = end.kind {
            // `{{else if …}}` is `{{else}}{{if …}}` with one end for both.
            if keyword != .range, peek().is(keyword) {
                _ = next()
                let inner = try nested { parser throws(TemplateFailure) in try parser.branch(keyword) }
                otherwise = TemplateNode(.list([inner]), at: end.position)
            } else {
                let (list, last) = try itemList()
                guard case .end = last.kind else { throw failure("expected end; found \(last.source)") }
                otherwise = list
            }
        }
        switch keyword {
        case .if: return TemplateNode(.if(pipeline, then: then, otherwise: otherwise), at: pipeline.position)
        case .with: return TemplateNode(.with(pipeline, then: then, otherwise: otherwise), at: pipeline.position)
        default: return TemplateNode(.range(pipeline, body: then, otherwise: otherwise), at: pipeline.position)
        }
    }

    /// `{{block "name" pipeline}} … {{end}}`: a definition and its first use.
    private mutating func block() throws(TemplateFailure) -> TemplateNode {
        let token = nextNonSpace()
        let name = try templateName(token, "block clause")
        let pipeline = try wholePipeline("block clause")
        do {
            let outer = tree
            defer { tree = outer }
            tree = Self.tree(name)
            try body("block clause")
        }
        return TemplateNode(.template(name: name, pipeline), at: token.position)
    }

    private mutating func invocation() throws(TemplateFailure) -> TemplateNode {
        let token = nextNonSpace()
        let name = try templateName(token, "template clause")
        if case .rightDelimiter = nextNonSpace().kind { return TemplateNode(.template(name: name, nil), at: token.position) }
        backUp()
        return TemplateNode(.template(name: name, try wholePipeline("template clause")), at: token.position)
    }
}
