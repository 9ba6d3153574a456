import RegoSyntax
import Testing

@Suite struct ParserErrorTests {
    @Test(
        arguments: [
            ("", ["0:0 empty module"]),
            ("p := 1", ["1:1 package expected"]),
            ("package p\npackage q", ["2:1 unexpected package"]),
            ("package", ["1:7 unexpected eof token"]),
            ("package p\np := x +", ["2:8 unexpected eof token"]),
            (
                "package p\np := ",
                ["2:5 unexpected eof token", "2:5 unexpected eof token: expected rule value term (e.g., p := <VALUE> { ... })"]
            ),
            ("package p\np { true }", ["2:1 `if` keyword is required before rule body"]),
            ("package p\nf(x) { true }", ["2:1 `if` keyword is required before function body"]),
            (
                "package p\np[x] { x = 1 }",
                [
                    "2:1 `if` keyword is required before rule body", "2:1 `contains` keyword is required for partial set rules",
                ]
            ),
            ("package p\np.q", ["2:1 `contains` keyword is required for partial set rules"]),
            ("package p\na.b.c", ["2:1 rule must have value assignment and/or body declaration"]),
            ("package p\np", ["2:1 var cannot be used for rule name"]),
            ("package p\n\"s\"", ["2:1 string cannot be used for rule name"]),
            ("package p\ninput", ["2:1 refs cannot be used for rule head"]),
            ("package p\ncount(x)", ["2:1 rule name conflicts with built-in function"]),
            ("package p\nnot p", ["2:1 negated expressions cannot be used for rule head"]),
            ("package p\nif := 1", ["2:1 unexpected if keyword"]),
            ("package p\np if { 1 2 }", ["2:10 unexpected number token: expected \\n or ; or }"]),
            (
                "package p\np := [1 2]",
                [
                    "2:9 unexpected number token: expected \",\" or \"]\"",
                    "2:9 unexpected number token: expected rule value term (e.g., p := <VALUE> { ... })",
                ]
            ),
            (
                "package p\np := {\"a\" 1}",
                [
                    "2:11 unexpected number token: non-terminated set",
                    "2:11 unexpected number token: expected rule value term (e.g., p := <VALUE> { ... })",
                ]
            ),
            (
                "package p\np := 01",
                [
                    "2:6 unexpected number token: expected number without leading zero",
                    "2:6 unexpected number token: expected rule value term (e.g., p := <VALUE> { ... })",
                ]
            ),
            (
                "package p\np := 1e30103",
                [
                    "2:6 number too big", "2:6 unexpected number token: expected rule value term (e.g., p := <VALUE> { ... })",
                ]
            ),
            ("package p\np { }", ["2:5 found empty body"]),
            ("package p\np if { every x in y { } }", ["2:23 found empty body"]),
            ("package p\np contains 1 if x else := 2", ["2:19 else keyword cannot be used on multi-value rules"]),
            ("package p\np[x] := 1 if y else := 2", ["2:16 else keyword cannot be used on rules with variables in head"]),
            ("package p\ndefault p := data.x", ["2:1 illegal default rule (value cannot contain ref)"]),
            ("package p\ndefault p.q", ["2:1 illegal default rule (must have a value)"]),
            ("package p\ndefault f(1) := 1", ["2:1 illegal default rule (arguments cannot contain number)"]),
            ("package p\ndefault f(x, x) := 1", ["2:1 illegal default rule (arguments cannot be repeated x)"]),
            (
                "package p\nf(x) contains 1",
                [
                    "2:6 unexpected contains keyword: the contains keyword can only be used with multi-value rule definitions "
                        + "(e.g., f contains <VALUE> { ... })"
                ]
            ),
            ("package p\nimport data.a.if", ["2:15 unexpected import path, must not end with a keyword, got: if"]),
            (
                "package p\nimport foo.a",
                [
                    "2:8 unexpected import path, must begin with one of: {data, future, input, rego}, got: foo "
                        + "(hint: if this is unexpected, try updating OPA)"
                ]
            ),
            ("package p\nimport rego.v2", ["2:8 invalid import `rego.v2`, must be `rego.v1`"]),
            ("package p\nimport future.keywords.x", ["2:8 unexpected keyword, must be one of [contains every if in]"]),
            ("package p\nimport 1", ["2:8 unexpected number token"]),
            ("package p\np if { every x { x } }", ["2:16 unexpected { token: expected `x[, y] in xs { ... }` expression"]),
            ("package p\np if { not some x in y }", ["2:12 unexpected some keyword: illegal negation of 'some'"]),
            ("package p\np if { x with 1 as 2 }", ["2:15 unexpected number token: expected ident"]),
            ("package p\n# METADATA\np := 1", ["2:1 expected METADATA block, found whitespace"]),
            (
                "package p\np := $\"{x := 1}\"",
                [
                    "2:9 unexpected assignment (':=') in template-string expression",
                    "2:15 unexpected } token: expected rule value term (e.g., p := <VALUE> { ... })",
                ]
            ),
        ] as [(String, [String])])
    func `Errors are OPA's, text and place`(text: String, expected: [String]) {
        #expect(outcome(of: text) == expected)
    }

    @Test(arguments: [
        ("some x in xs", "(hint: `import future.keywords.in` for `some x in xs` expressions)"),
        ("every x in xs { x }", "(hint: `import future.keywords.every` for `every x in xs { ... }` expressions)"),
    ])
    func `Writers of v0 are told which import is missing`(expression: String, hint: String) {
        let errors = outcome(of: "package p\nq { \(expression) }", version: .v0)
        #expect(errors.first?.hasSuffix(hint) == true, "\(errors)")
    }

    @Test func `An error shows the line and a caret`() {
        let file = SourceFile(name: "a.rego", text: "package p\np := [1 2]\n")
        var sources = SourceMap()
        let id = sources.add(file)
        let (_, diagnostics) = Parser.parseModule(file, id: id)
        #expect(
            diagnostics.first?.rendered(in: sources)
                == "a.rego:2:9: rego_parse_error: unexpected number token: expected \",\" or \"]\"\n\tp := [1 2]\n\t        ^")
    }
}
