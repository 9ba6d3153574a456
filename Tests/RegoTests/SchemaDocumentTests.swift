import Rego
import Testing

/// Documents that schemas are matched with, as published policy sets have them.
@Suite struct SchemaDocumentTests {
    static func value(_ query: String) throws -> RegoValue? {
        try Policy(modules: []).prepare(query: query).evaluate(limits: EvaluationLimits(strictBuiltinErrors: true)).value
    }

    @Test(arguments: [
        #"{"t": {"a", ["c"]}}"#, #"{"t": [{1, 2}, {"x": set()}]}"#,
    ])
    func setsAreArrays(document: String) throws {
        let schema = #"{"properties": {"t": {"type": "array", "minItems": 2, "uniqueItems": true}}}"#
        #expect(try Self.value("json.match_schema(\(document), \(schema))") == [true, []])
    }

    @Test func keysAreStrings() throws {
        let schema = #"{"properties": {"1": {"type": "string"}}, "additionalProperties": false}"#
        #expect(try Self.value(#"json.match_schema({1: "x"}, \#(schema))"#) == [true, []])
        #expect(try Self.value(#"json.match_schema({1: 2}, \#(schema))[1][0].field"#) == "1")
    }

    @Test func theRootHasOPAsName() throws {
        let error = try Self.value(#"json.match_schema("[]", {"type": "array", "minItems": 1})[1][0]"#)
        #expect(error?["field"] == "(Root)")
        #expect(error?["error"] == "(Root): Array must have at least 1 items")
    }
}
