import ArgumentParser
import Glibc
import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax

/// `ward bench`: evaluates a query again and again, and tells how long it takes.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Benchmarks a Rego query.",
        discussion: """
            Evaluates the query for about a second and reports the time of a run and the memory that it uses. Reading files, compiling and
            reading the input are not part of it. Every run's answer is compared with the first one's.

            Examples:
              ward bench -d policies -i input.json data.authz.allow
              ward bench -f gobench --count 5 -d policies data.authz.allow > new.txt

            Exit status: 0 if the query was benchmarked; 1 on any error, and if the query is undefined (but see --no-fail).
            """)

    /// How the measurements are printed.
    enum Format: String, CaseIterable, ExpressibleByArgument { case pretty, json, gobench }

    @OptionGroup var source: SourceOptions

    @OptionGroup var asked: QueryOptions

    @OptionGroup var bundle: BundleOptions

    @Option(name: [.customShort("f", allowingJoined: true), .long], help: "How to print the measurements.")
    var format = Format.pretty

    @Option(help: ArgumentHelp("Repeat the benchmark this many times.", valueName: "number"))
    var count = 1

    @Flag(inversion: .prefixedNo, help: "Report the memory that a run uses.")
    var benchmem = true

    @Flag(inversion: .prefixedNo, help: "Report how the times of single runs are distributed.")
    var metrics = true

    @Flag(inversion: .prefixedNo, help: "An undefined query is an error.")
    var fail = true

    @Flag(inversion: .prefixedNo, help: "Every run must have the same answer.")
    var check = true

    @Flag(help: ArgumentHelp("Not available: benchmark a running server with a load generator.", visibility: .hidden))
    var e2e = false

    /// Settings of the server that OPA starts for `--e2e`.
    @Option(name: [.customShort("c", allowingJoined: true), .customLong("config-file")], help: .hidden) var configFile: String?
    @Option(name: .customLong("shutdown-grace-period"), help: .hidden) var gracePeriod: Int?
    @Option(name: .customLong("shutdown-wait-period"), help: .hidden) var waitPeriod: Int?

    @OptionGroup(visibility: .hidden) var accepted: AcceptedOptions

    @OptionGroup(visibility: .hidden) var partial: PartialFlags

    @Argument(help: "The query.")
    var query: String?

    func validate() throws {
        if e2e {
            throw ValidationError("--e2e is not available: start 'ward serve' and measure it with a load generator such as wrk or hey")
        }
        if partial.partial { throw ValidationError("--partial: only whole evaluations are measured") }
        if let problem = asked.problem(query: query) { throw ValidationError(problem) }
        if count < 1 { throw ValidationError("--count takes a number from 1 on") }
    }

    func run() throws {
        do {
            let prepared = try prepare()
            let input = try InputFile(path: asked.input, isStandardInput: asked.stdinInput).read()
            for _ in 0..<count {
                let checker = AnswerChecker(requiresAnswer: fail, requiresSameAnswer: check)
                var result = try Benchmark(query: prepared, input: input, limits: .ofAuthor())
                    .run { (value: Value) throws(EvaluationError) in try checker.see(value) }
                if !metrics { result.metrics = [:] }
                Console.print(text(of: result))
            }
        } catch {
            let report = AuthorError(error)
            if format == .json { Console.print(report.document.json(pretty: true) + "\n") } else { report.printText() }
            throw Exit.unwanted
        }
    }

    private func prepare() throws -> PreparedQuery {
        let settings = source.settings
        let loader = try settings.loader(reading: asked.data, bundles: bundle.bundles)
        let policy = try loader.compile(options: try settings.policyOptions(keepsPrintCalls: false))
        let text = try query ?? String(decoding: Loader.readAll(STDIN_FILENO, name: "standard input"), as: UTF8.self)
        return try policy.prepare(query: text, imports: asked.imports, package: asked.package)
    }

    private func text(of result: BenchmarkResult) -> String {
        switch format {
        case .json: return BenchmarkDocument.document(result).json(pretty: true) + "\n"
        case .gobench:
            return "BenchmarkWardEval\t\(GoBenchmarkText.line(of: result))"
                + (benchmem ? "\t\(GoBenchmarkText.memory(of: result))" : "") + "\n"
        case .pretty: return BenchmarkTable.text(of: result, showsMemory: benchmem)
        }
    }
}

/// Sees to it that the runs of a benchmark answer, and all alike.
private final class AnswerChecker {
    private let requiresAnswer: Bool
    private let requiresSameAnswer: Bool
    private let arena = Arena()
    private var first: Value?
    private var runs = 0

    init(requiresAnswer: Bool, requiresSameAnswer: Bool) {
        self.requiresAnswer = requiresAnswer
        self.requiresSameAnswer = requiresSameAnswer
    }

    deinit { arena.destroy() }

    /// Looks at the answer of a run: the array of the query's solutions.
    func see(_ value: Value) throws(EvaluationError) {
        runs += 1
        if requiresAnswer, value.isUndefined || value.tag == .array && value.length == 0 {
            throw EvaluationError(code: EvaluationError.Code(""), message: "undefined result")
        }
        guard requiresSameAnswer else { return }
        guard let first else {
            first = value.isDefined ? RegoValue(value).makeValue(in: arena) : .undefined
            return
        }
        if first.isUndefined && value.isUndefined { return }
        guard first.isDefined, value.isDefined, Value.compare(first, value) == 0 else {
            throw EvaluationError(
                code: EvaluationError.Code(""),
                message:
                    "run \(runs) has another answer than the first one (use --no-check for queries that ask for the time or random numbers)"
            )
        }
    }
}

/// A benchmark as a table of names and numbers.
enum BenchmarkTable {
    static func text(of result: BenchmarkResult, showsMemory: Bool) -> String {
        var rows = [("samples", String(result.runs)), ("ns/op", GoBenchmarkText.number(result.nanosecondsPerRun))]
        if showsMemory {
            rows.append(("B/op", String(result.bytesPerRun)))
            rows.append(("allocs/op", String(result.allocationsPerRun)))
        }
        for (name, value) in result.metrics.sorted(by: { $0.key < $1.key }) { rows.append((name, GoBenchmarkText.number(value))) }
        rows = rows.map { ($0.0, $0.1.trimmed) }
        let left = rows.map(\.0.utf8.count).max() ?? 0
        let right = rows.map(\.1.utf8.count).max() ?? 0
        let rule = "+" + String(repeating: "-", count: left + 2) + "+" + String(repeating: "-", count: right + 2) + "+\n"
        let lines = rows.map { name, number in
            "| \(name)\(String(repeating: " ", count: left - name.utf8.count)) | "
                + String(repeating: " ", count: right - number.utf8.count) + "\(number) |\n"
        }
        return rule + lines.joined() + rule
    }
}
