@_spi(Engine) import RegoRuntime

/// How long the steps of compiling and evaluating take, named as OPA names them. One thread uses it at a time.
public final class Metrics {
    /// A step whose time is taken.
    public enum Timer: String, CaseIterable, Sendable {
        case loadFiles = "rego_load_files"
        case loadBundles = "rego_load_bundles"
        case moduleParse = "rego_module_parse"
        case moduleCompile = "rego_module_compile"
        case queryParse = "rego_query_parse"
        case queryCompile = "rego_query_compile"
        case queryEvaluation = "rego_query_eval"
        case inputParse = "rego_input_parse"
        case partialEvaluation = "rego_partial_eval"
    }

    private var nanoseconds: [Timer: UInt64] = [:]

    /// Makes metrics of nothing.
    public init() {}

    /// The times so far in nanoseconds, by name (`timer_rego_query_eval_ns`), of all steps that were taken.
    public var timers: [(name: String, nanoseconds: UInt64)] {
        nanoseconds.map { ("timer_\($0.key.rawValue)_ns", $0.value) }.sorted { $0.0 < $1.0 }
    }

    /// Forgets the times of some steps.
    public func reset(_ timers: [Timer] = Timer.allCases) {
        for timer in timers { nanoseconds[timer] = nil }
    }

    /// Adds the time that a step takes.
    package func measure<Result, Failure: Error>(_ timer: Timer, _ step: () throws(Failure) -> Result) throws(Failure) -> Result {
        let start = Machine.monotonicNanoseconds()
        defer { nanoseconds[timer, default: 0] += Machine.monotonicNanoseconds() &- start }
        return try step()
    }
}

extension Metrics? {
    /// Adds the time that a step takes, if anybody wants to know.
    package func measure<Result, Failure: Error>(
        _ timer: Metrics.Timer, _ step: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let self else { return try step() }
        return try self.measure(timer, step)
    }
}
