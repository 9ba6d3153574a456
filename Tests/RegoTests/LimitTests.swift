import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// Evaluations that would run too long, too deep or too large end with a clear error.
@Suite("Limits") struct LimitTests {
    private static let long = "p := count([1 | some x in numbers.range(1, 2000); some y in numbers.range(1, 2000); x - y == 0])"

    private func code(_ rules: String, input: RegoValue? = nil, _ limits: EvaluationLimits) -> EvaluationError.Code? {
        #expect(throws: EvaluationError.self) { try evaluate(rules, input: input, limits: limits) }?.code
    }

    @Test func instructions() throws {
        #expect(code(Self.long, EvaluationLimits(instructions: 100_000)) == .instructionLimit)
        #expect(try evaluate(Self.long, limits: EvaluationLimits(instructions: 5_000_000)) == 2000)
    }

    @Test func instructionsAtTheLimitAndOnePastIt() throws {
        for count in [3, 4094, 4095, 4096, 4097, 10_000] {
            let rules = "p := count([x | some x in input.xs])"
            let input: RegoValue = ["xs": .array((0..<count).map { .number(RegoNumber($0)) })]
            let needed = least(1...count + 100) { (try? evaluate(rules, input: input, limits: .init(instructions: UInt64($0)))) != nil }
            #expect(needed >= count && needed < count + 10)
            #expect(try evaluate(rules, input: input, limits: .init(instructions: UInt64(needed))) == .number(RegoNumber(count)))
            #expect(code(rules, input: input, .init(instructions: UInt64(needed - 1))) == .instructionLimit)
        }
    }

    @Test func memoryAtTheLimitAndOnePastIt() throws {
        let rules = "p := count([[x, x] | some x in numbers.range(1, 20000)])"
        let needed = least(1...1 << 26) { (try? evaluate(rules, limits: .init(memory: $0))) != nil }
        #expect(try evaluate(rules, limits: .init(memory: needed)) == 20_000)
        #expect(code(rules, .init(memory: needed - 1)) == .memoryLimit)
    }

    /// Also on a machine that has made room for more calls before.
    @Test func depthAtTheLimitAndOnePastIt() throws {
        for calls in [2, 63, 64, 65, 500] {
            var rules = "package test\nr0 := input.x\n"
            for index in 1..<calls { rules += "r\(index) := r\(index - 1)\n" }
            let query = try Policy(modules: [.init(name: "m.rego", text: rules)]).prepare(path: ["test", "r\(calls - 1)"])
            for _ in 0..<2 {
                let error = #expect(throws: EvaluationError.self) {
                    try query.evaluate(.value(["x": 1]), limits: EvaluationLimits(depth: calls - 1))
                }
                #expect(error?.code == .depthLimit)
                #expect(try query.evaluate(.value(["x": 1]), limits: EvaluationLimits(depth: calls)).value == 1)
            }
        }
    }

    @Test func inputAtTheLimitAndOnePastIt() throws {
        let query = try Policy(modules: []).prepare(query: "count(input)")
        let text = Array("[1, 2, 3]".utf8)
        #expect(try query.evaluate(.json(text), limits: EvaluationLimits(inputSize: text.count)).value == 3)
        let large = #expect(throws: EvaluationError.self) {
            try query.evaluate(.json(text), limits: EvaluationLimits(inputSize: text.count - 1))
        }
        #expect(large?.code == .input)
        func nested(_ depth: Int) -> [UInt8] { Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8) }
        let deepest = least(1...5000) { (try? query.evaluate(.json(nested($0)))) == nil } - 1
        #expect(deepest >= 256)
        #expect(try query.evaluate(.json(nested(deepest))).value != nil)
        let deep = #expect(throws: EvaluationError.self) { try query.evaluate(.json(nested(deepest + 1))) }
        #expect(deep?.code == .input)
    }

    /// Builtins with loops of their own stop when the time is up; the deadline here has passed before they begin.
    @Test(arguments: [
        "p := strings.any_prefix_match(input.xs, input.xs)",
        #"p := strings.render_template("{{range .xs}}{{range $.xs}}a{{end}}{{end}}", input)"#,
        "p := graph.reachable_paths(input.graph, [\"0\"])",
    ])
    func builtinsKeepToTheDeadline(_ rules: String) {
        let numbers = (0..<100).map { RegoValue.string(String($0)) }
        var graph: [RegoValue: RegoValue] = [:]
        for (index, node) in numbers.enumerated() { graph[node] = .array(Array(numbers.dropFirst(index + 1).prefix(3))) }
        let input: RegoValue = .object(["xs": .array(numbers), "graph": .object(graph)])
        #expect(code(rules, input: input, EvaluationLimits(time: .zero)) == .deadline)
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
