package import RegoSyntax

/// Resolves the names of modules and queries, checks them, and rewrites bodies so that they can be evaluated from left to right.
///
/// The stages are OPA's, in OPA's order (v1/ast/compile.go); resolution ends with the first stage that finds anything wrong.
package enum Resolver {
    /// Resolves a program.
    ///
    /// - Parameters:
    ///   - modules: the parsed modules, in any order; they are resolved in the order of their files' names
    ///   - sources: the files of the modules, for names in messages
    ///   - builtins: the builtins that may be called, by name
    ///   - annotations: the modules' annotations, by their files
    /// - Returns: the program, or `nil` and what is wrong with it.
    package static func resolve(
        modules: [Module], sources: SourceMap, builtins: BuiltinTable, options: ResolverOptions = ResolverOptions(),
        annotations: [FileID: [Annotation]] = [:]
    ) -> (ResolvedProgram?, [Diagnostic]) {
        onStack { limit in
            let symbols = SymbolTable(generatedPrefix: "__local")
            let resolution = Resolution(symbols: symbols, options: options, builtins: builtins)
            return resolve(modules, sources: sources, resolution: resolution, annotations: annotations, limit: limit)
        }
    }

    /// Resolves in place, or on a `LargeStack` if terms turn out to be too deep for this one.
    static func onStack<Result>(_ resolve: (Lowering.Limit) -> (result: Result?, [Diagnostic])?) -> (Result?, [Diagnostic]) {
        if let outcome = resolve(.inPlace) { return outcome }
        if let outcome = LargeStack.run({ resolve(.largeStack) }) { return outcome ?? (nil, []) }
        return (nil, [Diagnostic(.compile, LargeStack.failure, at: .none)])
    }

    /// - Returns: `nil` if the terms are nested deeper than the limit.
    private static func resolve(
        _ modules: [Module], sources: SourceMap, resolution: Resolution, annotations: [FileID: [Annotation]], limit: Lowering.Limit
    ) -> (ResolvedProgram?, [Diagnostic])? {
        var lowering = Lowering(symbols: resolution.symbols, limit: limit)
        let inOrder = modules.map { (module: $0, name: sources.name(of: $0.file)) }
            .sorted { ($0.name, $0.module.file.rawValue) < ($1.name, $1.module.file.rawValue) }
        let nodes = inOrder.map { lowering.module($0.module, fileName: $0.name) }
        guard resolution.mayGoOn(with: lowering) else { return resolution.hasFailed ? (nil, resolution.diagnostics) : nil }
        let annotated =
            annotations.isEmpty
            ? []
            : inOrder.map {
                AnnotationSet.Source(module: $0.module, name: $0.name, annotations: annotations[$0.module.file] ?? [])
            }
        let stages = ProgramStages(
            resolution: resolution, modules: nodes, sources: sources, lowering: lowering, annotated: annotated)
        guard let documents = stages.run() else { return (nil, resolution.diagnostics) }
        var program = stages.program(documents)
        if limit == .largeStack {
            program.isDeep = true
            program.root.raise()
        }
        return (program, [])
    }
}

extension Resolution {
    /// Whether what was lowered is whole; if it is not, and nothing is reported, it is to be lowered again with a higher limit.
    func mayGoOn(with lowering: Lowering) -> Bool {
        if let span = lowering.tooLong {
            report(.compile, "paths are nested more than \(Lowering.pathLimit) levels deep", at: span)
            return false
        }
        guard let span = lowering.tooDeep else { return true }
        if lowering.limit == .largeStack {
            report(.compile, "terms are nested more than \(lowering.limit.rawValue) levels deep", at: span)
        }
        return false
    }
}

extension SourceMap {
    /// The name of a file; empty for files that are not in the map.
    func name(of file: FileID) -> String {
        let index = Int(file.rawValue)
        return index < files.count ? files[index].name : ""
    }
}

/// The stages of a program's resolution.
private struct ProgramStages {
    let resolution: Resolution
    let modules: [ModuleNode]
    /// The package of each module.
    let packages: [PackageNode]
    let sources: SourceMap
    let lowering: Lowering
    /// The modules with their annotations; empty if none has any.
    let annotated: [AnnotationSet.Source]
    let types = TypeTree()

    private var symbols: SymbolTable { resolution.symbols }
    private var hasFailed: Bool { resolution.hasFailed }

    init(
        resolution: Resolution, modules: [ModuleNode], sources: SourceMap, lowering: Lowering, annotated: [AnnotationSet.Source]
    ) {
        self.resolution = resolution
        self.modules = modules
        self.sources = sources
        self.lowering = lowering
        self.annotated = annotated
        packages = PackageNode.packages(of: modules)
    }

    /// Runs all stages; `nil` if one of them found something wrong.
    func run() -> DocumentBuilder? {
        resolveNames()
        guard !hasFailed else { return nil }
        let documents = DocumentBuilder.tree(of: modules, symbols: symbols)
        let callees = Callees(builtins: resolution.builtins, documents: documents, symbols: symbols)
        let outputs = OutputVariables(callees: callees)
        rewriteTerms(callees: callees, outputs: outputs)
        guard !hasFailed else { return nil }
        let conflicts = RuleConflictChecker(
            resolution: resolution, documents: documents, packages: packages, modules: modules, sources: sources)
        conflicts.check()
        guard !hasFailed else { return nil }
        let calls = CallChecker(resolution: resolution, callees: callees)
        forEachRule { calls.check($0.body) }
        guard !hasFailed else { return nil }
        order(outputs: outputs)
        guard !hasFailed else { return nil }
        let dynamicTerms = DynamicTermRewriter(symbols: symbols, rewritesEqual: true)
        forEachRule { $0.body = dynamicTerms.rewrite($0.body) }
        let rules = RecursionChecker(resolution: resolution, documents: documents, modules: modules).check()
        guard !hasFailed else { return nil }
        TypeChecker(resolution: resolution, callees: callees, documents: types, ruleCount: rules.count).check(rules, documents: types)
        guard !hasFailed else { return nil }
        checkForbidden(calls)
        return hasFailed ? nil : documents
    }

    private func forEachRule(_ body: (RuleNode) -> Void) {
        for module in modules { module.forEachRule(body) }
    }

    /// The names of the rules of a module's package, found once for all modules of the package.
    private func ruleNames(for module: ModuleNode, of package: PackageNode) -> ReferenceResolver.RuleNames {
        if let known = package.ruleNames { return known }
        let names = ReferenceResolver.RuleNames(package.exports(), of: module.package.path, symbols: symbols)
        package.ruleNames = names
        return names
    }

    private func resolveNames() {
        let checks = ModuleChecks(resolution: resolution)
        for (module, package) in zip(modules, packages) {
            var resolver = ReferenceResolver(
                resolution: resolution, rules: ruleNames(for: module, of: package), imports: module.imports)
            module.forEachRule { resolver.resolve($0) }
            checks.checkUnusedImports(module, by: resolver)
        }
        guard !hasFailed else { return }
        if let features = resolution.options.features { checkHeads(features) }
        guard !hasFailed else { return }
        let heads = HeadRewriter(symbols: symbols)
        for module in modules {
            for rule in module.rules { heads.rewriteReference(rule) }
            checks.checkRootDocuments(module, mayAssign: lowering.hasRootDocument)
        }
        if resolution.options.preparesTests { TestPreparation(symbols: symbols).renameDuplicates(in: modules) }
        guard !hasFailed else { return }
        for module in modules { checks.checkDuplicateImports(module) }
    }

    /// Checks that heads are of a shape that the capabilities know.
    private func checkHeads(_ features: LanguageFeatures) {
        guard !features.hasGeneralHeads else { return }
        for rule in modules.flatMap(\.rules) where rule.reference.count > 1 {
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

    private func rewriteTerms(callees: Callees, outputs: OutputVariables) {
        let rules = modules.flatMap(\.rules)
        for rule in rules { LocalVariableRewriter.rewrite(rule, in: resolution) }
        guard !hasFailed else { return }
        if resolution.options.preparesTests { rules.forEach(TestPreparation(symbols: symbols).injectCase) }
        if lowering.hasTemplates {
            let templates = TemplateStringRewriter(resolution: resolution, outputs: outputs)
            for rule in rules { templates.rewrite(rule) }
            guard !hasFailed else { return }
        }
        let calls = CallChecker(resolution: resolution, callees: callees)
        if calls.mayCallVoidFunctions() {
            for rule in rules { calls.checkVoidCalls(rule) }
            guard !hasFailed else { return }
        }
        if symbols.occurs(.print) {
            let prints = PrintCallRewriter(resolution: resolution, outputs: outputs)
            for rule in rules { prints.rewrite(rule) }
            guard !hasFailed else { return }
        }
        let terms = ExpressionTermRewriter(symbols: symbols)
        let heads = HeadRewriter(symbols: symbols)
        forEachRule(terms.rewrite)
        resolveMetadata()
        guard !hasFailed else { return }
        if lowering.hasComprehensions {
            let comprehensions = ComprehensionHeadRewriter(symbols: symbols)
            for rule in rules { comprehensions.rewrite(rule) }
        }
        for rule in rules { heads.rewriteTerms(rule) }
        if lowering.hasWith {
            let with = WithRewriter(resolution: resolution, callees: callees)
            for rule in rules { with.rewrite(rule) }
        }
    }

    private func resolveMetadata() {
        if !annotated.isEmpty {
            resolution.annotations = ProgramAnnotations(annotated, nodes: modules, resolution: resolution)
            guard !hasFailed else { return }
        }
        let metadata = MetadataCallRewriter(resolution: resolution, annotations: resolution.annotations)
        if metadata.mayApply { forEachRule(metadata.rewrite) }
    }

    private func order(outputs: OutputVariables) {
        let safety = SafetyChecker(resolution: resolution, outputs: outputs)
        forEachRule(safety.checkHead)
        guard !hasFailed else { return }
        forEachRule(safety.checkBody)
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
