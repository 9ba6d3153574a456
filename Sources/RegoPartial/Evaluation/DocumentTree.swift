import RegoCompiler
import RegoSyntax

/// A rule, or an `else` of one, as partial evaluation sees it.
final class SymbolicRule {
    let isDefault: Bool
    /// `[variable data, …]`, all of it.
    let reference: [SymbolicTerm]
    /// How many of the reference's operands (`data` included) are the package's path.
    let packageLength: Int
    let arguments: [SymbolicTerm]
    /// A partial set's member.
    let key: SymbolicTerm?
    /// The value of anything but a partial set.
    let value: SymbolicTerm?
    let body: SymbolicBody
    let span: Span
    fileprivate(set) var elseRules: [SymbolicRule] = []

    init(_ rule: ResolvedRule) throws {
        isDefault = rule.isDefault
        reference = try rule.reference.map { try SymbolicTerm($0) }
        packageLength = rule.packageLength
        arguments = try rule.arguments.map { try SymbolicTerm($0) }
        key = try rule.key.map { try SymbolicTerm($0) }
        value = try rule.value.map { try SymbolicTerm($0) } ?? (rule.kind == .partialSet ? nil : .true)
        body = try SymbolicBody(rule.body)
        span = rule.span
        elseRules = try rule.elseRules.map { try SymbolicRule($0, of: self) }
    }

    private init(_ branch: ResolvedRule.ElseBranch, of rule: SymbolicRule) throws {
        isDefault = false
        reference = rule.reference
        packageLength = rule.packageLength
        arguments = rule.arguments
        key = nil
        value = try SymbolicTerm(branch.value)
        body = try SymbolicBody(branch.body)
        span = branch.span
    }

    /// Whether the rule defines members of a set rather than a value.
    var isPartialSet: Bool { value == nil }

    /// The value, or a partial set's member.
    var result: SymbolicTerm { value ?? key ?? .true }

    /// The reference below the package, beginning with the name's variable.
    var head: [SymbolicTerm] {
        var head = Array(reference[packageLength...])
        if let name = head.first?.string { head[0] = .variable(name) }
        return head
    }
}

/// The rules whose references share their ground part, and the documents below.
final class DocumentTree {
    /// What leads here from the document above.
    let key: SymbolicTerm
    /// The documents below in the order of their keys.
    let children: [DocumentTree]
    private let positions: [SymbolicTerm: Int]
    private let source: RuleTree
    private var found: Rules?
    private var index: RuleIndex?

    /// The rules of one document.
    struct Rules {
        /// Without the default one; each with its `else` branches.
        var chains: [[SymbolicRule]] = []
        var defaultRule: SymbolicRule?
        /// No rule's reference has variables.
        var areGround = true

        var isPartialSet = false
        /// How many arguments the rules take.
        var arity = 0

        /// The first branch of each rule.
        var rules: [SymbolicRule] { chains.compactMap(\.first) }
        var isEmpty: Bool { chains.isEmpty && defaultRule == nil }
        /// Whether some rule has an `else`.
        var hasElse: Bool { chains.contains { $0.count > 1 } }
        var all: [SymbolicRule] { rules + (defaultRule.map { [$0] } ?? []) }
    }

    init(_ tree: RuleTree) throws {
        source = tree
        key = try SymbolicTerm(tree.key)
        children = try tree.children.map { try DocumentTree($0) }.sorted { SymbolicTerm.compare($0.key, $1.key) < 0 }
        positions = Dictionary(children.enumerated().map { ($0.element.key, $0.offset) }) { first, _ in first }
    }

    func child(_ key: SymbolicTerm) -> DocumentTree? { positions[key].map { children[$0] } }

    var hasRules: Bool { source.ruleCount > 0 }

    /// The rules that may hold as far as documents are known.
    ///
    /// - Parameter root: the tree that this document is in.
    func rules(below root: DocumentTree, _ known: ([SymbolicTerm]) throws -> RuleIndex.Known) throws -> Rules {
        var rules = try rules()
        let index = self.index ?? RuleIndex(rules.rules) { root.isVirtual($0.dropFirst()) }
        self.index = index
        rules.chains = try index.select(known)
        return rules
    }

    /// The document's rules in source order, turned into terms when somebody first asks for them.
    func rules() throws -> Rules {
        if let found { return found }
        var rules = Rules()
        for rule in source.rules {
            let symbolic = try SymbolicRule(rule)
            rules.arity = symbolic.arguments.count
            if rule.isDefault {
                rules.defaultRule = symbolic
            } else {
                rules.chains.append([symbolic] + symbolic.elseRules)
                if rule.groundPrefixLength < rule.reference.count { rules.areGround = false }
            }
        }
        rules.isPartialSet = rules.rules.first?.isPartialSet ?? false
        // What rules below define are members of the document, too.
        if !rules.areGround { for child in children { try child.appendAll(to: &rules) } }
        found = rules
        return rules
    }

    /// Adds the rules of this document and of those below it.
    private func appendAll(to rules: inout Rules) throws {
        let own = try self.rules()
        if let defaultRule = own.defaultRule {
            throw PartialFailure(
                .unsupported, "partial evaluation cannot take apart a document that has both a default and variables in a rule's reference",
                at: defaultRule.span)
        }
        if own.arity == 0 { rules.chains += own.chains }
        for child in children { try child.appendAll(to: &rules) }
    }

    /// Whether rules define a document, or one above it or below it.
    private func isVirtual(_ path: ArraySlice<SymbolicTerm>) -> Bool {
        var node = self
        for key in path {
            guard let next = node.child(key) else { return false }
            if next.hasRules { return true }
            node = next
        }
        return true
    }

    /// The document at a path below this one.
    func find(_ path: some Sequence<SymbolicTerm>) -> DocumentTree? {
        var node = self
        for key in path {
            guard let next = node.child(key) else { return nil }
            node = next
        }
        return node
    }

    /// Calls a closure with the documents whose rules a reference below this one may lead to, until it returns true.
    ///
    /// - Parameter isRoot: whether this is `data`, of which `system` is hidden.
    func mayLead(_ operands: ArraySlice<SymbolicTerm>, isRoot: Bool = true, to visit: (DocumentTree) throws -> Bool) throws -> Bool {
        guard let first = operands.first else { return try extend(isRoot: isRoot, to: visit) }
        if first.isConstant {
            guard let child = child(first) else { return false }
            return try visit(child) || child.mayLead(operands.dropFirst(), isRoot: false, to: visit)
        }
        for child in children where !(isRoot && child.isHidden) {
            if try visit(child) || child.mayLead(operands.dropFirst(), isRoot: false, to: visit) { return true }
        }
        return false
    }

    private func extend(isRoot: Bool, to visit: (DocumentTree) throws -> Bool) throws -> Bool {
        for child in children where !(isRoot && child.isHidden) {
            if try visit(child) || child.extend(isRoot: false, to: visit) { return true }
        }
        return false
    }

    /// Whether the document of that name below `data` is left out where documents are enumerated.
    var isHidden: Bool { key.string == "system" }
}
