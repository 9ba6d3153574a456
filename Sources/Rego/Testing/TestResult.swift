@_spi(Engine) import RegoRuntime

/// What came of one test.
public struct TestResult: Sendable {
    /// How a test ended.
    public enum Outcome: Sendable {
        /// The rule is true, and so are all of its cases.
        case passed
        /// The rule is undefined or something else than true, or one of its cases is.
        case failed
        /// The test's name begins with `todo_`.
        case skipped
        /// The evaluation ended without an answer: a conflict, a limit, or the time was up.
        case error(EvaluationError)
    }

    /// The test.
    public let test: TestCase
    /// How it ended.
    public var outcome: Outcome
    /// The time that the evaluation took; zero for skipped tests.
    public var duration: Duration
    /// The lines that `print` wrote, each with its line break.
    public var output: String
    /// The test's cases by name; empty for tests without cases.
    public var cases: [TestCaseResult]
    /// What the evaluation did, if `TestRunner.Options.instruments` asks for it.
    public var explanation: Explanation?
    /// What a benchmark of the test measured.
    public var benchmark: BenchmarkResult?

    /// Whether the test passed.
    public var isPass: Bool {
        if case .passed = outcome { return true }
        return false
    }

    /// Whether the test failed; neither an error nor a skipped test has.
    public var isFailure: Bool {
        if case .failed = outcome { return true }
        return false
    }

    /// Whether the test was not run.
    public var isSkipped: Bool {
        if case .skipped = outcome { return true }
        return false
    }

    /// The error that ended the evaluation.
    public var error: EvaluationError? {
        if case .error(let error) = outcome { return error }
        return nil
    }
}

/// What came of one case of a test, or of the cases below it.
public struct TestCaseResult: Sendable, Hashable {
    /// The case's name: a string, or another value as JSON text.
    public let name: String
    /// The case, or one below it, is not true.
    public var isFailure: Bool
    /// The cases below, by name.
    public var cases: [TestCaseResult]

    /// The case and all below it, each with the names that lead to it, depth first.
    public func flattened(below path: [String] = []) -> [(path: [String], result: TestCaseResult)] {
        let path = path + [name]
        return [(path, self)] + cases.flatMap { $0.flattened(below: path) }
    }
}

/// The cases of a test while its result is being put together.
struct TestCaseTree {
    private var isFailure = false
    /// By name, as strings of Rego, which are equal when their bytes are.
    private var children: [RegoValue: TestCaseTree] = [:]

    /// Takes a test's document: each member is a case, objects hold further cases, and only `true` passes.
    init(document: RegoValue) {
        self.init(value: document, depth: 0)
        if case .object = document { return }
        isFailure = false
    }

    private init() { isFailure = true }

    private init(value: RegoValue, depth: Int) {
        switch value {
        case .object(let members) where depth < Self.depthLimit:
            for (key, value) in members {
                let child = TestCaseTree(value: value, depth: depth + 1)
                children[Self.name(of: key)] = child
                if child.isFailure { isFailure = true }
            }
        case .boolean(let value): isFailure = !value
        default: isFailure = true
        }
    }

    /// Levels of cases; a head cannot have more operands than this without being refused earlier.
    private static let depthLimit = 64

    var hasFailed: Bool { isFailure }

    /// Notes that a case began: one that the document lacks has failed.
    mutating func note(_ path: some Collection<RegoValue>) {
        _ = note(path.prefix(Self.depthLimit).map(Self.name)[...])
    }

    private mutating func note(_ path: ArraySlice<RegoValue>) -> Bool {
        guard let name = path.first else { return false }
        var child = children[name] ?? TestCaseTree()
        let failed = path.count == 1 ? child.isFailure : child.note(path.dropFirst())
        if failed { child.isFailure = true }
        children[name] = child
        if failed { isFailure = true }
        return failed
    }

    func results() -> [TestCaseResult] {
        let named = children.map { (name: $0.key.string ?? "", tree: $0.value) }
        return named.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map { name, tree in
            TestCaseResult(name: name, isFailure: tree.isFailure, cases: tree.results())
        }
    }

    private static func name(of value: RegoValue) -> RegoValue { value.string == nil ? .string(value.json()) : value }
}
