import RegoSyntax
import Synchronization

/// The stages of a program's resolution.
///
/// Each stage goes through all modules before the next one begins, or seems to: a module stays in the processor's cache if it takes
/// several stages in turn, and threads can share the modules. Then variables are numbered afterwards, and if anything is wrong, or depends
/// on those numbers, the stages are run once more in their order.
struct ProgramStages {
    /// What a stage does to a module of a package.
    private typealias Stage = (ModuleNode, PackageNode) -> Void

    private let resolution: Resolution
    private let modules: [ModuleNode]
    /// The package of each module.
    private let packages: [PackageNode]
    private let sources: SourceMap
    private let lowering: Lowering
    private let annotations: [FileID: [Annotation]]
    /// Whether modules take stages in turn.
    private let isDivided: Bool
    private let types = TypeTree()

    private var symbols: SymbolTable { resolution.symbols }
    private var hasFailed: Bool { resolution.hasFailed }

    init(
        resolution: Resolution, modules: [ModuleNode], sources: SourceMap, lowering: Lowering, annotations: [FileID: [Annotation]],
        isDivided: Bool
    ) {
        self.resolution = resolution
        self.modules = modules
        self.sources = sources
        self.lowering = lowering
        self.annotations = annotations
        self.isDivided = isDivided
        packages = PackageNode.packages(of: modules)
    }

    /// Runs all stages.
    ///
    /// - Returns: `nil` if one of them found something wrong, or if they must be run in their order to tell what it is.
    func run() -> DocumentBuilder? {
        guard run(nameStages) else { return nil }
        if resolution.options.preparesTests { TestPreparation(symbols: symbols).renameDuplicates(in: modules) }
        let documents = DocumentBuilder.tree(of: modules, symbols: symbols)
        guard rewriteTerms(documents) else { return nil }
        let conflicts = RuleConflictChecker(
            resolution: resolution, documents: documents, packages: packages, modules: modules, sources: sources)
        conflicts.check()
        guard !hasFailed, run({ orderStages($0, documents) }) else { return nil }
        let rules = RecursionChecker(resolution: resolution, documents: documents, modules: modules).check()
        guard !hasFailed else { return nil }
        let callees = Callees(builtins: resolution.builtins, documents: documents, symbols: symbols)
        TypeChecker(resolution: resolution, callees: callees, documents: types, ruleCount: rules.count).check(rules, documents: types)
        guard !hasFailed else { return nil }
        checkForbidden(CallChecker(resolution: resolution, callees: callees))
        return hasFailed ? nil : documents
    }

    // MARK: Modules in turn

    /// Rules that pay for a thread: they take it some fifty times as long as its start.
    private static let rulesPerThread = 128
    /// Modules that a thread takes at a time.
    private static let batch = 4

    /// Runs some stages; `false` if the program cannot go on to the next ones.
    ///
    /// - Parameters:
    ///   - makeStages: makes the stages of one thread.
    ///   - isDivided: whether modules may take these stages in turn: none of them looks into other modules.
    private func run(isDivided: Bool = true, _ makeStages: (Resolution) -> [Stage]) -> Bool {
        guard self.isDivided, isDivided else {
            for stage in makeStages(resolution) {
                for (module, package) in zip(modules, packages) { stage(module, package) }
                guard !hasFailed else { return false }
            }
            return true
        }
        let ruleCount = modules.reduce(0) { $0 + $1.rules.count }
        let threads = max(min(Workers.processorCount, ruleCount / Self.rulesPerThread), 1)
        let parts = symbols.parts(threads).map(resolution.part)
        let started = Atomic(0)
        let next = Atomic(0)
        let hasStopped = Atomic(false)
        Workers.run(threads) {
            let part = parts[started.add(1, ordering: .relaxed).oldValue]
            let stages = makeStages(part)
            while !hasStopped.load(ordering: .relaxed) {
                let first = next.add(Self.batch, ordering: .relaxed).oldValue
                guard first < modules.count else { return }
                for index in first..<min(first + Self.batch, modules.count) where !take(index, through: stages, part) {
                    hasStopped.store(true, ordering: .relaxed)
                }
            }
        }
        guard !hasStopped.load(ordering: .relaxed) else { return false }
        symbols.join(parts.map(\.symbols))
        return true
    }

    /// Takes a module through stages; `false` if that shows that they must be run in their order.
    private func take(_ index: Int, through stages: [Stage], _ part: Resolution) -> Bool {
        for (number, stage) in stages.enumerated() {
            part.symbols.begin(stage: number, ofModule: index)
            stage(modules[index], packages[index])
            if part.hasFailed || part.symbols.hasMissedNumber { return false }
        }
        return true
    }

    // MARK: Names

    private func nameStages(_ resolution: Resolution) -> [Stage] {
        let checks = ModuleChecks(resolution: resolution)
        let heads = HeadRewriter(symbols: resolution.symbols)
        let names = PackageNames(symbols: resolution.symbols)
        var stages: [Stage] = [
            { module, package in
                var resolver = ReferenceResolver(
                    resolution: resolution, rules: names.ruleNames(of: package, module), imports: module.imports)
                module.forEachRule { resolver.resolve($0) }
                checks.checkUnusedImports(module, by: resolver)
            }
        ]
        if let features = resolution.options.features, !features.hasGeneralHeads {
            stages.append { module, _ in checkHeads(module, features, resolution) }
        }
        stages.append { module, _ in
            for rule in module.rules { heads.rewriteReference(rule) }
            checks.checkRootDocuments(module, mayAssign: lowering.hasRootDocument)
        }
        stages.append { module, _ in checks.checkDuplicateImports(module) }
        stages.append { module, _ in
            for rule in module.rules { LocalVariableRewriter.rewrite(rule, in: resolution) }
        }
        return stages
    }

    /// What the names of packages' rules stand for, found once for all modules of a package.
    private final class PackageNames {
        private let symbols: SymbolTable
        private var known = LookupTable<ObjectIdentifier, ReferenceResolver.RuleNames>()

        init(symbols: SymbolTable) { self.symbols = symbols }

        func ruleNames(of package: PackageNode, _ module: ModuleNode) -> ReferenceResolver.RuleNames {
            let id = ObjectIdentifier(package)
            if package.modules.count > 1, let known = known[id] { return known }
            let names = ReferenceResolver.RuleNames(package.exports(), of: module.packageKeys, symbols: symbols)
            if package.modules.count > 1 { known.set(id, to: names) }
            return names
        }
    }

    /// Checks that heads are of a shape that the capabilities know.
    private func checkHeads(_ module: ModuleNode, _ features: LanguageFeatures, _ resolution: Resolution) {
        for rule in module.rules where rule.reference.count > 1 {
            let text = resolution.printer.term(Node(.reference(rule.reference), span: rule.headSpan))
            if !features.hasStringPrefixHeads, rule.reference.count > 2 {
                resolution.report(.compile, "rule heads with refs are not supported: \(text)", at: rule.span)
                continue
            }
            let checked = rule.key == nil ? rule.reference.dropFirst().dropLast() : rule.reference.dropFirst()
            for operand in checked {
                if case .string = operand.kind { continue }
                resolution.report(
                    .type, "rule heads with general refs (containing variables) are not supported: \(text)", at: rule.span)
            }
        }
    }

    // MARK: Terms

    private func rewriteTerms(_ documents: DocumentBuilder) -> Bool {
        if lowering.hasTemplates {
            // What a template's part refers to may be another module's.
            guard run(isDivided: false, { caseStages($0) + [templateStage($0, documents)] }) else { return false }
        }
        let first = { lowering.hasTemplates ? termStages($0, documents) : caseStages($0) + termStages($0, documents) }
        if annotations.isEmpty { return run { first($0) + valueStages($0, documents) } }
        guard run(first) else { return false }
        let annotated = modules.compactMap { node in
            node.source.map {
                (node: node, source: AnnotationSet.Source(module: $0, name: node.fileName, annotations: annotations[node.file] ?? []))
            }
        }
        resolution.annotations = ProgramAnnotations(annotated, resolution: resolution)
        return !hasFailed && run { valueStages($0, documents) }
    }

    private func caseStages(_ resolution: Resolution) -> [Stage] {
        guard resolution.options.preparesTests else { return [] }
        let tests = TestPreparation(symbols: resolution.symbols)
        return [{ module, _ in module.rules.forEach(tests.injectCase) }]
    }

    private func templateStage(_ resolution: Resolution, _ documents: DocumentBuilder) -> Stage {
        let templates = TemplateStringRewriter(resolution: resolution, outputs: OutputVariables(callees: callees(resolution, documents)))
        return { module, _ in module.rules.forEach(templates.rewrite) }
    }

    private func termStages(_ resolution: Resolution, _ documents: DocumentBuilder) -> [Stage] {
        let callees = callees(resolution, documents)
        var stages: [Stage] = []
        let calls = CallChecker(resolution: resolution, callees: callees)
        if calls.mayCallVoidFunctions() {
            stages.append { module, _ in module.rules.forEach(calls.checkVoidCalls) }
        }
        if resolution.symbols.occurs(.print) {
            let prints = PrintCallRewriter(resolution: resolution, outputs: OutputVariables(callees: callees))
            stages.append { module, _ in module.rules.forEach(prints.rewrite) }
        }
        let terms = ExpressionTermRewriter(symbols: resolution.symbols)
        stages.append { module, _ in module.forEachRule(terms.rewrite) }
        return stages
    }

    private func valueStages(_ resolution: Resolution, _ documents: DocumentBuilder) -> [Stage] {
        var stages: [Stage] = []
        let metadata = MetadataCallRewriter(resolution: resolution, annotations: resolution.annotations)
        if metadata.mayApply {
            stages.append { module, _ in module.forEachRule(metadata.rewrite) }
        }
        if lowering.hasComprehensions {
            let comprehensions = ComprehensionHeadRewriter(symbols: resolution.symbols)
            stages.append { module, _ in module.rules.forEach(comprehensions.rewrite) }
        }
        let heads = HeadRewriter(symbols: resolution.symbols)
        stages.append { module, _ in module.rules.forEach(heads.rewriteTerms) }
        if lowering.hasWith {
            let with = WithRewriter(resolution: resolution, callees: callees(resolution, documents))
            stages.append { module, _ in module.rules.forEach(with.rewrite) }
        }
        return stages
    }

    private func callees(_ resolution: Resolution, _ documents: DocumentBuilder) -> Callees {
        Callees(builtins: resolution.builtins, documents: documents, symbols: resolution.symbols)
    }

    // MARK: Order

    private func orderStages(_ resolution: Resolution, _ documents: DocumentBuilder) -> [Stage] {
        let callees = callees(resolution, documents)
        let calls = CallChecker(resolution: resolution, callees: callees)
        let safety = SafetyChecker(resolution: resolution, outputs: OutputVariables(callees: callees))
        let dynamicTerms = DynamicTermRewriter(symbols: resolution.symbols, rewritesEqual: true)
        return [
            { module, _ in module.forEachRule(calls.check) },
            { module, _ in module.forEachRule(safety.checkHead) },
            { module, _ in module.forEachRule(safety.checkBody) },
            { module, _ in module.forEachRule { $0.body = dynamicTerms.rewrite($0.body) } },
        ]
    }

    private func checkForbidden(_ calls: CallChecker) {
        guard calls.mayCallForbidden() else { return }
        for module in modules {
            let refusesDeprecated = resolution.options.isStrict || module.isV1Compatible
            module.forEachRule { calls.checkForbidden($0.body, deprecated: refusesDeprecated) }
        }
    }

    // MARK: The program

    func program(_ documents: DocumentBuilder) -> ResolvedProgram {
        let raising = RuleRaising(symbols: symbols, modules: modules)
        let root = RuleTree(key: Term(.variable("data")), rules: .none, children: documents.children.map { tree($0, raising) })
        var packages: [ResolvedPackage] = []
        for (module, package) in zip(modules, self.packages) where package.modules.first === module {
            packages.append(ResolvedPackage(path: module.package.path, ruleNames: package.exports().map(symbols.name)))
        }
        var program = ResolvedProgram(sources: sources, root: root, authoredNames: symbols.authoredNames, packages: packages)
        program.types = types
        if resolution.options.preparesTests { program.tests = TestPreparation(symbols: symbols).tests(in: modules) }
        // From here on the documents alone hold the rules, so that what has been raised is freed.
        for module in modules { module.rules = [] }
        return program
    }

    private func tree(_ node: DocumentBuilder, _ raising: RuleRaising) -> RuleTree {
        let rules = node.rules.isEmpty ? LazyRules.none : LazyRules(node.rules, raising)
        var children: [RuleTree] = []
        children.reserveCapacity(node.children.count)
        for child in node.children { children.append(tree(child, raising)) }
        return RuleTree(key: Term(node.key.term), rules: rules, children: children)
    }
}
