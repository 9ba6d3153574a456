import Rego
import Synchronization
import Testing

/// Evaluations on threads of their own.
@Suite struct EvaluationPoolTests {
    static func query(_ body: String, _ builtins: [Builtin] = []) throws -> PreparedQuery {
        try Policy(modules: [.init(name: "p.rego", text: "package p\n" + body)], options: .init(builtins: builtins))
            .prepare(path: ["p", "x"])
    }

    @Test(arguments: [1, 3, 16]) func answersManyAtOnce(threads: Int) async throws {
        let query = try Self.query("x := input + 1")
        let pool = EvaluationPool(threads: threads)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<5000 {
                group.addTask {
                    try await query.evaluate(.value(.number(RegoNumber(number))), on: pool).value?.integer == Int64(number + 1)
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test func decidesWithTypes() async throws {
        let query = try Self.query("x := input.n * 2")
        #expect(try await query.decide(Int.self, input: ["n": 21], on: .shared) == 42)
    }

    /// As many evaluations wait as Swift has threads, and other tasks still run.
    @Test func waitingBuiltinsBlockNoTask() async throws {
        let isOpen = Atomic<Bool>(false)
        let waiting = Builtin("own.wait", arguments: []) { _, call in
            while !isOpen.load(ordering: .acquiring) { if call.timeLeft == .zero { return false } }
            return true
        }
        let query = try Self.query("x := own.wait()", [waiting])
        let pool = EvaluationPool(threads: 4)
        async let answers: [RegoValue?] = withThrowingTaskGroup(of: RegoValue?.self) { group in
            for _ in 0..<32 { group.addTask { try await query.evaluate(limits: .init(time: .seconds(60)), on: pool).value } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        await Task { isOpen.store(true, ordering: .releasing) }.value
        #expect(try await answers == Array(repeating: true, count: 32))
    }

    @Test func cancellingTheTaskCancelsTheEvaluation() async throws {
        let endless = try Self.query("x := count([1 | numbers.range(1, 5000)[_]; numbers.range(1, 5000)[_]; numbers.range(1, 5000)[_]])")
        let task = Task { try await endless.evaluate(on: .shared) }
        task.cancel()
        let error = await #expect(throws: EvaluationError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }

    @Test func theCallersCancellationCountsToo() async throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        let query = try Self.query("x := 1")
        await #expect(throws: EvaluationError.self) { try await query.evaluate(limits: .init(cancellation: cancellation), on: .shared) }
    }

    @Test func waitingForAThreadCountsAsTime() async throws {
        let isOpen = Atomic<Bool>(false)
        let waiting = Builtin("own.wait", arguments: []) { _, _ in
            while !isOpen.load(ordering: .acquiring) {}
            return true
        }
        let slow = try Self.query("x := own.wait()", [waiting])
        let quick = try Self.query("x := 1")
        let pool = EvaluationPool(threads: 1)
        let first = Task { try await slow.evaluate(on: pool) }
        let second = Task { try await quick.evaluate(limits: .init(time: .nanoseconds(1)), on: pool) }
        isOpen.store(true, ordering: .releasing)
        #expect(try await first.value.value == true)
        let error = await #expect(throws: EvaluationError.self) { try await second.value }
        #expect(error?.code == .deadline)
    }

    @Test func workOfAClosedPoolIsDone() async throws {
        let query = try Self.query("x := 1")
        for _ in 0..<50 { #expect(try await query.evaluate(on: EvaluationPool(threads: 2)).value == 1) }
    }

    @Test func reportsTellOfEachEvaluation() throws {
        let reports = Mutex<[EvaluationReport]>([])
        var options = Policy.Options()
        options.onEvaluation = { report in reports.withLock { $0.append(report) } }
        let policy = try Policy(modules: [.init(name: "p.rego", text: "package p\nx := input.n")], options: options)
        let query = try policy.prepare(path: ["p", "x"])
        _ = try query.evaluate(.value(["n": 1]))
        _ = try query.evaluateJSON(.value([:]))
        _ = try? query.evaluate(.json(Array("{".utf8)))
        _ = try policy.prepare(query: "x := 1; y := x").evaluate()
        let seen = reports.withLock { $0 }
        #expect(seen.map(\.query) == ["data.p.x", "data.p.x", "data.p.x", "x := 1; y := x"])
        #expect(seen.map(\.isDefined) == [true, false, false, true])
        #expect(seen.map(\.error) == [nil, nil, .input, nil])
        #expect(seen.allSatisfy { $0.duration > .zero })
    }
}
