import ArgumentParser
import Rego
import RegoSyntax

/// `ward test`: runs the tests of policies, with OPA's flags, formats and exit status.
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs the tests of policies.",
        discussion: """
            Reads all Rego, JSON and YAML below the paths and runs the rules whose names begin with test_; todo_test_ marks tests that are
            skipped. A test passes if it is true. A rule such as test_sum[case.note] has a result for each of its cases.

            Examples:
              ward test policies
              ward test -v -r authz policies
              ward test --coverage --threshold 80 policies
              ward test -f junit policies > report.xml

            Exit status: 0 if all tests pass; 1 if they cannot be run; 2 if one fails, ends in an error or is skipped (see -z), or if the
            coverage is below the threshold.
            """)

    @OptionGroup var source: SourceOptions

    @Flag(name: [.customShort("v"), .long], help: "Also show tests that pass, what they print, and how failed ones failed.")
    var verbose = false

    @Option(
        name: [.customShort("r", allowingJoined: true), .customLong("run")],
        help: ArgumentHelp("Run only tests whose name matches.", valueName: "regex"))
    var filter: String = ""

    @Option(name: [.customShort("f", allowingJoined: true), .long], help: "How to print the results; junit is for CI servers.")
    var format = TestFormat.pretty

    @Flag(name: [.customShort("c"), .long], help: "Report which lines the tests cover, as JSON.")
    var coverage = false

    @Option(help: ArgumentHelp("Fail if less of the lines is covered, in percent; implies --coverage.", valueName: "percent"))
    var threshold: Double?

    @Flag(help: "Run each test again and again and report how long it takes.")
    var bench = false

    @Flag(inversion: .prefixedNo, help: "Report the memory that benchmarks use.")
    var benchmem = true

    @Option(help: ArgumentHelp("Run the tests this many times.", valueName: "number"))
    var count = 1

    @Option(help: ArgumentHelp("How long a test may take: 500ms, 2s, 1m (default 5s, 30s for benchmarks).", valueName: "duration"))
    var timeout: DurationArgument?

    @Option(
        name: [.customShort("p", allowingJoined: true), .long],
        help: ArgumentHelp("Run this many tests at once; 0 for one a processor.", valueName: "number"))
    var parallel = 0

    @Flag(name: [.customShort("z"), .customLong("exit-zero-on-skipped")], help: "Skipped tests do not change the exit status.")
    var exitZeroOnSkipped = false

    @Option(help: "Show what happened in tests that failed: fails, full, notes or debug.")
    var explain: ExplainMode?

    @Flag(name: .customLong("var-values"), help: "Show the values of local variables where tests failed.")
    var varValues = false

    @Option(
        name: [.customShort("m", allowingJoined: true), .customLong("max-errors")],
        help: ArgumentHelp("Stop compiling after this many errors; 0 or less for no limit.", valueName: "number"))
    var maxErrors = 10

    @Flag(name: .customLong("fail-on-empty"), help: "Exit with status 1 if there are no tests to run.")
    var failOnEmpty = false

    @Flag(name: [.customShort("b"), .long], help: "Read the paths as bundles.")
    var bundle = false

    @Flag(name: [.customShort("w"), .long], help: "Run the tests again whenever a file changes.")
    var watch = false

    @Option(
        name: [.customShort("t", allowingJoined: true), .long],
        help: ArgumentHelp("The runtime to test with; only rego.", visibility: .hidden))
    var target: String = "rego"

    @Argument(help: "Files and folders.")
    var paths: [String]

    func validate() throws {
        if paths.isEmpty { throw ValidationError("specify at least one file") }
        if target != "rego" { throw ValidationError("this build has no target '\(target)': use rego") }
        if let threshold, !(0...100).contains(threshold) {
            throw ValidationError("Code coverage threshold must be between 0 and 100")
        }
        if format == .gobench, !bench {
            throw ValidationError("cannot use output format gobench without running benchmarks (--bench)")
        }
        if bench, coverage || threshold != nil { throw ValidationError("coverage reporting is not supported when benchmarking tests") }
        if count < 1 { throw ValidationError("--count takes a number from 1 on") }
    }

    func run() throws {
        let session = TestSession(self)
        let status = watch ? session.watch() : session.run()
        if status != 0 { throw ExitCode(status) }
    }
}
