import Rego
import RegoSyntax
import Testing

/// What the type checker learns from JSON schemas.
@Suite("Schemas of documents") struct SchemaTypeTests {
    private static func errors(_ module: String, schemas: Schemas? = nil) -> [String] {
        var options = Policy.Options()
        options.schemas = schemas
        do throws(CompilationFailure) {
            _ = try Policy(modules: [Policy.Module(name: "p.rego", text: module)], options: options)
            return []
        } catch {
            return error.diagnostics.map { "\($0.span.row):\($0.span.column) \($0.message)" }
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let schema: String
        let path: String
        let body: String
        /// The errors of the rule's body, which begins at 5:8.
        let want: [String]

        init(_ name: String, at path: String = "input", _ schema: String, _ body: String, _ want: [String]) {
            self.name = name
            self.path = path
            self.schema = schema
            self.body = body
            self.want = want
        }

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case("properties", "{properties: {b: {properties: {c: {type: number}}}}}", #"input.b.c == "x""#, ["6:8 match error"]),
        Case("a key that is not there", "{type: object, properties: {a: {type: string}}}", "input.x", ["6:8 undefined ref: input.x"]),
        Case("a path below input", at: "input.a", "{type: number}", "input.a.z; input.b.z", ["6:8 undefined ref: input.a.z"]),
        Case(
            "base documents", at: "data.acl", "{properties: {users: {items: {type: string}}}}", "data.acl.users[_] == 1",
            ["6:8 match error"]),
        Case(
            "rules of the package stay known", at: "data.t.other", "{properties: {v: {type: number}}}", "data.t.q.x; data.t.other.w",
            ["6:20 undefined ref: data.t.other.w"]),
        Case("anyOf", "{anyOf: [{type: string}, {properties: {z: {type: number}}}]}", "input.z; input.b", ["6:17 undefined ref: input.b"]),
        Case(
            "allOf", "{allOf: [{properties: {x: {type: string}}}, {properties: {y: {type: boolean}}}]}", "input.x; input.y.z",
            ["6:17 undefined ref: input.y.z"]),
        Case(
            "elements at positions", "{items: [{type: string}, {type: number}]}", #"input[1] == "a"; input[2]"#,
            ["6:8 match error", "6:25 undefined ref: input[2]"]),
        Case("the first of several types", "{type: [string, 'null']}", "input.x", ["6:8 undefined ref: input.x"]),
        Case(
            "schemas that refer to themselves",
            "{definitions: {n: {properties: {v: {type: number}, next: {$ref: '#/definitions/n'}}}}, $ref: '#/definitions/n'}",
            #"input.next.v == "x"; input.next.next.next.next.next.next"#, ["6:8 match error"]),
        Case("a schema of itself", "{$ref: '#'}", "input.x.y", []),
        Case(
            "what is no schema", "{type: strange}", "input.x",
            [
                "6:1 unable to compile the schema: has a primitive type that is NOT VALID -- given: /strange/ "
                    + "Expected valid values are:[array boolean integer number null object string]"
            ]),
        Case(
            "schemas that contradict each other", "{allOf: [{type: string}, {type: number}]}", "input.x",
            ["6:1 type checking: unable to merge these schemas: type mismatch: string and number"]),
        Case(
            "remote schemas", "{$ref: 'https://example.com/s.json'}", "input.x",
            ["6:1 unable to compile the schema: remote reference loading disabled: https://example.com/s.json"]),
    ]

    @Test(arguments: cases) func definitions(_ test: Case) {
        let module = """
            package t

            # METADATA
            # schemas:
            # - \(test.path): \(test.schema)
            p if { \(test.body) }

            q := {"x": 1}
            """
        #expect(Self.errors(module) == test.want)
    }

    @Test func namedSchemas() throws {
        let module = """
            # METADATA
            # scope: package
            # schemas:
            # - input: schema.api
            package t

            p if input.a.b

            # METADATA
            # schemas:
            # - input.a: schema.other
            q if input.a.b
            """
        let named = Schemas(named: [["api"]: ["properties": ["a": ["type": "string"]]], ["other"]: ["type": "object"]])
        #expect(Self.errors(module, schemas: named) == ["7:6 undefined ref: input.a.b"])
        #expect(Self.errors(module).isEmpty)
        #expect(
            Self.errors(module, schemas: Schemas(named: [:])) == [
                "7:1 undefined schema: schema.api", "12:1 undefined schema: schema.api", "12:1 undefined schema: schema.other",
            ])
    }

    @Test func oneSchemaDescribesInput() throws {
        var options = Policy.Options()
        options.schemas = Schemas(input: ["properties": ["a": ["type": "string"]]])
        let policy = try Policy(modules: [Policy.Module(name: "p.rego", text: "package t\n\np if input.a == \"x\"")], options: options)
        #expect(throws: CompilationFailure.self) { try policy.prepare(query: "input.b") }
        #expect(throws: Never.self) { try policy.prepare(query: "input.a == data.t.x") }
        #expect(Self.errors("package t\n\np if input.b", schemas: options.schemas) == ["3:6 undefined ref: input.b"])
    }
}
