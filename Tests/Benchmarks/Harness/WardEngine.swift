import Rego
import RegoRuntime

/// Ward in this process: a prepared query, its input already read.
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

    func measure(_ workload: Workload, atLeast nanoseconds: UInt64) throws -> (nanoseconds: Double, answer: RegoValue) {
        let (query, input) = try Self.prepare(workload)
        guard let answer = try query.evaluate(input).value else { throw EngineFailure(description: "undefined") }
        let evaluation = try RepeatedEvaluation(of: query, input)
        var count = 1
        while true {
            let start = Clock.thread()
            try evaluation.run(count)
            let spent = Clock.thread() - start
            if spent >= nanoseconds { return (Double(spent) / Double(count), answer) }
            let wanted = Double(count) * Double(nanoseconds) * 1.1 / Double(max(spent, 1))
            count = max(count * 2, min(count * 16, Int(wanted)))
        }
    }
}
