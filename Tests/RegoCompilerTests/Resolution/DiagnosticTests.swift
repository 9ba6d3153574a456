import RegoCompiler
import RegoSyntax
import Testing

/// What resolution refuses, with code, message, row and column as OPA 1.9 gives them.
@Suite struct ResolutionDiagnosticTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let source: String
        var version = RegoVersion.v1
        var isStrict = false
        let want: [String]
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        // References and imports
        Case(
            name: "parameter shadows input", source: "package p\n\nf(input) := 1\n",
            want: ["3:1 rego_compile_error args must not shadow input (use a different variable name)"]),
        Case(
            name: "duplicate import", source: "package p\n\nimport data.a\nimport data.b.a\n\nq := a\n",
            want: ["4:1 rego_compile_error import must not shadow import data.a"]),
        Case(name: "duplicate import in v0", source: "package p\n\nimport data.a\nimport data.b.a\n\nq = a\n", version: .v0, want: []),
        Case(
            name: "unused import", source: "package p\n\nimport data.a as b\n\nq := 1\n", isStrict: true,
            want: ["3:1 rego_compile_error import data.a as b unused"]),
        Case(
            name: "rule shadows data", source: "package p\n\ndata := 1\n",
            want: ["3:1 rego_compile_error rules must not shadow data (use a different rule name)"]),
        Case(
            name: "variable shadows input", source: "package p\n\nq if {\n\tinput := 1\n\tinput == 1\n}\n",
            want: ["4:2 rego_compile_error variables must not shadow input (use a different variable name)"]),
        Case(name: "variable shadows input in v0", source: "package p\n\nq {\n\tinput := 1\n\tinput == 1\n}\n", version: .v0, want: []),
        // Declarations
        Case(
            name: "assigned above", source: "package p\n\nq if {\n\tx := 1\n\tx := 2\n}\n",
            want: ["5:2 rego_compile_error var x assigned above"]),
        Case(
            name: "referenced above", source: "package p\n\nq if {\n\tx == 1\n\tx := 2\n}\n",
            want: ["5:2 rego_compile_error var x referenced above"]),
        Case(
            name: "declared above", source: "package p\n\nq if {\n\tsome x\n\tx := 2\n}\n",
            want: ["5:2 rego_compile_error var x declared above"]),
        Case(
            name: "argument redeclared", source: "package p\n\nf(x) if {\n\tx := 2\n}\n",
            want: ["4:2 rego_compile_error arg x redeclared"]),
        Case(
            name: "declared and unused", source: "package p\n\nq if {\n\ttrue\n\tsome x\n}\n",
            want: ["5:2 rego_compile_error declared var x unused"]),
        Case(
            name: "loop variable unused", source: "package p\n\nq if {\n\tevery x in [1] {\n\t\ttrue\n\t}\n}\n",
            want: ["5:3 rego_compile_error declared var x unused"]),
        Case(
            name: "assigned and unused", source: "package p\n\nq if {\n\tx := 1\n}\n", isStrict: true,
            want: ["4:2 rego_compile_error assigned var x unused"]),
        Case(name: "assigned and unused, not strict", source: "package p\n\nq if {\n\tx := 1\n}\n", want: []),
        Case(
            name: "argument unused", source: "package p\n\nf(x, y) := y\n", isStrict: true,
            want: ["3:1 rego_compile_error unused argument x. (hint: use _ (wildcard variable) instead)"]),
        Case(
            name: "assignment to a string", source: "package p\n\nq if {\n\t\"a\" := 1\n}\n",
            want: ["4:2 rego_compile_error cannot assign to string"]),
        Case(
            name: "assignment to a reference", source: "package p\n\nq if {\n\tinput.x := 1\n}\n",
            want: ["4:2 rego_compile_error cannot assign to ref"]),
        Case(
            name: "negated assignment", source: "package p\n\nq if {\n\tnot x := 1\n}\n",
            want: ["4:2 rego_compile_error cannot assign vars inside negated expression"]),
        Case(
            name: "shadowed function", source: "package p\n\nq if {\n\tcount := 1\n\tx := count([1])\n}\n",
            want: ["5:7 rego_compile_error called function count shadowed"]),
        // Calls
        Case(
            name: "undefined function", source: "package p\n\nq if {\n\tfoo(1)\n}\n",
            want: ["4:2 rego_type_error undefined function foo"]),
        Case(
            name: "arity of a rule's function", source: "package p\n\nf(x) := x\n\nq if f(1, 2, 3)\n",
            want: ["5:6 rego_type_error function data.p.f has arity 1, got 3 arguments"]),
        Case(
            name: "arity in a nested call", source: "package p\n\nf(x, y) := x + y\n\nq := 1 + f(1)\n",
            want: ["5:10 rego_type_error function data.p.f has arity 2, got 1 argument"]),
        Case(
            name: "arity of a builtin", source: "package p\n\nq if {\n\tx := count([1], 2)\n\tx\n}\n",
            want: ["4:7 rego_type_error count: arity mismatch"]),
        Case(
            name: "rule called", source: "package p\n\nr := 1\n\nq if r(1, 2)\n",
            want: ["5:6 rego_type_error function data.p.r has arity 0, got 2 arguments"]),
        Case(
            name: "void call as value", source: "package p\n\nq := print(1)\n",
            want: ["3:6 rego_type_error print(1) used as value"]),
        Case(
            name: "deprecated builtin", source: "package p\n\nq if any([true])\n",
            want: ["3:6 rego_type_error deprecated built-in function calls in expression: any"]),
        Case(name: "deprecated builtin in v0", source: "package p\n\nq { any([true]) }\n", version: .v0, want: []),
        // Conflicts
        Case(
            name: "two defaults", source: "package p\n\ndefault q := 1\n\ndefault q := 2\n",
            want: ["1:1 rego_type_error multiple default rules data.p.q found at m0.rego:3, m0.rego:5"]),
        Case(
            name: "set and complete rule", source: "package p\n\nq contains 1\n\nq := 2\n",
            want: ["3:1 rego_type_error conflicting rules data.p.q found"]),
        Case(
            name: "functions of different arity", source: "package p\n\nf(x) := x\n\nf(x, y) := y\n",
            want: ["3:1 rego_type_error conflicting rules data.p.f found"]),
        Case(
            name: "rule below a rule", source: "package p\n\nq.r := 1\n\nq.r.s := 2\n",
            want: ["3:1 rego_type_error rule data.p.q.r conflicts with [data.p.q.r.s]"]),
        // Safety
        Case(
            name: "unsafe in a body", source: "package p\n\nq if {\n\tx > 1\n}\n",
            want: ["4:2 rego_unsafe_var_error var x is unsafe"]),
        Case(
            name: "unsafe in a head", source: "package p\n\nq := x if input.y\n", want: ["3:1 rego_unsafe_var_error var x is unsafe"]),
        Case(
            name: "unsafe in a negation", source: "package p\n\nq if {\n\tnot input.a[x]\n}\n",
            want: ["4:2 rego_unsafe_var_error var x is unsafe"]),
        Case(
            name: "unsafe wildcard", source: "package p\n\nq if {\n\tnot _ > 1\n}\n",
            want: ["4:2 rego_unsafe_var_error var _ is unsafe"]),
        Case(
            name: "unsafe in a comprehension", source: "package p\n\nq := [y | x > 1; y := 2]\n",
            want: ["3:11 rego_unsafe_var_error var x is unsafe"]),
        Case(
            name: "unsafe head of a comprehension", source: "package p\n\nq if {\n\tcount([y | true]) > 0\n}\n",
            want: ["4:2 rego_unsafe_var_error var y is unsafe"]),
        Case(
            name: "each other's input", source: "package p\n\nq if {\n\tx = y + 1\n\ty = x + 1\n}\n",
            want: ["4:2 rego_unsafe_var_error var x is unsafe", "4:6 rego_unsafe_var_error var y is unsafe"]),
        Case(
            name: "keyword not imported", source: "package p\n\nq { contains }\n", version: .v0,
            want: [
                "3:5 rego_unsafe_var_error var contains is unsafe (hint: `import future.keywords.contains` to import a future keyword)"
            ]),
        // Recursion
        Case(
            name: "recursion", source: "package p\n\nq if r\n\nr if q\n",
            want: [
                "3:1 rego_recursion_error rule data.p.q is recursive: data.p.q -> data.p.r -> data.p.q",
                "5:1 rego_recursion_error rule data.p.r is recursive: data.p.r -> data.p.q -> data.p.r",
            ]),
        Case(
            name: "recursion by iteration", source: "package p\n\nq if data.p[_]\n",
            want: ["3:1 rego_recursion_error rule data.p.q is recursive: data.p.q -> data.p.q"]),
        // With
        Case(
            name: "partial replacement", source: "package p\n\nr := {\"a\": 1}\n\nq if r.a with data.p.r.a as 1\n",
            want: ["5:15 rego_compile_error with keyword cannot partially replace virtual document(s)"]),
        Case(
            name: "no such target", source: "package p\n\nq if true with foo.bar as 1\n",
            want: ["3:16 rego_type_error with keyword target must reference existing input, data, or a function"]),
        Case(
            name: "relation replaced", source: "package p\n\nq if walk(1, x) with walk as 1\n",
            want: ["3:22 rego_compile_error with keyword replacing built-in function: target must not be a relation"]),
        Case(
            name: "replacement of another arity", source: "package p\n\nf(x, y) := x\n\nq if count([1]) with count as f\n",
            want: ["5:17 rego_type_error count: arity mismatch"]),
    ]

    @Test(arguments: cases) func refuses(_ item: Case) {
        let fixture = ResolutionFixture([item.source], version: item.version, options: ResolverOptions(isStrict: item.isStrict))
        #expect(fixture.report == item.want)
        #expect((fixture.program != nil) == item.want.isEmpty)
    }

    @Test func stopsAtTheErrorLimit() {
        let rules = (0..<30).map { "r\($0) if x\($0) > 1\n" }.joined()
        let fixture = ResolutionFixture(["package p\n" + rules])
        #expect(fixture.diagnostics.count == 11)
        #expect(fixture.diagnostics.last?.message == "error limit reached")
        #expect(ResolutionFixture(["package p\n" + rules], options: ResolverOptions(errorLimit: 0)).diagnostics.count == 30)
    }

    @Test func tenErrorsAreReportedWhole() {
        let rules = (0..<10).map { "r\($0) if x\($0) > 1\n" }.joined()
        #expect(ResolutionFixture(["package p\n" + rules]).diagnostics.count == 10)
    }

    @Test func rulesConflictWithPackages() {
        let fixture = ResolutionFixture(["package a\n\nb := 1\n", "package a.b\n\nc := 1\n"])
        #expect(
            fixture.report == [
                "3:1 rego_type_error rule data.a.b conflicts with [data.a.b.c]",
                "1:1 rego_type_error package a.b conflicts with rule b defined at m0.rego:3",
            ])
    }

    @Test func rulesConflictWithData() {
        let options = ResolverOptions(dataExists: { $0 == ["p", "q"] })
        let fixture = ResolutionFixture(["package p\n\nq := 1\n\nr := 2\n"], options: options)
        #expect(fixture.report == ["3:1 rego_compile_error conflicting rule for data path p/q found"])
    }

    @Test func unsafeBuiltinsAreRefused() {
        let options = ResolverOptions(unsafeBuiltins: ["http.send"])
        let call = ResolutionFixture(["package p\n\nq := http.send({})\n"], options: options)
        #expect(call.report == ["3:6 rego_type_error unsafe built-in function calls in expression: http.send"])
        let mock = ResolutionFixture(["package p\n\nq if count([1]) with count as http.send\n"], options: options)
        #expect(
            mock.report == ["3:31 rego_compile_error with keyword replacing built-in function: target must not be unsafe: \"http.send\""])
    }

    @Test func diagnosticsNameTheirFile() {
        let fixture = ResolutionFixture(["package b\n\nq if x\n", "package a\n\nq if y\n"], names: ["z.rego", "a.rego"])
        #expect(fixture.report == ["3:6 rego_unsafe_var_error var y is unsafe", "3:6 rego_unsafe_var_error var x is unsafe"])
        #expect(fixture.diagnostics.map { fixture.sources.file(of: $0.span)?.name } == ["a.rego", "z.rego"])
    }
}
