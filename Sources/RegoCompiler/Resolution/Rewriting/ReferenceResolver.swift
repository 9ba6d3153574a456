import RegoSyntax

/// Replaces the names of rules and imports by full references: `bar[_]` after `import data.foo.bar` becomes `data.foo.bar[_]`.
struct ReferenceResolver {
    /// What the names of a package's rules stand for in each of its modules.
    final class RuleNames {
        private let positions: LookupTable<VariableID, Int>
        private var globals: [Global?]
        private let path: [Node]
        private let symbols: SymbolTable

        /// - Parameters:
        ///   - rules: the first names of the rules
        ///   - package: the keys that lead from `data` to the package
        init(_ rules: [VariableID] = [], of package: [DocumentKey] = [], symbols: SymbolTable) {
            var path: [Node] = package.isEmpty ? [] : [Node(variable: .data, span: .none)]
            for key in package { path.append(Node(key.nodeKind, span: .none)) }
            self.path = path
            self.symbols = symbols
            var positions = LookupTable<VariableID, Int>()
            positions.reserveCapacity(rules.count)
            for (position, rule) in rules.enumerated() { positions.set(rule, to: position) }
            self.positions = positions
            globals = Array(repeating: nil, count: rules.count)
        }

        /// What a name stands for, made when it is first asked for: few of a package's rules are named within it.
        fileprivate func global(_ rule: VariableID) -> Global? {
            guard let position = positions[rule] else { return nil }
            if let known = globals[position] { return known }
            let global = Global(path: path + [Node(.string(symbols.name(rule)), span: .none)])
            globals[position] = global
            return global
        }
    }

    /// What a name stands for, and whether it was used.
    fileprivate final class Global {
        let path: [Node]
        var isUsed = false

        init(path: [Node]) {
            self.path = path
        }

        func reference(at span: Span) -> [Node] { path.map { Node($0.kind, span: span) } }
    }

    let resolution: Resolution
    private let rules: RuleNames
    private var imports = LookupTable<VariableID, Global>()
    /// The variables that hide globals, innermost scope last.
    private var hidden: [VariableSet] = []

    /// - Parameter rules: the rules that can be named directly; imports come before them
    init(resolution: Resolution, rules: RuleNames, imports: [ImportNode]) {
        self.resolution = resolution
        self.rules = rules
        for item in imports where !item.path.isEmpty {
            if let name = item.name { self.imports.set(name, to: Global(path: item.path)) }
        }
    }

    /// Whether an import's name was used.
    func isUsed(_ name: VariableID) -> Bool { imports[name]?.isUsed ?? true }

    mutating func resolve(_ rule: RuleNode) {
        var patterns = VariableSet()
        if let arguments = rule.arguments {
            for argument in arguments {
                if let shadowed = Self.collectPattern(argument, into: &patterns) {
                    let name = resolution.symbols.name(shadowed)
                    resolution.report(.compile, "args must not shadow \(name) (use a different variable name)", at: rule.span)
                    return
                }
            }
        }
        hidden.removeAll(keepingCapacity: true)
        hidden.append(patterns)
        hidden.append(DeclaredVariables.of(rule.body))
        for operand in rule.reference.dropFirst() { resolve(operand) }
        if let key = rule.key { resolve(key) }
        if let value = rule.value { resolve(value) }
        resolve(body: rule.body)
    }

    mutating func resolve(query body: [ExpressionNode]) {
        hidden = [DeclaredVariables.of(body)]
        resolve(body: body)
        hidden = []
    }

    /// Collects a parameter's variables; returns the root document that it would shadow.
    private static func collectPattern(_ node: Node, into variables: inout VariableSet) -> VariableID? {
        switch node.kind {
        case .variable(let variable):
            variables.insert(variable)
            return nil
        case .reference(let nodes), .array(let nodes):
            if let root = node.rootDocument { return root }
            for element in nodes {
                if let root = collectPattern(element, into: &variables) { return root }
            }
            return nil
        case .object(let entries):
            for entry in entries {
                if let root = collectPattern(entry.value, into: &variables) { return root }
            }
            return nil
        case .null, .boolean, .number, .string, .set, .comprehension, .call, .template: return nil
        }
    }

    private func global(_ variable: VariableID) -> Global? {
        guard let global = (imports.isEmpty ? nil : imports[variable]) ?? rules.global(variable) else { return nil }
        if hidden.contains(where: { $0.contains(variable) }) { return nil }
        global.isUsed = true
        return global
    }

    private mutating func resolve(body: [ExpressionNode]) {
        for expression in body { resolve(expression) }
    }

    private mutating func resolve(_ expression: ExpressionNode) {
        switch expression.kind {
        case .term(let term): resolve(term)
        case .call(let terms): for term in terms { resolve(term) }
        case .some(let symbols):
            if let first = symbols.first, case .call(let terms) = first.kind {
                for term in terms { resolve(term) }
            }
        case .every(let every):
            var locals = every.value.variables()
            if let key = every.key { locals.formUnion(key.variables()) }
            hidden.append(locals)
            resolve(every.domain)
            resolve(body: every.body)
            hidden.removeLast()
        }
        for with in expression.with {
            resolve(with.target)
            resolve(with.value)
        }
    }

    private mutating func resolve(_ node: Node) {
        switch node.kind {
        case .null, .boolean, .number, .string: break
        case .variable(let variable):
            if let global = global(variable) { node.kind = .reference(global.reference(at: node.span)) }
        case .reference(let operands):
            for operand in operands.dropFirst() { resolve(operand) }
            guard let head = operands.first else { break }
            if let variable = head.variable {
                if let global = global(variable) {
                    node.kind = .reference(global.reference(at: head.span) + operands.dropFirst())
                }
            } else {
                resolve(head)
            }
        case .call(let nodes), .array(let nodes), .set(let nodes):
            for element in nodes { resolve(element) }
        case .object(let entries):
            for entry in entries {
                resolve(entry.key)
                resolve(entry.value)
            }
        case .comprehension(let comprehension):
            hidden.append(DeclaredVariables.of(comprehension.body))
            for term in comprehension.head { resolve(term) }
            resolve(body: comprehension.body)
            hidden.removeLast()
        case .template(let parts):
            for case .expression(let expression) in parts { resolve(expression) }
        }
    }
}

extension Import {
    /// The name that the import defines.
    var name: String? {
        if let alias { return alias }
        guard case .reference(let path) = self.path.kind else { return nil }
        switch path.last?.kind {
        case .string(let name), .variable(let name): return name
        default: return nil
        }
    }

    /// `import rego.v1` and `import future.keywords…`, which define no name.
    var isLanguageImport: Bool {
        guard case .reference(let path) = self.path.kind, case .variable(let head) = path.first?.kind else { return false }
        return head == "rego" || head == "future"
    }

    /// The import as messages show it.
    var text: String { TermPrinter.text(of: self) }
}
