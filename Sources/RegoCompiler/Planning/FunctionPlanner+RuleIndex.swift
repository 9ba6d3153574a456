@_spi(Engine) import RegoRuntime
import RegoSyntax

extension FunctionPlanner {
    /// Plans rules one after another, or, where they can be told apart by values at hand, those that an index allows.
    ///
    /// - Parameters:
    ///   - rules: without the default.
    ///   - plan: plans one rule, by its place; the label, which it places behind the rule's code, is where the code goes on when the rule
    ///     has no (further) solution.
    func planEach(
        _ rules: [ResolvedRule], parameters: Register = Register(0), _ plan: (Int, ResolvedRule, Label) throws(AssemblyLimit) -> Void
    ) throws(AssemblyLimit) {
        let entries = rules.map { _ in makeLabel() }
        guard trace == nil, let root = try planRuleIndex(rules, parameters: parameters, entries: entries) else {
            for (index, rule) in rules.enumerated() {
                try plan(index, rule, makeLabel())
            }
            return
        }
        let cursor = try allocate()
        let over = makeLabel()
        let another = makeLabel()
        emit(Instruction(.chooseRules, a: cursor, d: root), failingTo: over)
        for (index, rule) in rules.enumerated() {
            place(entries[index])
            try plan(index, rule, makeLabel())
            jump(to: another)
        }
        place(another)
        emit(Instruction(.nextRule, a: cursor), failingTo: over)
        place(over)
    }

    private func planRuleIndex(_ rules: [ResolvedRule], parameters: Register, entries: [Label]) throws(AssemblyLimit) -> Int32? {
        guard rules.count > RuleIndexBuilder.linearLimit else { return nil }
        var reader = RuleConditionReader(
            mayEndEvaluation: { self.mayEndEvaluation($0) }, isVirtual: { self.isVirtual($0) },
            isReplaced: { self.overlay.replacements[$0] != nil })
        let candidates = zip(rules, entries).map { rule, label in
            RuleIndexBuilder.Candidate(label: label, conditions: reader.conditions(of: rule))
        }
        return try RuleIndexBuilder(program: program, parameters: parameters).build(candidates)
    }
}
