import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// Iterations that a comparison follows, which the machine does in one step: they must mean what the two mean.
@Suite("Matching iterations") struct MatchingIterationTests {
    /// 40 objects: enough for an index.
    static let many: RegoValue = {
        let xs = (0..<40).map { "{\"id\": \($0 % 8), \"n\": \($0), \"o\": {\"k\": \"v\($0 % 3)\"}}" }
        let byName = (0..<40).map { "\"k\($0)\": {\"t\": \"t\($0 % 4)\"}" }
        let text = """
            {"xs": [\(xs.joined(separator: ","))], "ys": [3, 5, 3, 9, 5], "byName": {\(byName.joined(separator: ","))}, "t": "t2"}
            """
        return (try? RegoValue(json: text)) ?? .null
    }()

    static let cases = [
        RuleCase(
            name: "join", rules: "p := [x.n | some y in input.ys; some x in input.xs; x.id == y; x.n < 20]",
            input: many, want: "[3,11,19,5,13,3,11,19,5,13]"),
        RuleCase(
            name: "the other way round", rules: "p := [x.n | some y in input.ys; some x in input.xs; y == x.id; 12 > x.n]",
            input: many, want: "[3,11,5,3,11,5]"),
        RuleCase(
            name: "in one reference", rules: "p := [i | y := input.ys[_]; input.xs[i].id == y; i > 30]", input: many,
            want: "[35,37,35,37]"),
        RuleCase(name: "wildcards", rules: "p := count([1 | some y in input.ys; input.xs[_].id == y])", input: many, want: "20"),
        RuleCase(
            name: "keys of objects, in their order",
            rules: "p := [k | some t in [\"t3\", \"t1\", \"t3\"]; some k, v in input.byName; v.t == t; k < \"k2\"]",
            input: many, want: #"["k11","k15","k19","k1","k13","k17","k11","k15","k19"]"#),
        RuleCase(
            name: "nested paths", rules: "p := [x.n | some v in [\"v0\", \"v1\", \"v9\"]; some x in input.xs; x.o.k == v; x.n < 5]",
            input: many, want: "[0,3,1,4]"),
        RuleCase(
            name: "paths that some entries lack", rules: "p := [x | some k in [1, 2]; some x in input.l; x.a == k]",
            input: ["l": [["a": 1], 5, ["b": 1], "a", ["a": 1, "c": 2], ["a": 2]]], want: #"[{"a":1},{"a":1,"c":2},{"a":2}]"#),
        RuleCase(
            name: "elements of arrays", rules: "p := [x | some x in input.l; x[1] == 2]", input: ["l": [[1, 2], [2], [3, 2, 1]]],
            want: "[[1,2],[3,2,1]]"),
        RuleCase(name: "no collection", rules: "p := [x | some x in input.n; x == 1]", input: ["n": 1], want: "[]"),
        RuleCase(name: "nothing to compare with", rules: "p := [x | some x in [1, 2]; x == input.none]", want: "[]"),
        RuleCase(
            name: "every relation",
            rules: """
                l := [3, "a", 1, null, 2, [1]]
                p := [[x | some x in l; x > 1], [x | some x in l; x >= 2], [x | some x in l; x < 2], [x | some x in l; 2 >= x], [x | some x in l; x != 2]]
                """, want: #"[[3,"a",2,[1]],[3,"a",2,[1]],[1,null],[1,null,2],[3,"a",1,null,[1]]]"#),
        RuleCase(
            name: "big numbers", rules: "p := [x | some x in [1e3, 1000, 1000.5, 10000000000000000000000]; x >= 1000.5]",
            want: "[1000.5,10000000000000000000000]"),
        RuleCase(
            name: "sets", rules: "s := {x | some x in numbers.range(1, 50)}\np := [x | some y in [7, 70, 9]; some x in s; x == y]",
            want: "[7,9]"),
        RuleCase(
            name: "a filter further on", rules: "p := [x.n | some y in [3, 4]; some x in input.xs; x.n < 12; x.id == y]", input: many,
            want: "[3,11,4]"),
        RuleCase(
            name: "what is bound in between", rules: "p := [x.n | some x in input.xs; y := x.n; z := 7; x.id == z; y > 20]", input: many,
            want: "[23,31,39]"),
        RuleCase(name: "a comparison with what comes later", rules: "p := [x | some x in [1, 2, 3]; y == x; y = [2, 3][_]]", want: "[2,3]"),
        RuleCase(
            name: "a comparison of two parts of an entry", rules: "p := [x | some x in [[1, 1], [1, 2]]; x[0] == x[1]]", want: "[[1,1]]"),
        RuleCase(name: "with", rules: "p := [x.n | some x in input.xs; x.n == input.k with input.k as 5]", input: many, want: "[5]"),
        RuleCase(name: "negation", rules: "p := [x | some x in [1, 2, 3]; not x == 2]", want: "[1,3]"),
        RuleCase(
            name: "rules", rules: "q contains x if some x in numbers.range(1, 30)\np := [x | some y in [5, 6]; some x in q; x == y]",
            want: "[5,6]"),
        RuleCase(
            name: "packages", rules: "a := {\"x\": 1}\nb := {\"x\": 2}\nc := {\"a\": a, \"b\": b}\np := [k | c[k].x == 2]", want: "[\"b\"]"),
        RuleCase(
            name: "parameters", rules: "f(xs, y) := [x | some x in xs; x.k == y]\np := f([{\"k\": 1}, {\"k\": 2}], 2)", want: #"[{"k":2}]"#),
    ]

    @Test(arguments: cases) func means(_ test: RuleCase) throws {
        #expect(try evaluate(test.rules, input: test.input)?.json() == test.want)
    }

    /// An error of what stands between the iteration and the comparison must not be lost.
    @Test func errorsInBetween() {
        let limits = EvaluationLimits(strictBuiltinErrors: true)
        let error = #expect(throws: EvaluationError.self) {
            try evaluate("p := [x | some x in [1, 2]; y := 1 / input.zero; x == 5; y > 0]", input: ["zero": 0], limits: limits)
        }
        #expect(error?.code == .builtin)
    }

    /// Entries gone through count as steps; those that an index leaves out do not.
    @Test func steps() throws {
        let scan = "p := count([x | some x in numbers.range(1, 20000); x > 19990])"
        let error = #expect(throws: EvaluationError.self) { try evaluate(scan, limits: EvaluationLimits(instructions: 10_000)) }
        #expect(error?.code == .instructionLimit)
        #expect(try evaluate(scan, limits: EvaluationLimits(instructions: 30_000)) == 10)
        let join = "r := numbers.range(1, 2000)\np := count([1 | some x in r; some y in r; x == y])"
        #expect(try evaluate(join, limits: EvaluationLimits(instructions: 20_000)) == 2000)
    }

    /// Random joins, with the instrumented program as the reference, which has no such iterations.
    @Test func randomJoins() throws {
        var random = BuiltinRandom(seed: 11)
        let values = ["1", "2", "1.0", "\"a\"", "\"b\"", "null", "[1]", "{\"k\": 1}"]
        func pick() -> String { values[Int.random(in: 0..<values.count, using: &random)] }
        let queries = [
            "[[i, j] | some i, x in input.xs; some j, y in input.ys; x.a == y.a]", "[i | input.xs[i].a == input.ys[j].a]",
            "[[x, y] | x := input.xs[_]; y := input.ys[_].a; x.b == y]", "{x | some x in input.xs; x.a > input.t}",
            "[x | some x in input.xs; x.b <= input.t; x.a != input.t]", "[k | some k, v in input.o; some x in input.xs; x.a == v]",
        ]
        for _ in 0..<12 {
            func list(_ count: Int) -> String {
                "[" + (0..<count).map { _ in "{\"a\": \(pick()), \"b\": \(pick())}" }.joined(separator: ",") + "]"
            }
            let entries = (0..<20).map { "\"k\($0)\": \(pick())" }.joined(separator: ",")
            let input = try RegoValue(json: "{\"xs\": \(list(25)), \"ys\": \(list(20)), \"t\": \(pick()), \"o\": {\(entries)}}")
            for query in queries {
                let policy = try Policy(modules: [])
                let plain = try policy.prepare(query: query).evaluate(.value(input)).value
                let instrumented = try policy.prepare(query: query, instrumented: true)
                #expect(try instrumented.evaluate(.value(input), instruments: Instruments()).value == plain, "\(query)")
            }
        }
    }
}
