import RegoSyntax

/// Finds the types of rules, and the expressions whose types do not fit (OPA: v1/ast/check.go).
///
/// A rule's type follows from its body, so rules are visited after those that they depend on. What the checker cannot know is no error:
/// base documents and inputs without a schema have the type `any`.
final class TypeChecker {
    let resolution: Resolution
    let callees: Callees
    let schemas: SchemaCatalog
    private let program: TypeScope
    /// The module of the rule at hand, and the documents that lead to its package: most rules follow another one of their module.
    private var package: (module: ModuleNode, nodes: [TypeTree])?
    /// Steps that are left. Types of programs that authors write take a few for each term; what would take more than all is not checked.
    @exclusivity(unchecked) private(set) var budget: Int
    private var closureDepth = 0
    private var closures = LookupTable<ObjectIdentifier, [CheckedClosure]>()
    /// Whether what is being checked may hold comprehensions.
    @exclusivity(unchecked) private var hasClosures = true
    /// Makes the occurrences of what is being checked, which only comprehensions within each other need.
    private var indexOccurrences: (() -> OccurrenceIndex)?
    private var occurrences: OccurrenceIndex?

    /// What came of a comprehension's body in a scope, as far as the scope matters: the types of the comprehension's variables.
    struct CheckedClosure {
        let variables: [VariableID]
        let types: [RegoType?]
        let problems: [TypeProblem]
        let scope: TypeScope
    }

    static let closureDepthLimit = 48
    private static let baseBudget = 4_000_000
    private static let budgetOfRule = 2_000

    /// - Parameter documents: the types of the program's documents; the checker of rules adds to them
    init(resolution: Resolution, callees: Callees, documents: TypeTree, ruleCount: Int = 0) {
        self.resolution = resolution
        self.callees = callees
        schemas = SchemaCatalog(resolution.options.schemas)
        program = TypeScope(in: nil, documents: documents)
        budget = Self.baseBudget + ruleCount * Self.budgetOfRule
    }

    /// Checks rules, which come after those that they depend on, and reports what is wrong with them in the order of the sources.
    func check(_ rules: [RuleNode], documents: TypeTree) {
        do throws(SchemaFailure) {
            if let input = try schemas.inputType() { documents.put(input, at: [.document(.string("input"))]) }
        } catch {
            report(TypeProblem(.schema(error.message), at: .none))
        }
        var problems: [TypeProblem] = []
        for rule in rules {
            let found = check(rule, documents: documents)
            if !found.isEmpty { problems += found }
        }
        for problem in problems.sorted(by: TypeProblem.precedes) { report(problem) }
    }

    /// Checks a query.
    ///
    /// - Returns: the types of its variables.
    @discardableResult
    func check(query: [ExpressionNode]) -> TypeScope {
        indexOccurrences = { OccurrenceIndex(query) }
        let (scope, problems) = check(query, in: program)
        for problem in problems { report(problem) }
        return scope
    }

    private func report(_ problem: TypeProblem) {
        resolution.report(problem.diagnostic(resolution.printer))
    }

    /// Takes a step; `false` if none is left, so that the caller assumes that everything fits.
    func step(_ count: Int = 1) -> Bool {
        budget -= count
        return budget > 0
    }

    // MARK: Rules

    private func check(_ rule: RuleNode, documents: TypeTree) -> [TypeProblem] {
        hasClosures = rule.hasClosures
        if !closures.isEmpty { closures.removeAll() }
        occurrences = nil
        indexOccurrences = rule.hasClosures ? { OccurrenceIndex(rule) } : nil
        let declarations = resolution.annotations?.schemas(of: rule, symbols: resolution.symbols) ?? []
        let (outer, schemaProblems) = declarations.isEmpty ? (program, []) : self.scope(of: declarations, for: rule, in: program)
        let (scope, problems) = check(rule.body, in: outer)
        guard problems.isEmpty else {
            // Whatever refers to the rule must not fail for its sake.
            documents.put(.any, at: packagePath(of: rule) + pathInPackage(of: rule))
            return schemaProblems + problems
        }
        if let arguments = rule.arguments, !arguments.isEmpty {
            for argument in arguments { setUnknownVariables(of: argument, in: scope) }
            let parameters = arguments.map { FunctionType.Parameter(type: type(of: $0, in: scope)) }
            let result = FunctionType.Parameter(type: rule.value.flatMap { type(of: $0, in: scope) })
            insert(.function(FunctionType(parameters, result: result)), of: rule, into: documents)
        } else if let value = rule.value {
            let nested = rule.reference.dropFirst(rule.groundLength).reversed().reduce(type(of: value, in: scope)) { inner, operand in
                guard let inner, let key = type(of: operand, in: scope) else { return nil }
                return .object(dynamic: .init(key: key, value: inner))
            }
            if let nested { insert(nested, of: rule, into: documents, length: rule.groundLength) }
        } else if let key = rule.key, let member = type(of: key, in: scope) {
            insert(.set(of: member), of: rule, into: documents)
        }
        return schemaProblems
    }

    /// Adds a rule's type where the rule's document is, of whose path below the package some operands are left out if it is not ground.
    private func insert(_ type: RegoType, of rule: RuleNode, into documents: TypeTree, length: Int = .max) {
        let path = pathInPackage(of: rule).prefix(length)
        if package?.module !== rule.module {
            package = (rule.module, documents.descend(along: packagePath(of: rule)))
        }
        guard let nodes = package?.nodes, nodes.allSatisfy({ $0.type == nil }) else {
            return documents.insert(type, at: (packagePath(of: rule) + path)[...])
        }
        for node in nodes { node.forgetExtent() }
        nodes[nodes.count - 1].insert(type, at: path)
    }

    private func packagePath(of rule: RuleNode) -> [TypeTree.Key] {
        [.document(.string("data"))] + rule.module.packageKeys.map { .document($0) }
    }

    private func pathInPackage(of rule: RuleNode) -> [TypeTree.Key] {
        var path = [TypeTree.Key](capacity: rule.reference.count)
        for (position, operand) in rule.reference.enumerated() {
            if let variable = operand.variable {
                let name = resolution.symbols.name(variable)
                path.append(position == 0 ? .document(.string(name)) : .variable(name))
            } else if let key = DocumentKey(operand) {
                path.append(.document(key))
            }
        }
        return path
    }

    /// Parameters that a body says nothing of may be anything.
    private func setUnknownVariables(of node: Node, in scope: TypeScope) {
        for variable in node.variables() where typeOfVariable(variable, in: scope) == nil { scope.set(variable, to: .any) }
    }

    // MARK: Bodies

    /// Checks a body's expressions in a scope of its own.
    func check(_ body: [ExpressionNode], in outer: TypeScope) -> (scope: TypeScope, problems: [TypeProblem]) {
        let scope = TypeScope(in: outer)
        var problems: [TypeProblem] = []
        for expression in body {
            guard step() else { break }
            let ofClosures = checkClosures(of: expression, in: scope)
            let ofReferences = checkReferences(of: expression, in: scope)
            if !ofClosures.isEmpty { problems += ofClosures }
            if !ofReferences.isEmpty { problems += ofReferences }
            guard let problem = check(expression, in: scope) else { continue }
            // What is not known because something inside is wrong is not worth a further message.
            if !ofClosures.isEmpty || !ofReferences.isEmpty, problem.isCausedByUnknownType { continue }
            problems.append(problem)
        }
        return (scope, problems)
    }

    /// Checks the bodies of an expression's comprehensions, and those of the comprehensions inside them; the last wrong one counts.
    private func checkClosures(of expression: ExpressionNode, in scope: TypeScope) -> [TypeProblem] {
        var problems: [TypeProblem] = []
        guard hasClosures else { return problems }
        forEachComprehension(in: expression) { comprehension in
            let found = check(comprehension, in: scope).problems
            if !found.isEmpty { problems = found }
            return found.isEmpty
        }
        return problems
    }

    /// Checks a comprehension's body, unless it has been checked with the same types of its variables.
    func check(_ comprehension: ComprehensionNode, in scope: TypeScope) -> (scope: TypeScope, problems: [TypeProblem]) {
        guard closureDepth < Self.closureDepthLimit, step() else { return (scope, []) }
        let id = ObjectIdentifier(comprehension)
        let known = closures[id] ?? []
        let variables = known.first?.variables ?? self.variables(of: comprehension)
        let types = variables.map { scope.type(of: $0) }
        for entry in known where zip(entry.types, types).allSatisfy({ RegoType.compare($0, $1) == 0 }) {
            return (entry.scope, entry.problems)
        }
        closureDepth += 1
        defer { closureDepth -= 1 }
        let (inner, problems) = check(comprehension.body, in: scope)
        closures[id, default: []].append(CheckedClosure(variables: variables, types: types, problems: problems, scope: inner))
        return (inner, problems)
    }

    /// The variables of a comprehension whose types the scope around may know.
    private func variables(of comprehension: ComprehensionNode) -> [VariableID] {
        var collector = VariableCollector()
        collector.visit(comprehension)
        guard closureDepth > 0 else { return Array(collector.variables) }
        occurrences = occurrences ?? indexOccurrences?()
        return collector.variables.filter { occurrences?.isShared($0, by: comprehension) ?? true }
    }

    // MARK: Names

    /// The type of what a variable stands for; a builtin's name without dots counts as its function.
    func typeOfVariable(_ variable: VariableID, in scope: TypeScope) -> RegoType? {
        scope.type(of: variable) ?? builtinType(variable).map { .function($0) }
    }

    func builtinType(_ variable: VariableID) -> FunctionType? {
        resolution.symbols.isMade(variable) ? nil : callees.callee(named: variable).type
    }
}

extension TypeChecker {
    /// Visits the comprehensions of an expression; those inside of one only if `visit` returns true for it.
    private func forEachComprehension(in expression: ExpressionNode, _ visit: (ComprehensionNode) -> Bool) {
        switch expression.kind {
        case .term(let term): forEachComprehension(in: term, visit)
        case .call(let terms): for term in terms.dropFirst() { forEachComprehension(in: term, visit) }
        case .some: break
        case .every(let every):
            forEachComprehension(in: every.domain, visit)
            for inner in every.body { forEachComprehension(in: inner, visit) }
        }
        for with in expression.with {
            forEachComprehension(in: with.target, visit)
            forEachComprehension(in: with.value, visit)
        }
    }

    private func forEachComprehension(in node: Node, _ visit: (ComprehensionNode) -> Bool) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable: break
        case .reference(let nodes), .call(let nodes), .array(let nodes), .set(let nodes):
            for element in nodes { forEachComprehension(in: element, visit) }
        case .object(let entries):
            for entry in entries {
                forEachComprehension(in: entry.key, visit)
                forEachComprehension(in: entry.value, visit)
            }
        case .comprehension(let comprehension):
            guard visit(comprehension) else { return }
            for term in comprehension.head { forEachComprehension(in: term, visit) }
            for expression in comprehension.body { forEachComprehension(in: expression, visit) }
        case .template(let parts):
            for case .expression(let expression) in parts { forEachComprehension(in: expression, visit) }
        }
    }
}
