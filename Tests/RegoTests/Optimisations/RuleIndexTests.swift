import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// Evaluates `data.test.p` as users do, and as an instrumented program, which has none of the shortcuts: both must agree.
private func evaluateBothWays(
    _ rules: String, input: RegoValue, data: RegoValue = .object([:]), strict: Bool = false
) throws -> String {
    let policy = try Policy(modules: [.init(name: "test.rego", text: "package test\n" + rules)], data: data)
    var limits = EvaluationLimits()
    limits.strictBuiltinErrors = strict
    let results = [false, true].map { isInstrumented in
        do {
            let query = try policy.prepare(query: "data.test.p", instrumented: isInstrumented)
            let answer = try query.evaluate(.value(input), limits: limits, instruments: isInstrumented ? Instruments() : nil)
            return answer.value?.json() ?? "undefined"
        } catch {
            return "\((error as? EvaluationError)?.code.description ?? "\(error)")"
        }
    }
    #expect(results[0] == results[1], "\(rules) on \(input.json())")
    return results[0]
}

@Suite("Index of rules") struct RuleIndexTests {
    /// Enough rules that differ in a constant for an index.
    private static func rules(_ count: Int = 12, _ rule: (Int) -> String) -> String { (0..<count).map(rule).joined(separator: "\n") + "\n" }

    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let rules: String
        let inputs: [RegoValue]
        var data: RegoValue = .object([:])
        let want: [String]
        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "equality", rules: rules { "p := \($0) if input.a == \"k\($0)\"" },
            inputs: [["a": "k7"], ["a": "k99"], ["a": 7], [:], []],
            want: ["7", "undefined", "undefined", "undefined", "undefined"]),
        Case(
            name: "numbers by value", rules: rules { "p := \($0) if input.a == \($0)" },
            inputs: [["a": 3], (try? RegoValue(json: #"{"a": 3.0}"#)) ?? .null, ["a": "3"]], want: ["3", "3", "undefined"]),
        Case(
            name: "numbers written otherwise are no table's keys",
            rules: rules { "p := \($0) if input.a == \($0)" } + "p := 3 if input.a == 3.0\np := 2 if input.a == 2e0",
            inputs: [["a": 3], ["a": 2]], want: ["3", "2"]),
        Case(
            name: "nested", rules: rules { "p := \($0) if input.a.b[0].c == \"k\($0)\"" },
            inputs: [["a": ["b": [["c": "k11"]]]], ["a": ["b": "k11"]]], want: ["11", "undefined"]),
        Case(
            name: "rules that ask for nothing belong everywhere",
            rules: rules { "p contains \($0) if input.a == \"k\($0)\"" } + "p contains 100 if input.b\np contains 101 if input.b == true",
            inputs: [["a": "k5", "b": true], ["b": true], ["a": "k5"]], want: ["[5,100,101]", "[100,101]", "[5]"]),
        Case(
            name: "the order of else",
            rules: rules { "p := \($0) if { input.a == \"k\($0)\" } else := \($0 + 100) if { input.a == \"k0\" }" },
            inputs: [["a": "k4"], ["a": "k9"]], want: ["4", "9"]),
        Case(
            name: "else asks for something else",
            rules: "p := r\n"
                + rules { "q contains \($0) if s\($0) == 1\ns\($0) := 1 if { input.a == \"k\($0)\" } else := 1 if { input.z }" }
                + "r := count(q)", inputs: [["a": "k4"], ["z": true]], want: ["1", "12"]),
        Case(
            name: "conflict", rules: rules { "p := \($0) if input.a == \"k\($0)\"" } + "p := 77 if input.a == \"k3\"",
            inputs: [["a": "k3"], ["a": "k4"]], want: ["eval_conflict_error", "4"]),
        Case(
            name: "default", rules: "default p := \"none\"\n" + rules { "p := \($0) if input.a == \"k\($0)\"" },
            inputs: [["a": "k3"], ["a": "x"], [:]], want: ["3", "\"none\"", "\"none\""]),
        Case(
            name: "membership", rules: rules { "p contains \($0) if input.a in {\"k\($0)\", \"k\($0 + 1)\"}" },
            inputs: [["a": "k3"], ["a": "k0"], ["a": ["k3"]]], want: ["[2,3]", "[0]", "[]"]),
        Case(
            name: "prefixes", rules: rules { "p contains \($0) if startswith(input.a, \"/s\($0)\")" },
            inputs: [["a": "/s1"], ["a": "/s11/x"], ["a": "/s"], ["a": 1], [:]], want: ["[1]", "[1,11]", "[]", "[]", "[]"]),
        Case(
            name: "globs", rules: rules { "p contains \($0) if glob.match(\"s\($0).*\", [\".\"], input.a)" },
            inputs: [["a": "s1.x"], ["a": "s11.x.y"], ["a": "s11.x"], ["a": "S1.x"], ["a": 1]], want: ["[1]", "[]", "[11]", "[]", "[]"]),
        Case(
            name: "beyond ASCII", rules: rules { "p contains \($0) if startswith(input.a, \"ä\($0)ö\")" },
            inputs: [["a": "ä7öx"], ["a": "ä7ox"], ["a": "ä7"]], want: ["[7]", "[]", "[]"]),
        Case(
            name: "several values",
            rules: (0..<12).map { i in
                (0..<12).map { j in "p contains [\(i), \(j)] if { input.a == \(i); input.b == \(j) }" }.joined(separator: "\n")
            }
            .joined(separator: "\n"),
            inputs: [["a": 3, "b": 4], ["a": 3], ["a": 3, "b": 40]], want: ["[[3,4]]", "[]", "[]"]),
        Case(
            name: "arrays", rules: rules { "p := \($0) if input.path == [\"s\($0)\", \"items\", input.item]" },
            inputs: [["path": ["s2", "items", 5], "item": 5], ["path": ["s2", "items", 5], "item": 6], ["path": ["s2"]]],
            want: ["2", "undefined", "undefined"]),
        Case(
            name: "base documents", rules: rules { "p := \($0) if data.mode == \"k\($0)\"" }, inputs: [[:]], data: ["mode": "k8"],
            want: ["8"]),
        Case(
            name: "with",
            rules: "p := [q | some x in [\"k1\", \"zz\", \"k5\"]; q := r with input.a as x]\n"
                + rules { "r := \($0) if input.a == \"k\($0)\"" }, inputs: [["a": "k3"]], want: ["[1,5]"]),
        Case(
            name: "with on base documents",
            rules: "p := x if x := q with data.mode as \"k2\"\n" + rules { "q := \($0) if data.mode == \"k\($0)\"" },
            inputs: [[:]], data: ["mode": "k8"], want: ["2"]),
        Case(
            name: "a stand-in for startswith",
            rules: "yes(_, _) := true\np := x if x := count(q) with startswith as yes\n"
                + rules { "q contains \($0) if startswith(input.a, \"/s\($0)/\")" },
            inputs: [["a": "x"]], want: ["12"]),
        Case(
            name: "functions", rules: "p := [f(x, 1) | some x in input.xs]\n" + rules { "f(\"k\($0)\", y) := \($0) + y" },
            inputs: [["xs": ["k1", "k9", "zz"]]], want: ["[2,10]"]),
        Case(
            name: "functions by a field", rules: "p := [f(x) | some x in input.xs]\n" + rules { "f(x) := \($0) if x.kind == \"k\($0)\"" },
            inputs: [["xs": [["kind": "k1"], ["kind": "k9"], "zz"]]], want: ["[1,9]"]),
        Case(
            name: "functions by a pattern", rules: "p := [f(x) | some x in input.xs]\n" + rules { "f([\"k\($0)\", y]) := y" },
            inputs: [["xs": [["k1", 5], ["k9", 6], ["k9"], "zz"]]], want: ["[5,6]"]),
        Case(
            name: "partial objects", rules: rules { "p[x] := \($0) if { input.a == \"k\($0)\"; some x in input.xs }" },
            inputs: [["a": "k2", "xs": ["u", "v"]]], want: [#"{"u":2,"v":2}"#]),
        Case(
            name: "through a variable", rules: rules { "p := \($0) if { role := input.role; role == \"k\($0)\" }" },
            inputs: [["role": "k10"], ["role": "x"]], want: ["10", "undefined"]),
        Case(
            name: "an iterated variable is no constant",
            rules: rules { "p contains \($0) if { some role in input.roles; role == \"k\($0)\" }" },
            inputs: [["roles": ["k1", "k5"]]], want: ["[1,5]"]),
        Case(
            name: "negated conditions are none", rules: rules { "p contains \($0) if not input.a == \"k\($0)\"" }, inputs: [["a": "k0"]],
            want: ["[1,2,3,4,5,6,7,8,9,10,11]"]),
    ]

    @Test(arguments: cases) func means(_ test: Case) throws {
        for (input, want) in zip(test.inputs, test.want) {
            #expect(try evaluateBothWays(test.rules, input: input, data: test.data) == want, "\(input.json())")
        }
    }

    /// An error of what stands before a condition that only Ward's index knows must not be lost.
    @Test(arguments: ["input.a in {\"k0\"}", "startswith(input.a, \"k0\")"]) func errorsComeFirst(_ condition: String) throws {
        let rules = Self.rules { "p if { 1 / input.zero == 1; \(condition); input.x == \($0) }" }
        #expect(try evaluateBothWays(rules, input: ["zero": 0, "a": "b", "x": 3], strict: true) == "eval_builtin_error")
    }

    /// A call on the wrong kind of value is an error where errors are strict.
    @Test func typeErrorsOfPrefixes() throws {
        let rules = Self.rules { "p contains \($0) if startswith(input.a, \"/s\($0)\")" }
        #expect(try evaluateBothWays(rules, input: ["a": 5], strict: true) == "eval_type_error")
    }

    @Test func printsOfRulesThatDoNotHold() throws {
        let rules = Self.rules { "p contains \($0) if { print(\"seen \($0)\"); input.a == \"k\($0)\" }" }
        let policy = try Policy(
            modules: [.init(name: "test.rego", text: "package test\n" + rules)], options: Policy.Options(keepsPrintCalls: true))
        nonisolated(unsafe) var lines = 0
        _ = try policy.prepare(path: ["test", "p"]).evaluate(.value(["a": "k3"])) { _ in lines += 1 }
        #expect(lines == 12)
    }

    /// Random rules on random inputs.
    @Test func randomRules() throws {
        var random = BuiltinRandom(seed: 7)
        let values = ["\"a\"", "\"ab\"", "\"abc\"", "1", "2", "true", "null", "[\"a\", 1]", "\"\""]
        let sources = ["input.x", "input.y", "input.o.k", "data.d"]
        func pick(_ list: [String]) -> String { list[Int.random(in: 0..<list.count, using: &random)] }
        func condition() -> String {
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1, 2: "\(pick(sources)) == \(pick(values))"
            case 3: "\(pick(values)) == \(pick(sources))"
            case 4: "\(pick(sources)) in {\(pick(values)), \(pick(values))}"
            case 5: "startswith(\(pick(sources)), \(pick(["\"a\"", "\"ab\"", "\"\""])))"
            case 6: "\(pick(sources)) == [\(pick(values)), input.y]"
            default: "input.y"
            }
        }
        for _ in 0..<40 {
            let rules = (0..<10).map { index in
                let body = (0..<Int.random(in: 1...3, using: &random)).map { _ in condition() }.joined(separator: "; ")
                return "p contains \(index) if { \(body) }"
            }
            let inputs: [RegoValue] = try (0..<6).map { _ in
                try RegoValue(json: "{\"x\": \(pick(values)), \"y\": \(pick(values)), \"o\": {\"k\": \(pick(values))}}")
            }
            let data = try RegoValue(json: "{\"d\": \(pick(values))}")
            for input in inputs {
                _ = try evaluateBothWays(rules.joined(separator: "\n"), input: input, data: data)
                _ = try evaluateBothWays(rules.joined(separator: "\n"), input: input, data: data, strict: true)
            }
        }
    }
}
