import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Testing

/// Evaluates `data.test.p` of a module whose package line is left out.
func evaluate(
    _ rules: String, input: RegoValue? = nil, data: RegoValue = .object([:]), limits: EvaluationLimits = EvaluationLimits(),
    version: RegoVersion = .v1
) throws -> RegoValue? {
    let policy = try Policy(
        modules: [.init(name: "test.rego", text: "package test\n" + rules)], data: data, options: Policy.Options(version: version))
    return try policy.prepare(path: ["test", "p"]).evaluate(input.map { .value($0) } ?? .none, limits: limits).value
}

/// What the language means, case by case.
@Suite("Language") struct LanguageTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let rules: String
        var input: RegoValue?
        var data: RegoValue = .object([:])
        /// The value as JSON; `nil` for undefined.
        let want: String?
        var version = RegoVersion.v1

        var testDescription: String { name }
    }

    static let people: RegoValue = ["people": [["name": "ann", "age": 30], ["name": "bob", "age": 20], ["name": "cem"]]]

    static let cases = [
        Case(name: "complete rule", rules: "p := 1 + 2 * 3", want: "7"),
        Case(name: "undefined body", rules: "p if false", want: nil),
        Case(name: "default", rules: "default p := false\np if input.x > 1", input: ["x": 1], want: "false"),
        Case(name: "default comprehension", rules: "default p := [x | some x in [1, 2]]\np if false", want: "[1,2]"),
        Case(
            name: "else", rules: "p := 1 if { input.x > 10 } else := 2 if { input.x > 5 } else := 3", input: ["x": 7], want: "2"),
        Case(name: "else at the end", rules: "p := 1 if { input.x > 10 } else := 3", input: ["x": 7], want: "3"),
        Case(name: "partial set", rules: "p contains x.name if some x in data.people", data: people, want: #"["ann","bob","cem"]"#),
        Case(name: "partial object", rules: "p[x.name] := x.age if some x in data.people", data: people, want: #"{"ann":30,"bob":20}"#),
        Case(
            name: "rule of several parts", rules: "p.a.b := 1\np.a.c := 2\np.d[x] := x if some x in [1]",
            want: #"{"a":{"b":1,"c":2},"d":{"1":1}}"#),
        Case(name: "function", rules: "double(x) := x * 2\np := double(21)", want: "42"),
        Case(
            name: "function by pattern", rules: #"f("a", _) := 1"# + "\n" + #"f("b", [x, _]) := x"# + "\n" + #"p := f("b", [7, 8])"#,
            want: "7"),
        Case(name: "function undefined", rules: #"f(x) := 1 if x == "a""# + "\n" + #"p := f("b")"#, want: nil),
        Case(name: "negation", rules: "p if not input.blocked", input: ["user": "x"], want: "true"),
        Case(name: "negated call", rules: "p if not f(1)\nf(x) if x == 2", want: "true"),
        Case(name: "every", rules: "p if every x in [1, 2, 3] { x < 4 }", want: "true"),
        Case(name: "every broken", rules: "p if every x in [1, 5, 3] { x < 4 }", want: nil),
        Case(name: "every of nothing", rules: "p if every x in [] { x > 1 }", want: "true"),
        Case(name: "every of no collection", rules: "p if every x in input.n { x > 1 }", input: ["n": 3], want: nil),
        Case(name: "every with keys", rules: #"p if every k, v in {"a": 1, "b": 2} { v > 0; k != "c" }"#, want: "true"),
        Case(name: "nested every", rules: "p if every x in [[1, 2], [3]] { every y in x { y > 0 } }", want: "true"),
        Case(name: "some in with keys", rules: #"p contains [k, v] if some k, v in {"a": 1}"#, want: #"[["a",1]]"#),
        Case(name: "iteration", rules: "p contains i if data.people[i].age > 25", data: people, want: "[0]"),
        Case(name: "join", rules: "p contains [x, y] if { some x in [1, 2, 3]; some y in [2, 3, 4]; x == y }", want: "[[2,2],[3,3]]"),
        Case(name: "unification of patterns", rules: "p := [x, y] if [x, [y, 3]] = [1, [2, 3]]", want: "[1,2]"),
        Case(name: "unification of objects", rules: #"p := x if {"a": x, "b": 2} = {"a": 1, "b": 2}"#, want: "1"),
        Case(name: "unification that fails", rules: "p if { x := [1, 2, 3][_]; [1, 2, 3] = [1, x, x] }", want: nil),
        Case(name: "membership", rules: #"p if { "a" in ["a"]; "b" in {"x": "b"}; not "x" in {"x": "b"}; 3 in {1, 3} }"#, want: "true"),
        Case(name: "array comprehension", rules: "p := [(x * y) | some x in [1, 2]; some y in [10, 20]]", want: "[10,20,20,40]"),
        Case(name: "object comprehension", rules: #"p := {k: v | some k, v in {"a": 1, "b": 2}; v > 1}"#, want: #"{"b":2}"#),
        Case(name: "set comprehension", rules: "p := count({(x % 2) | some x in numbers.range(1, 9)})", want: "2"),
        Case(
            name: "comprehension over an outer variable", rules: "p contains [x, y] if { some x in [1, 2]; y := [z | z := x * 10] }",
            want: "[[1,[10]],[2,[20]]]"),
        Case(name: "false is not true", rules: "p if input.x", input: ["x": false], want: nil),
        Case(name: "null holds", rules: "p if { x := null; x == null }", want: "true"),
        Case(name: "base and virtual documents", rules: "p := data.mixed\n", data: ["mixed": ["a": 1]], want: #"{"a":1}"#),
        Case(
            name: "dynamic reference to rules", rules: #"p := data.test[input.which]"# + "\na := 1\nb := 2", input: ["which": "b"],
            want: nil, version: .v0CompatV1),
        Case(name: "with input", rules: "q := input.x\np := r if r := q with input.x as 5", want: "5"),
        Case(
            name: "with input, old value after it", rules: "q := input.x\np := [a, q] if a := q with input.x as 5", input: ["x": 1],
            want: "[5,1]"),
        Case(
            name: "with over iteration",
            rules: "q contains x if some x in input.xs\np contains [x, input.n] if { some x in q with input.xs as [1, 2] }",
            input: ["n": 9], want: "[[1,9],[2,9]]"),
        Case(name: "with data over a rule", rules: "q := 1\np := r if r := q with data.test.q as 2", want: "2"),
        Case(name: "with data below", rules: "q := data.x.y\np := r if r := q with data.x.y as 2", data: ["x": ["z": 1]], want: "2"),
        Case(name: "with function for function", rules: "f(x) := 1\ng(x) := x + 1\nq := f(5)\np := r if r := q with f as g", want: "6"),
        Case(name: "with value for builtin", rules: #"q := count("abc")"# + "\np := r if r := q with count as 42", want: "42"),
        Case(name: "with and negation", rules: "q if input.x == 1\np if not q with input.x as 2", want: "true"),
        Case(name: "set algebra", rules: "p := ({1, 2, 3} & {2, 3, 4}) | ({1, 2} - {1})", want: "[2,3]"),
        Case(name: "numbers beyond 64 bits", rules: "p := 9223372036854775807 + 1", want: "9223372036854775808"),
        Case(name: "division", rules: "p := [10 / 4, 10 / 5, -7 % 3]", want: "[2.5,2,-1]"),
        Case(name: "a number beyond floats", rules: #"p := to_number("6e75727365")"#, want: nil),
        Case(name: "builtin error is undefined", rules: "p := 1 / 0", want: nil),
        Case(name: "strings compare by bytes", rules: #"p := ["é" == "e\u0301", count("e\u0301"), count("é")]"#, want: "[false,2,1]"),
        Case(name: "sprintf", rules: #"p := sprintf("%s has %d of %v%%", ["x", 3, {"a"}])"#, want: #""x has 3 of {\"a\"}%""#),
        Case(name: "template string", rules: #"p := $"{input.a} and {1 + 1}""#, input: ["a": "x"], want: #""x and 2""#),
        Case(name: "v0 rules", rules: "p[x] { x := input.xs[_]; x > 1 }", input: ["xs": [1, 2, 3]], want: "[2,3]", version: .v0),
        Case(
            name: "v0 with future keywords", rules: "import future.keywords.in\np { 1 in input.xs }", input: ["xs": [1]], want: "true",
            version: .v0),
        Case(
            name: "a variable bound by its own reference", rules: "p contains x if x == input.next[x]",
            input: ["next": ["a": "b", "c": "c"]], want: #"["c"]"#),
    ]

    @Test(arguments: cases.filter { $0.version != .v0CompatV1 })
    func means(_ test: Case) throws {
        let value = try evaluate(test.rules, input: test.input, data: test.data, version: test.version)
        #expect(value?.json() == test.want)
    }

    @Test func documentsOfPackagesMerge() throws {
        let policy = try Policy(
            modules: [
                .init(name: "a.rego", text: "package a.b\nx := 1\nf(y) := y"),
                .init(name: "c.rego", text: "package a.c\ny := data.a.b.x + data.n"),
            ],
            data: ["n": 1, "a": ["base": true, "b": ["z": 3]]])
        let whole = try policy.prepare(path: ["a"]).evaluate().value
        #expect(whole?.json() == #"{"b":{"x":1,"z":3},"base":true,"c":{"y":2}}"#)
        #expect(try policy.prepare(query: "data.a[k]").evaluate().solutions.count == 3)
        #expect(try policy.prepare(query: #"k := "c"; data.a[k].y"#).evaluate().solutions.first?.expressions.last?.value == 2)
    }

    @Test func queriesBindVariables() throws {
        let answer = try Policy(modules: []).prepare(query: "some i; x := [10, 20][i]; y = x + 1").evaluate()
        let rows = answer.solutions.map { $0.bindings.map { "\($0.name)=\($0.value.json())" }.sorted().joined(separator: " ") }
        #expect(rows == ["i=0 x=10 y=11", "i=1 x=20 y=21"])
    }

    @Test func conflictsAreErrors() throws {
        let rules = [
            "p := 1\np := 2 if input.x", "f(x) := x\nf(x) := x + 1\np := f(1)", #"p := {k: v | some v in [1, 2]; k := "a"}"#,
            #"p[k] := v if { some v in [1, 2]; k := "a" }"#,
        ]
        for rule in rules {
            let error = #expect(throws: EvaluationError.self, "\(rule)") { try evaluate(rule, input: ["x": true]) }
            #expect(error?.code == .conflict)
            #expect(error?.span != nil)
        }
    }

    @Test func printWritesLines() throws {
        let module = Policy.Module(
            name: "m.rego", text: #"package test"# + "\n" + #"p if { print("x is", input.x, input.missing); input.x }"#)
        var lines: [String] = []
        let policy = try Policy(modules: [module], options: Policy.Options(keepsPrintCalls: true))
        _ = try policy.prepare(path: ["test", "p"]).evaluate(.value(["x": ["a": 1]])) { lines.append($0) }
        #expect(lines == [#"x is {"a": 1} <undefined>"#])
        #expect(try Policy(modules: [module]).prepare(path: ["test", "p"]).evaluate(.value(["x": 1])).value == true)
    }

    @Test func strictBuiltinErrors() {
        let error = #expect(throws: EvaluationError.self) {
            try evaluate("p := 1 / input.n", input: ["n": 0], limits: EvaluationLimits(strictBuiltinErrors: true))
        }
        #expect(error?.code == .builtin)
        #expect(error?.message == "div: divide by zero")
    }

    @Test func diagnosticsShowTheSource() {
        let failure = #expect(throws: CompilationFailure.self) { try evaluate("p := x") }
        #expect(failure?.description == "test.rego:2:1: rego_unsafe_var_error: var x is unsafe\n\tp := x\n\t^")
    }
}
