package import RegoCompiler
@_spi(Engine) package import RegoRuntime
package import RegoSyntax

/// Evaluates a query as far as it does not depend on what is unknown, and says what is left.
package struct PartialEvaluator {
    /// What is left of a query.
    package struct Result: Sendable {
        /// The query holds where one of these does.
        package var queries: [Body]
        /// The rules that the queries refer to, below `data.partial`.
        package var support: [Module]
    }

    /// How a query is evaluated.
    package struct Options {
        /// The documents that are not known, as references that begin with `input` or `data`.
        package var unknowns: [[Term]]
        /// The documents that are kept as rules of the result.
        package var disabledInlining: [[Term]]
        /// Keeps all rules that depend on unknowns as rules of the result.
        package var isShallow: Bool
        /// Calls builtins whose results differ from call to call.
        package var callsNondeterministic: Bool

        package init(
            unknowns: [[Term]], disabledInlining: [[Term]] = [], isShallow: Bool = false, callsNondeterministic: Bool = false
        ) {
            self.unknowns = unknowns
            self.disabledInlining = disabledInlining
            self.isShallow = isShallow
            self.callsNondeterministic = callsNondeterministic
        }
    }

    private let program: ResolvedProgram
    private let calls: BuiltinCalls
    private let analysis: BodyAnalysis
    private let data: Value

    /// - Parameters:
    ///   - calls: the builtins; nobody else uses them meanwhile.
    ///   - data: the base documents, in memory that outlives the evaluation.
    package init(program: ResolvedProgram, calls: BuiltinCalls, analysis: BodyAnalysis, data: Value) {
        self.program = program
        self.calls = calls
        self.analysis = analysis
        self.data = data
    }

    /// Evaluates a query on a large stack.
    ///
    /// - Parameter input: the input document, as far as it is known; undefined for none.
    /// - Throws: a `PartialFailure`.
    package func evaluate(
        _ query: ResolvedQuery, input: Value, options: Options, limits: MachineLimits, cancellation: Cancellation?
    ) throws -> Result {
        let outcome = LargeStack.run { () -> Swift.Result<Result, any Error> in
            Swift.Result { try run(query, input, options, limits, cancellation) }
        }
        guard let outcome else { throw PartialFailure(.depthLimit, LargeStack.failure) }
        return try outcome.get()
    }

    private func run(
        _ query: ResolvedQuery, _ input: Value, _ options: Options, _ limits: MachineLimits, _ cancellation: Cancellation?
    ) throws -> Result {
        calls.begin(limits)
        let unknowns = try options.unknowns.map { try $0.map { try SymbolicTerm($0) } }
        let disabled = try options.disabledInlining.map { try $0.map { try SymbolicTerm($0) } }
        let inlining = InliningControl(
            isShallow: options.isShallow, callsNondeterministic: options.callsNondeterministic, disabled: disabled)
        let session = Session(
            tree: try DocumentTree(program.root), analysis: analysis, calls: calls, data: data, unknowns: unknowns, inlining: inlining,
            isStrict: limits.isStrict, meter: Meter(limits: limits, cancellation: cancellation))
        let body = try SymbolicBody(query.body)
        let evaluation = Evaluation(query: body, session: session, input: input.isDefined ? SymbolicTerm(copying: input) : nil)
        var live = Set(unknowns.compactMap { $0.first?.variable })
        for expression in body {
            _ = expression.containsVariable { name in
                if !name.utf8.starts(with: "__local".utf8) { live.insert(name) }
                return false
            }
        }
        let propagator = CopyPropagator(live: live, analysis: analysis)
        var queries: [Body] = []
        try evaluation.run {
            var result = session.saveStack.top.isEmpty ? [] : session.saveStack.top.plugged(in: session.rootBindings)
            result += Self.equalities(of: evaluation.bindings)
            guard try session.passesTypeCheck(result) else { return }
            if !options.isShallow { result = propagator.apply(to: result) }
            queries.append(result.syntax)
        }
        return Result(queries: queries, support: session.support.modules)
    }

    /// What the query's variables are bound to, as expressions, so that those who evaluate the result learn it.
    private static func equalities(of bindings: Bindings) -> SymbolicBody {
        var equalities: SymbolicBody = []
        bindings.forEach(in: bindings) { equalities.append(.equality($0, $1)) }
        return equalities.sortedStably(by: SymbolicExpression.compare)
    }
}

extension SupportModules {
    /// The rules as modules, in the order of their packages; a module's rules in OPA's order.
    fileprivate var modules: [Module] {
        var packages: [[SymbolicTerm]: [SupportRule]] = [:]
        for rule in rules { packages[rule.package, default: []].append(rule) }
        return packages.sorted { SymbolicTerm.compare($0.key, $1.key) < 0 }.map { package, rules in
            Module(
                file: .none, package: Package(path: package.map(\.syntax), span: .none),
                rules: rules.sortedStably(by: SupportRule.compare).map(\.syntax), version: .v1)
        }
    }
}

extension SupportRule {
    fileprivate var syntax: Rule {
        var head = Rule.Head(
            reference: reference.map(\.syntax), arguments: arguments.isEmpty ? nil : arguments.map(\.syntax), key: key?.syntax,
            value: value?.syntax, isAssignment: false, span: .none)
        head.hasIf = true
        head.hasContains = key != nil
        return Rule(isDefault: isDefault, head: head, body: body.syntax, span: .none)
    }
}
