package import RegoSyntax

/// The documents that a query depends on, directly or through rules: base documents, and virtual ones.
///
/// References end where they become dynamic: `data.a.b[x]` counts as `data.a.b`. Source: OPA's `dependencies` package; unlike it, the
/// branches behind `else` count too.
package struct DependencyAnalysis {
    /// References of documents that no rule defines, in Rego's order.
    package private(set) var base: [[Term]] = []
    /// References of rules, in Rego's order.
    package private(set) var virtual: [[Term]] = []

    /// Follows a query through the rules of a program.
    package init(_ query: Body, in program: ResolvedProgram) {
        var variables: Set<String> = []
        ReferenceWalk(variable: { variables.insert($0) }, head: { variables.insert($0) }).walk(query)
        let head = variables.filter { !$0.utf8.starts(with: "$".utf8) }.map { Term(.variable($0)) }
        var open = [RuleDependencies(head: head, body: query).references]
        var visited: Set<ObjectIdentifier> = []
        while let references = open.popLast() {
            for reference in Self.minimal(references) {
                let constant = Self.constantPrefix(reference)
                let nodes = Self.nodes(at: constant, in: program.root)
                if nodes.isEmpty { base.append(constant) }
                for node in nodes where visited.insert(ObjectIdentifier(node)).inserted {
                    for rule in node.rules {
                        virtual.append(Array(rule.reference.prefix(rule.groundPrefixLength)))
                        open.append(Self.references(of: rule))
                    }
                }
            }
        }
        base = Self.distinct(base)
        virtual = Self.distinct(virtual)
    }

    private static func references(of rule: ResolvedRule) -> [[Term]] {
        let operands = Array(rule.reference.dropFirst(rule.groundPrefixLength))
        let head = rule.arguments + operands + [rule.key, rule.value].compactMap { $0 }
        var references = RuleDependencies(head: head, body: rule.body).references
        for branch in rule.elseRules {
            references += RuleDependencies(head: rule.arguments + [branch.value], body: branch.body).references
        }
        return references
    }

    /// The nodes with rules that a reference leads to: one on its way, or all below its end.
    private static func nodes(at reference: [Term], in root: RuleTree) -> [RuleTree] {
        guard case .variable("data")? = reference.first?.kind else { return [] }
        var node = root
        for operand in reference.dropFirst() {
            guard let key = DocumentKey(operand), let next = node.children.first(where: { DocumentKey($0.key) == key }) else { return [] }
            node = next
            if !node.rules.isEmpty { break }
        }
        var nodes: [RuleTree] = []
        var open = [node]
        while let next = open.popLast() {
            if !next.rules.isEmpty { nodes.append(next) }
            open += next.children
        }
        return nodes
    }

    private static func constantPrefix(_ reference: [Term]) -> [Term] {
        let end = reference.dropFirst().firstIndex { !isConstant($0) } ?? reference.endIndex
        return Array(reference[..<end])
    }

    private static func isConstant(_ term: Term) -> Bool {
        switch term.kind {
        case .null, .boolean, .number, .string: true
        case .array(let elements), .set(let elements): elements.allSatisfy(isConstant)
        case .object(let items): items.allSatisfy { isConstant($0.key) && isConstant($0.value) }
        default: false
        }
    }

    private static func compare(_ left: [Term], _ right: [Term]) -> Int {
        TermOrder.compare(Term(.reference(left)), Term(.reference(right)))
    }

    private static func distinct(_ references: [[Term]]) -> [[Term]] {
        var result: [[Term]] = []
        for reference in references.sorted(by: { compare($0, $1) < 0 }) {
            if let last = result.last, compare(last, reference) == 0 { continue }
            result.append(reference)
        }
        return result
    }

    /// Those of the references that no other one is a prefix of.
    private static func minimal(_ references: [[Term]]) -> [[Term]] {
        var result: [[Term]] = []
        for reference in distinct(references) {
            if let last = result.last, last.count <= reference.count, compare(last, Array(reference.prefix(last.count))) == 0 { continue }
            result.append(reference)
        }
        return result
    }
}
