import Testing

@Suite("JSON Schema, URIs and GraphQL")
struct SchemaBuiltinTests {
    /// Which kinds of faults a document has, in order.
    @Test(
        "json.match_schema",
        arguments: [
            (#"{"a": 1}"#, #"{"required": ["b"]}"#, #"["required"]"#),
            (#"{"a": 1}"#, #"{"additionalProperties": false}"#, #"["additional_property_not_allowed"]"#),
            (#"{"a": 1, "b": 2}"#, #"{"properties": {"a": {}}, "additionalProperties": {"type": "string"}}"#, #"["invalid_type"]"#),
            (#"{"a": 1}"#, #"{"patternProperties": {"^a$": {"minimum": 2}}}"#, #"["number_gte"]"#),
            (#"{"a": 5}"#, #"{"properties": {"a": {"minimum": 5, "exclusiveMinimum": true}}}"#, #"["number_gt"]"#),
            (#"{"a": 0.3}"#, #"{"properties": {"a": {"multipleOf": 0.1}}}"#, "[]"),
            (#"{"a": 0.35}"#, #"{"properties": {"a": {"multipleOf": 0.1}}}"#, #"["multiple_of"]"#),
            (#"{"a": "日本"}"#, #"{"properties": {"a": {"minLength": 3, "pattern": "^x"}}}"#, #"["string_gte","pattern"]"#),
            (#"{"a": [1, 2, 1]}"#, #"{"properties": {"a": {"uniqueItems": true, "maxItems": 2}}}"#, #"["array_max_items","unique"]"#),
            (
                #"{"a": [1, "x"]}"#, #"{"properties": {"a": {"items": [{"type": "integer"}], "additionalItems": false}}}"#,
                #"["array_no_additional_items"]"#
            ),
            (
                #"{"a": 1}"#, #"{"properties": {"a": {"anyOf": [{"type": "string"}, {"minimum": 2}]}}}"#,
                #"["number_any_of","number_gte"]"#
            ),
            (#"{"a": 1}"#, #"{"properties": {"a": {"oneOf": [{"minimum": 0}, {"maximum": 2}]}}}"#, #"["number_one_of"]"#),
            (#"{"a": 1}"#, #"{"not": {"required": ["a"]}}"#, #"["number_not"]"#),
            (#"{"a": 1}"#, #"{"if": {"required": ["a"]}, "then": {"required": ["b"]}}"#, #"["condition_then","required"]"#),
            (#"{"a": 1}"#, #"{"dependencies": {"a": ["b"]}}"#, #"["missing_dependency"]"#),
            (#"{"a": 1}"#, #"{"propertyNames": {"maxLength": 0}}"#, #"["invalid_property_name","string_lte"]"#),
            (#"{"a": 1}"#, #"{"properties": {"a": {"enum": [2, "1"]}}}"#, #"["enum"]"#),
            (#"{"a": 1}"#, #"{"properties": {"a": {"const": 2}}}"#, #"["const"]"#),
            (#"{"a": {"a": {"a": 1}}}"#, ##"{"type": "object", "properties": {"a": {"$ref": "#"}}}"##, #"["invalid_type"]"#),
            (
                #"{"a": 1}"#, ##"{"properties": {"a": {"$ref": "#/definitions/x%20y"}}, "definitions": {"x y": {"minimum": 2}}}"##,
                #"["number_gte"]"#
            ),
            (
                #"{"a": 1}"#,
                ##"{"$id": "http://x.org/s/a.json", "properties": {"a": {"$ref": "b.json"}}, "definitions": {"b": {"$id": "http://x.org/s/b.json", "allOf": [{"$ref": "#/definitions/c"}], "definitions": {"c": {"minimum": 2}}}, "c": {}}}"##,
                #"["number_gte","number_all_of"]"#
            ),
            (
                #"{"a": 1}"#, ##"{"properties": {"a": {"$ref": "#c"}}, "definitions": {"c": {"$id": "#c", "minimum": 2}}}"##,
                #"["number_gte"]"#
            ),
            (#"{"a": "2024-02-30"}"#, #"{"properties": {"a": {"format": "date"}}}"#, #"["format"]"#),
            (#"{"a": "2024-02-29T10:00:00Z"}"#, #"{"properties": {"a": {"format": "date-time"}}}"#, "[]"),
            (#"{"a": 1.0}"#, #"{"properties": {"a": {"type": "integer"}}}"#, "[]"),
        ])
    func matchSchema(document: String, schema: String, expected: String) {
        #expect(BuiltinHarness.answer("[f.type | some f in json.match_schema(`\(document)`, `\(schema)`)[1]]") == expected)
    }

    @Test(
        "Values that are no schemas",
        arguments: [
            (#""{""#, "jsonschema: invalid JSON string"), (#"json.unmarshal("[1]")"#, "jsonschema: schema is invalid"),
            (#"{"minLength": -1}"#, "jsonschema: minLength must be greater than or equal to 0"),
            (#"{"minItems": 3, "maxItems": 2}"#, "jsonschema: minItems cannot be greater than maxItems"),
            (#"{"pattern": "("}"#, "jsonschema: pattern must be a valid regex"),
            (##"{"$ref": "#/definitions/none"}"##, "jsonschema: Object has no key 'definitions'"),
            (
                #"{"$ref": "https://example.com/schema.json"}"#,
                "jsonschema: remote reference https://example.com/schema.json is not allowed: schemas are not fetched"
            ),
            (
                #"{"items": [{"type": "date"}]}"#,
                "jsonschema: has a primitive type that is NOT VALID -- given: /date/ Expected valid values are:"
                    + "[array boolean integer number null object string]"
            ),
        ])
    func badSchema(schema: String, message: String) {
        #expect(BuiltinHarness.answer("json.verify_schema(\(schema))[1]") == "\"\(message)\"")
    }

    @Test("Schemas that never end are refused")
    func endlessSchemas() {
        let endless = BuiltinHarness.answer(##"json.match_schema({}, {"$ref": "#"})"##)
        #expect(endless.contains("nested deeper"))
        let nested = String(repeating: #"{"not":"#, count: 5000) + "{}" + String(repeating: "}", count: 5000)
        #expect(BuiltinHarness.answer("json.verify_schema(`\(nested)`)[0]") == "false")
        let pair = ##"{"allOf": [{"$ref": "#/definitions/a"}, {"$ref": "#/definitions/a"}]}"##
        let wide = ##"{"definitions": {"a": \##(pair)}, "$ref": "#/definitions/a"}"##
        #expect(BuiltinHarness.answer("json.match_schema({}, `\(wide)`)").contains("nested deeper"))
    }

    @Test(
        "uri.parse",
        arguments: [
            (
                "HTTPS://user:pw@example.com:8080/a%2Fb/c?x=1&y#frag%20ment",
                #"{"fragment":"frag ment","hostname":"example.com","path":"/a/b/c","port":"8080","raw_path":"/a%2Fb/c","#
                    + #""raw_query":"x=1&y","scheme":"https"}"#
            ),
            ("http://[::1]:80/", #"{"hostname":"::1","path":"/","port":"80","raw_path":"/","scheme":"http"}"#),
            ("mailto:a@example.com", #"{"scheme":"mailto"}"#), ("/a/../b", #"{"path":"/a/../b","raw_path":"/a/../b"}"#), ("", "{}"),
        ])
    func uriParse(text: String, expected: String) {
        #expect(BuiltinHarness.answer("uri.parse(`\(text)`)") == expected)
    }

    @Test(
        "uri.is_valid",
        arguments: [
            ("`http://a b/`", "false"), ("`http://[::1/`", "false"), ("`http://a:x/`", "false"), ("`%zz`", "false"), ("`:a`", "false"),
            ("`1:a`", "false"), ("`a/b:c`", "true"), ("``", "false"), ("1", "false"), (#""http://a/\u0007""#, "false"),
        ])
    func uriIsValid(text: String, expected: String) {
        #expect(BuiltinHarness.answer("uri.is_valid(\(text))") == expected)
    }

    @Test(
        "Faults of GraphQL texts",
        arguments: [
            ("query", "{ a(b: 01) }", "Unexpected <Invalid> in GraphQL string at location 1:9"),
            ("query", "{ a(b: \"x\n\") }", "Unexpected <Invalid> in GraphQL string at location 1:10"),
            ("query", "{ é }", "Expected Name, found <Invalid> in GraphQL string at location 1:3"),
            ("query", "", "undefined"), ("schema", "type A { a: [[B!] }", "Expected ], found } in GraphQL string at location 1:19"),
        ])
    func graphQLFaults(kind: String, text: String, message: String) {
        let answer = BuiltinHarness.answer("graphql.parse_\(kind)(`\(text)`)")
        #expect(answer == (message == "undefined" ? "{}" : "graphql.parse_\(kind): \(message)"))
    }

    @Test("Deeply nested GraphQL is refused", arguments: [("", "{a "), ("{a(b:", "["), ("query($a:", "["), ("{a(b:", "{c:")])
    func deepGraphQL(start: String, part: String) {
        let text = start + String(repeating: part, count: 20_000)
        #expect(BuiltinHarness.answer("graphql.parse_query(`\(text)`)").contains("nested too deeply"))
    }

    private static let schema = """
        type Query { a(n: Int, e: E, o: O): A!, b: B, u: U, i: I, l(x: [Int!]!): Int } enum E { X Y } input O { n: Int! m: [String] = [] }
        type A { n: Int s: String! a: A } type B { n: Int s: String } union U = A | B interface I { n: Int } type C implements I { n: Int }
        type Subscription { a: Int b: Int }
        """

    /// What validation says of a query; `valid` without a fault.
    @Test(
        "Queries against a schema",
        arguments: [
            ("{ a { n } }", "valid"), ("{ a { m } }", #"Cannot query field "m" on type "A""#),
            ("{ a(k: 1) { n } }", #"Unknown argument "k" on field "Query.a""#),
            ("{ a }", #"Field "a" of type "A!" must have a selection of subfields. Did you mean "a { ... }"?"#),
            ("{ a { n { x } } }", #"Field "n" must not have a selection since type "Int" has no subfields"#),
            ("{ l }", #"Field "l" argument "x" of type "[Int!]!" is required, but it was not provided"#),
            ("{ l(x: 1) }", "valid"), ("{ l(x: [1, null]) }", #"Expected value of type "Int!", found null"#),
            ("{ a(n: \"1\") { n } }", #"Int cannot represent non-integer value: "1""#),
            ("{ a(e: Z) { n } }", #"Value "Z" does not exist in "E" enum"#), ("{ a(e: X) { n } }", "valid"),
            ("{ a(o: {}) { n } }", #"Field "O.n" of required type "Int!" was not provided"#),
            ("{ a(o: {n: 1, k: 1}) { n } }", #"Field "k" is not defined by type "O""#),
            ("query($n: Int) { a(n: $n) { n } }", "valid"), ("query($n: Int) { a { n } }", #"Variable "$n" is never used"#),
            ("{ a(n: $n) { n } }", #"Variable "$n" is not defined"#),
            ("query($n: Int) { a(o: {n: $n}) { n } }", #"Variable "$n" of type "Int" used in position expecting type "Int!""#),
            ("query($n: Int = 1) { a(o: {n: $n}) { n } }", "valid"),
            ("query($n: A) { a(n: $n) { n } }", #"Variable "$n" of type "A" used in position expecting type "Int""#),
            (
                "{ u { ... on A { n } ... on C { n } } }",
                "Fragment cannot be spread here as objects of type \"U\" can never be of type \"C\""
            ),
            (
                "{ u { ... on A { x: n } ... on B { x: s } } }",
                #"Fields "x" conflict because they return conflicting types "Int" and "String""#
            ),
            ("{ a { x: n x: s } }", #"Fields "x" conflict because they return conflicting types "Int" and "String!""#),
            ("{ a(n: 1) { n } a(n: 2) { n } }", #"Fields "a" conflict because they have differing arguments"#),
            ("{ a { a { x: n } } a { a { x: n } } }", "valid"),
            ("{ ...F } fragment F on Query { a { ...G } } fragment G on A { n }", "valid"),
            ("{ a { ...F } } fragment F on A { a { ...F } }", #"Cannot spread fragment "F" within itself"#),
            ("{ a { n } } fragment F on A { n }", #"Fragment "F" is never used"#), ("{ ...F }", #"Unknown fragment "F""#),
            ("{ a { n } } query X { a { n } }", "This anonymous operation must be the only defined operation"),
            ("mutation { a }", #"Schema does not support operation type "mutation""#),
            ("subscription { a b }", "Anonymous Subscription must select only one top level field"),
            ("{ a @skip(if: true) { n } }", "valid"), ("{ a @skip { n } }", #"Directive "@skip" argument "if" of type "Boolean!" is"#),
            ("query @skip(if: true) { a { n } }", #"Directive "@skip" may not be used on QUERY"#),
            ("{ __schema { types { name } } __typename }", "valid"),
        ])
    func queries(query: String, expected: String) {
        let answer = BuiltinHarness.answer("graphql.parse(`\(query)`, `\(Self.schema)`)")
        if expected == "valid" {
            #expect(answer.hasPrefix("[{"))
        } else {
            #expect(answer.hasPrefix("graphql.parse: \(expected)"))
        }
        #expect(BuiltinHarness.answer("graphql.is_valid(`\(query)`, `\(Self.schema)`)") == "\(expected == "valid")")
    }

    @Test("Fragments that multiply are cut off")
    func fragmentBomb() {
        var query = "{ a { ...F0 } }"
        for level in 0..<60 { query += " fragment F\(level) on A { x: a { ...F\(level + 1) } y: a { ...F\(level + 1) } }" }
        query += " fragment F60 on A { n }"
        #expect(BuiltinHarness.answer("graphql.is_valid(`\(query)`, `\(Self.schema)`)") == "false")
    }

    @Test(
        "graphql.schema_is_valid",
        arguments: [
            ("type Query { a: Int } type Query { b: Int }", "false"), ("type Query { a: Missing }", "false"),
            ("input A { b: B! } input B { a: A! } type Query { a: Int }", "false"), ("input A { a: A } type Query { a: Int }", "true"),
            ("interface I { a: Int! } type T implements I { a: Int }", "false"),
            ("interface I { a: I } type T implements I { a: T! }", "true"),
            ("type __T { a: Int }", "false"), ("type T { a: Int @deprecated @deprecated }", "false"), ("enum E { true }", "false"),
            ("scalar S @specifiedBy", "false"), ("scalar S @specifiedBy(url: \"x\")", "true"), ("union U = U", "false"),
        ])
    func schemaIsValid(schema: String, expected: String) {
        #expect(BuiltinHarness.answer("graphql.schema_is_valid(`\(schema)`)") == expected)
    }
}
