import RegoSyntax

/// Makes test rules fit for being run one by one: each definition under a name of its own, each case of a rule reported as it begins.
///
/// The order of expressions and the names are OPA's (v1/tester: rewriteDuplicateTestNames, injectTestCaseFunc).
struct TestPreparation {
    let symbols: SymbolTable

    /// Numbers the second and further definitions of one test: `test_p#01`, `test_p#02`, ….
    func renameDuplicates(in modules: [ModuleNode]) {
        var counts: [[DocumentKey]: Int] = [:]
        for module in modules {
            for rule in module.rules {
                guard let name = name(of: rule), !name.isSkipped else { continue }
                let keys = module.packageKeys + rule.reference.prefix(name.length).compactMap(key)
                let count = counts[keys, default: 0]
                counts[keys] = count + 1
                guard count > 0 else { continue }
                let text = "\(name.text)#\(count < 10 ? "0" : "")\(count)"
                rule.reference[name.length - 1].kind = name.length == 1 ? .variable(symbols.intern(text)) : .string(text)
                module.collectRuleNames()
            }
        }
    }

    /// Puts a call of `internal.test_case` into a rule such as `test_p[name] if …`, as early as the case's name is known.
    func injectCase(into rule: RuleNode) {
        guard let name = name(of: rule), !name.isSkipped, rule.reference.count > name.length, !rule.body.contains(where: reportsCase) else {
            return
        }
        let operands = Array(rule.reference[name.length...])
        for operand in operands { raiseBinding(of: operand, in: rule) }
        var position = 0
        for variable in operands.compactMap(\.variable) {
            if let first = rule.body.firstIndex(where: { variables(of: $0).contains(variable) }) { position = max(position, first + 1) }
        }
        let span = rule.headSpan
        let callee = Node(.reference([Node(variable: .internal, span: span), Node(.string("test_case"), span: span)]), span: span)
        let path = Node(.array(operands.map { Node($0.kind, span: $0.span) }), span: span)
        rule.body.insert(ExpressionNode(.call([callee, path]), span: span), at: min(position, rule.body.count))
    }

    /// The tests of some modules, in source order.
    func tests(in modules: [ModuleNode]) -> [ResolvedTest] {
        modules.flatMap { module in
            module.rules.compactMap { rule in
                guard let name = name(of: rule) else { return nil }
                let operands = rule.reference.prefix(name.length).compactMap(key).map { Term($0.term) }
                var reference = operands
                if let head = rule.name { reference[0] = Term(.variable(symbols.name(head))) }
                return ResolvedTest(
                    package: module.package.path, name: TermPrinter.text(ofReference: reference),
                    path: Array(module.package.path.dropFirst()) + operands, hasCases: !rule.isGround && rule.key == nil,
                    isSkipped: name.isSkipped, span: rule.span)
            }
        }
    }

    // MARK: Names

    private struct Name {
        let text: String
        /// How many operands of the reference lead to the test.
        let length: Int
        let isSkipped: Bool
    }

    /// The first operand of a rule's ground prefix that is a test's name.
    private func name(of rule: RuleNode) -> Name? {
        for (index, operand) in rule.reference.prefix(rule.groundLength).enumerated() {
            guard case .string(let text)? = key(operand) else { continue }
            if text.utf8.starts(with: "test_".utf8) { return Name(text: text, length: index + 1, isSkipped: false) }
            if text.utf8.starts(with: "todo_test_".utf8) { return Name(text: text, length: index + 1, isSkipped: true) }
        }
        return nil
    }

    private func key(_ operand: Node) -> DocumentKey? {
        operand.variable.map { .string(symbols.name($0)) } ?? DocumentKey(operand)
    }

    // MARK: Cases

    /// Whether the author calls `internal.test_case` himself.
    private func reportsCase(_ expression: ExpressionNode) -> Bool {
        guard let path = expression.call?.first?.reference, path.count == 2, path[0].variable == .internal else { return false }
        if case .string("test_case") = path[1].kind { return true }
        return false
    }

    /// Moves the generated expression that binds an operand of the head up to just below those that it needs.
    private func raiseBinding(of operand: Node, in rule: RuleNode) {
        guard let variable = operand.variable else { return }
        var index = rule.body.count - 1
        while index >= 0 {
            if let target = target(ofBinding: rule.body[index], of: variable, at: index, in: rule.body), target < index {
                rule.body.insert(rule.body.remove(at: index), at: target)
            } else {
                index -= 1
            }
        }
    }

    /// Where a binding may stand; `nil` for expressions that are none.
    private func target(ofBinding expression: ExpressionNode, of variable: VariableID, at index: Int, in body: [ExpressionNode]) -> Int? {
        guard expression.isGenerated, let (left, right) = expression.unification, left.variable == variable else { return nil }
        let needed = right.variables().filter(symbols.isGenerated)
        if needed.isEmpty { return 0 }
        let positions = needed.compactMap { variable in body[..<index].firstIndex { variables(of: $0).contains(variable) } }
        return (positions.max() ?? 0) + 1
    }

    private func variables(of expression: ExpressionNode) -> VariableSet {
        var collector = VariableCollector()
        collector.visit(expression)
        return collector.variables
    }
}
