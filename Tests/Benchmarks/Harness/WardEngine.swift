import Glibc
import Rego
@_spi(Engine) import RegoRuntime

/// Ward in this process: a prepared query.
struct WardEngine: Engine {
    let name = "ward"

    private static func prepare(_ workload: Workload) throws -> (query: PreparedQuery, input: Input) {
        let data = try workload.data.map { try BaseData(json: Array($0.utf8)) } ?? BaseData(.object([:]))
        let policy = try Policy(
            modules: [.init(name: "\(workload.name).rego", text: workload.module)], data: data, options: Policy.Options())
        return (try policy.prepare(query: workload.query), workload.input.map { .json(Array($0.utf8)) } ?? .none)
    }

    static func repeatable(_ workload: Workload) throws -> RepeatedEvaluation {
        let (query, input) = try prepare(workload)
        return try RepeatedEvaluation(of: query, input)
    }

    func measure(_ workload: Workload, _ scope: Scope, atLeast nanoseconds: UInt64) throws -> (nanoseconds: Double, answer: RegoValue) {
        let (query, input) = try Self.prepare(workload)
        guard let answer = try query.evaluate(input).value else { throw EngineFailure(description: "undefined") }
        let evaluation = try RepeatedEvaluation(of: query, input)
        var count = 1
        while true {
            let start = Clock.thread()
            switch scope {
            case .evaluation: try evaluation.run(count)
            case .textToText: try evaluation.runFromTextToText(count)
            }
            let spent = Clock.thread() - start
            if spent >= nanoseconds { return (Double(spent) / Double(count), answer) }
            let wanted = Double(count) * Double(nanoseconds) * 1.1 / Double(max(spent, 1))
            count = max(count * 2, min(count * 16, Int(wanted)))
        }
    }

    /// Evaluations a second of so many threads together, all on one prepared query: what each does in a second of its own processor time,
    /// so that it does not matter what else the machine does, while waiting for each other's memory does.
    static func throughput(_ workload: Workload, threads: Int, nanoseconds: UInt64) throws -> Double {
        let (query, input) = try prepare(workload)
        let workers = (0..<threads).map { _ in Worker(query, input, nanoseconds) }
        let handles = workers.map { $0.start() }
        for handle in handles { pthread_join(handle, nil) }
        return workers.reduce(0) { $0 + Double($1.count) * 1e9 / Double(max($1.spent, 1)) }
    }

    /// A thread that evaluates for a time. It makes what it evaluates with itself, as threads of a service do: machines that one thread makes
    /// lie side by side, where two processors would wait for each other's cache lines.
    private final class Worker: @unchecked Sendable {
        // @unchecked: the thread alone uses it between `start` and the join.
        private let query: PreparedQuery
        private let input: Input
        private let nanoseconds: UInt64
        private(set) var count = 0
        /// Nanoseconds of processor time.
        private(set) var spent: UInt64 = 0

        init(_ query: PreparedQuery, _ input: Input, _ nanoseconds: UInt64) {
            self.query = query
            self.input = input
            self.nanoseconds = nanoseconds
        }

        func start() -> pthread_t {
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    try? Unmanaged<Worker>.fromOpaque(argument).takeUnretainedValue().work()
                    return nil
                }, Unmanaged.passUnretained(self).toOpaque())
            return thread
        }

        private func work() throws {
            let evaluation = try RepeatedEvaluation(of: query, input)
            let batch = try Self.millisecond(of: evaluation)
            let (started, end) = (Clock.thread(), Clock.monotonic() + nanoseconds)
            var count = 0
            while Clock.monotonic() < end {
                try evaluation.run(batch)
                count += batch
            }
            (self.count, spent) = (count, Clock.thread() - started)
        }

        /// How many evaluations take about a millisecond.
        private static func millisecond(of evaluation: RepeatedEvaluation) throws -> Int {
            var batch = 1
            while true {
                let start = Clock.thread()
                try evaluation.run(batch)
                if Clock.thread() - start > 500_000 || batch > 1 << 20 { return batch }
                batch *= 2
            }
        }
    }
}
