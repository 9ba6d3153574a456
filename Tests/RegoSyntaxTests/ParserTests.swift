import RegoSyntax
import TestSupport
import Testing

@Suite struct ParserTests {
    @Test(arguments: [
        // Precedence and associativity.
        ("1 + 2 * 3 - 4", "minus(plus(1, mul(2, 3)), 4)"),
        ("a & b | c", "or(and(a, b), c)"),
        ("a == b + 1", "equal(a, plus(b, 1))"),
        ("1 - 2 - 3", "minus(minus(1, 2), 3)"),
        ("(1 - (2 - 3)) % 4", "rem(minus(1, minus(2, 3)), 4)"),
        ("1 < 2 == true", "equal(lt(1, 2), true)"),
        ("x := 1 / 2", "assign(x, div(1, 2))"),
        ("x = y", "x = y"),
        ("not x != 1", "not neq(x, 1)"),
        ("-1 - - .5", "minus(-1, -0.5)"),
        // Membership.
        ("x in xs", "internal.member_2(x, xs)"),
        ("1 + 1 in xs", "internal.member_2(plus(1, 1), xs)"),
        ("k, v in xs", "internal.member_3(k, v, xs)"),
        ("x in y in z", "internal.member_2(internal.member_2(x, y), z)"),
        ("f(x in xs)", "f(internal.member_2(x, xs))"),
        ("f(x, y in xs)", "f(x, internal.member_2(y, xs))"),
        ("f((x, y in xs))", "f(internal.member_3(x, y, xs))"),
        ("[x, y in xs]", "[x, internal.member_2(y, xs)]"),
        ("{x, y in xs}", "{x, internal.member_2(y, xs)}"),
        ("[1 in [2] | true]", "[internal.member_2(1, or([2], true))]"),
        // References and calls.
        ("data.a[\"b c\"].if[x][_].d", "data.a[\"b c\"][\"if\"][x][_].d"),
        ("data", "data"),
        ("f(1).x[y]", "f(1).x[y]"),
        ("a.b.c(1, )", "a.b.c(1)"),
        ("[1, 2][0]", "[1, 2][0]"),
        ("if.x", "if.x"),
        ("input.default.every", "input[\"default\"][\"every\"]"),
        ("not[0]", "not[0]"),
        // Composites.
        ("set()", "set()"),
        ("{}", "{}"),
        ("[]", "[]"),
        ("{2, 1, 1}", "{1, 2}"),
        ("{\"b\": 1, \"a\": 2, }", "{\"a\": 2, \"b\": 1}"),
        ("[, 1, 2]", "[1, 2]"),
        ("{1 | 2}", "{1 | 2}"),
        ("{(1 | 2)}", "{or(1, 2)}"),
        ("{1 | 2, 3}", "{3, or(1, 2)}"),
        ("[x | x := 1; y]", "[x | assign(x, 1); y]"),
        ("{k: v | some k, v in o}", "{k: v | some k, v in o}"),
        ("{a + 1: b | true}", "{plus(a, 1): b | true}"),
        ("{\"a\": 1 + 2 | 3}", "{\"a\": or(plus(1, 2), 3)}"),
        ("{10, 9, 1e1, -1, 0.5, \"a\", null, [1]}", "{null, -1, 0.5, 9, 10, \"a\", [1]}"),
        // Statements of bodies.
        ("some x, y", "some x, y"),
        ("some x in xs with input as 1", "some x in xs with input as 1"),
        ("every x in xs { x; y }", "every x in xs { x; y }"),
        ("every k, v in xs { k }", "every k, v in xs { k }"),
        ("x with data.a.b as 1 with f as g", "x with data.a.b as 1 with f as g"),
        ("$\"a {x + 1} \\{ {null}\"", "$\"a {plus(x, 1)} \\{ {null}\""),
        ("$`a\n{x}\\{`", "$`a\n{x}\\{`"),
        ("1e30102", "1e30102"),
    ])
    func `Expressions are read with OPA's precedences`(text: String, expected: String) {
        #expect(queryOutcome(of: text) == [expected])
    }

    @Test func `Queries are separated by semicolons and line breaks`() {
        #expect(queryOutcome(of: "x = 1; y = 2\nz = 3") == ["x = 1", "y = 2", "z = 3"])
    }

    @Test(arguments: [
        ("p := 1", ["p := 1 if { true }"]),
        ("p if x", ["p = true if { x }"]),
        ("p if { x; y }", ["p = true if { x; y }"]),
        ("p if {x}", ["p = true if { x }"]),
        ("p contains x if x := 1", ["p contains x if { assign(x, 1) }"]),
        ("p contains 1", ["p contains 1 if { true }"]),
        ("p[x] := y if q[x] = y", ["p[x] := y if { q[x] = y }"]),
        ("p.q.r if x", ["p.q.r = true if { x }"]),
        ("a.b[x].c contains y if z", ["a.b[x].c contains y if { z }"]),
        ("f(x, _) := x", ["f(x, _) := x if { true }"]),
        ("f(x) if x > 1", ["f(x) = true if { gt(x, 1) }"]),
        ("default p := 1", ["default p := 1"]),
        ("default f(_, x) := [1]", ["default f(_, x) := [1]"]),
        ("p := 1 if x else := 2 if { y } else := 3", ["p := 1 if { x } else = 2 if { y } else = 3 if { true }"]),
        ("p if { x } { y }", ["p = true if { x }", "p = true if { y }"]),
        ("in.x := 1", ["in.x := 1 if { true }"]),
        ("p := true if\n\n x", ["p := true if { x }"]),
    ])
    func `Rules of v1`(text: String, expected: [String]) {
        #expect(outcome(of: "package p\n" + text) == expected)
    }

    @Test(arguments: [
        ("{x}", "x"),
        ("{\n  x == 1\n  y\n}", "equal(x, 1); y"),
        ("{ count({1, 2}) > 0 }", "gt(count({1, 2}), 0)"),
        ("{ not x }", "not x"),
        ("{ contains(x, y) }", "contains(x, y)"),
        ("{ [x, y][0] }", "[x, y][0]"),
        ("{}", "{}"),
        ("{\"a\": 1}", "{\"a\": 1}"),
        ("{x | y}", "{x | y}"),
        ("{x | x := 1}", "{x | assign(x, 1)}"),
        ("{x} == {1}", "equal({x}, {1})"),
        ("{x}[1]", "{x}[1]"),
    ])
    func `Braces behind if are a body unless they can be a term`(text: String, expected: String) {
        #expect(outcome(of: "package p\np if " + text) == ["p = true if { \(expected) }"])
    }

    @Test(arguments: [
        ("p { x }", ["p = true { x }"]),
        ("p[x] { x = 1 }", ["p[x] { x = 1 }"]),
        ("p[x] = y { x = y }", ["p[x] = y { x = y }"]),
        ("p.q { x }", ["p[\"q\"] { x }"]),
        ("p = 1 { x } else = 2 { y }", ["p = 1 { x } else = 2 { y }"]),
        ("f(x) = y { y = x }", ["f(x) = y { y = x }"]),
        ("import future.keywords\np contains x if x in [1]", ["p[x] { internal.member_2(x, [1]) }"]),
        ("in := 1\nif { in }", ["in := 1 { true }", "if = true { in }"]),
        ("import future.keywords.every\nevery_x { every x in [1] { x } }", ["every_x = true { every x in [1] { x } }"]),
        ("import rego.v1\np if true", ["p = true { true }"]),
    ])
    func `Rules of v0`(text: String, expected: [String]) {
        #expect(outcome(of: "package p\n" + text, version: .v0) == expected)
    }

    @Test func `A module keeps its parts`() throws {
        let module = try module(RegoSample.wholeLanguage)
        #expect(TermPrinter.text(ofReference: module.package.path) == "data.medical.access[\"x-y\"]")
        #expect(module.imports.map { TermPrinter.text(of: $0) } == ["import data.roles as r", "import input.user"])
        #expect(module.rules.count == 10)
        #expect(module.comments.map(\.text) == ["# METADATA", "# title: all of it", "# a comment, with ünïcödé"])
        #expect(module.annotations.map(\.yaml) == ["title: all of it\n"])
        #expect(module.annotations.map(\.targetRow) == [3])
        #expect(module.version == .v1)
        #expect(try self.module("package p\nimport rego.v1", version: .v0).version == .v0CompatV1)
    }

    private func module(_ text: String, version: RegoVersion = .v1) throws -> Module {
        try RegoSyntaxTests.module(text, version: version)
    }

    @Test func `Wildcards have names of their own in the whole module`() throws {
        let module = try module("package p\nq if data.a[_] == data.b[_]\nr(_) if data.c[_]")
        var names: [String] = []
        for rule in module.rules {
            for argument in rule.head.arguments ?? [] { if case .variable(let name) = argument.kind { names.append(name) } }
        }
        #expect(names == ["$2"])
    }

    @Test func `Heads say how they were written`() throws {
        let rules = try module("package p\nq contains 1\nr := 2 if true\ns[x] := 1 if x := 2\nt if true").rules
        #expect(rules.map(\.head.hasIf) == [false, true, true, true])
        #expect(rules.map(\.head.hasContains) == [true, false, false, false])
        #expect(rules.map(\.head.isPartialSet) == [true, false, false, false])
        #expect(rules.map(\.head.hasGeneratedValue) == [false, false, false, true])
        #expect(rules.map(\.hasGeneratedBody) == [true, false, false, false])
        #expect(rules.map(\.head.reference.count) == [1, 1, 2, 1])
    }

    @Test func `Spans cover the text of nodes`() throws {
        let text = "package p\n\nq := 1 if {\n\tnot (data[\"ä\"] + 1) * 2 == 3 with input as 4 # c\n}\n"
        let file = SourceFile(name: "", text: text)
        let rule = try #require(Parser.parseModule(file, id: FileID(1)).0?.rules.first)
        let expression = rule.body[0]
        #expect(file.text(of: expression.span) == "not (data[\"ä\"] + 1) * 2 == 3 with input as 4")
        #expect((expression.span.row, expression.span.column) == (4, 2))
        guard case .call(let equal) = expression.kind, case .call(let product) = equal[1].kind else {
            Issue.record("not the calls written")
            return
        }
        #expect(file.text(of: equal[1].span) == "(data[\"ä\"] + 1) * 2")
        // As in OPA, an operation in parentheses is located at its first operand.
        #expect((product[1].span.row, product[1].span.column) == (4, 7))
        #expect(file.text(of: equal[2].span) == "3")
        #expect((equal[2].span.row, equal[2].span.column) == (4, 29))
        #expect(file.text(of: rule.head.span) == "q := 1")
        #expect(file.text(of: rule.span) == String(text.dropFirst(11).dropLast(1)))
    }

    @Test func `Ground terms are read on their own`() {
        let (term, diagnostics) = Parser.parseTerm(SourceFile(name: "", text: "{\"a\": {1, set()}}"), id: FileID(0))
        #expect(term.map { TermPrinter.text(of: $0) } == "{\"a\": {1, set()}}")
        #expect(diagnostics.isEmpty)
        #expect(Parser.parseTerm(SourceFile(name: "", text: "1; 2"), id: FileID(0)).0 == nil)
        #expect(Parser.parseTerm(SourceFile(name: "", text: "some x"), id: FileID(0)).0 == nil)
    }
}
