import RegoCompiler
import RegoSyntax
import Testing

/// What OPA says of types that do not fit, details included.
@Suite struct TypeCheckerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let rules: String
        /// The errors with their details; empty if the types fit.
        let want: [String]

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "argument", rules: "p if count(1) == 1",
            want: [
                "3:6 count: invalid argument(s)", "have: (number, ???)",
                "want: (collection: any<string, array[any], object[any: any], set[any]>, n: number)",
            ]),
        Case(
            name: "too many arguments of a user's function", rules: "f(x) := x\np if f(1, 2, 3)",
            want: ["4:6 function data.t.f has arity 1, got 3 arguments"]),
        Case(
            name: "arity", rules: "p if count([], {\"a\": 1}, {1, \"a\"}, [x | x := 1], input.x)",
            want: [
                "3:6 count: arity mismatch", "have: (array[any], object<a: number>, set[any<number, string>], array[number], any)",
                "want: (collection: any<string, array[any], object[any: any], set[any]>)",
            ]),
        Case(
            name: "match", rules: "p if { x := [1, \"a\"]; x = [_, 2] }",
            want: ["3:23 match error", "left  : array<number, string>", "right : array<???, number>"]),
        Case(
            name: "match of objects", rules: "p if { x := {\"a\": 1, \"b\": null}; {\"a\": y, \"b\": 2} = x }",
            want: ["3:34 match error", "left  : object<a: ???, b: number>", "right : object<a: number, b: null>"]),
        Case(
            name: "missing key", rules: "o := {\"a\": 1, \"b\": {\"c\": 2}}\np := o.b.d",
            want: [
                "4:6 undefined ref: data.t.o.b.d", "data.t.o.b.d", "           ^", "           have: \"d\"",
                "           want (one of): [\"c\"]",
            ]),
        Case(
            name: "key of an array", rules: "a := [1, 2]\np := a[\"x\"]",
            want: ["4:6 undefined ref: data.t.a.x", "data.t.a.x", "         ^", "         have: \"x\"", "         want (type): number"]),
        Case(
            name: "key's type", rules: "o := {\"a\": 1}\np if { x := 1; o[x] }",
            want: [
                "4:16 undefined ref: data.t.o[x]", "data.t.o[x]", "         ^", "         have (type): number",
                "         want (one of): [\"a\"]",
            ]),
        Case(
            name: "below a scalar", rules: "s := \"a\"\np := s.x",
            want: ["4:6 undefined ref: data.t.s.x", "data.t.s.x", "^^^^^^^^", "have: string"]),
        Case(
            name: "function as value", rules: "f(x) := x\np := f",
            want: ["4:6 function data.t.f used as reference, not called", "data.t.f", "^^^^^^^^", "have: (any) => any"]),
        Case(
            name: "function mocks", rules: "f(x) := x\nq := f(1)\np if q with f as count\nr if q with f as plus",
            want: ["6:8 data.t.f: arity mismatch", "have: (number, number)", "want: (any)"]),
        Case(
            name: "a wrong comprehension", rules: "q := [1 | count(1)]\np := q.x\nr := count(q)",
            want: [
                "3:11 count: invalid argument(s)", "have: (number)",
                "want: (collection: any<string, array[any], object[any: any], set[any]>, n: number)",
            ]),
        Case(
            name: "inside of comprehensions", rules: "p := {x | x := 1 + \"a\"}",
            want: ["3:16 plus: invalid argument(s)", "have: (number, string, ???)", "want: (x: number, y: number, z: number)"]),
        Case(
            name: "base documents and inputs", rules: "p if { input.x[y].z; data.other[y] = 1; count(input) }",
            want: []),
        Case(
            name: "rules that are united", rules: "p := 1 if input.x\nq if p = 1\nr if lower(p) = \"a\"",
            want: ["5:6 lower: invalid argument(s)", "have: (number, ???)", "want: (x: string, y: string)"]),
        Case(
            name: "dynamic objects", rules: "p[x] := y if { some x; y := input.a[x] }\nq := p.a\nr := p[1]",
            want: []),
        Case(
            name: "objects of rules with nested references",
            rules: "p.a.b := 1\np.a.c := \"x\"\np.d[x] := x if some x in input.s\nq := p.a.e\nr := p.d.x\ns if lower(p.a.b)",
            want: ["8:6 lower: invalid argument(s)", "have: (number)", "want: (x: string, y: string)"]),
        Case(
            name: "sets grow", rules: "p contains 1\np contains \"a\"\nq if p[1]\nr if p[null]",
            want: [
                "6:6 undefined ref: data.t.p[null]", "data.t.p[null]", "         ^", "         have: null",
                "         want (type): any<number, string>",
            ]),
        Case(
            name: "members of sets", rules: "p := {1, \"a\"}\nq if p[true]\nr if { some x; p[x]; x.y }",
            want: [
                "4:6 undefined ref: data.t.p[true]", "data.t.p[true]", "         ^", "         have: true",
                "         want (type): any<number, string>", "5:22 undefined ref: x.y", "x.y", "^", "have: any<number, string>",
            ]),
        Case(
            name: "keys of composite", rules: "p[[x, y]] := 1 if { some x, y; input.a[x][y] }\nq := p[[1, 2]]\nr := p.a",
            want: [
                "5:6 undefined ref: data.t.p.a", "data.t.p.a", "         ^", "         have: \"a\"",
                "         want (type): array<any, any>",
            ]),
        Case(
            name: "every", rules: "p if every x in [1, 2] { x > \"a\"; x.y }",
            want: []),
        Case(
            name: "walk", rules: "p if { walk(1, x); x[0] = \"a\" }",
            want: ["3:20 match error", "left  : array[any]", "right : string"]),
        Case(
            name: "constant composites as keys", rules: "o := {[1, \"a\"]: 1, {\"x\": null}: 2, {1}: 3}\np := o.x\nq := o[{1}]",
            want: [
                "4:6 undefined ref: data.t.o.x", "data.t.o.x", "         ^", "         have: \"x\"",
                "         want (one of): [[1] [1, \"a\"] {\"x\": null}]", "5:6 undefined ref: data.t.o[{1}]", "data.t.o[{1}]", "         ^",
                "         have (type): set[number]", "         want (type): any<array<number>, array<number, string>, object<x: null>>",
            ]),
        Case(
            name: "package as value", rules: "q := 1\np if data.t.missing.x\nr if count(data.t.q)",
            want: [
                "5:6 count: invalid argument(s)", "have: (number)",
                "want: (collection: any<string, array[any], object[any: any], set[any]>, n: number)",
            ]),
        Case(
            name: "functions of several rules", rules: "f(1) := 1\nf(\"a\") := \"b\"\np if f(null)\nq if lower(f(1))",
            want: ["5:6 data.t.f: invalid argument(s)", "have: (null)", "want: (any<number, string>, any<number, string>)"]),
        Case(
            name: "with on input", rules: "p if count(input.x) with input as 1",
            want: []),
        Case(
            name: "else", rules: "p := 1 if input.x else := \"a\"\nq if p.x\nr if abs(p) == 1",
            want: ["4:6 undefined ref: data.t.p.x", "data.t.p.x", "^^^^^^^^", "have: any<number, string>"]),
        Case(
            name: "generated names", rules: "p if { [x, y] := [{\"a\": 1}, 2]; x.b; y.c }",
            want: [
                "3:33 undefined ref: x.b", "x.b", "  ^", "  have: \"b\"", "  want (one of): [\"a\"]", "3:38 undefined ref: y.c", "y.c", "^",
                "have: number",
            ]),
        Case(
            name: "negative lookups", rules: "a := [1, \"a\"]\np if a[2]\nq if a[0].x\nr if a[1.5]",
            want: [
                "4:6 undefined ref: data.t.a[2]", "data.t.a[2]", "         ^", "         have: 2", "         want (type): number",
                "5:6 undefined ref: data.t.a[0].x", "data.t.a[0].x", "^^^^^^^^^^^", "have: number", "6:6 undefined ref: data.t.a[1.5]",
                "data.t.a[1.5]", "         ^", "         have: 1.5", "         want (type): number",
            ]),
        Case(
            name: "iteration over a scalar", rules: "s := 1\np if s[_]\nq if { some x in s; x == 1 }",
            want: [
                "4:6 undefined ref: data.t.s[_]", "data.t.s[_]", "^^^^^^^^", "have: number", "5:18 undefined ref: data.t.s[__local0__]",
                "data.t.s[__local0__]", "^^^^^^^^", "have: number",
            ]),
    ]

    @Test(arguments: cases) func errors(_ test: Case) {
        let fixture = ResolutionFixture(["package t\n\n" + test.rules])
        let lines = fixture.diagnostics.flatMap { diagnostic in
            ["\(diagnostic.span.row):\(diagnostic.span.column) \(diagnostic.message)"] + diagnostic.details
        }
        #expect(lines == test.want)
        #expect(fixture.diagnostics.allSatisfy { $0.code == .type })
    }

    @Test func detailsAreJSONToo() throws {
        let fixture = ResolutionFixture(["package t\n\np if count(1) == 1", "package u\n\np if data.t.p.q"])
        #expect(
            fixture.diagnostics.map(\.detailsJSON) == [
                #"{"have":[{"type":"number"},null],"want":{"args":[{"name":"collection","of":[{"type":"string"},{"dynamic":{"type":"any"},"type":"array"},{"dynamic":{"key":{"type":"any"},"value":{"type":"any"}},"type":"object"},{"of":{"type":"any"},"type":"set"}],"type":"any"},{"name":"n","type":"number"}]}}"#
            ])
    }

    @Test func queriesKnowTheTypesOfRules() throws {
        let fixture = ResolutionFixture(["package t\n\np := {\"a\": 1}\n\nf(x) := x + 1"])
        #expect(try fixture.query("data.t.p.b").1.map(\.message) == ["undefined ref: data.t.p.b"])
        #expect(try fixture.query("data.t.f(\"a\")").1.map(\.message) == ["data.t.f: invalid argument(s)"])
        #expect(try fixture.query("data.t.f(data.t.p.a, x); data.t.q[y]").1.isEmpty)
    }
}
