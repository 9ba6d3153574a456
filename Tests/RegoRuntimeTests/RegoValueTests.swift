@_spi(Engine) import RegoRuntime
import Testing

@Suite struct RegoValueTests {
    @Test func literalsAndAccess() {
        let value: RegoValue = ["name": "x", "list": [1, 2.5, .null, true], "inner": ["k": -3]]
        #expect(value["name"]?.string == "x")
        #expect(value["list"]?[1]?.double == 2.5)
        #expect(value["list"]?[2] == .null)
        #expect(value["list"]?[3]?.boolean == true)
        #expect(value["list"]?[4] == nil && value["list"]?[-1] == nil && value["absent"] == nil && value[0] == nil)
        #expect(value["inner"]?["k"]?.integer == -3)
        #expect(value["list"]?[.number(RegoNumber(0))] == 1)
        #expect(RegoValue.set(["a"])["a"] == "a" && RegoValue.set(["a"])["b"] == nil)
        #expect(value.json() == #"{"inner":{"k":-3},"list":[1,2.5,null,true],"name":"x"}"#)
        #expect(value.object?.count == 3 && value["list"]?.array?.count == 4 && RegoValue.set([1]).set == [1])
    }

    /// Canonically equivalent strings are different strings in Rego.
    @Test func stringsAreBytes() {
        let (composed, decomposed) = (RegoValue.string("\u{E9}"), RegoValue.string("e\u{301}"))
        #expect(composed != decomposed)
        #expect(RegoValue.object([composed: 1, decomposed: 2]).object?.count == 2)
        #expect(RegoValue.set([composed, decomposed]).json() == "[\"e\u{301}\",\"\u{E9}\"]")
    }

    @Test func numbersAreValues() throws {
        try #expect(RegoValue(json: "1.0") == 1)
        let texts = "[10e-1,0.10,123456789012345678901234567890]"
        try #expect(RegoValue(json: texts).json() == texts)
        #expect(RegoValue.number(RegoNumber(UInt64.max)).json() == "18446744073709551615")
        let missing: RegoValue = .init(floatLiteral: .nan)
        #expect(missing == .null)
    }

    @Test func textOfTerms() {
        let value: RegoValue = ["s": .set([1, "a"]), "e": .set([])]
        #expect(value.description == #"{"e": set(), "s": {1, "a"}}"#)
        #expect(([1, ["k": "v"]] as RegoValue).json(pretty: true) == "[\n  1,\n  {\n    \"k\": \"v\"\n  }\n]")
    }

    @Test func malformedTextThrows() {
        #expect(throws: JSONError.self) { try RegoValue(json: "{\"a\":}") }
        #expect(throws: JSONError.self) { try RegoValue(json: [0x22, 0xFF, 0x22]) }
    }
}
