import RegoSyntax
import Synchronization

/// The rules of one document, turned into terms when somebody first asks for them.
///
/// A query reaches few of a program's rules: to raise all of them, and to free the nodes that they were resolved as, took a sixth of the
/// time that many modules need.
final class LazyRules: Sendable {
    /// How many rules there are.
    let count: Int
    private let state: Mutex<State>

    /// The nodes are this document's alone once the stages have ended: no other thread and no other document can reach them.
    private enum State: @unchecked Sendable {
        case nodes([RuleNode], RuleRaising)
        case raised([ResolvedRule])
    }

    static let none = LazyRules([])

    init(_ rules: [ResolvedRule]) {
        count = rules.count
        state = Mutex(.raised(rules))
    }

    init(_ nodes: [RuleNode], _ raising: RuleRaising) {
        count = nodes.count
        state = Mutex(nodes.isEmpty ? .raised([]) : .nodes(nodes, raising))
    }

    /// The rules, in source order.
    var rules: [ResolvedRule] {
        if count == 0 { return [] }
        return state.withLock { state in
            switch state {
            case .raised(let rules): return rules
            case .nodes(let nodes, let raising):
                let rules = nodes.map(raising.rule)
                state = .raised(rules)
                return rules
            }
        }
    }
}

/// Turns a program's resolved rules into terms.
final class RuleRaising {
    private let raising: Raising
    /// Nodes of rules do not keep their modules, whose packages their references begin with.
    private let modules: [ModuleNode]

    init(symbols: SymbolTable, modules: [ModuleNode]) {
        raising = Raising(symbols: symbols)
        self.modules = modules
    }

    func rule(_ rule: RuleNode) -> ResolvedRule {
        var reference = rule.module.package.path
        if let name = rule.name { reference.append(Term(.string(raising.symbols.name(name)), span: rule.reference[0].span)) }
        for operand in rule.reference.dropFirst() { reference.append(raising.term(operand)) }
        var branches: [ResolvedRule.ElseBranch] = []
        for branch in rule.elseRules {
            let value = branch.value.map(raising.term) ?? Term(.boolean(true), span: branch.headSpan)
            branches.append(ResolvedRule.ElseBranch(value: value, body: raising.body(branch.body), span: branch.span))
        }
        var resolved = ResolvedRule(
            kind: rule.arguments != nil ? .function : rule.key != nil ? .partialSet : .complete, isDefault: rule.isDefault,
            reference: reference, groundPrefixLength: rule.module.package.path.count + rule.groundLength,
            arguments: raising.terms(rule.arguments ?? []), key: rule.key.map(raising.term), value: rule.value.map(raising.term),
            body: raising.body(rule.body), elseRules: branches, span: rule.span)
        resolved.packageLength = rule.module.package.path.count
        return resolved
    }
}
