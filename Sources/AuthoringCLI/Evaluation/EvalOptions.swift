import Rego

/// How `ward eval` prints its answer.
enum EvalFormat: String, CaseIterable {
    case json, values, bindings, pretty, source, raw, discard
}

/// What `ward eval` is asked to do, and the doing of it.
struct EvalOptions {
    var data: [String] = []
    var bundles: [String] = []
    var input: String?
    /// The input document is on standard input.
    var readsInput = false
    /// The query is on standard input.
    var readsQuery = false
    var format = EvalFormat.json
    var fail = false
    var failDefined = false
    var package: String?
    var imports: [String] = []
    var source = SourceSettings()
    var strictBuiltinErrors = false
    /// The errors of builtins are listed.
    var showsBuiltinErrors = false
    var timeout: Duration?
    var observation = ObservationSettings()
    /// Characters that a table's cell shows at most; 0 for all.
    var prettyLimit = 80
    /// How the query is evaluated as far as it is known; `nil` for a whole evaluation.
    var partial: PartialOptions?
    var query: String?

    /// What is wrong with the combination of options; `nil` if nothing is.
    var problem: String? {
        if let problem = QueryOptions.problem(query: query, isOnInput: readsQuery, input: input, inputIsOnInput: readsInput) {
            return problem
        }
        if partial == nil, format == .source { return "invalid output format for evaluation: source is for --partial" }
        if partial != nil, ![.json, .pretty, .source].contains(format) {
            return "invalid output format for partial evaluation: it is printed as json, pretty or source"
        }
        if partial != nil, observation.needsInstrumentedQuery {
            return "--partial cannot be observed: --explain, --coverage and --profile are for whole evaluations"
        }
        if strictBuiltinErrors, showsBuiltinErrors {
            return "cannot use --show-builtin-errors with --strict-builtin-errors, which ends the evaluation with the first of them"
        }
        if fail, failDefined { return "specify --fail or --fail-defined but not both" }
        return nil
    }

    /// Reads the arguments that nearly all calls consist of; `nil` for any others, which are ArgumentParser's.
    ///
    /// ArgumentParser finds its way by reflection, which takes about two milliseconds in a program of this size: half of what a first
    /// decision takes in all (measured with `perf`, 100 starts).
    init?(quick arguments: ArraySlice<String>) {
        self.init()
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "-d", "--data":
                guard let value = rest.popFirst(), !value.hasPrefix("-") else { return nil }
                data.append(value)
            case "-i", "--input":
                guard input == nil, let value = rest.popFirst(), !value.hasPrefix("-") else { return nil }
                input = value
            case "-f", "--format":
                guard let value = rest.popFirst(), let format = EvalFormat(rawValue: value) else { return nil }
                self.format = format
            case "-I", "--stdin-input": readsInput = true
            case "--fail": fail = true
            case "--fail-defined": failDefined = true
            case "--v0-compatible": source.isV0 = true
            case "--strict-builtin-errors": strictBuiltinErrors = true
            default:
                guard query == nil, !argument.hasPrefix("-") else { return nil }
                query = argument
            }
        }
        if problem != nil { return nil }
    }

    init() {}

    /// Evaluates, prints, and returns the exit status.
    func run() -> Int32 {
        let report = EvalRun(options: self).report()
        EvalPrinter(format: format, limit: prettyLimit, showsVariables: observation.showsVariables).print(report)
        if report.hasFailed { return 2 }
        let isDefined = report.answer?.solutions.isEmpty == false
        return fail && !isDefined || failDefined && isDefined ? 1 : 0
    }
}

/// What is to be seen of an evaluation.
struct ObservationSettings {
    var explain: Explanation.Mode?
    var showsVariables = false
    var coverage = false
    var profile = false
    var metrics = false
    /// What the profile is sorted by first.
    var profileKeys: [Profile.Key] = []
    /// Rows of the profile to show; 0 for all.
    var profileLimit = 10
    /// Evaluations.
    var count = 1

    /// Whether the query has to be compiled as an instrumented one.
    var needsInstrumentedQuery: Bool { explain != nil || coverage || profile }

    /// OPA's keys after those that were named.
    var sortOrder: [Profile.Key] { profileKeys + Profile.Key.usual.filter { !profileKeys.contains($0) } }
}
