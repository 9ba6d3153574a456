@_spi(Engine) package import RegoRuntime

/// Runs one query again and again and measures it, as Go's `testing.Benchmark` does.
package struct Benchmark {
    private let query: PreparedQuery
    private let input: RegoValue?
    private let limits: EvaluationLimits
    /// How long to run: the runs' number grows until they take this long.
    private let goal: Duration

    /// - Parameter input: the input document; `nil` for none. Reading it is no part of what is measured.
    package init(query: PreparedQuery, input: RegoValue?, limits: EvaluationLimits, goal: Duration = .seconds(1)) {
        self.query = query
        self.input = input
        self.limits = limits
        self.goal = goal
    }

    /// Runs of one round beyond which no more are needed.
    private static let runLimit = 1_000_000_000

    /// Measures.
    ///
    /// - Parameter check: sees the value of every run, which is only valid during the call.
    /// - Throws: the error that ended a run, or the one that `check` throws.
    package func run(check: (Value) throws(EvaluationError) -> Void = { (_: Value) in }) throws(EvaluationError) -> BenchmarkResult {
        let machine = query.machines.take()
        // What needs no input is worked out again and again, too: its cost is asked for.
        machine.keepsDocuments = false
        defer {
            machine.keepsDocuments = true
            query.machines.giveBack(machine)
        }
        let arena = Arena()
        defer { arena.destroy() }
        let document = input?.makeValue(in: arena) ?? .undefined
        let goal = goal.nanoseconds
        var runs = 1
        while true {
            var round = Round()
            for _ in 0..<runs { try measure(document, on: machine, into: &round, check: check) }
            if round.nanoseconds >= goal || runs >= Self.runLimit { return round.result }
            runs = Self.next(after: runs, taking: round.nanoseconds, goal: goal)
        }
    }

    private func measure(
        _ document: Value, on machine: Machine, into round: inout Round, check: (Value) throws(EvaluationError) -> Void
    ) throws(EvaluationError) {
        let started = Machine.monotonicNanoseconds()
        let value = try query.run(machine, document: document, limits: limits)
        let taken = Int64(Machine.monotonicNanoseconds() - started)
        round.count += 1
        round.nanoseconds += taken
        round.bytes += machine.arena.allocatedBytes
        round.allocations += machine.arena.grownChunks
        round.times.add(taken)
        try check(value)
        machine.reset()
    }

    /// As many runs as should take a fifth more than the goal, but at most a hundred times as many as before.
    private static func next(after runs: Int, taking nanoseconds: Int64, goal: Int64) -> Int {
        let each = max(Double(nanoseconds) / Double(runs), 1)
        return min(max(Int(Double(goal) * 1.2 / each), runs + 1), runs * 100, runLimit)
    }

    private struct Round {
        var count = 0
        var nanoseconds: Int64 = 0
        var bytes = 0
        var allocations = 0
        var times = RunTimes()

        var result: BenchmarkResult {
            BenchmarkResult(
                runs: count, time: .nanoseconds(nanoseconds), bytes: bytes, allocations: allocations,
                metrics: times.metrics(prefix: "histogram_timer_rego_query_eval_ns"))
        }
    }
}
