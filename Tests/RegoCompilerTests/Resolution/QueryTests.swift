import RegoCompiler
import RegoSyntax
import Testing

/// Ad-hoc queries: their bodies, variables and the values of their expressions.
@Suite struct QueryResolutionTests {
    static let module = "package a\n\nb := 1\n\nf(x) := x\n\np contains 1\n"

    struct Case: Sendable, CustomTestStringConvertible {
        let query: String
        let body: String
        var variables: [String] = []
        let values: [String]
        var testDescription: String { query }
    }

    static let cases: [Case] = [
        Case(query: "data.a.b", body: "data.a.b = _", values: ["data.a.b: $term0"]),
        Case(query: "x := 1", body: "__localq0__ = 1", variables: ["x"], values: ["x := 1: true"]),
        Case(query: "x = 1", body: "x = 1", variables: ["x"], values: ["x = 1: true"]),
        Case(
            query: "input.x > 1", body: "__localq0__ = input.x; gt(__localq0__, 1, _)", values: ["input.x > 1: $term0"]),
        Case(query: "input.x == 1", body: "__localq0__ = input.x; equal(__localq0__, 1, _)", values: ["input.x == 1: $term0"]),
        Case(
            query: "data.a.f(1) + 1", body: "data.a.f(1, __localq0__); plus(__localq0__, 1, _)",
            values: ["data.a.f(1) + 1: $term0"]),
        Case(query: "not data.a.b", body: "not data.a.b", values: ["not data.a.b: true"]),
        Case(
            query: "data.a.p[x]", body: "data.a.p[x] = _; _", variables: ["x"], values: ["data.a.p[x]: $term0"]),
        Case(
            query: "x := 1; y := x + 1; y > 1",
            body: "__localq0__ = 1; plus(__localq0__, 1, __localq2__); __localq1__ = __localq2__; gt(__localq1__, 1, _); _",
            variables: ["x", "y"], values: ["x := 1: true", "y := x + 1: true", "y > 1: $term0"]),
        Case(
            query: "some x in [1, 2]; x > 1",
            body: "__localq3__ = [1, 2]; __localq2__ = __localq3__[__localq1__]; gt(__localq2__, 1, _); _", variables: ["x"],
            values: ["some x in [1, 2]: true", "x > 1: $term0"]),
        Case(
            query: "walk([1], x)", body: "walk([1], x)", variables: ["x"], values: ["walk([1], x): true"]),
        Case(query: "[x | x := 1]", body: "[__localq0__ | __localq0__ = 1] = _", values: ["[x | x := 1]: $term0"]),
        Case(query: "input[_]", body: "input[_] = _; _", values: ["input[_]: $term0"]),
    ]

    @Test(arguments: cases) func resolves(_ item: Case) throws {
        let fixture = ResolutionFixture([Self.module])
        let (resolved, diagnostics) = try fixture.query(item.query)
        #expect(diagnostics.isEmpty)
        let query = try #require(resolved)
        #expect(TermPrinter.text(of: query.body) == item.body)
        #expect(query.variables.map(\.name) == item.variables)
        #expect(
            query.expressions.map { expression in
                if case .variable(let name) = expression.value.kind { return "\(expression.text): \(name)" }
                return "\(expression.text): \(TermPrinter.text(of: expression.value))"
            } == item.values)
    }

    @Test(arguments: [
        ("x > 1", "1:1 rego_unsafe_var_error var x is unsafe"),
        ("foo(1)", "1:1 rego_type_error undefined function foo"),
        ("data.a.f(1, 2, 3)", "1:1 rego_type_error data.a.f: arity mismatch"),
        ("x := 1; x := 2", "1:9 rego_compile_error var x assigned above"),
        ("data.a.b with data.a.b.c as 1", "1:15 rego_compile_error with keyword cannot partially replace virtual document(s)"),
    ]) func refuses(_ query: String, _ want: String) throws {
        let (resolved, diagnostics) = try ResolutionFixture([Self.module]).query(query)
        #expect(resolved == nil)
        #expect(diagnostics.map { "\($0.span.row):\($0.span.column) \($0.code) \($0.message)" } == [want])
    }

    @Test func packagesAndImportsNameDocuments() throws {
        let fixture = ResolutionFixture([Self.module])
        let (inPackage, _) = try fixture.query("b; f(1)", package: "a")
        #expect(TermPrinter.text(of: try #require(inPackage).body).hasPrefix("data.a.b = _; data.a.f(1, _)"))
        let (imported, _) = try fixture.query("user.name", imports: ["input.user"])
        #expect(TermPrinter.text(of: try #require(imported).body) == "input.user.name = _")
    }

    @Test func strictQueriesMustNotShadow() throws {
        let (resolved, diagnostics) = try ResolutionFixture([]).query("input := 1", options: ResolverOptions(isStrict: true))
        #expect(resolved == nil)
        #expect(diagnostics.map(\.message) == ["variables must not shadow input (use a different variable name)"])
    }
}
