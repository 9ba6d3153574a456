/// Where a rule's variables and comprehensions stand, so that those that occur in one comprehension alone are told from the others.
struct OccurrenceIndex {
    /// The first and last occurrence of each variable, counted from the rule's first.
    private var occurrences = LookupTable<VariableID, ClosedRange<Int>>()
    /// The occurrences within each comprehension.
    private var extents = LookupTable<ObjectIdentifier, Range<Int>>()
    private var count = 0

    /// Indexes a rule's head and body.
    init(_ rule: RuleNode) {
        for node in rule.reference + (rule.arguments ?? []) { visit(node) }
        if let key = rule.key { visit(key) }
        if let value = rule.value { visit(value) }
        visit(rule.body)
    }

    /// Indexes a query.
    init(_ query: [ExpressionNode]) { visit(query) }

    /// Whether a variable of a comprehension occurs outside of it too; true for comprehensions that are not in the index.
    func isShared(_ variable: VariableID, by comprehension: ComprehensionNode) -> Bool {
        guard let extent = extents[ObjectIdentifier(comprehension)], let places = occurrences[variable] else { return true }
        return places.lowerBound < extent.lowerBound || places.upperBound >= extent.upperBound
    }

    private mutating func visit(_ node: Node) {
        switch node.kind {
        case .null, .boolean, .number, .string: break
        case .variable(let variable):
            let first = occurrences[variable]?.lowerBound ?? count
            occurrences.set(variable, to: first...count)
            count += 1
        case .reference(let nodes), .call(let nodes), .array(let nodes), .set(let nodes): for node in nodes { visit(node) }
        case .object(let entries):
            for entry in entries {
                visit(entry.key)
                visit(entry.value)
            }
        case .comprehension(let comprehension):
            let start = count
            for term in comprehension.head { visit(term) }
            visit(comprehension.body)
            extents.set(ObjectIdentifier(comprehension), to: start..<count)
        case .template(let parts): for case .expression(let expression) in parts { visit([expression]) }
        }
    }

    private mutating func visit(_ body: [ExpressionNode]) {
        for expression in body {
            switch expression.kind {
            case .term(let term): visit(term)
            case .call(let terms), .some(let terms): for term in terms { visit(term) }
            case .every(let every):
                if let key = every.key { visit(key) }
                visit(every.value)
                visit(every.domain)
                visit(every.body)
            }
            for with in expression.with {
                visit(with.target)
                visit(with.value)
            }
        }
    }
}
