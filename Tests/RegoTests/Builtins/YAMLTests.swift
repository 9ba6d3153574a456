import Rego
import Testing

/// YAML as OPA reads it: the answers are those of its `yaml.unmarshal`.
@Suite("YAML") struct YAMLTests {
    private func evaluate(_ text: String) throws -> RegoValue? {
        let query = try Policy(modules: [.init(name: "p.rego", text: "package p\nx := yaml.unmarshal(input)")]).prepare(path: ["p", "x"])
        var limits = EvaluationLimits()
        limits.strictBuiltinErrors = true
        return try query.evaluate(.value(.string(text)), limits: limits).value
    }

    @Test(arguments: [
        ("a: 1\na: 2\n", #"{"a":2}"#),
        ("a: 1\n---\nb: 2\n", #"{"a":1}"#),
        ("1:30", #""1:30""#),
        ("y", #"true"#),
        ("n: 1", #"{"false":1}"#),
        ("- y\n- Y\n- on\n- Off", #"[true,true,true,false]"#),
        ("019", #"19"#),
        ("0_8", #"8"#),
        ("0X1f", #"31"#),
        ("0B1", #"1"#),
        ("-0b11", #"-3"#),
        ("0o17", #"15"#),
        ("1_000.5", #"1000.5"#),
        ("+.5", #"0.5"#),
        ("5.", #"5"#),
        (".5_0", #"0.5"#),
        ("._5", #""._5""#),
        ("1e400", #""1e400""#),
        ("18446744073709551616", #"18446744073709552000"#),
        ("-9223372036854775809", #"-9223372036854776000"#),
        ("0xFFFFFFFFFFFFFFFF", #"18446744073709551615"#),
        ("1e21", #"1e+21"#),
        ("1e-7", #"1e-7"#),
        ("-0.0", #"0"#),
        ("2024-01-02", #""2024-01-02""#),
        ("!!str 12", #""12""#),
        ("!!int '12'", #"12"#),
        ("!!float 1", #"1"#),
        ("!!binary aGk=", #""hi""#),
        ("!foo bar", #""bar""#),
        ("! 12", #""12""#),
        ("a: &x {p: 1}\nb:\n  p: 9\n  <<: *x", #"{"a":{"p":1},"b":{"p":1}}"#),
        ("a: &x {p: 1}\nb:\n  <<: [*x, {p: 2, r: 3}]\n  p: 9", #"{"a":{"p":1},"b":{"p":9,"r":3}}"#),
        ("a: {<<: {b: 1}, <<: {c: 2}}", #"{"a":{"b":1,"c":2}}"#),
        ("'<<': {a: 1}", #"{"<<":{"a":1}}"#),
        ("!!merge <<: {a: 1}", #"{"a":1}"#),
        ("1e3: x", #"{"1000":"x"}"#),
        ("1234567.5: x", #"{"1.2345675e+06":"x"}"#),
        ("1e-5: x", #"{"1e-05":"x"}"#),
        (".inf: x", #"{".inf":"x"}"#),
        ("&x a: 1\n*x : 2", #"{"a":2}"#),
        ("'a' 'b'", #""a""#),
        ("--- |\n abc\n--- x", #""abc\n""#),
        ("", #"null"#),
    ])
    func reads(text: String, json: String) throws { #expect(try evaluate(text)?.json() == json) }

    @Test(arguments: [
        (".inf", "json: unsupported value: +Inf"),
        ("-.inf", "json: unsupported value: -Inf"),
        (".nan", "json: unsupported value: NaN"),
        ("!!int abc", "yaml: cannot decode !!str `abc` as a !!int"),
        ("!!int 1.5", "yaml: cannot decode !!float `1.5` as a !!int"),
        ("!!int 018", "yaml: cannot decode !!float `018` as a !!int"),
        ("!!float 18446744073709551615", "yaml: cannot decode !!int `18446744073709551615` as a !!float"),
        ("!!bool x", "yaml: cannot decode !!str `x` as a !!bool"),
        ("!!null x", "yaml: cannot decode !!str `x` as a !!null"),
        ("!!binary '*'", "yaml: !!binary value contains invalid base64 data"),
        ("!!timestamp x", "yaml: cannot decode !!str `x` as a !!timestamp"),
        ("*a", "yaml: unknown anchor 'a' referenced"),
        ("&a [*a]", "yaml: anchor 'a' value contains itself"),
        ("<<: 3", "yaml: map merge requires map or sequence of maps as the value"),
        ("a: &x [{p: 1}]\n<<: *x", "yaml: map merge requires map or sequence of maps as the value"),
        ("? [1,2]\n: 3", "yaml: invalid map key: []interface {}{1, 2}"),
        (
            "~: {a: [1, 2.5, true, null, x, {b: c}]}",
            "unsupported map key of type: %!s(<nil>), key: <nil>, value: map[interface {}]interface {}{\"a\":[]interface {}{1, 2.5, true, interface {}(nil), \"x\", map[interface {}]interface {}{\"b\":\"c\"}}}"
        ),
        ("18446744073709551615: 1", "unsupported map key of type: uint64, key: 0xffffffffffffffff, value: 1"),
        ("%YAML 2.0\n---\na", "yaml: found incompatible YAML document"),
        ("a: \u{1}", "yaml: control characters are not allowed"),
        ("a:\n\tb: 1", "yaml: line 2: found character that cannot start any token"),
        ("a: [1,2", "yaml: line 1: did not find expected ',' or ']'"),
        ("- a\nb: c", "yaml: line 1: did not find expected '-' indicator"),
        ("a: b: c", "yaml: mapping values are not allowed in this context"),
        ("...\n", "yaml: did not find expected node content"),
        ("\"\\ud800\"", "yaml: found invalid Unicode character escape code"),
        ("a: !!int", "yaml: cannot decode !!null `` as a !!int"),
    ])
    func refuses(text: String, message: String) throws {
        let error = #expect(throws: EvaluationError.self) { try evaluate(text) }
        #expect(error?.message == "yaml.unmarshal: " + message)
    }

    /// Depth without a stack's end, and an alias for each level.
    @Test func nestsDeeply() throws {
        let text = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(try evaluate(text(900)) != nil)
        let error = #expect(throws: EvaluationError.self) { try evaluate(text(200_000)) }
        #expect(error?.message.contains("exceeded max depth") == true)
    }
}
