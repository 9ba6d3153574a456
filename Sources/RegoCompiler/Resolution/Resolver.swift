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
        let lowered = LoweredModules()
        lowered.add(modules.map { (module: $0, fileName: sources.name(of: $0.file)) })
        return resolve(
            lowered, sources: sources, builtins: builtins, options: options, annotations: annotations, parsedAgain: { modules })
    }

    /// Resolves a program whose modules have been lowered as they were parsed.
    ///
    /// - Parameters:
    ///   - modules: the modules, which resolution uses up
    ///   - parsedAgain: parses all of them once more: what is wrong with one of several modules, and what is nested deeply, takes another
    ///     way than nearly all programs do
    package static func resolve(
        _ modules: LoweredModules, sources: SourceMap, builtins: BuiltinTable, options: ResolverOptions,
        annotations: [FileID: [Annotation]], parsedAgain: () -> [Module]
    ) -> (ResolvedProgram?, [Diagnostic]) {
        let (nodes, lowering) = modules.take()
        let resolution = Resolution(symbols: lowering.symbols, options: options, builtins: builtins)
        let isDivided = nodes.count > 1 && lowering.symbols.hasParts
        let program = Program(sources: sources, annotations: annotations, isDivided: isDivided)
        // Which of several modules comes first is not known yet.
        if lowering.isWhole || nodes.count == 1, let outcome = resolve(program, nodes, lowering, resolution) { return outcome }
        let parsed = parsedAgain().map { (module: $0, name: sources.name(of: $0.file)) }
            .sorted { ($0.name, $0.module.file.rawValue) < ($1.name, $1.module.file.rawValue) }
        return onStack { limit in
            var lowering = Lowering(symbols: SymbolTable(generatedPrefix: "__local"), limit: limit)
            let nodes = parsed.map { lowering.module($0.module, fileName: $0.name) }
            let resolution = Resolution(symbols: lowering.symbols, options: options, builtins: builtins)
            return resolve(Program(sources: sources, annotations: annotations, isDivided: false), nodes, lowering, resolution)
        }
    }

    /// Resolves in place, or on a `LargeStack` if terms turn out to be too deep for this one.
    static func onStack<Result>(_ resolve: (Lowering.Limit) -> (result: Result?, [Diagnostic])?) -> (Result?, [Diagnostic]) {
        if let outcome = resolve(.inPlace) { return outcome }
        if let outcome = LargeStack.run({ resolve(.largeStack) }) { return outcome ?? (nil, []) }
        return (nil, [Diagnostic(.compile, LargeStack.failure, at: .none)])
    }

    /// What is known of a program beside its modules.
    private struct Program {
        let sources: SourceMap
        let annotations: [FileID: [Annotation]]
        /// Whether each module goes through the stages on its own.
        let isDivided: Bool
    }

    /// - Returns: `nil` if the modules must be resolved again: with a higher limit, or stage by stage.
    private static func resolve(
        _ program: Program, _ modules: [ModuleNode], _ lowering: Lowering, _ resolution: Resolution
    ) -> (ResolvedProgram?, [Diagnostic])? {
        guard resolution.mayGoOn(with: lowering) else { return resolution.hasFailed ? (nil, resolution.diagnostics) : nil }
        let stages = ProgramStages(
            resolution: resolution, modules: modules.sorted { ($0.fileName, $0.file.rawValue) < ($1.fileName, $1.file.rawValue) },
            sources: program.sources, lowering: lowering, annotations: program.annotations, isDivided: program.isDivided)
        guard let documents = stages.run() else { return resolution.hasFailed ? (nil, resolution.diagnostics) : nil }
        var resolved = stages.program(documents)
        if lowering.limit == .largeStack {
            resolved.isDeep = true
            resolved.root.raise()
        }
        return (resolved, [])
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
