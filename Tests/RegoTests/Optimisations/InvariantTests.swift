import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// What a loop's entries have in common is found out once: nobody may notice but by the time that it takes.
@Suite("Loop invariants") struct InvariantTests {
    static let input: RegoValue = [
        "a": ["b": ["c": 2, "n": "Abc"]], "xs": [1, 2, 3, 4], "ys": [["k": 1], ["k": 2], ["k": 3, "m": ["n": 5]]], "s": "abc", "bad": "no",
        "roles": ["abc": ["r"]],
    ]

    static let cases = [
        RuleCase(name: "a path behind an iteration", rules: "p := [x | some x in input.xs; y := x + 1; y > input.a.b.c]", want: "[2,3,4]"),
        RuleCase(name: "a path that leads nowhere", rules: "p := [x | some x in input.xs; x > 1; input.a.z.c < x]", want: "[]"),
        RuleCase(
            name: "a call", rules: #"p := [y | some x in input.xs; n := lower(input.a.b.n); y := sprintf("%s%d", [n, x])]"#,
            want: #"["abc1","abc2","abc3","abc4"]"#),
        RuleCase(
            name: "a function of four parameters",
            rules: "f(a, b, c, d) := [a, b, c, d]\np := [[x, f(input.s, 1, input.a.b.c, 2)] | some x in input.xs; x > 3]",
            want: #"[[4,["abc",1,2,2]]]"#),
        RuleCase(
            name: "a comprehension, its loop, and what depends on the loop around it",
            rules: "p := [[x, n, m] | some x in input.xs; n := count([1 | some y in input.ys; y.k > input.a.b.c]); "
                + "m := count([1 | some y in input.ys; y.k > x])]", want: "[[1,1,2],[2,1,1],[3,1,0],[4,1,0]]"),
        RuleCase(
            name: "levels of loops",
            rules:
                "p := [[x, z, k] | some x in input.xs; x < 3; some y in input.ys; k := x * 10; z := k + y.k; z > input.a.b.c + 9; z != k + 3]",
            want: "[[1,12,10],[2,21,20],[2,22,20]]"),
        RuleCase(
            name: "a reference with variables of the loop around",
            rules: "p := [[y.k, x] | some y in input.ys; some x in input.xs; x > y.m.n - 2]", want: "[[3,4]]"),
        RuleCase(name: "a negation", rules: "p := [x | some x in input.xs; not input.a.z; not count(input.xs) > 9; x > 2]", want: "[3,4]"),
        RuleCase(name: "a negation that holds for none", rules: "p := [x | some x in input.xs; not input.a.b; x > 2]", want: "[]"),
        RuleCase(
            name: "every within a loop",
            rules:
                "p := [x | some x in input.xs; every y in input.ys { y.k > 0; y.k < x }]\nq := [x | some x in input.xs; every y in input.ys { y.k > 0 }]",
            want: "[4]"),
        RuleCase(
            name: "in the body of every", rules: "p if { every x in input.xs { x < count(input.s) + input.a.b.c } }\n", want: "true"),
        RuleCase(
            name: "a context around the loop and one within",
            rules: "q := input.a.b.c\np := [[x, y, z, input.a.b.c] | some x in input.xs; x > 2; y := q with input.a.b.c as x; "
                + "z := [input.a.b.c, q] with input.a.b as {\"c\": [x]}]", want: "[[3,3,[[3],[3]],2],[4,4,[[4],[4]],2]]"),
        RuleCase(
            name: "an iteration within a context goes on outside of it",
            rules:
                "q contains x if { some x in input.xs; x > 1 }\np := [[x, input.a.b.c] | q[x] with input.xs as [1, 2, 3]; x >= input.a.b.c]",
            want: "[[2,2],[3,2]]"),
        RuleCase(
            name: "a function replaced within the loop",
            rules:
                "f(x) := count(x)\nm(_) := 7\np := [[f(input.xs), y, f(input.xs)] | some x in input.xs; x > 3; y := f(input.xs) with f as m]",
            want: "[[4,7,4]]"),
        RuleCase(
            name: "the order of a set of terms",
            rules: "p := [[x, y] | some x in input.xs; x > 3; some y in {input.s, input.a.b.c}]", want: #"[[4,2],[4,"abc"]]"#),
        RuleCase(
            name: "walk finds each path", rules: "p := count([1 | some x in input.xs; x > 2; walk(input.a, [_, 2])])", want: "2"),
        RuleCase(
            name: "solutions are counted, not conditions", rules: "p := [x | some x in input.xs; x > 3; input.ys[_].k > 1]", want: "[4,4]"),
        RuleCase(
            name: "keys that are known", rules: "p := [[x, r] | some x in input.xs; x > 3; some r in input.roles[input.s]]",
            want: #"[[4,"r"]]"#),
        RuleCase(
            name: "documents with operands",
            rules: "d[k] := v if { some k, v in input.roles }\np := [[x, d[input.s][0], d.abc] | some x in input.xs; x > 3]",
            want: #"[[4,"r",["r"]]]"#),
        RuleCase(
            name: "an error that only makes something undefined", rules: "p := [x | some x in input.xs; not to_number(input.bad)]",
            want: "[1,2,3,4]"),
        RuleCase(
            name: "else behind a loop",
            rules: "p := 1 if { some x in input.xs; x > input.a.z.c } else := x if { some x in input.xs; x > input.a.b.c + 1 }",
            want: "4"),
    ]

    @Test(arguments: cases) func means(_ test: RuleCase) throws {
        #expect(try evaluate(test.rules, input: Self.input)?.json() == test.want)
    }

    /// The number of steps that an evaluation needs.
    private func steps(_ rules: String, input: RegoValue) -> Int {
        least(1...1 << 22) { (try? evaluate(rules, input: input, limits: .init(instructions: UInt64($0)))) != nil }
    }

    @Test(arguments: [
        "upper(input.s) != concat(\"\", [input.s, \"x\"])",
        "count([y | some y in input.ys; y > 5]) > 100",
        "f(input.s, input.t, 1, 2) == \"abc1\"",
        "every y in input.ys { y < 1000 }",
        "not data.test.g(input.ys)",
    ]) func costsOneStepAnEntry(_ expression: String) {
        let rules = """
            f(a, b, c, d) := sprintf("%s%d", [lower(a), c]) if { lower(b) == "t"; d > 1 }
            g(ys) if { some y in ys; y > 1000 }
            p := count([x | some x in input.xs; x > 0; \(expression)])
            """
        func input(_ count: Int) -> RegoValue {
            [
                "s": "ABC", "t": "T", "xs": .array((1...count).map { .number(RegoNumber($0)) }),
                "ys": .array((1...200).map { .number(RegoNumber($0)) }),
            ]
        }
        let (few, many) = (steps(rules, input: input(100)), steps(rules, input: input(200)))
        // The iteration's own step and no other; entries that are gone through in one step each are filtered beforehand.
        #expect(many - few == 100)
    }

    /// What stands before it prevents an error; where it is reached, it ends the evaluation.
    @Test func errorsComeWhereTheyCame() throws {
        let rules = "p := [x | some x in input.xs; x > input.least; to_number(input.bad) == 1]"
        func ask(_ least: Int) throws -> String? {
            try evaluate(
                rules, input: ["xs": [1, 2], "least": .number(RegoNumber(least)), "bad": "no"], limits: .init(strictBuiltinErrors: true))?
                .json()
        }
        #expect(try ask(5) == "[]")
        #expect(throws: EvaluationError.self) { try ask(1) }
    }

    @Test func whatHasAnEffectHasItEachTime() throws {
        let policy = try Policy(
            modules: [
                .init(
                    name: "test.rego",
                    text:
                        "package test\nf(x) if { print(x) }\np := [x | some x in input.xs; f(input.s); print(input.s); r := rand.intn(\"k\", 1); r == 0]"
                )
            ], options: Policy.Options(keepsPrintCalls: true))
        let query = try policy.prepare(path: ["test", "p"])
        let lines = PrintedLines()
        let result = try query.evaluate(.value(["xs": [1, 2, 3], "s": "once"]), print: { lines.all.append($0) })
        #expect(result.value?.json() == "[1,2,3]")
        #expect(lines.all.count == 6)
    }

    /// Whoever asks for the errors of calls gets one for each call.
    @Test func failuresAreToldEachTime() throws {
        let policy = try Policy(
            modules: [.init(name: "test.rego", text: "package test\np := [x | some x in input.xs; not to_number(input.bad)]")],
            options: Policy.Options())
        let query = try policy.prepare(path: ["test", "p"])
        let instruments = Instruments(.builtinErrors)
        _ = try query.evaluate(.value(["xs": [1, 2, 3], "bad": "no"]), instruments: instruments)
        #expect(instruments.builtinErrors.count == 3)
    }
}
