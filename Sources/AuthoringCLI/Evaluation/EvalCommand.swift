import ArgumentParser

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

            Exit status: 0 if the query was evaluated; 1 with --fail if it is undefined, with --fail-defined if it is defined;
            2 on any error.
            """)

    @Option(
        name: [.customShort("d"), .long],
        help: ArgumentHelp("Load Rego, JSON and YAML from a file or folder; repeatable.", valueName: "path"))
    var data: [String] = []

    @Option(name: [.customShort("i"), .long], help: ArgumentHelp("Read the input document from a file.", valueName: "file"))
    var input: String?

    @Flag(name: [.customShort("I"), .customLong("stdin-input")], help: "Read the input document from standard input.")
    var stdinInput = false

    @Flag(name: .customLong("stdin"), help: "Read the query from standard input.")
    var stdin = false

    @Option(name: [.customShort("f"), .long], help: "How to print the answer.")
    var format = EvalFormat.json

    @Flag(name: .customLong("fail"), help: "Exit with status 1 if the query is undefined.")
    var fail = false

    @Flag(name: .customLong("fail-defined"), help: "Exit with status 1 if the query is defined.")
    var failDefined = false

    @Option(name: [.customShort("p"), .long], help: "The package that the query is asked in.")
    var package: String?

    @Option(name: .customLong("import"), help: "A path that the query may name by its last segment; repeatable.")
    var imports: [String] = []

    @OptionGroup var bundle: BundleOptions

    @OptionGroup var source: SourceOptions

    @OptionGroup var strict: StrictOptions

    @Flag(name: .customLong("strict-builtin-errors"), help: "Let a builtin's error end the evaluation.")
    var strictBuiltinErrors = false

    @Option(help: ArgumentHelp("Stop after a time: 500ms, 2s, 1m.", valueName: "duration"))
    var timeout: DurationArgument?

    @Argument(help: "The query.")
    var query: String?

    private var options: EvalOptions {
        var options = EvalOptions()
        options.data = data
        options.input = input
        options.readsInput = stdinInput
        options.readsQuery = stdin
        options.format = format
        options.fail = fail
        options.failDefined = failDefined
        options.package = package
        options.imports = imports
        options.source = source.settings
        options.bundles = bundle.bundles
        options.source.isStrict = strict.strict
        options.strictBuiltinErrors = strictBuiltinErrors
        options.timeout = timeout?.duration
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

/// A duration as Go writes it: `1h2m`, `500ms`, `1.5s`.
package struct DurationArgument: ExpressibleByArgument {
    package let duration: Duration

    package init?(argument: String) {
        var total = 0.0
        var rest = Substring(argument)
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let value = Double(String(digits)), value.isFinite else { return nil }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            switch unit {
            case "h": total += value * 3600
            case "m": total += value * 60
            case "s": total += value
            case "ms": total += value / 1e3
            case "us", "µs": total += value / 1e6
            case "ns": total += value / 1e9
            case "" where value == 0: break
            default: return nil
            }
        }
        guard total < 1e9 else { return nil }
        duration = .nanoseconds(Int64(total * 1e9))
    }
}
