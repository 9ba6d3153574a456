import Glibc
import LinearRegex
import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Synchronization

/// Finds the tests of a policy and runs them, in parallel.
///
/// ```swift
/// let policy = try Policy(modules: modules, options: .init(keepsPrintCalls: true, preparesTests: true))
/// for result in try TestRunner(policy: policy).run() where !result.isPass { print(result.test.fullName) }
/// ```
///
/// All tests are planned as one program: what several of them reach is planned once.
public struct TestRunner: Sendable {
    /// Which tests run, and how.
    public struct Options: Sendable {
        /// A regular expression (RE2) that the full name of a test has to contain a match of; empty for all tests.
        public var filter: String
        /// The wall-clock time that each test may take.
        public var timeout: Duration
        /// How many tests run at once; 0 for as many as there are processors.
        public var workers: Int
        /// Bounds on each evaluation, apart from its time.
        public var limits: EvaluationLimits
        /// Takes the rows that the tests reach; a coverage of the same policy.
        public var coverage: Coverage?
        /// What is recorded of each evaluation, for `TestResult.explanation`; it slows the tests down.
        public var instruments: Instruments.Options = []

        var isInstrumented: Bool { coverage != nil || instruments.contains(.explanation) }

        /// Makes options; the defaults are OPA's.
        public init(filter: String = "", timeout: Duration = .seconds(5), workers: Int = 0, limits: EvaluationLimits = EvaluationLimits()) {
            self.filter = filter
            self.timeout = timeout
            self.workers = workers
            self.limits = limits
        }
    }

    /// The filter is no regular expression.
    public struct InvalidFilter: Error, Sendable, CustomStringConvertible {
        /// What is wrong with it.
        public let description: String
    }

    /// The tests that the filter leaves, by file and place.
    public let tests: [TestCase]
    private let policy: Policy
    private let options: Options
    /// A query for each test; `nil` for skipped ones.
    private let queries: [Prepared?]

    private enum Prepared: Sendable {
        case query(PreparedQuery)
        case unplannable(EvaluationError)
    }

    /// Finds the tests of a policy that was compiled with `Policy.Options.preparesTests`.
    ///
    /// - Throws: `InvalidFilter`.
    public init(policy: Policy, options: Options = Options()) throws(InvalidFilter) {
        self.policy = policy
        self.options = options
        let filter = try Self.compile(options.filter)
        var tests: [TestCase] = []
        var paths: [[Term]?] = []
        for test in policy.resolved.tests {
            let found = TestCase(
                package: TermPrinter.text(ofReference: test.package), name: test.name,
                file: policy.resolved.sources.file(of: test.span)?.name ?? "", row: Int(test.span.row), column: Int(test.span.column),
                isSkipped: test.isSkipped,
                hasCases: test.hasCases)
            if let filter, !filter.matches(found.fullName) { continue }
            tests.append(found)
            paths.append(test.isSkipped ? nil : test.path)
        }
        self.tests = tests
        self.queries = Self.prepare(paths, in: policy, instrumented: options.isInstrumented)
    }

    private static func prepare(_ paths: [[Term]?], in policy: Policy, instrumented: Bool) -> [Prepared?] {
        var prepared: [Prepared?]
        if let queries = try? policy.prepare(paths: paths.compactMap { $0 }, instrumented: instrumented) {
            var rest = queries[...]
            prepared = paths.map { $0 == nil ? nil : rest.popFirst().map { .query($0) } }
        } else {
            // One test is beyond what a program can hold: each is planned alone, so that the others run.
            prepared = paths.map { path in
                path.map { path in
                    do throws(CompilationFailure) {
                        return try policy.prepare(paths: [path], instrumented: instrumented).first.map { .query($0) }
                            ?? .unplannable(Self.planningError("no query"))
                    } catch {
                        return .unplannable(Self.planningError(error.diagnostics.first?.message ?? ""))
                    }
                }
            }
        }
        return prepared
    }

    private static func planningError(_ message: String) -> EvaluationError {
        EvaluationError(code: EvaluationError.Code("rego_compile_error"), message: message)
    }

    private struct Filter {
        let regex: Regex

        func matches(_ name: String) -> Bool {
            var name = name
            return name.withUTF8 { regex.matches($0) }
        }
    }

    private static func compile(_ pattern: String) throws(InvalidFilter) -> Filter? {
        guard !pattern.isEmpty else { return nil }
        do throws(RegexError) {
            return Filter(regex: try Regex(pattern))
        } catch {
            throw InvalidFilter(description: "the filter of tests is no regular expression: \(error)")
        }
    }

    // MARK: Running

    /// Runs the tests.
    ///
    /// - Returns: a result for each test, in the order of `tests`.
    public func run() -> [TestResult] {
        let slots = Mutex([TestResult?](repeating: nil, count: tests.count))
        let next = Atomic(0)
        Workers.run(min(options.workers > 0 ? options.workers : Workers.processorCount, tests.count)) {
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < tests.count else { return }
                let result = run(index)
                slots.withLock { $0[index] = result }
            }
        }
        return slots.withLock { $0.compactMap { $0 } }
    }

    private func run(_ index: Int) -> TestResult {
        let test = tests[index]
        var result = TestResult(test: test, outcome: .skipped, duration: .zero, output: "", cases: [])
        switch queries[index] {
        case nil: return result
        case .unplannable(let error): result.outcome = .error(error)
        case .query(let query):
            let started = Machine.monotonicNanoseconds()
            do throws(EvaluationError) {
                let value = try evaluate(query, of: test, into: &result)
                judge(value, of: test, into: &result)
            } catch {
                result.outcome = .error(explained(error))
            }
            result.duration = .nanoseconds(Int64(Machine.monotonicNanoseconds() - started))
        }
        return result
    }

    /// The test's document and the cases that began, in `result.cases`' place.
    private func evaluate(_ query: PreparedQuery, of test: TestCase, into result: inout TestResult) throws(EvaluationError) -> TestValue {
        let machine = query.machines.take()
        defer { query.machines.giveBack(machine) }
        var output = ""
        var begun: [[RegoValue]] = []
        var limits = options.limits
        limits.time = options.timeout
        let instruments = options.isInstrumented ? Instruments(options.instruments, coverage: options.coverage) : nil
        defer {
            result.output = output
            if options.instruments.contains(.explanation) { result.explanation = instruments?.explanation }
        }
        let value = try query.run(
            machine, input: .none, limits: limits, print: { output += $0 + "\n" },
            testCase: test.hasCases ? { begun.append($0.array ?? []) } : nil, instruments: instruments)
        let document = try query.reading(machine) { value.isDefined ? RegoValue(value) : nil }
        return TestValue(document: document, begun: begun)
    }

    private struct TestValue {
        /// `nil` if the test is undefined.
        let document: RegoValue?
        let begun: [[RegoValue]]
    }

    private func judge(_ value: TestValue, of test: TestCase, into result: inout TestResult) {
        guard let document = value.document else { return result.outcome = .failed }
        guard test.hasCases else { return result.outcome = document == .boolean(true) ? .passed : .failed }
        var tree = TestCaseTree(document: document)
        for path in value.begun { tree.note(path) }
        result.cases = tree.results()
        result.outcome = tree.hasFailed ? .failed : .passed
    }

    private func explained(_ error: EvaluationError) -> EvaluationError {
        guard error.code == .deadline else { return error }
        let message = "the test took longer than \(options.timeout.goText) (see --timeout)"
        return EvaluationError(code: .cancelled, message: message, span: error.span, file: error.file)
    }

    // MARK: Benchmarks

    /// Runs each test again and again, one after another, for about the time of the goal each, and measures it.
    ///
    /// A run with another outcome than `true` ends the test's benchmark: it has failed.
    public func runBenchmarks(goal: Duration = .seconds(1)) -> [TestResult] {
        tests.indices.map { index in
            var result = run(index)
            guard result.isPass, case .query(let query)? = queries[index] else { return result }
            do throws(EvaluationError) {
                let started = Machine.monotonicNanoseconds()
                result.benchmark = try Benchmark(query: query, input: nil, limits: options.limits, goal: goal).run()
                result.duration = .nanoseconds(Int64(Machine.monotonicNanoseconds() - started))
            } catch {
                result.outcome = .error(explained(error))
            }
            return result
        }
    }
}
