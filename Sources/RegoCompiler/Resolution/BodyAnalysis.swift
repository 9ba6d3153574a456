package import RegoSyntax

/// Answers what partial evaluation asks about bodies that it has made of a program's rules.
package final class BodyAnalysis {
    private let program: ResolvedProgram
    private let builtins: BuiltinTable
    private let options: ResolverOptions

    package init(program: ResolvedProgram, builtins: BuiltinTable, options: ResolverOptions) {
        self.program = program
        self.builtins = builtins
        self.options = options
    }

    /// Whether a body's types fit, so that it may hold.
    package func passesTypeCheck(_ body: Body) -> Bool {
        let nodes = Nodes(body, in: self)
        TypeChecker(resolution: nodes.resolution, callees: nodes.callees, documents: program.types).check(query: nodes.body)
        return !nodes.resolution.hasFailed
    }

    /// How many arguments the operator of a call takes; -1 for functions that the program has not.
    package func arity(of operation: Term) -> Int {
        let nodes = Nodes([Expression(.call([operation]))], in: self)
        guard case .call(let terms)? = nodes.body.first?.kind else { return -1 }
        return nodes.callees.arity(terms[0])
    }

    /// The variables that a body binds beyond those that are bound before.
    package func outputs(of body: Body, safe: Set<String>) -> Set<String> {
        let nodes = Nodes(body, in: self)
        return nodes.names(OutputVariables(callees: nodes.callees).of(nodes.body, safe: nodes.variables(safe)))
    }

    /// The variables that must be bound for a body to be evaluated, or that it binds.
    package func variables(of body: Body) -> Set<String> {
        let nodes = Nodes(body, in: self)
        return nodes.names(VariableCollector.safety(of: nodes.body))
    }

    /// A body in the form that the stages work on.
    private struct Nodes {
        let resolution: Resolution
        let callees: Callees
        let body: [ExpressionNode]

        init(_ body: Body, in analysis: BodyAnalysis) {
            let symbols = SymbolTable(generatedPrefix: "__locala")
            resolution = Resolution(symbols: symbols, options: analysis.options, builtins: analysis.builtins)
            callees = Callees(builtins: analysis.builtins, documents: analysis.program.root, symbols: symbols)
            var lowering = Lowering(symbols: symbols, limit: .largeStack)
            self.body = lowering.body(body)
        }

        func variables(_ names: Set<String>) -> VariableSet {
            var result = VariableSet()
            for name in names { result.insert(resolution.symbols.intern(name)) }
            return result
        }

        func names(_ variables: VariableSet) -> Set<String> { Set(variables.map { resolution.symbols.name($0) }) }
    }
}
