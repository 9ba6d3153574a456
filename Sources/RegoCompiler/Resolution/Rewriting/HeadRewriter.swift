/// Moves what must be evaluated out of rules' heads into their bodies.
struct HeadRewriter {
    let symbols: SymbolTable

    /// Makes every operand of the head's reference a scalar or a variable: `p[a.b]` becomes `p[__local0__]` with `__local0__ = a.b`.
    func rewriteReference(_ rule: RuleNode) {
        for operand in rule.reference.dropFirst() where operand.variable == nil && !operand.isScalar {
            bind(operand, in: rule)
        }
    }

    /// Moves keys, values and arguments that hold references or comprehensions: `p contains input.x` becomes `p contains __local0__`.
    ///
    /// The branches of an `else` chain share the first rule's parameters, so a branch compares its pattern with the first's variable.
    func rewriteTerms(_ rule: RuleNode) {
        var moved: [(index: Int, variable: VariableID)] = []
        for branch in rule.chain {
            if let key = branch.key, key.requiresEvaluation { bind(key, in: branch) }
            if let value = branch.value, value.requiresEvaluation { bind(value, in: branch) }
            guard let arguments = branch.arguments else { continue }
            if branch === rule {
                for (index, argument) in arguments.enumerated() where argument.requiresEvaluation {
                    moved.append((index, bind(argument, in: branch)))
                }
            } else {
                for (index, variable) in moved where index < arguments.count {
                    branch.body.append(generated: .binding(variable, to: arguments[index].extract(to: variable)))
                }
            }
        }
    }

    @discardableResult
    private func bind(_ term: Node, in rule: RuleNode) -> VariableID {
        let variable = symbols.generate()
        rule.body.append(generated: .binding(variable, to: term.extract(to: variable)))
        return variable
    }
}
