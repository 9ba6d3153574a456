import Rego
import Testing

@Suite("Partial evaluation")
struct PartialTests {
    private static func policy(_ rules: String, data: RegoValue = [:], options: Policy.Options = .init()) throws -> Policy {
        try Policy(modules: [.init(name: "a.rego", text: "package a\n\(rules)\n")], data: data, options: options)
    }

    @Test("The cases are there")
    func hasCases() { #expect(PartialCase.all.count >= 250) }

    @Test("What is left of a query is what OPA leaves of it", arguments: PartialCase.all)
    func leavesWhatOPALeaves(_ example: PartialCase) throws {
        let answer = try example.answer()
        #expect(answer.sortedQueries == example.wantQueries)
        #expect(answer.sortedSupport == example.wantSupport)
    }

    @Test(
        "Where OPA's answer is wrong, or it has none",
        arguments: [
            // OPA's formatter leaves the parentheses out.
            ("p if { x := input.a + 1; y := x * 2; y == 10 }", "data.a.p", ["10 = (input.a + 1) * 2\n"], []),
            // OPA leaves `not input.x = 1` alone, which holds without any `input.x`.
            ("p if { x := input.x; not x == 1 }", "data.a.p", ["not input.x = 1\n__local0__1 = input.x\n"], []),
            // OPA panics.
            (
                "p if not q\nq if every x in input.xs { x > 1 }", "data.a.p", ["not data.partial.__not1_0_2__\n"],
                ["package partial\n\n__not1_0_2__ if every __local0__3, __local1__3 in input.xs { __local1__3 > 1 }\n"]
            ),
            // OPA renames the variables of the body, but not those that `every` declares.
            (
                "p if count([x | some x in input.xs; every y in x { y > 1 }]) > 0", "data.a.p",
                [
                    "__local7__1 = [__local2__1 | __local2__1 = input.xs[__local1__1]; __local5__1 = __local2__1; "
                        + "every __local3__1, __local4__1 in __local5__1 { __local4__1 > 1 }]\ncount(__local7__1) > 0\n"
                ], []
            ),
        ])
    func differs(_ rules: String, _ query: String, _ queries: [String], _ support: [String]) throws {
        let answer = try Self.policy(rules).partial(query: query)
        #expect(answer.queries == queries)
        #expect(answer.support.map { String(decoding: $0.bytes, as: UTF8.self) } == support)
    }

    @Test(
        "What cannot be taken apart is refused",
        arguments: [
            ("p if { some m in [1, 2]; q with data.m as m }\nq if data.m == input.m", "data.a.p"),
            ("p if q with count as 3\nq := [x | x := input.xs[_]; count(x) == 3]", "data.a.p"),
            ("p if f(1) with f as input.g\nf(x) if input.x == x", "data.a.p"),
            ("p[x].y := 1 if x := input.x\ndefault p.a.b := 1\np.a.b := 2 if input.z", "data.a.p"),
        ])
    func refuses(_ rules: String, _ query: String) throws {
        let policy = try Self.policy(rules)
        let error = #expect(throws: EvaluationError.self) { try policy.partial(query: query) }
        #expect(error?.code == .unsupported)
    }

    @Test(
        "Queries and references that cannot be read are compilation errors",
        arguments: [("x ==", "input"), ("x", "input"), ("true", "1 +")])
    func refusesTexts(_ query: String, _ unknown: String) throws {
        let policy = try Self.policy("p := 1")
        #expect(throws: CompilationFailure.self) { try policy.partial(query: query, options: PartialOptions(unknowns: [unknown])) }
    }

    @Test("Unknowns are references to documents", arguments: ["1", "foo", "foo.bar", "not input", "input with input as 1", "[input]"])
    func refusesUnknowns(_ unknown: String) throws {
        let policy = try Self.policy("p := 1")
        #expect(throws: CompilationFailure.self) { try policy.partial(query: "true", options: PartialOptions(unknowns: [unknown])) }
    }

    @Test("An answer for v0 is readable as both")
    func writesBothDialects() throws {
        let policy = try Policy(
            modules: [.init(name: "a.rego", text: "package a\ndefault p = false\np { input.x }\n")], options: .init(version: .v0))
        let answer = try policy.partial(query: "data.a.p")
        #expect(answer.queries == ["data.partial.a.p\n"])
        let text = answer.support.map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(text == ["package partial.a\n\nimport rego.v1\n\ndefault p := false\n\np if input.x\n"])
    }

    @Test("Functions of the embedding program are called when their arguments are known")
    func callsOwnBuiltins() throws {
        var options = Policy.Options()
        options.builtins = [
            Builtin("own.double", arguments: [.number], result: .number) { arguments, _ in
                .number(RegoNumber((arguments[0].integer ?? 0) * 2))
            }
        ]
        let policy = try Self.policy("p if own.double(2) == input.x\nq if own.double(input.x) == 4", options: options)
        #expect(try policy.partial(query: "data.a.p").queries == ["4 = input.x\n"])
        #expect(try policy.partial(query: "data.a.q").queries == ["own.double(input.x, 4)\n"])
    }

    @Test("Builtins that fail leave nothing, or end a strict evaluation")
    func failsInBuiltins() throws {
        let policy = try Self.policy("p if { 1 / 0 == 1; input.x }")
        #expect(try policy.partial(query: "data.a.p").queries == [])
        let error = #expect(throws: EvaluationError.self) {
            try policy.partial(query: "data.a.p", limits: EvaluationLimits(strictBuiltinErrors: true))
        }
        #expect(error?.code == .builtin)
        #expect(error?.span?.row == 2)
    }
}

@Suite("Limits of partial evaluation")
struct PartialLimitTests {
    /// A policy whose answer has 4^12 queries.
    private static func explosion() throws -> Policy {
        let rules = (0..<12).map { "p\($0) if input.a\($0)\np\($0) if input.b\($0)\np\($0) if input.c\($0)\np\($0) if input.d\($0)\n" }
        let body = (0..<12).map { "p\($0)" }.joined(separator: "; ")
        return try Policy(modules: [.init(name: "a.rego", text: "package a\n\(rules.joined())p if { \(body) }\n")])
    }

    @Test(
        "An answer that grows beyond all bounds is given up",
        arguments: [
            (EvaluationLimits(instructions: 100_000), EvaluationError.Code.instructionLimit),
            (EvaluationLimits(memory: 1 << 20), .memoryLimit), (EvaluationLimits(time: .milliseconds(20)), .deadline),
        ])
    func givesUp(_ limits: EvaluationLimits, _ code: EvaluationError.Code) throws {
        let policy = try Self.explosion()
        let error = #expect(throws: EvaluationError.self) { try policy.partial(query: "data.a.p", limits: limits) }
        #expect(error?.code == code)
    }

    @Test("Another thread's cancellation ends it")
    func isCancelled() throws {
        let policy = try Self.explosion()
        var limits = EvaluationLimits()
        limits.cancellation = Cancellation()
        limits.cancellation?.cancel()
        let error = #expect(throws: EvaluationError.self) { try policy.partial(query: "data.a.p", limits: limits) }
        #expect(error?.code == .cancelled)
    }

    @Test("Rules within rules end at a limit, and not the process", arguments: [200, 20_000])
    func isNotTooDeep(_ count: Int) throws {
        let rules = (0..<count).map { "p\($0) if { input.x\($0) == 1; p\($0 + 1) }\n" }.joined()
        let policy = try Policy(modules: [.init(name: "a.rego", text: "package a\n\(rules)p\(count) if input.end\n")])
        do {
            let answer = try policy.partial(query: "data.a.p0")
            #expect(answer.queries.count == 1)
        } catch let error as EvaluationError {
            #expect(count > 200)
            #expect(error.code == .depthLimit || error.code == .memoryLimit)
        }
    }

    @Test("Terms of the answer are not nested beyond what others can read")
    func refusesDeepTerms() throws {
        let rules = (0..<1500).map { "p\($0) := [p\($0 + 1)]\n" }.joined()
        let policy = try Policy(modules: [.init(name: "a.rego", text: "package a\n\(rules)p1500 := input.x\n")])
        let error = #expect(throws: EvaluationError.self) { try policy.partial(query: "data.a.p0 = x") }
        #expect(error?.code == .memoryLimit || error?.code == .depthLimit)
    }
}
