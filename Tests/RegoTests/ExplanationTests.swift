import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// What an explanation tells of small programs; the lines are OPA's (`opa eval --explain full`, without unifications).
@Suite("Explanations") struct ExplanationTests {
    private func observe(
        _ rules: String, query: String, input: RegoValue? = nil, _ options: Instruments.Options = .variables
    ) throws -> Instruments {
        let policy = try Policy(modules: [.init(name: "t.rego", text: "package t\n" + rules)])
        let instruments = Instruments(options)
        _ = try policy.prepare(query: query, instrumented: true).evaluate(input.map { .value($0) } ?? .none, instruments: instruments)
        return instruments
    }

    private func lines(_ explanation: Explanation) -> [String] {
        explanation.text(locations: false).split(separator: "\n").map(String.init)
    }

    @Test func aRuleWithOneValueIsLeftAfterItsFirstSolution() throws {
        let rules = "p if {\n\tsome x in [1, 2, 3]\n\tx > 1\n}"
        let seen = try observe(rules, query: "data.t.p").explanation
        #expect(
            lines(seen) == [
                "Enter data.t.p = _", "| Eval data.t.p = _", "| Index data.t.p (matched 1 rule, early exit)", "| Enter data.t.p",
                "| | Eval __local3__ = [1, 2, 3]", "| | Eval x = __local3__[__local0__]", "| | Eval gt(x, 1)", "| | Fail gt(x, 1)",
                "| | Redo x = __local3__[__local0__]", "| | Eval gt(x, 1)", "| | Exit data.t.p early", "| Exit data.t.p = _",
                "Redo data.t.p = _", "| Redo data.t.p = _", "| Redo data.t.p", "| | Redo gt(x, 1)",
                "| | Redo x = __local3__[__local0__]", "| | Redo __local3__ = [1, 2, 3]",
            ])
    }

    @Test func longExpressionsAreCut() throws {
        let numbers = (0..<3000).map { "é\($0)" }.map { "\"\($0)\"" }.joined(separator: ", ")
        let seen = try observe("p if count([\(numbers), input.x]) > 1\n", query: "data.t.p", input: ["x": 1]).explanation
        let long = lines(seen).filter { $0.contains("é1") }
        #expect(!long.isEmpty)
        for line in long {
            #expect(line.utf8.count < 4200 && line.contains("… (") && line.contains(" bytes more)"), "\(line.suffix(60))")
        }
        let event = try #require(seen.events.first { seen.text(of: $0).contains("é2999") })
        #expect(seen.text(of: event).utf8.count > 20_000)
    }

    @Test func aNegationIsAQueryOfItsOwn() throws {
        let seen = try observe("p if not input.x\n", query: "data.t.p", input: ["x": true]).explanation
        #expect(
            lines(seen) == [
                "Enter data.t.p = _", "| Eval data.t.p = _", "| Index data.t.p (matched 1 rule, early exit)", "| Enter data.t.p",
                "| | Eval not input.x", "| | Enter input.x", "| | | Eval input.x", "| | | Exit input.x", "| | Redo input.x",
                "| | | Redo input.x", "| | Fail not input.x", "| Fail data.t.p = _",
            ])
    }

    @Test func whatTheIndexLeavesOutIsNotEntered() throws {
        let rules = "p := 1 if input.x == 1\n\np := 2 if input.x == 2\n"
        let seen = try observe(rules, query: "data.t.p", input: ["x": 2]).explanation
        #expect(lines(seen).filter { $0.contains("Index") } == ["| Index data.t.p (matched 1 rule, early exit)"])
        #expect(lines(seen).filter { $0.contains("Enter data.t.p") && !$0.contains("_") } == ["| Enter data.t.p"])
        #expect(seen.events.first { $0.kind == .enter && $0.parent == 0 && $0.query == 1 }?.location?.row == 4)
    }

    @Test func notesAreShownWithTheWayThere() throws {
        let seen = try observe("p if {\n\tq\n}\n\nq if trace(\"here\")\n", query: "data.t.p").explanation
        #expect(
            lines(seen.filtered(.notes)) == ["Enter data.t.p = _", "| Enter data.t.p", "| | Enter data.t.q", "| | | Note \"here\""])
        #expect(lines(seen.filtered(.fails)) == [])
    }

    @Test func variablesHaveTheirValuesAndTheirAuthorsNames() throws {
        let seen = try observe("p if {\n\tname := \"ann\"\n\tcount(name) == input.n\n}\n", query: "data.t.p", input: ["n": 4]).explanation
        let failed = try #require(seen.events.first { $0.kind == .fail })
        #expect(seen.locals(of: failed).contains { $0.name == "name" && $0.value == "ann" })
        #expect(failed.location == SourceLocation(file: "t.rego", row: 4, column: 2))
        #expect(seen.filtered(.fails).text(variables: true).contains("{"))
    }

    @Test func anErrorLeavesWhatWasSeenBeforeIt() throws {
        let policy = try Policy(modules: [.init(name: "t.rego", text: "package t\np := 1 if true\np := 2 if 1 < 2\nq if p\n")])
        let instruments = Instruments(.explanation)
        let query = try policy.prepare(query: "data.t.q", instrumented: true)
        #expect(throws: EvaluationError.self) { try query.evaluate(instruments: instruments) }
        #expect(instruments.explanation.events.contains { $0.kind == .exit })
    }

    /// An endless search cannot fill the memory with its events.
    @Test func eventsCountAsMemory() throws {
        let policy = try Policy(modules: [
            .init(name: "t.rego", text: "package t\np if {\n\tsome x in numbers.range(1, 20000)\n\tx < 0\n}\n")
        ])
        let query = try policy.prepare(query: "data.t.p", instrumented: true)
        let limits = EvaluationLimits(memory: 1 << 20)
        #expect(try query.evaluate(limits: limits, instruments: Instruments(.profile)).value == nil)
        let error = #expect(throws: EvaluationError.self) { try query.evaluate(limits: limits, instruments: Instruments(.explanation)) }
        #expect(error?.code == .memoryLimit)
    }

    @Test func profilesCountEvaluationsByRow() throws {
        let rules = "p if {\n\tsome x in [1, 2, 3]\n\tx > 1\n}"
        let profile = try observe(rules, query: "data.t.p", .profile).profile
        let rows = profile.rows(by: [.evaluations], limit: 2)
        #expect(rows.map(\.location.row) == [4, 3])
        #expect(rows.map(\.evaluations) == [2, 2])
        #expect(rows.map(\.redos) == [1, 3])
        #expect(rows.map(\.generatedExpressions) == [1, 2])
        #expect(profile.rows().count == 3)
        #expect(profile.rows(by: [.line]).map(\.location.row) == [4, 3, 1])
    }

    @Test func metricsHaveOPAsNames() throws {
        let metrics = Metrics()
        let policy = try Policy(modules: [])
        let query = try policy.prepare(query: "input.x", metrics: metrics)
        _ = try query.evaluate(.json(Array(#"{"x": 1}"#.utf8)), instruments: Instruments(metrics: metrics))
        #expect(
            metrics.timers.map(\.name) == [
                "timer_rego_input_parse_ns", "timer_rego_query_compile_ns", "timer_rego_query_eval_ns", "timer_rego_query_parse_ns",
            ])
    }

    @Test func errorsOfBuiltinsCanBeListed() throws {
        let policy = try Policy(modules: [])
        let instruments = Instruments(.builtinErrors)
        let answer = try policy.prepare(query: "x := 1 / 0").evaluate(instruments: instruments)
        #expect(answer.solutions.isEmpty)
        #expect(instruments.builtinErrors.map(\.message) == ["div: divide by zero"])
        #expect(instruments.builtinErrors.map(\.code) == [.builtin])
    }
}
