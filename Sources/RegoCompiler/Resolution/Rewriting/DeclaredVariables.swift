/// The variables that expressions declare: by `:=`, `some`, and `some … in`; comprehensions declare their own.
struct DeclaredVariables {
    private(set) var variables = VariableSet()

    static func of(_ body: [ExpressionNode]) -> VariableSet {
        var result = DeclaredVariables()
        for expression in body { result.visit(expression) }
        return result.variables
    }

    static func of(_ expression: ExpressionNode) -> VariableSet {
        var result = DeclaredVariables()
        result.visit(expression)
        return result.variables
    }

    private mutating func visit(_ expression: ExpressionNode) {
        switch expression.kind {
        case .call(let terms):
            if terms.count == 3, expression.calls(.assign) { insertVariables(of: terms[1]) }
        case .some(let symbols):
            for symbol in symbols {
                switch symbol.kind {
                case .variable(let variable): variables.insert(variable)
                case .call(let terms):
                    // The last operand is what is searched.
                    for pattern in terms.dropFirst().dropLast() { insertVariables(of: pattern) }
                default: break
                }
            }
        case .every(let every):
            for inner in every.body { visit(inner) }
        case .term: break
        }
    }

    private mutating func insertVariables(of pattern: Node) {
        if let variable = pattern.variable {
            variables.insert(variable)
        } else {
            variables.formUnion(pattern.variables())
        }
    }
}
