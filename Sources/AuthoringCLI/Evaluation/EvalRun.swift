import PolicyBundle
import Glibc
import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax

/// One `ward eval`: reads, compiles, evaluates as often as asked, and gathers what is to be printed.
struct EvalRun {
    let options: EvalOptions
    private let metrics: Metrics?
    private let instruments: Instruments?

    init(options: EvalOptions) {
        self.options = options
        metrics = options.observation.metrics ? Metrics() : nil
        var wishes: Instruments.Options = []
        if options.observation.explain != nil { wishes.formUnion(.variables) }
        if options.observation.profile { wishes.insert(.profile) }
        if options.showsBuiltinErrors { wishes.insert(.builtinErrors) }
        instruments = wishes.isEmpty && metrics == nil ? nil : Instruments(wishes, metrics: metrics)
    }

    func report() -> EvalReport {
        var report = EvalReport()
        do {
            let policy = try compile()
            let input = try readInput()
            var coverage: Coverage?
            if options.observation.coverage { coverage = Coverage(of: policy) }
            // The process is about to end: freeing thousands of modules node by node would only delay that.
            _ = Unmanaged.passRetained(policy)
            try evaluate(policy, input, coverage, into: &report)
            report.coverage = coverage?.report()
        } catch {
            report.fail(error)
        }
        if let instruments, options.observation.explain != nil { report.explanation = explained(instruments) }
        if report.samples == nil, let metrics { report.metrics = metrics.timers }
        return report
    }

    private func explained(_ instruments: Instruments) -> Explanation {
        instruments.explanation.filtered(options.observation.explain ?? .full)
    }

    private func compile() throws -> Policy {
        var loader = options.source.loader
        if !options.data.isEmpty {
            try metrics.measure(.loadFiles) { () throws(Loader.Failure) in try loader.load(options.data) }
        }
        if !options.bundles.isEmpty {
            try metrics.measure(.loadBundles) { () throws(Loader.Failure) in for path in options.bundles { try loader.load(bundle: path) } }
        }
        return try loader.compile(options: try options.source.policyOptions(), metrics: metrics)
    }

    private func evaluate(_ policy: Policy, _ input: [UInt8]?, _ coverage: Coverage?, into report: inout EvalReport) throws {
        let text = try options.query ?? String(decoding: Loader.readAll(STDIN_FILENO, name: "standard input"), as: UTF8.self)
        let observed = coverage == nil ? instruments : Instruments(instruments?.options ?? [], coverage: coverage, metrics: metrics)
        var samples = EvalSamples()
        let count = options.observation.count
        for round in 0..<count {
            if round > 0 {
                metrics?.reset([.queryParse, .queryCompile, .queryEvaluation, .inputParse, .partialEvaluation])
                observed?.resetProfile()
            }
            do {
                if let partial = options.partial {
                    let answer = try metrics.measure(.partialEvaluation) { () throws(any Error) in
                        try evaluate(policy, text, partial, input)
                    }
                    if round == 0 { report.partial = answer }
                } else {
                    let query = try policy.prepare(
                        query: text, imports: options.imports, package: options.package,
                        instrumented: options.observation.needsInstrumentedQuery, metrics: metrics)
                    let answer = try ask(query, input, observed)
                    if round == 0 { report.answer = answer }
                }
            } catch {
                if round == 0 { report.fail(error) }
            }
            if round == 0, let observed {
                report.builtinErrors = observed.builtinErrors.flatMap { AuthorError($0).items }
                if options.observation.explain != nil { report.explanation = explained(observed) }
            }
            let rows = observed?.profile.rows(by: options.observation.sortOrder, limit: options.observation.profileLimit) ?? []
            if count > 1 { samples.add(metrics?.timers ?? [], rows) }
            if count == 1, options.observation.profile { report.profile = rows }
            if report.hasFailed { break }
        }
        if count > 1, metrics != nil, !report.hasFailed { report.samples = samples }
    }

    private var limits: EvaluationLimits { .ofAuthor(time: options.timeout, strictBuiltinErrors: options.strictBuiltinErrors) }

    /// Asks the query about an input that is JSON, or else YAML.
    private func ask(_ query: PreparedQuery, _ bytes: [UInt8]?, _ instruments: Instruments?) throws -> Answer {
        try reading(bytes) { try query.evaluate($0, limits: limits, print: Console.printError, instruments: instruments) }
    }

    /// Evaluates the query as far as it does not depend on what is unknown.
    private func evaluate(_ policy: Policy, _ query: String, _ partial: PartialOptions, _ bytes: [UInt8]?) throws -> PartialAnswer {
        try reading(bytes) {
            try policy.partial(
                query: query, imports: options.imports, package: options.package, input: $0, options: partial, limits: limits,
                print: Console.printError)
        }
    }

    private func reading<Result>(_ bytes: [UInt8]?, _ evaluate: (Input) throws -> Result) throws -> Result {
        guard let bytes else { return try evaluate(.none) }
        do {
            return try evaluate(.json(bytes))
        } catch let error as EvaluationError {
            guard error.code == .input else { throw error }
            return try evaluate(.value(try InputFile.parseYAML(bytes, name: options.input ?? "standard input", afterJSON: error.message)))
        }
    }

    private func readInput() throws -> [UInt8]? {
        if options.readsInput { return try Loader.readAll(STDIN_FILENO, name: "standard input") }
        return try options.input.map { try Loader.read($0.hasPrefix("file://") ? String($0.dropFirst(7)) : $0) }
    }
}
