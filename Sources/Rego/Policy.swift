package import RegoCompiler
import RegoBuiltins
import RegoCrypto
import RegoHTTP
@_spi(Engine) public import RegoRuntime
public import RegoSyntax
import Synchronization

/// Modules and base data, compiled once: immutable, shared by every thread that asks.
///
/// ```swift
/// let policy = try Policy(modules: [.init(name: "medical.rego", text: source)])
/// let query = try policy.prepare(path: ["medical", "allow"])
/// let answer = try query.evaluate(.json(Array(#"{"user": {"role": "doctor"}}"#.utf8)))
/// ```
public final class Policy: Sendable {
    /// One Rego module: the name that diagnostics show, and its bytes.
    public struct Module: Sendable {
        /// The name that diagnostics show, usually the path.
        public var name: String
        /// The text, UTF-8.
        public var bytes: [UInt8]
        /// The dialect, if it is not that of the options: a bundle may say so.
        public var version: RegoVersion?

        /// Makes a module from its bytes.
        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }

        /// Makes a module from text.
        public init(name: String, text: String) {
            self.init(name: name, bytes: Array(text.utf8))
        }
    }

    /// How modules are read and compiled.
    public struct Options: Sendable {
        /// The dialect of modules that do not import `rego.v1`.
        public var version: RegoVersion
        /// OPA's strict mode.
        public var isStrict: Bool
        /// Keeps `print` calls; otherwise they are compiled away.
        public var keepsPrintCalls: Bool
        /// What modules and queries may use; `nil` for all that Ward can do.
        public var capabilities: Capabilities?
        /// The schemas that annotations may name; `nil` for none.
        public var schemas: Schemas?
        /// Gives each definition of a test a name of its own, and makes the cases of tests report themselves; `TestRunner` needs it.
        public var preparesTests: Bool
        /// Builtins of your own, beside OPA's; capabilities do not restrict them.
        public var builtins: [Builtin]
        /// The number of errors after which a compilation gives up; 0 for no limit.
        public var errorLimit = 10
        /// Refuses rules where there are base data: such a document would have two sources.
        public var refusesDataConflicts = false
        /// Told of each evaluation once it has ended, on the thread that evaluated; `nil` spares the look at the clock.
        public var onEvaluation: (@Sendable (EvaluationReport) -> Void)?
        /// Makes what `opa.runtime` tells, whenever a policy asks: `env`, `version`, `commit`, `config`. Credentials and keys of a
        /// configuration are left out.
        public var runtime: @Sendable () -> RegoValue = { [:] }

        /// Makes options; the defaults are OPA's.
        public init(
            version: RegoVersion = .v1, isStrict: Bool = false, keepsPrintCalls: Bool = false, preparesTests: Bool = false,
            builtins: [Builtin] = []
        ) {
            self.version = version
            self.isStrict = isStrict
            self.keepsPrintCalls = keepsPrintCalls
            self.preparesTests = preparesTests
            self.builtins = builtins
        }

        var resolver: ResolverOptions {
            var options = ResolverOptions(isStrict: isStrict, keepsPrintCalls: keepsPrintCalls, preparesTests: preparesTests)
            options.errorLimit = errorLimit
            options.schemas = schemas?.set
            options.allowedHosts = capabilities?.allowedHosts
            options.features = capabilities?.language
            return options
        }
    }

    /// OPA's builtins of all families.
    private static let standardBuiltins = BuiltinRegistry(
        BuiltinTable.families + CryptoBuiltins.families + [HTTPBuiltins.definitions, SyntaxBuiltins.definitions])

    package let resolved: ResolvedProgram
    package let options: Options
    /// The base documents and the memory they lie in.
    let data: BaseData
    /// The builtins that programs may call.
    let registry: BuiltinRegistry
    private let modules: [Module]
    private let cachedRevision = Mutex<String?>(nil)

    /// Compiles modules together with base data.
    ///
    /// - Parameters:
    ///   - modules: the modules, in any order.
    ///   - data: the base documents below `data`, an object.
    ///   - options: how the modules are read.
    /// - Throws: every diagnostic found, with the sources that they point into.
    public convenience init(modules: [Module], data: RegoValue = .object([:]), options: Options = Options()) throws(CompilationFailure) {
        try self.init(modules: modules, data: BaseData(data), options: options)
    }

    /// Compiles modules together with base data that was read as JSON, which spares the way through `RegoValue`.
    ///
    /// - Parameter metrics: takes the times of parsing and compiling.
    package init(modules: [Module], data: BaseData, options: Options, metrics: Metrics? = nil) throws(CompilationFailure) {
        try options.builtins.check()
        var sources = SourceMap()
        _ = sources.add(SourceFile(name: "", bytes: []))
        let lowered = LoweredModules()
        var annotations: [FileID: [Annotation]] = [:]
        var diagnostics: [Diagnostic] = []
        let files = modules.map { SourceFile(name: $0.name, bytes: $0.bytes) }
        let parsing = ModuleParsing(
            files: files, versions: modules.map { $0.version ?? options.version }, features: options.capabilities?.language,
            firstID: UInt32(sources.files.count))
        let readings = files.isEmpty ? [] : metrics.measure(.moduleParse) { parsing.readings(into: lowered) }
        for (file, (read, found)) in zip(files, readings) {
            let id = sources.add(file)
            diagnostics += found
            if !read.isEmpty { annotations[id] = read }
        }
        guard diagnostics.isEmpty else { throw CompilationFailure(diagnostics, sources: sources) }
        var settings = options.resolver
        if options.refusesDataConflicts { settings.dataExists = { data.exists(at: $0) } }
        let (program, problems) = metrics.measure(.moduleCompile) {
            Resolver.resolve(
                lowered, sources: sources, builtins: options.signatures, options: settings, annotations: annotations,
                parsedAgain: parsing.modules)
        }
        guard let program, problems.isEmpty else { throw CompilationFailure(problems, sources: sources) }
        self.resolved = program
        self.options = options
        self.data = data
        self.modules = modules
        let own = options.builtins.map(\.hosted)
        self.registry = own.isEmpty ? Self.standardBuiltins : Self.standardBuiltins.hosting(own)
    }

    /// SHA-256 over the modules and the data, in hexadecimal: what the decision log names as the policy's revision.
    public var revision: String {
        cachedRevision.withLock { cached in
            if let cached { return cached }
            var bytes: [UInt8] = []
            for module in modules.sorted(by: { $0.name < $1.name }) {
                bytes += Array("\(module.name.utf8.count):\(module.name)\(module.bytes.count):".utf8) + module.bytes
            }
            bytes += data.json()
            let revision = (Digest.hash(bytes, .sha256) ?? []).map { byte in
                let digits = String(byte, radix: 16)
                return digits.utf8.count == 1 ? "0" + digits : digits
            }.joined()
            cached = revision
            return revision
        }
    }

    /// Prepares the decision at a path below `data`: `["medical", "allow"]` is `data.medical.allow`.
    ///
    /// A segment that is an integer indexes an array, as in OPA's REST paths.
    ///
    /// - Parameters:
    ///   - path: the names below `data`.
    ///   - instrumented: compiles the query so that `Instruments` see what its evaluations do, which slows them down.
    public func prepare(path: [String], instrumented: Bool = false) throws(CompilationFailure) -> PreparedQuery {
        let operands = path.map { segment in
            Int64(segment).map { String($0) == segment } == true ? Term(.number(segment)) : Term(.string(segment))
        }
        let trace = instrumented ? TracePlan() : nil
        let program = try ProgramPlanner.plan(path: operands, in: resolved, builtins: registry, trace: trace)
        return PreparedQuery(program: program, policy: self, shape: .document(path: path), legend: legend(trace))
    }

    /// What an instrumented program tells of.
    private func legend(_ trace: TracePlan?, query: ResolvedQuery? = nil, sources: SourceMap? = nil) -> TraceLegend? {
        guard let trace else { return nil }
        let names = resolved.authoredNames.byGeneratedName.merging(query?.authoredNames.byGeneratedName ?? [:]) { module, _ in module }
        return TraceLegend(
            trace, authoredNames: names, sources: sources ?? resolved.sources, isDeep: resolved.isDeep || query?.isDeep ?? false)
    }

    /// The modules as they are written, without those that cannot be parsed (of which a compiled policy has none).
    func parsedModules() -> [(name: String, rules: [RegoSyntax.Rule])] {
        resolved.sources.files.enumerated().dropFirst().compactMap { index, file in
            Parser.parseModule(file, id: FileID(UInt32(index)), version: options.version).0.map { (file.name, $0.rules) }
        }
    }

    /// Prepares the documents at several paths at once: what they share is planned once, and they share machines.
    func prepare(paths: [[Term]], instrumented: Bool = false) throws(CompilationFailure) -> [PreparedQuery] {
        let trace = instrumented ? TracePlan() : nil
        let (program, entries) = try ProgramPlanner.plan(paths: paths, in: resolved, builtins: registry, trace: trace)
        let legend = legend(trace)
        let machines = MachinePool(program: program, policy: self)
        return zip(paths, entries).map { path, entry in
            let names = path.map { operand in
                if case .string(let name) = operand.kind { return name }
                return TermPrinter.text(of: operand)
            }
            return PreparedQuery(machines: machines, entry: entry, policy: self, shape: .document(path: names), legend: legend)
        }
    }

    /// Prepares an ad-hoc query such as `x := data.medical.roles[_]; x != "nurse"`.
    ///
    /// - Parameters:
    ///   - query: expressions, separated by `;` or line breaks.
    ///   - imports: paths that the query may name by their last segment (`data.medical`, `input.user as who`).
    ///   - package: the package that the query is asked in; its rules need no prefix.
    ///   - instrumented: compiles the query so that `Instruments` see what its evaluations do, which slows them down.
    ///   - metrics: takes the times of parsing and compiling.
    public func prepare(
        query: String, imports: [String] = [], package: String? = nil, instrumented: Bool = false, metrics: Metrics? = nil
    ) throws(CompilationFailure) -> PreparedQuery {
        let parsed = try parse(query: query, imports: imports, package: package, metrics: metrics)
        return try metrics.measure(.queryCompile) { () throws(CompilationFailure) in
            let query = try resolve(parsed, options: options.resolver)
            let sources = parsed.sources
            let trace = instrumented ? TracePlan() : nil
            let program = try ProgramPlanner.plan(query: query, in: resolved, builtins: registry, trace: trace)
            let legend = legend(trace, query: query, sources: sources)
            return PreparedQuery(program: program, policy: self, shape: .query(query), legend: legend)
        }
    }

    private struct ParsedQuery {
        let body: Body
        let file: SourceFile
        let sources: SourceMap
        let context: QueryContext
    }

    private func parse(
        query: String, imports: [String], package: String?, metrics: Metrics? = nil
    ) throws(CompilationFailure) -> ParsedQuery {
        let file = SourceFile(name: "", text: query)
        var sources = resolved.sources
        sources.replaceQuery(with: file)
        let (body, found) = metrics.measure(.queryParse) {
            Parser.parseQuery(file, id: FileID(0), version: options.version, features: options.capabilities?.language)
        }
        guard let body, found.isEmpty else { throw CompilationFailure(found, sources: sources) }
        let context = try QueryContext(imports: imports, package: package, version: options.version)
        return ParsedQuery(body: body, file: file, sources: sources, context: context)
    }

    private func resolve(_ query: ParsedQuery, options settings: ResolverOptions) throws(CompilationFailure) -> ResolvedQuery {
        let (resolvedQuery, problems) = Resolver.resolveQuery(
            query.body, source: query.file, in: resolved, builtins: options.signatures, package: query.context.package,
            imports: query.context.imports, options: settings)
        guard let resolvedQuery, problems.isEmpty else { throw CompilationFailure(problems, sources: query.sources) }
        return resolvedQuery
    }

    /// Compiles a query for partial evaluation.
    func resolveForPartial(query: String, imports: [String], package: String?) throws(CompilationFailure) -> ResolvedQuery {
        var settings = options.resolver
        settings.isForPartialEvaluation = true
        return try resolve(try parse(query: query, imports: imports, package: package), options: settings)
    }

    /// The types of what a query names, as far as they are known before it is evaluated: each reference and variable once, with its type in
    /// the notation of OPA's messages.
    package func types(
        inQuery query: String, imports: [String] = [], package: String? = nil
    ) throws(CompilationFailure) -> [(text: String, type: String)] {
        var settings = options.resolver
        settings.describesTypes = true
        return try resolve(try parse(query: query, imports: imports, package: package), options: settings).types
    }
}

/// What a query may name without `data`: read from the command line or a request.
private struct QueryContext {
    var package: Package?
    var imports: [Import]

    init(imports: [String], package: String?, version: RegoVersion) throws(CompilationFailure) {
        self.imports = []
        guard !imports.isEmpty || package != nil else { return }
        let text = "package \(package ?? "query")\n" + imports.map { "import \($0)\n" }.joined()
        let file = SourceFile(name: "imports", text: text)
        var sources = SourceMap()
        let id = sources.add(file)
        let (module, found) = Parser.parseModule(file, id: id, version: version)
        guard let module, found.isEmpty else { throw CompilationFailure(found, sources: sources) }
        self.imports = module.imports
        self.package = package == nil ? nil : module.package
    }
}
