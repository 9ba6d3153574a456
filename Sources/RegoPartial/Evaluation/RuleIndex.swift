import RegoSyntax

/// Tells which of a document's rules may hold where some documents are known, and in which order they are evaluated.
///
/// The order is that of OPA's index, for the names of variables in the result follow from it: a trie of the documents that rules compare
/// with constants, those first that most rules mention. Rules that say nothing of a document come before those that do.
final class RuleIndex {
    /// What is known of a document that rules compare.
    enum Known {
        case unknown
        case undefined
        case value(SymbolicTerm)
    }

    private let root = Node()
    private let rules: [[SymbolicRule]]

    /// What a rule says of a document.
    private struct Entry {
        let document: [SymbolicTerm]
        let value: SymbolicTerm
    }

    fileprivate final class Node {
        var document: [SymbolicTerm] = []
        var next: Node?
        var any: Node?
        var undefined: Node?
        var scalars: [(value: SymbolicTerm, node: Node)] = []
        var array: Node?
        /// Rules by their positions, and their branches'.
        var rules: [(rule: Int, branch: Int)] = []
    }

    /// - Parameter isVirtual: whether rules define a document.
    init(_ rules: [SymbolicRule], isVirtual: ([SymbolicTerm]) -> Bool) {
        self.rules = rules.map { [$0] + $0.elseRules }
        var documents: [(path: [SymbolicTerm], place: Span, count: Int)] = []
        var entries: [[[Entry]]] = []
        for chain in self.rules {
            entries.append(
                chain.map { branch in
                    let (own, places) = Self.entries(of: branch, isVirtual: isVirtual)
                    for (path, place) in places {
                        if let known = documents.firstIndex(where: { $0.path == path }) {
                            documents[known].count += 1
                        } else {
                            documents.append((path, place, 1))
                        }
                    }
                    return own
                })
        }
        documents = documents.sortedStably { left, right in
            if left.count != right.count { return right.count - left.count }
            let (first, second) = (left.place, right.place)
            if first.file != second.file { return first.file.rawValue < second.file.rawValue ? -1 : 1 }
            return first.row != second.row ? Int(first.row) - Int(second.row) : Int(first.column) - Int(second.column)
        }
        for (position, chain) in entries.enumerated() {
            for (branch, own) in chain.enumerated() {
                var node = root
                if !own.isEmpty {
                    for document in documents {
                        node = node.insert(document.path, own.first { $0.document == document.path }?.value)
                    }
                }
                node.rules.append((position, branch))
            }
        }
    }

    /// The branches of the rules that may hold.
    func select(_ known: ([SymbolicTerm]) throws -> Known) throws -> [[SymbolicRule]] {
        var order: [Int] = []
        var branches: [Int: [Int]] = [:]
        func add(_ node: Node) {
            for (rule, branch) in node.rules {
                if branches[rule] == nil { order.append(rule) }
                branches[rule, default: []].append(branch)
            }
        }
        func visit(_ node: Node?) throws {
            guard let node else { return }
            add(node)
            try enter(node.next)
        }
        func enter(_ node: Node?) throws {
            guard let node else { return }
            switch try known(node.document) {
            case .unknown: try visitAll(node)
            case .undefined: try visit(node.undefined)
            case .value(let value):
                try visit(node.undefined)
                try visit(node.any)
                if case .array(let elements) = value.kind {
                    try visit(node.array, elements[...])
                } else {
                    try visit(node.scalars.first { $0.value == value }?.node)
                }
            }
        }
        func visit(_ node: Node?, _ elements: ArraySlice<SymbolicTerm>) throws {
            guard let node else { return }
            guard let first = elements.first else { return try visit(node) }
            try visit(node.any, elements.dropFirst())
            try visit(node.scalars.first { $0.value == first }?.node, elements.dropFirst())
        }
        func visitAll(_ node: Node?) throws {
            guard let node else { return }
            try visit(node)
            try visitAll(node.undefined)
            try visitAll(node.any)
            try visitAll(node.array)
            for scalar in node.scalars { try visitAll(scalar.node) }
        }
        try visit(root)
        return order.map { rule in (branches[rule] ?? []).sorted().map { rules[rule][$0] } }
    }

    // MARK: What rules say

    private static func entries(
        of rule: SymbolicRule, isVirtual: ([SymbolicTerm]) -> Bool
    ) -> ([Entry], places: [([SymbolicTerm], Span)]) {
        var entries: [Entry] = []
        var places: [([SymbolicTerm], Span)] = []
        let skips = rule.body.contains { expression in
            guard case .call(let terms) = expression.kind else { return false }
            return ["internal.print", "internal.test_case"].contains(terms[0].syntaxText)
        }
        if skips { return ([], []) }
        for expression in rule.body where expression.with.isEmpty && !expression.isNegated {
            var found: Entry?
            switch expression.kind {
            case .term(let term): found = entry(term, .variable("__any__"), in: rule, isVirtual)
            case .call(let terms):
                guard terms.count == 3, SymbolicExpression.calls(terms[0], "eq") || SymbolicExpression.calls(terms[0], "equal") else {
                    continue
                }
                found = entry(terms[1], terms[2], in: rule, isVirtual) ?? entry(terms[2], terms[1], in: rule, isVirtual)
            case .every: continue
            }
            guard let found else { continue }
            let isArgument = found.document.first?.variable == "args"
            places.append((found.document, isArgument ? .none : expression.span))
            if let known = entries.firstIndex(where: { $0.document == found.document }) {
                entries[known] = found
            } else {
                entries.append(found)
            }
        }
        return (entries, places)
    }

    private static func entry(
        _ left: SymbolicTerm, _ right: SymbolicTerm, in rule: SymbolicRule, _ isVirtual: ([SymbolicTerm]) -> Bool
    ) -> Entry? {
        guard isIndexable(right) else { return nil }
        switch left.kind {
        case .variable:
            guard let position = rule.arguments.firstIndex(of: left) else { return nil }
            return Entry(document: [.variable("args"), .integer(position)], value: right)
        case .reference(let operands):
            guard let head = operands.first?.variable, head == "data" || head == "input", operands.dropFirst().allSatisfy(\.isConstant),
                !isVirtual(operands)
            else { return nil }
            return Entry(document: operands, value: right)
        default: return nil
        }
    }

    /// Whether a term is a scalar, a variable, or an array of those.
    private static func isIndexable(_ term: SymbolicTerm) -> Bool {
        if term.isScalar || term.variable != nil { return true }
        guard case .array(let elements) = term.kind else { return false }
        return elements.allSatisfy { $0.isScalar || $0.variable != nil }
    }
}

extension RuleIndex.Node {
    fileprivate func insert(_ document: [SymbolicTerm], _ value: SymbolicTerm?) -> RuleIndex.Node {
        let next = self.next ?? RuleIndex.Node()
        next.document = document
        self.next = next
        guard let value else { return Self.make(&next.undefined) }
        if case .array(let elements) = value.kind {
            return elements.reduce(Self.make(&next.array)) { $0.descend($1) }
        }
        return next.descend(value)
    }

    private func descend(_ value: SymbolicTerm) -> RuleIndex.Node {
        if value.variable != nil { return Self.make(&any) }
        if let known = scalars.first(where: { $0.value == value }) { return known.node }
        let node = RuleIndex.Node()
        scalars.append((value, node))
        return node
    }

    private static func make(_ place: inout RuleIndex.Node?) -> RuleIndex.Node {
        if let node = place { return node }
        let node = RuleIndex.Node()
        place = node
        return node
    }
}
