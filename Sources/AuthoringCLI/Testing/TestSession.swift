import PolicyBundle
import Rego
import RegoSyntax

/// One run of `ward test`: reads, compiles, runs, reports.
struct TestSession {
    private let command: TestCommand

    /// The files and folders that the tests are in.
    var paths: [String] { command.paths }

    init(_ command: TestCommand) { self.command = command }

    /// Runs the tests as often as asked, until a run does not pass.
    ///
    /// - Returns: the exit status.
    func run() -> Int32 {
        do {
            let policy = try compile()
            let coverage = wantsCoverage ? Coverage(of: policy) : nil
            let runner = try prepare(policy, coverage)
            if command.failOnEmpty, runner.tests.isEmpty {
                Console.printError("no tests were run")
                return 1
            }
            for _ in 0..<command.count {
                let results = command.bench ? runner.runBenchmarks() : runner.run()
                let status = coverage.map { report($0, results) } ?? report(results)
                if status != 0 { return status }
            }
            return 0
        } catch {
            AuthorError(error).printText()
            return 1
        }
    }

    private var wantsCoverage: Bool { command.coverage || command.threshold ?? 0 > 0 }
    private var isVerbose: Bool { command.verbose || command.explain != nil }

    private func compile() throws -> Policy {
        let settings = command.source.settings
        var options = try settings.policyOptions(keepsPrintCalls: !command.bench)
        options.preparesTests = true
        options.errorLimit = max(command.maxErrors, 0)
        options.refusesDataConflicts = true
        var loader = settings.loader
        if command.bundle { for path in command.paths { try loader.load(bundle: path) } } else { try loader.load(command.paths) }
        return try loader.compile(options: options)
    }

    private func prepare(_ policy: Policy, _ coverage: Coverage?) throws -> TestRunner {
        let timeout = command.timeout?.duration ?? (command.bench ? .seconds(30) : .seconds(5))
        var options = TestRunner.Options(filter: command.filter, timeout: timeout, workers: command.parallel)
        options.coverage = coverage
        options.limits = .ofAuthor()
        if command.varValues || isVerbose && command.format == .json {
            options.instruments = .variables
        } else if isVerbose, command.format == .pretty {
            options.instruments = .explanation
        }
        // Neither of these has a place for what is seen.
        if coverage != nil || command.bench || command.format == .junit { options.instruments = [] }
        return try TestRunner(policy: policy, options: options)
    }

    private func report(_ results: [TestResult]) -> Int32 {
        switch command.format {
        case .json: Console.print(document(results).json(pretty: true) + "\n")
        case .junit: Console.print(JUnitReport.xml(results))
        case .pretty, .gobench:
            var report = PrettyTestReport(isVerbose: isVerbose, style: .output)
            if isVerbose || command.varValues { report.explain = explain }
            report.showsBenchmarks = command.bench
            report.showsMemory = command.benchmem
            report.isGoBench = command.format == .gobench
            Console.print(report.text(of: results))
        }
        return status(of: results)
    }

    private func status(of results: [TestResult]) -> Int32 {
        let unwanted = results.contains { !$0.isPass && !($0.isSkipped && command.exitZeroOnSkipped) }
        return unwanted ? 2 : 0
    }

    // MARK: Details

    /// How a test failed: the events that led there, and the values at its end.
    private func explain(_ result: TestResult) -> String {
        guard let explanation = result.explanation else { return "" }
        var text = ""
        if isVerbose {
            let lines = shown(explanation).text(variables: command.varValues).split(separator: "\n", omittingEmptySubsequences: false)
                .dropLast()
            text += "\n" + lines.map { "  \($0)\n" }.joined()
        }
        if command.varValues { text += FailureLine.text(explanation) }
        return text
    }

    private func document(_ results: [TestResult]) -> OrderedJSON {
        guard isVerbose || command.varValues else { return TestDocument.document(results) }
        return TestDocument.document(results) { shown($0) }
    }

    /// What the flags ask to see of an explanation.
    private func shown(_ explanation: Explanation) -> Explanation {
        guard let mode = command.explain else { return command.verbose ? explanation.notesAndFailures : explanation.filtered(.fails) }
        return explanation.filtered(Explanation.Mode(rawValue: mode.rawValue) ?? .fails)
    }

    /// Reports which rows the tests reached, or why that does not matter.
    private func report(_ coverage: Coverage, _ results: [TestResult]) -> Int32 {
        if let error = results.first(where: { $0.error != nil })?.error {
            Console.printError(AuthorError(error).line)
            return 1
        }
        if let failure = results.first(where: \.isFailure) {
            Console.print(PrettyTestReport(isVerbose: command.verbose, style: .output).text(of: results.filter(\.isFailure)))
            Console.printError("\(failure.test.fullName): FAIL (\(failure.duration.goText))")
            return 1
        }
        let report = coverage.report()
        let threshold = command.threshold ?? 0
        guard report.percent >= threshold else {
            Console.printError(CoverageText.shortfall(report, threshold: threshold, isVerbose: command.verbose))
            return 2
        }
        Console.print(OrderedJSON(report).json(pretty: true) + "\n")
        return status(of: results)
    }
}
