import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax

/// What one partial evaluation's parts share. One thread uses it.
final class Session {
    let tree: DocumentTree
    let analysis: BodyAnalysis
    let calls: BuiltinCalls
    /// The name of the package that the result's rules are in.
    let namespace = SymbolicTerm.string("partial")
    /// The query's own bindings, whose variables keep their names in the result.
    let rootBindings: Bindings
    let isStrict: Bool
    var saveSet: SaveSet
    var saveStack = SaveStack()
    var support = SupportModules()
    var inlining: InliningControl
    var replacements = FunctionReplacements()
    var cache = DocumentCache()
    /// The documents that `with` modifiers in force have replaced.
    var targets: [[[SymbolicTerm]]] = []
    /// The replacements in force, for support rules.
    var contexts: [[SymbolicTerm]] = []
    var meter: Meter
    private var queryCount = 0
    private let base: BaseDocuments
    private var dependences: [ObjectIdentifier: Dependence] = [:]

    /// What a document's rules depend on.
    private struct Dependence {
        /// They depend on something unknown, wherever they are asked for.
        var isUnknown = false
        /// The variables that references in them begin with.
        var heads: Set<String> = []
    }

    init(
        tree: DocumentTree, analysis: BodyAnalysis, calls: BuiltinCalls, data: Value, unknowns: [[SymbolicTerm]], inlining: InliningControl,
        isStrict: Bool, meter: Meter
    ) {
        self.tree = tree
        self.analysis = analysis
        self.calls = calls
        self.inlining = inlining
        self.isStrict = isStrict
        self.meter = meter
        base = BaseDocuments(data)
        saveSet = SaveSet(documents: unknowns)
        rootBindings = Bindings(id: 0)
        queryCount = 1
    }

    /// The number of another body.
    func nextQueryID() -> Int {
        defer { queryCount += 1 }
        return queryCount
    }

    var context: SupportContext { SupportContext(replacements: contexts.flatMap { $0 }) }

    /// The base document at a path below `data`.
    func document(at path: ArraySlice<SymbolicTerm>) -> SymbolicTerm? { base.document(at: path) }

    /// Whether a reference lies in a document that a `with` in force has replaced.
    func isReplaced(_ reference: [SymbolicTerm]) -> Bool { targets.contains { $0.contains { reference.hasPrefix($0) } } }

    /// Whether two results can be told apart from a body that never holds.
    func passesTypeCheck(_ body: SymbolicBody) throws -> Bool {
        try meter.charge(body)
        return analysis.passesTypeCheck(body.syntax)
    }

    // MARK: Unknowns

    /// Whether a term depends on something unknown, in itself or through rules.
    func isUnknown(_ term: SymbolicTerm, of bindings: Bindings) throws -> Bool {
        switch term.kind {
        case .null, .boolean, .number, .string: return false
        case .variable: return saveSet.containsRecursively(term, of: bindings)
        case .reference(let operands): return try isUnknown(reference: operands, of: bindings)
        case .call(let terms), .array(let terms), .set(let terms): return try terms.contains { try isUnknown($0, of: bindings) }
        case .object(let items): return try items.contains { try isUnknown($0.key, of: bindings) || isUnknown($0.value, of: bindings) }
        case .comprehension(let comprehension):
            return try comprehension.head.contains { try isUnknown($0, of: bindings) }
                || comprehension.body.contains { try isUnknown($0, of: bindings) }
        }
    }

    func isUnknown(_ body: SymbolicBody, of bindings: Bindings) throws -> Bool {
        try body.contains { try isUnknown($0, of: bindings) }
    }

    func isUnknown(_ expression: SymbolicExpression, of bindings: Bindings) throws -> Bool {
        if !expression.with.isEmpty || isDeferred(expression) { return true }
        switch expression.kind {
        case .term(let term): return try isUnknown(term, of: bindings)
        case .call(let terms): return try terms.contains { try isUnknown($0, of: bindings) }
        case .every(let every):
            return try every.key.map { try isUnknown($0, of: bindings) } ?? false || isUnknown(every.value, of: bindings)
                || isUnknown(every.domain, of: bindings) || isUnknown(every.body, of: bindings)
        }
    }

    func isUnknown(reference: [SymbolicTerm], of bindings: Bindings) throws -> Bool {
        let term = SymbolicTerm.reference(reference)
        if saveSet.contains(term, of: bindings) || inlining.isDisabledByCaller(reference.constantPrefix) { return true }
        if reference.first?.variable == "data" {
            let found = try tree.mayLead(reference.dropFirst()) { node in
                let dependence = try dependence(of: node)
                return dependence.isUnknown || dependence.heads.contains { saveSet.contains(variable: $0, of: bindings) }
            }
            if found { return true }
        }
        return try reference.contains { try isUnknown($0, of: bindings) }
    }

    /// Whether an expression calls a builtin that is left to those who evaluate the result.
    private func isDeferred(_ expression: SymbolicExpression) -> Bool {
        guard !inlining.callsNondeterministic, case .call(let terms) = expression.kind, case .reference(let path) = terms[0].kind,
            path.first?.variable != "data"
        else { return false }
        return calls.isNondeterministic(terms[0].syntaxText)
    }

    private func dependence(of node: DocumentTree) throws -> Dependence {
        if let known = dependences[ObjectIdentifier(node)] { return known }
        var dependence = Dependence()
        for rule in try node.rules().all {
            for branch in [rule] + rule.elseRules {
                let head = branch.arguments + [branch.result]
                for term in head { try collect(term, into: &dependence) }
                for expression in branch.body { try collect(expression, into: &dependence) }
            }
        }
        dependences[ObjectIdentifier(node)] = dependence
        return dependence
    }

    private func collect(_ expression: SymbolicExpression, into dependence: inout Dependence) throws {
        func hasDeferred(_ expression: SymbolicExpression) -> Bool {
            if !expression.with.isEmpty || isDeferred(expression) { return true }
            if case .every(let every) = expression.kind { return every.body.contains(where: hasDeferred) }
            return false
        }
        if hasDeferred(expression) { dependence.isUnknown = true }
        var references: [[SymbolicTerm]] = []
        var hasDeferredInside = false
        expression.forEachReference { references.append($0) }
        expression.forEachComprehension { hasDeferredInside = hasDeferredInside || $0.body.contains(where: hasDeferred) }
        if hasDeferredInside { dependence.isUnknown = true }
        for reference in references { try collect(reference: reference, into: &dependence) }
    }

    private func collect(_ term: SymbolicTerm, into dependence: inout Dependence) throws {
        try collect(SymbolicExpression(term), into: &dependence)
    }

    private func collect(reference: [SymbolicTerm], into dependence: inout Dependence) throws {
        if dependence.isUnknown { return }
        if saveSet.containsDocument(reference) || inlining.isDisabledByCaller(reference.constantPrefix) {
            dependence.isUnknown = true
            return
        }
        guard let head = reference.first?.variable else { return }
        guard head == "data" else {
            if head != "input" { dependence.heads.insert(head) }
            return
        }
        var heads: Set<String> = []
        let isUnknown = try tree.mayLead(reference.dropFirst()) { node in
            let inner = try self.dependence(of: node)
            heads.formUnion(inner.heads)
            return inner.isUnknown
        }
        dependence.heads.formUnion(heads)
        if isUnknown { dependence.isUnknown = true }
    }
}

extension SymbolicExpression {
    /// Calls a closure with each comprehension, the outer one before those in it.
    func forEachComprehension(_ visit: (SymbolicComprehension) -> Void) {
        func walk(_ term: SymbolicTerm) {
            switch term.kind {
            case .null, .boolean, .number, .string, .variable: break
            case .reference(let terms), .call(let terms), .array(let terms), .set(let terms): for term in terms { walk(term) }
            case .object(let items):
                for item in items {
                    walk(item.key)
                    walk(item.value)
                }
            case .comprehension(let comprehension):
                visit(comprehension)
                for term in comprehension.head { walk(term) }
                for expression in comprehension.body { expression.forEachComprehension(visit) }
            }
        }
        switch kind {
        case .term(let term): walk(term)
        case .call(let terms): for term in terms { walk(term) }
        case .every(let every):
            walk(every.domain)
            for expression in every.body { expression.forEachComprehension(visit) }
        }
        for modifier in with { walk(modifier.value) }
    }
}
