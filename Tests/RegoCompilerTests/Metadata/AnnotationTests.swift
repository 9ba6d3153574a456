import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Testing

@Suite("Annotations") struct AnnotationTests {
    private func read(_ text: String) -> (annotations: [Annotation], diagnostics: [Diagnostic]) {
        let (_, annotations, diagnostics) = ModuleReader.read(SourceFile(name: "p.rego", text: text), id: FileID(0))
        return (annotations, diagnostics)
    }

    /// A module with one block before its rule, whose lines the block is made of.
    private func block(_ lines: String...) -> String {
        "package p\n\n# METADATA\n" + lines.map { "# \($0)\n" }.joined() + "r := 1\n"
    }

    @Test func allFieldsAreRead() throws {
        let annotation = try #require(
            read(
                block(
                    "title: T", "description: |", "  Two", "  lines", "authors:", "- Ann B <a@b.c>", "- name: N", "organizations: [O]",
                    "related_resources:", "- https://example.com/a b", "- ref: x", "  description: d", "entrypoint: true",
                    "custom:", "  day: 2024-1-2", "  yes: on", "  n: 0x10", "labels: {k: v}", "compile:",
                    "  unknowns: [input.a]", "  mask_rule: masks", "schemas:", "- input: schema.a", "- data.x: {type: object}")
            ).annotations.first)
        #expect(
            annotation.value
                == [
                    "scope": "document", "title": "T", "description": "Two\nlines\n", "entrypoint": true, "organizations": ["O"],
                    "authors": [["name": "Ann B", "email": "a@b.c"], ["name": "N"]],
                    "related_resources": [["ref": "https://example.com/a%20b"], ["ref": "x", "description": "d"]],
                    "custom": ["day": "2024-01-02T00:00:00Z", "yes": "on", "n": 16], "labels": ["k": "v"],
                    "schemas": [
                        ["path": ["input"], "schema": ["schema", "a"]], ["path": ["data", "x"], "definition": ["type": "object"]],
                    ],
                ])
        #expect(annotation.compile?.unknowns.count == 1)
        #expect(annotation.compile?.maskRule?.count == 1)
    }

    @Test(arguments: [
        ("scope: foo", "invalid annotation scope 'foo'. Use one of 'rule', 'document', 'package', or 'subpackages'", 3),
        ("scope: package", "annotation scope 'package' must be applied to package (have rule)", 3),
        ("{scope: rule, entrypoint: true}", "annotation entrypoint applied to non-document or package scope 'rule'", 3),
        ("title: [1]", "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into string", 4),
        ("entrypoint: maybe", "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `maybe` into bool", 4),
        ("custom: 12345678901", "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!int `1234567...` into map[string]interface {}", 4),
        ("authors: ['']", "invalid author definition : author is an empty string", 3),
        ("authors: [{x: 1}]", "invalid author definition map[x:%!s(int=1)]: 'name' and/or 'email' values required in object", 3),
        ("authors: [1]", "invalid author definition %!s(int=1): invalid value type, must be string or map", 3),
        ("related_resources: [{}]", "invalid related-resource definition map[]: 'ref' value required in object", 3),
        ("related_resources: [':x']", "invalid related-resource definition :x: parse \":x\": missing protocol scheme", 3),
        ("schemas: [{'1': schema}]", "invalid document reference", 3),
        ("schemas: [{input: data.x}]", "invalid schema reference", 3),
        ("schemas: [{input: 1}]", "invalid schema declaration for path \"input\"", 3),
        ("custom: {a: {1: 2}}", "invalid map key type(s): a", 3),
        ("custom: {a: 1, a: 2}", "yaml: unmarshal errors:\n  line 1: mapping key \"a\" already defined at line 1", 4),
        ("custom: *x", "yaml: unknown anchor 'x' referenced", 4), ("custom: {a: &a [*a]}", "yaml: anchor 'a' value contains itself", 4),
        ("custom: {<<: 3}", "yaml: map merge requires map or sequence of maps as the value", 4),
        ("custom: {a: !!int abc}", "yaml: cannot decode !!str `abc` as a !!int", 4),
        ("title: [1", "yaml: line 1: did not find expected ',' or ']'", 4),
        ("title: x: y", "yaml: mapping values are not allowed in this context", 4),
    ])
    func whatDoesNotFitIsReported(line: String, message: String, row: UInt32) {
        let found = read(block(line)).diagnostics
        #expect(found.map(\.message) == [message])
        #expect(found.first?.span.row == row)
        #expect(found.first?.code == .parse)
    }

    /// What OPA's annotations hold.
    @Test(arguments: [
        ("{a: 1e400, b: 1:30, c: 18446744073709551616}", #"{"a":"1e400","b":"1:30","c":1.8446744073709552e+19}"#),
        ("{d: 1e3, e: 1234567.0}", #"{"d":1000,"e":1.234567e+06}"#),
        ("{a: !!str 12, b: !!int '12', c: ! 12, d: !!binary aGk=, e: !foo x}", #"{"a":"12","b":12,"c":12,"d":"hi","e":"x"}"#),
        ("{x: &m {p: 1}, y: {<<: *m, q: 2}, ~: z}", #"{"x":{"p":1},"y":{"p":1,"q":2}}"#),
    ])
    func customValues(yaml: String, json: String) {
        let (annotations, diagnostics) = read(block("custom: " + yaml))
        #expect(diagnostics.isEmpty)
        let members = annotations.first?.custom.map { (RegoValue.string($0.key), $0.value) } ?? []
        #expect(RegoValue.object(Dictionary(uniqueKeysWithValues: members)).json() == json)
    }

    @Test func aHintNamesWhatIsNoSpace() {
        let found = read(block("title:\u{A0}x", "foo")).diagnostics
        #expect(
            found.first?.message.hasSuffix(
                #"Hint: on line 4, symbol(s) ['\u00a0'] immediately following a key/value separator ':' is not a legal yaml space character"#
            )
                == true, "\(found)")
    }

    @Test func aBlockBeforeNothingHasNoPlace() {
        #expect(
            read("package p\n# METADATA\n# scope: rule\n").diagnostics.map(\.message) == ["annotation scope 'rule' must be applied to rule"]
        )
        #expect(
            read("package p\n# METADATA\n# title: x\nimport data.a\n").diagnostics.map(\.message)
                == ["invalid annotation scope 'import'. Use one of 'rule', 'document', 'package', or 'subpackages'"])
    }

    @Test func aliasesOfAliasesEnd() {
        var lines = ["custom:", "  a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        for level in 1..<9 { lines.append("  a\(level): &a\(level) [\((0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]") }
        let text = "package p\n\n# METADATA\n" + lines.map { "# \($0)\n" }.joined() + "r := 1\n"
        #expect(read(text).diagnostics.map(\.message) == ["yaml: document contains excessive aliasing"])
    }

    @Test func redeclarationsAreTypeErrors() {
        var sources = SourceMap()
        var modules: [Module] = []
        var annotations: [FileID: [Annotation]] = [:]
        for name in ["a.rego", "b.rego"] {
            let file = SourceFile(name: name, text: "# METADATA\n# title: \(name)\npackage p\n\n# METADATA\n# scope: document\nr := 1\n")
            let id = sources.add(file)
            let (module, read, _) = ModuleReader.read(file, id: id)
            if let module { modules.append(module) }
            annotations[id] = read
        }
        let (program, found) = Resolver.resolve(modules: modules, sources: sources, builtins: .opa, annotations: annotations)
        #expect(program == nil)
        #expect(found.map(\.message) == ["package annotation redeclared: a.rego:1", "document annotation redeclared: a.rego:5"])
        #expect(found.allSatisfy { $0.code == .type })
    }
}
