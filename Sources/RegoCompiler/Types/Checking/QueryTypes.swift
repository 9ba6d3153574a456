/// The types of what a query names: of its references, and of its author's variables.
struct QueryTypes {
    /// Each name once, in the order in which the query has them.
    private(set) var lines: [(text: String, type: String)] = []
    private let checker: TypeChecker
    private let scope: TypeScope
    private var known: Set<String> = []

    private var symbols: SymbolTable { checker.resolution.symbols }

    init(of body: [ExpressionNode], _ checker: TypeChecker, _ scope: TypeScope) {
        self.checker = checker
        self.scope = scope
        for expression in body { visit(expression) }
        for variable in VariableCollector.safety(of: body) { add(variable) }
    }

    private mutating func add(_ variable: VariableID) {
        let author = symbols.author(of: variable)
        guard variable != .data, variable != .input, !symbols.isWildcard(author), !symbols.isGenerated(author) else { return }
        add(symbols.name(author), checker.typeOfVariable(variable, in: scope))
    }

    private mutating func add(_ text: String, _ type: RegoType?) {
        if known.insert(text).inserted { lines.append((text, RegoType.text(of: type))) }
    }

    private mutating func visit(_ expression: ExpressionNode) {
        switch expression.kind {
        case .term(let term): visit(term)
        case .call(let terms):
            for (position, term) in terms.enumerated() where position > 0 || !isOperator(term) { visit(term) }
        case .some: break
        case .every(let every): visit(every.domain)
        }
        for with in expression.with {
            visit(with.target)
            visit(with.value)
        }
    }

    /// Whether a call's first term is the name of `=`, `==` and their like, of whose type nobody asks.
    private func isOperator(_ term: Node) -> Bool {
        guard let name = term.reference, name.count == 1, let variable = name[0].variable else { return false }
        return checker.callees.builtin(symbols.name(variable))?.infix != nil
    }

    private mutating func visit(_ node: Node) {
        switch node.kind {
        case .reference(let operands):
            add(checker.resolution.printer.authoredReference(operands), checker.type(ofReference: operands, in: scope))
        case .call(let nodes), .array(let nodes), .set(let nodes): for inner in nodes { visit(inner) }
        case .object(let entries):
            for entry in entries {
                visit(entry.key)
                visit(entry.value)
            }
        case .null, .boolean, .number, .string, .variable, .comprehension, .template: break
        }
    }
}
