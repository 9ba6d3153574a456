package import RegoCompiler
@_spi(Engine) package import RegoRuntime
package import RegoSyntax

/// Sees what evaluations of instrumented queries do. One evaluation uses it at a time; a `Coverage` may be shared by many.
///
/// ```swift
/// let query = try policy.prepare(query: "data.medical.allow", instrumented: true)
/// let instruments = Instruments([.explanation, .profile])
/// let answer = try query.evaluate(input, instruments: instruments)
/// print(instruments.explanation.text())
/// ```
///
/// A query that is not instrumented contains nothing that would have to be switched off: it is as fast as if there were no instruments.
public final class Instruments {
    /// What is to be seen.
    public struct Options: OptionSet, Sendable {
        /// A bit for each wish.
        public let rawValue: Int
        /// Makes options from their bits.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// The events of the search for an answer.
        public static let explanation = Options(rawValue: 1)
        /// The values of variables at each event; has `explanation` in it.
        public static let variables = Options(rawValue: 3)
        /// The time that each expression takes.
        public static let profile = Options(rawValue: 4)
        /// The errors of builtins that leave an expression undefined; also of queries that are not instrumented.
        public static let builtinErrors = Options(rawValue: 8)
    }

    /// What is to be seen.
    public let options: Options
    /// What takes the rows that are evaluated.
    public let coverage: Coverage?
    /// What takes the times of evaluations; also of queries that are not instrumented.
    public let metrics: Metrics?
    /// The errors of builtins that left an expression undefined in the last evaluation.
    public private(set) var builtinErrors: [EvaluationError] = []
    /// What the last evaluation did; also when it ended with an error.
    public private(set) var explanation = Explanation()
    /// What the expressions of all evaluations so far have taken.
    public private(set) var profile = Profile()

    private let recorder: TraceRecorder

    /// Makes instruments for what is to be seen.
    public init(_ options: Options = [], coverage: Coverage? = nil, metrics: Metrics? = nil) {
        self.options = options
        self.metrics = metrics
        self.coverage = coverage
        recorder = TraceRecorder(
            wishes: TraceRecorder.Wishes(
                events: options.contains(.explanation), variables: options.contains(.variables), hits: coverage != nil,
                costs: options.contains(.profile)))
    }

    /// Whether what is to be seen can only be seen of instrumented queries.
    package var needInstrumentedQuery: Bool { !options.isDisjoint(with: [.variables, .profile]) || coverage != nil }

    /// Forgets the profile of the evaluations so far.
    public func resetProfile() { profile = Profile() }

    /// Prepares for an evaluation.
    func begin(_ legend: TraceLegend) -> TraceRecorder {
        recorder.begin(legend.table)
        return recorder
    }

    /// Takes over what an evaluation has told; the values that it has made are still there.
    func end(_ legend: TraceLegend?, builtinErrors: [EvaluationError]) {
        self.builtinErrors = builtinErrors
        guard let legend else { return }
        recorder.end()
        coverage?.add(recorder.hits, legend)
        if options.contains(.profile) { profile.add(recorder.costs, legend) }
        if options.contains(.explanation) { explanation = Explanation(recorder, legend) }
    }
}

/// What the numbers that an instrumented program tells stand for.
package final class TraceLegend: Sendable {
    package let table: TraceTable
    package let syntax: [TraceSyntax]
    /// The names of variables and documents.
    package let names: [String]
    /// The names that authors gave to generated locals.
    package let authoredNames: [String: String]
    package let sources: SourceMap
    /// Whether walks through the syntax need a `LargeStack`.
    package let isDeep: Bool

    init(_ plan: TracePlan, authoredNames: [String: String], sources: SourceMap, isDeep: Bool) {
        self.isDeep = isDeep
        table = plan.table
        syntax = plan.syntax
        names = plan.names
        self.authoredNames = authoredNames
        self.sources = sources
    }

    /// The place of a node, if it has one.
    func location(of node: Int) -> SourceLocation? {
        guard let position = table.nodes[node].position else { return nil }
        let file = Int(position.file)
        return SourceLocation(
            file: file < sources.files.count ? sources.files[file].name : "", row: Int(position.row), column: Int(position.column))
    }
}

/// A place in a module or query, as reports name it.
public struct SourceLocation: Hashable, Sendable {
    /// The file's name; empty for the query.
    public let file: String
    /// The line, from 1.
    public let row: Int
    /// The column, from 1.
    public let column: Int

    /// Makes a place from its parts.
    public init(file: String, row: Int, column: Int) {
        self.file = file
        self.row = row
        self.column = column
    }
}
