@_spi(Engine) package import RegoRuntime
package import RegoSyntax

/// Plans a query and, once each, the functions that it reaches; what nothing reaches costs nothing.
package final class ProgramPlanner {
    /// What a function of the program computes.
    enum FunctionKey: Hashable {
        /// The rules at a node.
        case rules(ObjectIdentifier, Overlay)
        /// The whole document at a node: its rules, the nodes below it (or only one of them), and the base documents.
        case document(ObjectIdentifier, only: ObjectIdentifier?, Overlay)
        /// The object of each key below a node whose document has a value along the suffix.
        case projection(ObjectIdentifier, suffix: [Term.Scalar], Overlay)
    }

    let resolved: ResolvedProgram
    let builtins: BuiltinRegistry
    var assembler = Assembler()
    var constants = ConstantPool()
    var ruleIndices = RuleIndexPlan()
    var globalCount = 0
    var replacedParts = ReplacedParts()
    /// Whether the functions at a node are pure, where that has been asked.
    var purity: [ObjectIdentifier: Bool] = [:]
    /// What the rules at nodes ask for: all together, and themselves.
    var reaches: [ObjectIdentifier: Reach] = [:]
    var directReaches: [ObjectIdentifier: Reach] = [:]
    /// What `trace` instructions refer to; `nil` for a program without any.
    let trace: TracePlan?

    private var functions: [FunctionCode?] = []
    private var memoCount = 0
    private var known = LookupTable<FunctionKey, FunctionID>()
    private var pending: [(FunctionID, plan: (FunctionPlanner) throws(AssemblyLimit) -> Void, overlay: Overlay)] = []
    private var usedBuiltins: [BuiltinDefinition] = []
    private var hostedBuiltins: [HostedBuiltin?] = []
    private var builtinIDs = LookupTable<String, Int>()

    private init(resolved: ResolvedProgram, builtins: BuiltinRegistry, trace: TracePlan?) {
        self.resolved = resolved
        self.builtins = builtins
        self.trace = trace
    }

    /// Plans an ad-hoc query: the program answers with an array of solutions, each an array of the values of the query's expressions and
    /// then of its variables.
    ///
    /// - Parameter trace: if given, the program tells what it does, and this is what the program's `TraceTable` refers to.
    package static func plan(
        query: ResolvedQuery, in resolved: ResolvedProgram, builtins: BuiltinRegistry, trace: TracePlan? = nil
    ) throws(CompilationFailure) -> Program {
        try plan(in: resolved, isDeep: query.isDeep, builtins: builtins, trace: trace) { planner throws(AssemblyLimit) in
            try planner.planQuery(query)
        }
    }

    /// Plans the document at a path of ground operands below `data`: the program answers with its value, or undefined.
    package static func plan(
        path: [Term], in resolved: ResolvedProgram, builtins: BuiltinRegistry, trace: TracePlan? = nil
    ) throws(CompilationFailure) -> Program {
        try plan(in: resolved, builtins: builtins, trace: trace) { planner throws(AssemblyLimit) in try planner.planDecision(path) }
    }

    /// Plans the documents at several paths as one program: what they share is planned once.
    ///
    /// - Returns: the program, and for each path the function that answers with its document.
    package static func plan(
        paths: [[Term]], in resolved: ResolvedProgram, builtins: BuiltinRegistry, trace: TracePlan? = nil
    ) throws(CompilationFailure) -> (program: Program, entries: [FunctionID]) {
        try onStack(for: resolved) { () throws(AssemblyLimit) in
            let planner = ProgramPlanner(resolved: resolved, builtins: builtins, trace: trace)
            let entries = paths.map { path in
                planner.addFunction(hasMemo: false, overlay: .none) { planner throws(AssemblyLimit) in try planner.planDecision(path) }
            }
            return (try planner.assemble(query: entries.first ?? FunctionID(0)), entries)
        }
    }

    private static func plan(
        in resolved: ResolvedProgram, isDeep: Bool = false, builtins: BuiltinRegistry, trace: TracePlan?,
        query: @escaping (FunctionPlanner) throws(AssemblyLimit) -> Void
    ) throws(CompilationFailure) -> Program {
        try onStack(for: resolved, isDeep: isDeep) { () throws(AssemblyLimit) in
            let planner = ProgramPlanner(resolved: resolved, builtins: builtins, trace: trace)
            return try planner.assemble(query: planner.addFunction(hasMemo: false, overlay: .none, plan: query))
        }
    }

    /// Plans in place, or on a `LargeStack` if the program's terms, or the query's, are deep.
    private static func onStack<Result>(
        for resolved: ResolvedProgram, isDeep: Bool = false, _ plan: () throws(AssemblyLimit) -> Result
    ) throws(CompilationFailure) -> Result {
        let outcome = LargeStack.run(if: isDeep || resolved.isDeep) { () -> Swift.Result<Result, AssemblyLimit> in
            do throws(AssemblyLimit) { return .success(try plan()) } catch { return .failure(error) }
        }
        switch outcome {
        case .success(let result)?: return result
        case .failure(let limit)?: throw CompilationFailure([Diagnostic(.compile, limit.message, at: .none)], sources: resolved.sources)
        case nil: throw CompilationFailure([Diagnostic(.compile, LargeStack.failure, at: .none)], sources: resolved.sources)
        }
    }

    private func assemble(query entry: FunctionID) throws(AssemblyLimit) -> Program {
        var extents: [(function: FunctionID, code: Range<Int>)] = []
        while let (id, plan, overlay) = pending.popLast() {
            let start = assembler.code.count
            let function = FunctionPlanner(program: self, overlay: overlay)
            try plan(function)
            functions[Int(id.index)]?.entry = Int32(start)
            functions[Int(id.index)]?.registerCount = Int32(function.registerCount)
            extents.append((id, start..<assembler.code.count))
        }
        try assembler.settle()
        for index in functions.indices {
            if let entry = functions[index]?.entry { functions[index]?.entry = Int32(assembler.moved(Int(entry))) }
        }
        // A program that tells what it does does everything.
        if trace == nil { chooseKeeping(extents) }
        let values = constants.values
        let heap = constants.finish()
        constants = ConstantPool()
        return Program(
            code: assembler.code, constants: values, functions: functions.compactMap { $0 }, builtins: usedBuiltins, hosted: hostedBuiltins,
            indexNodes: ruleIndices.nodes, indexNumbers: ruleIndices.settled(in: assembler), memoCount: memoCount, globalCount: globalCount,
            query: entry, heap: heap, positions: assembler.positions,
            trace: trace?.table)
    }

    /// The memo of a function; `nil` for functions with parameters.
    func memo(of function: FunctionID) -> Int32? { functions[Int(function.index)].map(\.memo).flatMap { $0 < 0 ? nil : $0 } }

    private func chooseKeeping(_ extents: [(function: FunctionID, code: Range<Int>)]) {
        var purity = FunctionPurity(
            count: functions.count,
            isPure: zip(usedBuiltins, hostedBuiltins).map { definition, hosted in hosted == nil && definition.isPure })
        for (function, code) in extents {
            let code = assembler.code[assembler.moved(code.lowerBound)..<assembler.moved(code.upperBound)]
            purity.read(code, of: function, constants: constants.values, parts: &replacedParts)
        }
        purity.settle()
        for index in functions.indices {
            guard let function = functions[index] else { continue }
            functions[index]?.keeping = purity.keeping(of: index, isDocument: function.memo >= 0)
            functions[index]?.dependencies = purity.dependencies(of: index)
        }
    }

    private func addFunction(
        hasMemo: Bool, overlay: Overlay, plan: @escaping (FunctionPlanner) throws(AssemblyLimit) -> Void
    ) -> FunctionID {
        let id = FunctionID(functions.count)
        functions.append(FunctionCode(entry: 0, registerCount: 0, memo: hasMemo ? Int32(memoCount) : -1))
        if hasMemo { memoCount += 1 }
        pending.append((id, plan, overlay))
        return id
    }

    private func function(
        _ key: FunctionKey, hasMemo: Bool, overlay: Overlay, plan: @escaping (FunctionPlanner) throws(AssemblyLimit) -> Void
    ) -> FunctionID {
        if let id = known[key] { return id }
        let id = addFunction(hasMemo: hasMemo, overlay: overlay, plan: plan)
        known.set(key, to: id)
        return id
    }

    /// The function of the rules at a node.
    func rules(at node: RuleTree, overlay: Overlay) -> FunctionID {
        let isFunction = node.rules.first?.kind == .function
        let overlay = restricted(overlay, to: node)
        return function(.rules(ObjectIdentifier(node), overlay), hasMemo: !isFunction, overlay: overlay) { planner throws(AssemblyLimit) in
            try planner.planRules(node.rules)
        }
    }

    /// The function of the whole document at a node, whose path below `data` is given; of the nodes below it only one, if named.
    func document(at node: RuleTree, path: [Term], only: RuleTree? = nil, overlay: Overlay) -> FunctionID {
        let key = FunctionKey.document(ObjectIdentifier(node), only: only.map { ObjectIdentifier($0) }, overlay)
        return function(key, hasMemo: true, overlay: overlay) { planner throws(AssemblyLimit) in
            if node.rules.isEmpty {
                try planner.planDocument(node, path: path)
            } else {
                try planner.planOverlappingDocument(node, path: path, only: only)
            }
        }
    }

    /// The function of a projection of a node.
    func projection(of node: RuleTree, path: [Term], suffix: [Term], overlay: Overlay) -> FunctionID {
        let key = FunctionKey.projection(ObjectIdentifier(node), suffix: suffix.compactMap(\.scalar), overlay)
        return function(key, hasMemo: true, overlay: overlay) { planner throws(AssemblyLimit) in
            try planner.planProjection(node, path: path, suffix: suffix)
        }
    }

    /// The program's index of a builtin; `nil` if there is no such builtin.
    func builtin(_ name: String) -> (id: Int, definition: BuiltinDefinition, isHosted: Bool)? {
        if let id = builtinIDs[name] { return (id, usedBuiltins[id], hostedBuiltins[id] != nil) }
        guard let definition = builtins.definition(named: name) else { return nil }
        let hosted = builtins.hosted(named: name)
        usedBuiltins.append(definition)
        hostedBuiltins.append(hosted)
        builtinIDs.set(name, to: usedBuiltins.count - 1)
        return (usedBuiltins.count - 1, definition, hosted != nil)
    }

    /// The node at a path of ground operands; `nil` if no rule is there or below.
    func node(at path: [Term]) -> RuleTree? {
        var node = resolved.root
        for operand in path {
            guard let child = node.child(operand) else { return nil }
            node = child
        }
        return node
    }
}

extension RuleTree {
    /// The child that a ground operand leads to.
    func child(_ operand: Term) -> RuleTree? {
        guard let key = DocumentKey(operand) else { return nil }
        return child(at: key)
    }

    var isFunction: Bool { rules.first?.kind == .function }

    /// Whether the node's rules have variables in their references.
    var hasDynamicRules: Bool { rules.contains(where: \.isDynamic) }
}

extension ResolvedRule {
    /// Whether the reference has operands after its ground prefix.
    var isDynamic: Bool { reference.count > groundPrefixLength }
}
