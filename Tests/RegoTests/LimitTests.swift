import Rego
import RegoRuntime
import Testing

/// Evaluations that would run too long, too deep or too large end with a clear error.
@Suite("Limits") struct LimitTests {
    private static let long = "p := count([1 | some x in numbers.range(1, 2000); some y in numbers.range(1, 2000); x == y])"

    private func code(_ rules: String, input: RegoValue? = nil, _ limits: EvaluationLimits) -> EvaluationError.Code? {
        #expect(throws: EvaluationError.self) { try evaluate(rules, input: input, limits: limits) }?.code
    }

    @Test func instructions() throws {
        #expect(code(Self.long, EvaluationLimits(instructions: 100_000)) == .instructionLimit)
        #expect(try evaluate(Self.long, limits: EvaluationLimits(instructions: 5_000_000)) == 2000)
    }

    @Test func deadline() {
        #expect(code(Self.long, EvaluationLimits(time: .zero)) == .deadline)
    }

    @Test func memory() {
        let growing = "p := count([y | some x in numbers.range(1, 300); some z in numbers.range(1, 300); y := [x, z, x, z]])"
        #expect(code(growing, EvaluationLimits(memory: 1 << 20)) == .memoryLimit)
    }

    @Test func depth() throws {
        var rules = "r0 := 1\n"
        for index in 1...3000 { rules += "r\(index) := r\(index - 1)\n" }
        rules += "p := r3000"
        #expect(code(rules, EvaluationLimits(depth: 1000)) == .depthLimit)
        #expect(try evaluate(rules) == 1)
    }

    @Test func inputThatIsNoJSON() throws {
        let query = try Policy(modules: []).prepare(query: "input")
        for text in ["", "{", "[1,]", "nul", "\"\u{1}\"", String(repeating: "[", count: 100_000)] {
            let error = #expect(throws: EvaluationError.self) { try query.evaluate(.json(Array(text.utf8))) }
            #expect(error?.code == .input)
        }
    }

    /// An error leaves a machine as good as new.
    @Test func machinesSurviveErrors() throws {
        let policy = try Policy(modules: [
            .init(name: "m.rego", text: "package test\nq := input.x\np := z if z := q with input.x as 1 / input.y\nr := q")
        ])
        let strict = EvaluationLimits(strictBuiltinErrors: true)
        let failing = try policy.prepare(path: ["test"])
        for round in 0..<100 {
            #expect(throws: EvaluationError.self) { try failing.evaluate(.value(["x": 1, "y": 0]), limits: strict) }
            let value = try failing.evaluate(.value(["x": .number(RegoNumber(round)), "y": 1])).value
            #expect(value?["r"] == .number(RegoNumber(round)))
        }
    }

    @Test func manyThreadsShareAQuery() async throws {
        let policy = try Policy(
            modules: [.init(name: "m.rego", text: "package test\np contains u.name if { some u in data.users; u.age == input.age }")],
            data: ["users": .array((0..<200).map { ["name": .string("u\($0)"), "age": .number(RegoNumber($0 % 10))] })])
        let query = try policy.prepare(path: ["test", "p"])
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<200 {
                        let age = (task + round) % 10
                        let value = try query.evaluate(.json(Array(#"{"age": \#(age)}"#.utf8))).value
                        guard value?.set?.count == 20, value?.set?.contains(.string("u\(age)")) == true else { return false }
                    }
                    return true
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}
