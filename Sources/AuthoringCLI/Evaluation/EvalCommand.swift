import ArgumentParser
import Rego

/// `ward eval`: evaluates a query, with OPA's flags and formats.
struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Evaluates a Rego query.",
        discussion: """
            Examples:
              ward eval 'x := 1 + 1'
              ward eval -d policies -i input.json data.medical.allow
              cat input.json | ward eval -I -d policies -f raw data.medical.allow
              ward eval -d policies --explain fails -f pretty data.medical.allow
              ward eval -d policies --partial -f source 'data.medical.allow == true'

            A flag that is not given is taken from the environment: --format from WARD_EVAL_FORMAT, and so on.

            Exit status: 0 if the query was evaluated; 1 with --fail if it is undefined, with --fail-defined if it is defined;
            2 on any error. With --partial a query counts as undefined.
            """)

    @OptionGroup var asked: QueryOptions

    @Option(name: [.customShort("f", allowingJoined: true), .long], help: "How to print the answer.")
    var format = EvalFormat.json

    @Flag(name: .customLong("fail"), help: "Exit with status 1 if the query is undefined.")
    var fail = false

    @Flag(name: .customLong("fail-defined"), help: "Exit with status 1 if the query is defined.")
    var failDefined = false

    @OptionGroup var bundle: BundleOptions

    @OptionGroup var source: SourceOptions

    @OptionGroup var strict: StrictOptions

    @Flag(name: .customLong("strict-builtin-errors"), help: "Let a builtin's error end the evaluation.")
    var strictBuiltinErrors = false

    @Flag(name: .customLong("show-builtin-errors"), help: "List the errors of builtins, which do not end the evaluation.")
    var showBuiltinErrors = false

    @Option(help: ArgumentHelp("Stop after a time: 500ms, 2s, 1m.", valueName: "duration"))
    var timeout: DurationArgument?

    @OptionGroup(title: "What the evaluation does") var observation: ObservationOptions

    @OptionGroup(title: "Partial evaluation") var partial: PartialFlags

    @Option(name: .customLong("pretty-limit"), help: "Shorten what tables of the format pretty show to so many characters.")
    var prettyLimit = 80

    @OptionGroup(visibility: .hidden) var accepted: AcceptedOptions

    @Argument(help: "The query.")
    var query: String?

    private var options: EvalOptions {
        var options = EvalOptions()
        options.data = asked.data
        options.input = asked.input
        options.readsInput = asked.stdinInput
        options.readsQuery = asked.stdin
        options.format = format
        options.fail = fail
        options.failDefined = failDefined
        options.package = asked.package
        options.imports = asked.imports
        options.source = source.settings
        options.bundles = bundle.bundles
        options.source.isStrict = strict.strict
        options.strictBuiltinErrors = strictBuiltinErrors
        options.showsBuiltinErrors = showBuiltinErrors
        options.timeout = timeout?.duration
        options.observation = observation.settings
        options.partial = partial.options
        options.prettyLimit = prettyLimit
        options.query = query
        return options
    }

    func validate() throws {
        if let problem = options.problem { throw ValidationError(problem) }
    }

    func run() throws {
        let status = options.run()
        if status != 0 { throw ExitCode(status) }
    }
}

extension EvalFormat: ExpressibleByArgument {}

/// The flags that make an evaluation's inner life visible.
struct ObservationOptions: ParsableArguments {
    enum ExplainMode: String, CaseIterable, ExpressibleByArgument { case off, full, notes, fails, debug }

    @Option(help: "Show what the evaluation did.")
    var explain = ExplainMode.off

    @Flag(name: .customLong("var-values"), help: "Show the values of variables with --explain and the format pretty.")
    var varValues = false

    @Flag(help: "Show the rows that the evaluation has and has not reached.")
    var coverage = false

    @Flag(help: "Show how long reading, compiling and evaluating took.")
    var metrics = false

    @Flag(help: "The same as --metrics.")
    var instrument = false

    @Flag(help: "Show what each expression took; has --metrics in it.")
    var profile = false

    @Option(
        name: .customLong("profile-sort"),
        help: "Sort the profile by total_time_ns, num_eval, num_redo, num_gen_expr, file or line; repeatable.")
    var profileSort: [String] = []

    @Option(name: .customLong("profile-limit"), help: "Show so many rows of the profile, 10 unless told otherwise; 0 for all.")
    var profileLimit: Int?

    @Option(help: "Evaluate so many times, and show statistics of metrics and profile.")
    var count = 1

    var settings: ObservationSettings {
        var settings = ObservationSettings()
        settings.explain = Explanation.Mode(rawValue: explain.rawValue)
        settings.showsVariables = varValues
        settings.coverage = coverage
        settings.profile = profile || profileLimit != nil || !profileSort.isEmpty
        settings.metrics = metrics || instrument || settings.profile
        settings.profileKeys = profileSort.flatMap { $0.split(separator: ",").compactMap { Profile.Key(rawValue: String($0)) } }
        settings.profileLimit = profileLimit ?? 10
        settings.count = count
        return settings
    }

    func validate() throws {
        for key in profileSort.flatMap({ $0.split(separator: ",") }) where Profile.Key(rawValue: String(key)) == nil {
            throw ValidationError("--profile-sort: \(key) is none of \(Profile.Key.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        if count < 1 { throw ValidationError("--count: at least one evaluation is needed") }
    }
}

/// OPA's flags that choose among ways to the same answer, of which Ward has one.
struct AcceptedOptions: ParsableArguments {
    @Flag(name: .customLong("disable-indexing")) var disableIndexing = false
    @Flag(name: .customLong("disable-early-exit")) var disableEarlyExit = false
    @Flag(name: .customLong("optimize-store-for-read-speed")) var optimizeStore = false
    @Option(name: [.customShort("O", allowingJoined: true), .customLong("optimize")]) var optimize: Int?
    @Option(name: [.customShort("e", allowingJoined: true), .customLong("entrypoint")]) var entrypoint: [String] = []
    @Option(name: [.customShort("t", allowingJoined: true), .customLong("target")]) var target: String?

    func validate() throws {
        if let target, target != "rego" { throw ValidationError("--target \(target): Ward evaluates Rego itself: the target is rego") }
    }
}
