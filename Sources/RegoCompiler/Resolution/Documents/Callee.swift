/// What the operator of a call names.
///
/// A class, so that nodes need no room for what is known of a builtin.
final class Callee {
    /// How many arguments it takes; -1 if there is no such function.
    let arity: Int
    /// The builtin's signature; `nil` for the author's functions.
    let builtin: BuiltinSignature?

    /// The type of the builtin, read once.
    private(set) lazy var type: FunctionType? = builtin?.type

    init(arity: Int, builtin: BuiltinSignature?) {
        self.arity = arity
        self.builtin = builtin
    }

    convenience init(_ builtin: BuiltinSignature) { self.init(arity: builtin.arity, builtin: builtin) }

    var hasNoResult: Bool { builtin?.hasResult == false }
}

/// Finds what the operators of calls name.
final class Callees {
    let builtins: BuiltinTable
    let documents: any DocumentNode
    private let symbols: SymbolTable
    // One thread looks names up, and nothing else while a table changes.
    @exclusivity(unchecked) private var known = LookupTable<VariableID, Callee>()
    private var byDottedName = LookupTable<String, Callee>()
    private let undefined = Callee(arity: -1, builtin: nil)

    init(builtins: BuiltinTable, documents: any DocumentNode, symbols: SymbolTable) {
        self.builtins = builtins
        self.documents = documents
        self.symbols = symbols
    }

    /// What an operator names, looked up once for each operator.
    func callee(_ operation: Node) -> Callee {
        if let known = operation.callee { return known }
        let found = find(operation)
        operation.callee = found
        return found
    }

    /// The number of arguments that an operator takes; -1 for undefined functions.
    func arity(_ operation: Node) -> Int { callee(operation).arity }

    private func find(_ operation: Node) -> Callee {
        guard case .reference(let path) = operation.kind, let head = path.first?.variable else { return undefined }
        if head == .data {
            guard path.count > 1, let node = documents.find(path.dropFirst()), node.ruleCount > 0 else { return undefined }
            return Callee(arity: node.parameterCount(ofRule: 0), builtin: nil)
        }
        if path.count == 1 { return callee(named: head) }
        guard let name = name(path) else { return undefined }
        if let callee = byDottedName[name] { return callee }
        let callee = builtin(name).map(Callee.init) ?? undefined
        byDottedName.set(name, to: callee)
        return callee
    }

    /// What a name without dots stands for as an operator.
    func callee(named head: VariableID) -> Callee {
        if let callee = known[head] { return callee }
        let callee = builtin(symbols.name(head)).map(Callee.init) ?? undefined
        known.set(head, to: callee)
        return callee
    }

    func builtin(_ name: String) -> BuiltinSignature? { builtins[name] }

    /// The builtin that a term names, as a reference or a plain variable.
    func builtin(of term: Node) -> BuiltinSignature? {
        switch term.kind {
        case .variable(let variable): symbols.isMade(variable) ? nil : builtin(symbols.name(variable))
        case .reference(let path): builtin(named: path)
        default: nil
        }
    }

    private func builtin(named path: [Node]) -> BuiltinSignature? {
        name(path).flatMap(builtin)
    }

    /// The dotted name that a reference spells; `nil` if it holds more than names.
    func name(_ path: [Node]) -> String? {
        guard let head = path.first?.variable, head != .data, head != .input, !symbols.isMade(head) else { return nil }
        var name = symbols.name(head)
        for operand in path.dropFirst() {
            guard case .string(let field) = operand.kind else { return nil }
            name += "."
            name += field
        }
        return name
    }
}
