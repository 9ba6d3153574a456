import RegoCompiler
import RegoSyntax
import Testing

/// What bodies and heads become.
@Suite struct ResolutionRewritingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let source: String
        var version = RegoVersion.v1
        let want: [String]
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "names of rules and imports", source: "import data.x.y\nimport input.user as u\nq if { y.z; u.name; r }\nr := 1",
            want: ["data.p.q = true { data.x.y.z; input.user.name; data.p.r }", "data.p.r = 1 { true }"]),
        Case(
            name: "assignment", source: "q := y if { x := input.a; y := x + 1 }",
            want: ["data.p.q = __local1__ { __local0__ = input.a; plus(__local0__, 1, __local2__); __local1__ = __local2__ }"]),
        Case(
            name: "declared variables hide rules", source: "r := 1\nq if { some r; input.a[r] }",
            want: ["data.p.r = 1 { true }", "data.p.q = true { input.a[__local0__] }"]),
        Case(
            name: "membership", source: "q if { some k, v in input.xs; v == k }",
            want: ["data.p.q = true { __local1__ = input.xs[__local0__]; __local1__ = __local0__ }"]),
        Case(
            name: "membership in a call", source: "q if { some x in split(input.a, \",\"); x == \"b\" }",
            want: [
                "data.p.q = true { __local4__ = input.a; split(__local4__, \",\", __local3__); __local2__ = __local3__[__local1__]; "
                    + "__local2__ = \"b\" }"
            ]),
        Case(
            name: "every", source: "q if { every x in input.xs { x > 1 } }",
            want: [
                "data.p.q = true { __local2__ = input.xs; every __local0__, __local1__ in __local2__ { gt(__local1__, 1) } }"
            ]),
        Case(
            name: "nested calls", source: "q := count(split(lower(input.x), \"a\")) + 1",
            want: [
                "data.p.q = __local3__ { __local4__ = input.x; lower(__local4__, __local0__); split(__local0__, \"a\", __local1__); "
                    + "count(__local1__, __local2__); plus(__local2__, 1, __local3__) }"
            ]),
        Case(
            name: "equality of references is unification", source: "q if { input.x == data.y; f(input.z) == 1 }\nf(x) := x",
            want: [
                "data.p.q = true { input.x = data.y; __local2__ = input.z; data.p.f(__local2__, __local1__); __local1__ = 1 }",
                "data.p.f(__local0__) = __local0__ { true }",
            ]),
        Case(
            name: "references in heads", source: "q contains input.x\nr := {\"a\": data.b[i]} if i := 1",
            want: [
                "data.p.q contains __local1__ { __local1__ = input.x }",
                "data.p.r = __local2__ { __local0__ = 1; __local3__ = data.b[__local0__]; __local2__ = {\"a\": __local3__} }",
            ]),
        Case(
            name: "dynamic head", source: "q[input.x] := 1\nr[x].y contains z if { some x, z in input.a }",
            want: [
                "data.p.q[__local0__] = 1 { __local0__ = input.x }",
                "data.p.r[__local1__].y contains __local2__ { __local2__ = input.a[__local1__] }",
            ]),
        Case(
            name: "head of a comprehension", source: "q := [x.y | some x in input.xs]",
            want: [
                "data.p.q = __local4__ { __local4__ = [__local3__ | __local2__ = input.xs[__local1__]; __local3__ = __local2__.y] }"
            ]),
        Case(
            name: "indexed literal", source: "q if [1, 2][i] == input.x",
            want: ["data.p.q = true { __local0__ = [1, 2]; __local0__[i] = input.x }"]),
        Case(
            name: "with", source: "q if { r with input as {\"a\": data.b} with data.c as 1 }\nr := 1",
            want: [
                "data.p.q = true { __local1__ = data.b; __local0__ = {\"a\": __local1__}; data.p.r with input as __local0__ with data.c as 1 }",
                "data.p.r = 1 { true }",
            ]),
        Case(
            name: "function replaced", source: "q if count([1]) == 2 with count as f\nf(_) := 2",
            want: [
                "data.p.q = true { count([1], __local1__) with count as data.p.f; __local1__ = 2 with count as data.p.f }",
                "data.p.f(__local0__) = 2 { true }",
            ]),
        Case(
            name: "erased print", source: "q if { print(input.x) }\nr if { print(1); input.x }",
            want: ["data.p.q = true { true }", "data.p.r = true { input.x }"]),
        Case(
            name: "else", source: "f(x) := 1 if { x > 1 } else := y if { y := x + 1 } else := 3",
            want: [
                "data.p.f(__local0__) = 1 { gt(__local0__, 1) } else = __local1__ { plus(__local0__, 1, __local2__); "
                    + "__local1__ = __local2__ } else = 3 { true }"
            ]),
        Case(
            name: "comprehension in a parameter", source: "f([x, [1 | true]]) := 1 if { x } else := x",
            want: [
                "data.p.f(__local1__) = 1 { __local2__ = [1 | true]; __local1__ = [__local0__, __local2__]; __local0__ } "
                    + "else = __local0__ { __local3__ = [1 | true]; __local1__ = [__local0__, __local3__] }"
            ]),
        Case(
            name: "default with comprehension", source: "default q := [x | x := 1]",
            want: ["default data.p.q = __local1__ { __local1__ = [__local0__ | __local0__ = 1] }"]),
        Case(
            name: "shadowed input in v0", source: "q { input := 1; input == 1 with input.x as 2 }", version: .v0,
            want: ["data.p.q = true { __local0__ = 1; __local0__ = 1 with input.x as 2 }"]),
        Case(
            name: "rule named like an operator", source: "plus(x, y) := x if y\nq := 1 + 2",
            want: [
                "data.p.plus(__local0__, __local1__) = __local0__ { __local1__ }",
                "data.p.q = __local2__ { data.p.plus(1, 2, __local2__) }",
            ]),
        Case(
            name: "look-alikes", source: "q := __local0__ if { __local0__ := 1 }",
            want: ["data.p.q = __local1__ { __local1__ = 1 }"]),
    ]

    @Test(arguments: cases) func rewrites(_ item: Case) {
        #expect(ResolutionFixture(["package p\n" + item.source + "\n"], version: item.version).rules == item.want)
    }

    /// Bodies and the order that makes them safe.
    @Test(arguments: [
        ("x > 1; x = 2", "x = 2; gt(x, 1)"),
        ("not x; x = input.y", "x = input.y; not x"),
        ("y = x; z = y; x = 1", "x = 1; y = x; z = y"),
        ("[x, y] = z; z = [1, input.a]; y > x", "__local0__ = input.a; z = [1, __local0__]; [x, y] = z; gt(y, x)"),
        ("count(x) > 1; x = [1]", "x = [1]; count(x, __local0__); gt(__local0__, 1)"),
        ("xs = [y | y = z]; z = 1", "z = 1; xs = [y | y = z]"),
        ("{\"a\": x} = input.o; input.p[x]", "{\"a\": x} = input.o; input.p[x]"),
        ("walk(input, [path, v]); path[0] = \"a\"", "__local0__ = input; walk(__local0__, [path, v]); path[0] = \"a\""),
    ]) func orders(_ body: String, _ want: String) {
        #expect(ResolutionFixture(["package p\nq if { \(body) }\n"]).rules == ["data.p.q = true { \(want) }"])
    }

    @Test func printCallsAreKept() {
        let fixture = ResolutionFixture(
            ["package p\nq if { x := 1; print(\"x is\", x) }\n"], options: ResolverOptions(keepsPrintCalls: true))
        #expect(
            fixture.rules == [
                "data.p.q = true { __local0__ = 1; __local3__ = {__local1__ | __local1__ = \"x is\"}; "
                    + "__local4__ = {__local2__ | __local2__ = __local0__}; internal.print([__local3__, __local4__]) }"
            ])
    }

    @Test func templatesBecomeCalls() {
        let fixture = ResolutionFixture(["package p\nq := $\"a {input.x} b\"\n"])
        #expect(
            fixture.rules == [
                "data.p.q = __local1__ { __local2__ = {__local0__ | __local0__ = input.x}; "
                    + "internal.template_string([\"a \", __local2__, \" b\"], __local1__) }"
            ])
        #expect(ResolutionFixture(["package p\nq := $\"a {x}\"\n"]).report == ["2:6 rego_unsafe_var_error var x is unsafe"])
        #expect(ResolutionFixture(["package p\nq := $\"a {x + 1}\"\n"]).report == ["2:11 rego_compile_error var x is undeclared"])
    }

    @Test func treeTellsRulesApart() throws {
        let fixture = ResolutionFixture(
            ["package a.b\np.q := 1\np.r[x] := 2 if x := 3\ns contains 1\n", "package a.b\np.q := 1\nf(x) := x\n", "package empty\n"])
        let root = try #require(fixture.program).root
        let a = try #require(root.children.first)
        let package = try #require(a.children.first)
        #expect(package.children.map { TermPrinter.text(of: $0.key) } == ["\"p\"", "\"s\"", "\"f\""])
        let p = package.children[0]
        #expect(p.rules.isEmpty)
        #expect(p.children[0].rules.map(\.span.file) == [FileID(1), FileID(2)])
        #expect(p.children[1].rules[0].groundPrefixLength == 5)
        #expect(p.children[1].rules[0].reference.count == 6)
        #expect(package.children[1].rules[0].kind == .partialSet)
        #expect(package.children[2].rules[0].kind == .function)
        #expect(root.children[1].rules.isEmpty && root.children[1].children.isEmpty)
        let packages = try #require(fixture.program).packages
        #expect(packages.map(\.ruleNames) == [["p", "s", "f"], []])
    }

    @Test func authorsNamesAreKept() throws {
        let program = try #require(ResolutionFixture(["package p\nq if { some who; input.a[who] }\n"]).program)
        #expect(program.authoredNames.byGeneratedName == ["__local0__": "who"])
    }
}
