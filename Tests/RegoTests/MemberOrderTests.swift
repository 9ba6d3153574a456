import Rego
import RegoSyntax
import Testing

/// The order in which the search meets the members of what a body writes; the answers are OPA's.
@Suite struct MemberOrderTests {
    @Test(arguments: [
        ("p := [x | some x in {round(7), input.n}]", "[7,5]"), ("p := [x | some x in {input.n, input.m}]", "[5,5]"),
        (#"p := [x | some x in {9, input.n, "a"}]"#, #"[9,"a",5]"#),
        ("p := [x | s := {round(9), round(1), 5}; some x in s]", "[5,1,9]"),
        ("p := [[k, v] | some k, v in {format_int(9, 10): 1, format_int(3, 10): 2}]", #"[["3",2],["9",1]]"#),
        ("p := [[k, v] | some k, v in {input.n: 1, input.m: 2}]", "[[5,2],[5,2]]"), ("p := count({input.n, input.m})", "1"),
        ("p := {format_int(input.n, 10): 1, format_int(input.m, 10): 2}", #"{"5":1}"#),
        ("p := $\"{1} {q} {input.n} {input.zz}\"\nq contains 1", #""1 {1} 5 <undefined>""#),
        ("f() := input.n\np := f()", "5"),
    ])
    func members(_ rules: String, _ want: String) throws {
        #expect(try evaluate(rules, input: ["n": 5, "m": 5])?.json() == want)
    }

    @Test(arguments: [
        ("f() := \"a\"\np := f()", "undefined function data.test.f"),
        ("p if { i := 0; [1 | i == 0] < input.xs[i] }", "var i is unsafe"),
        ("import future.keywords.not\np := 1", "unexpected keyword, must be one of [contains every if in]"),
    ])
    func refusals(_ rules: String, _ message: String) {
        let failure = #expect(throws: CompilationFailure.self) { try evaluate(rules) }
        #expect(failure?.diagnostics.map(\.message) == [message])
    }

    @Test(arguments: [
        ("object.subset([], set())", "false"), ("object.subset([1, 1], {1, 2})", "true"),
        ("time.add_date(0, 0, 12, 9223372036854775807)", "31449600000000000"), (#"yaml.marshal("a😀b")"#, #""\"a\\U0001F600b\"\n""#),
        (#"yaml.marshal("2020-13-01T00:00:00Z")"#, #""2020-13-01T00:00:00Z\n""#), ("net.cidr_contains_matches([], [[]])", "[]"),
        (#"json.patch({"a": 1}, [{"op": "move", "from": [], "path": []}])"#, #"{"a":1}"#),
        (#"json.patch({"a": 1}, [{"op": "remove", "path": ""}, {"op": "add", "path": "", "value": 3}])"#, "3"),
        (#"json.patch({"a": 1}, [{"op": "remove", "path": "/b"}])"#, #"json.patch: cannot delete child key "b" that does not exist"#),
    ])
    func builtins(_ expression: String, _ want: String) { #expect(BuiltinHarness.answer(expression) == want) }
}
