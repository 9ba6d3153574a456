/// Collects the variables below a node, with the exceptions that the stages need.
struct VariableCollector {
    struct Exceptions: OptionSet {
        let rawValue: UInt8
        static let referenceHeads = Exceptions(rawValue: 1)
        /// The names of functions, and the heads of `with` targets and values.
        static let calleeHeads = Exceptions(rawValue: 2)
        static let objectKeys = Exceptions(rawValue: 4)
        /// Comprehensions, templates and the bodies of `every`.
        static let closures = Exceptions(rawValue: 8)
        static let sets = Exceptions(rawValue: 16)

        /// What an expression needs or binds itself.
        static let safety: Exceptions = [.calleeHeads, .closures]
    }

    let exceptions: Exceptions
    private(set) var variables = VariableSet()
    /// Whether a closure was passed over.
    private(set) var sawClosure = false

    init(except exceptions: Exceptions = []) {
        self.exceptions = exceptions
    }

    mutating func reset() {
        variables = VariableSet()
        sawClosure = false
    }

    mutating func visit(_ node: Node) {
        switch node.kind {
        case .null, .boolean, .number, .string: break
        case .variable(let variable): variables.insert(variable)
        case .reference(let operands): visit(operands, from: exceptions.contains(.referenceHeads) ? 1 : 0)
        case .array(let elements): visit(elements)
        case .call(let terms): visit(call: terms)
        case .set(let members): if !exceptions.contains(.sets) { visit(members) }
        case .object(let entries):
            for entry in entries {
                if !exceptions.contains(.objectKeys) { visit(entry.key) }
                visit(entry.value)
            }
        case .comprehension(let comprehension): visit(comprehension)
        case .template(let parts):
            sawClosure = true
            if exceptions.contains(.closures) { return }
            for case .expression(let expression) in parts { visit(expression) }
        }
    }

    mutating func visit(_ comprehension: ComprehensionNode) {
        sawClosure = true
        if exceptions.contains(.closures) { return }
        if let key = comprehension.key { visit(key) }
        visit(comprehension.value)
        visit(comprehension.body)
    }

    /// Visits some of the nodes, by their positions.
    mutating func visit(_ nodes: [Node], from start: Int = 0, to end: Int = .max) {
        for index in start..<max(start, min(end, nodes.count)) { visit(nodes[index]) }
    }

    mutating func visit(_ body: [ExpressionNode]) {
        for expression in body { visit(expression) }
    }

    mutating func visit(_ expression: ExpressionNode) {
        switch expression.kind {
        case .term(let term): visit(term)
        case .some(let symbols): visit(symbols)
        case .call(let terms): visit(call: terms)
        case .every(let every):
            sawClosure = true
            if exceptions.contains(.closures) {
                visit(every.domain)
            } else {
                if let key = every.key { visit(key) }
                visit(every.value)
                visit(every.domain)
                visit(every.body)
            }
        }
        for with in expression.with { visit(with) }
    }

    mutating func visit(_ with: WithNode) {
        guard exceptions.contains(.calleeHeads) else {
            visit(with.target)
            visit(with.value)
            return
        }
        if let target = with.target.reference { visit(target, from: 1) }
        if let value = with.value.reference { visit(value, from: 1) } else { visit(with.value) }
    }

    private mutating func visit(call terms: [Node]) {
        if exceptions.contains(.calleeHeads), let operation = terms.first?.reference {
            visit(operation, from: 1)
            visit(terms, from: 1)
        } else {
            visit(terms)
        }
    }
}

extension Node {
    /// Every variable below the node, closures included.
    func variables(except exceptions: VariableCollector.Exceptions = []) -> VariableSet {
        var collector = VariableCollector(except: exceptions)
        collector.visit(self)
        return collector.variables
    }

    /// Whether the term's value has to be computed by an expression: it holds a reference or a comprehension.
    var requiresEvaluation: Bool {
        switch kind {
        case .null, .boolean, .number, .string, .variable, .template: false
        case .reference, .comprehension: true
        case .call(let terms): terms.contains(where: \.requiresEvaluation)
        case .array(let elements), .set(let elements): elements.contains(where: \.requiresEvaluation)
        case .object(let entries): entries.contains { $0.key.requiresEvaluation || $0.value.requiresEvaluation }
        }
    }
}

extension VariableCollector {
    static func safety(of expression: ExpressionNode) -> VariableSet {
        var collector = VariableCollector(except: .safety)
        collector.visit(expression)
        return collector.variables
    }

    static func safety(of body: [ExpressionNode]) -> VariableSet {
        var collector = VariableCollector(except: .safety)
        collector.visit(body)
        return collector.variables
    }
}
