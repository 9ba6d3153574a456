import Testing

@Suite("Builtins on text")
struct TextBuiltinTests {
    /// Go's `fmt` on what OPA hands to it.
    @Test(
        "sprintf",
        arguments: [
            ("hi", "[]", "hi"), ("%s %v", #"["a", 1]"#, "a 1"), ("%d", "[5]", "5"), ("%5d|%-5d|%05d", "[42, 42, -42]", "   42|42   |-0042"),
            ("%+d % d", "[5, 5]", "+5  5"), ("%x %X %o %b %c %U %q", "[255, 255, 8, 5, 65, 65, 65]", "ff FF 10 101 A U+0041 'A'"),
            ("%#x %#o %O", "[255, 8, 8]", "0xff 010 0o10"),
            ("%*d|%.*f", "[-9223372036854775808, 1, 9223372036854775807, 1.5]", "%!(BADWIDTH)1|%!(BADPREC)1.500000"),
            ("%f %.2f %8.3f|%-8.1f|%08.2f", "[1.5, 3.14159, 2.5, 2.5, -2.5]", "1.500000 3.14    2.500|2.5     |-0002.50"),
            ("%e %g %G %v", "[1234.5, 0.00001234, 1e-7, 1234567.5]", "1.234500e+03 1.234e-05 1E-07 1.2345675e+06"),
            ("%s|%10s|%-10s|%.2s", #"["a", "b", "c", "日本語"]"#, "a|         b|c         |日本"),
            ("%q %x %X", #"["a\"b", "hi", "hi"]"#, #""a\"b" 6869 6869"#),
            ("% x %#x", #"["hi", "hi"]"#, "68 69 0x6869"), ("%t", "[true]", "%!t(string=true)"), ("%d", #"["a"]"#, "%!d(string=a)"),
            ("%s", "[5]", "%!s(int=5)"), ("%s", "[1.5]", "%!s(float64=1.5)"), ("%d", "[1.5]", "%!d(float64=1.5)"),
            ("%T %T %T", #"[1, 1.5, "a"]"#, "int float64 string"),
            ("%d", "[]", "%!d(MISSING)"), ("a", "[1, \"b\"]", "a%!(EXTRA int=1, string=b)"), ("%", "[]", "%!(NOVERB)"),
            ("%z", "[1]", "%!z(int=1)"), ("%%", "[]", "%"),
            ("%[2]d %[1]d", "[1, 2]", "2 1"), ("%[3]d", "[1]", "%!d(BADINDEX)"), ("%*d", "[5, 42]", "   42"),
            ("%-*d|", "[5, 42]", "42   |"), ("%.*f", "[2, 3.14159]", "3.14"),
            ("%v %v %v", #"[{"a": [1]}, {1, 2}, null]"#, #"{"a": [1]} {1, 2} null"#), ("%v", "[set()]", "set()"),
            ("%s", "[123456789123456789123]", "123456789123456789123"),
            (
                "%d|%30d|%x", "[123456789123456789123, 123456789123456789123, 18446744073709551616]",
                "123456789123456789123|         123456789123456789123|10000000000000000"
            ),
            ("%v", "[2e308]", "2e308"), ("%6.2f%%", "[12.345]", " 12.35%"), ("%3c|%-3c|", "[65, 66]", "  A|B  |"),
            ("%08b", "[5]", "00000101"), ("%+.1e", "[12345.678]", "+1.2e+04"),
            ("%v", "[100000000]", "100000000"), ("%05s", #"["ab"]"#, "000ab"), ("%x", "[-255]", "-ff"), ("%.3d", "[5]", "005"),
            ("%+q", #"["é"]"#, #""\u00e9""#),
        ])
    func sprintf(format: String, arguments: String, expected: String) {
        let answer = BuiltinHarness.answer("sprintf(`\(format)`, \(arguments))")
        #expect(answer == BuiltinHarness.answer("`\(expected)`"))
    }

    @Test(
        "Strings",
        arguments: [
            (#"concat("/", ["a", "b"])"#, #""a/b""#), (#"concat(",", {"b", "a"})"#, #""a,b""#), (#"concat(",", [])"#, #""""#),
            (#"contains("abc", "bc")"#, "true"),
            (#"startswith("abc", "ab")"#, "true"), (#"endswith("abc", "bc")"#, "true"), (#"format_int(255, 16)"#, #""ff""#),
            (#"format_int(-15.5, 2)"#, #""-1111""#),
            (#"indexof("日本語", "語")"#, "2"), (#"indexof("a", "b")"#, "-1"), (#"indexof("a", "")"#, "indexof: empty search character"),
            (#"indexof_n("aaa", "aa")"#, "[0,1]"), (#"lower("ÀB")"#, #""àb""#), (#"upper("straße")"#, #""STRAßE""#),
            (#"replace("aXbX", "X", "--")"#, #""a--b--""#),
            (#"replace("ab", "", "-")"#, #""-a-b-""#), (#"split("a,b,,c", ",")"#, #"["a","b","","c"]"#),
            (#"split("日本", "")"#, #"["日","本"]"#),
            (#"substring("abc", 1, 1)"#, #""b""#), (#"substring("日本語", 1, -1)"#, #""本語""#),
            (#"substring("abc", -1, 1)"#, "substring: negative offset"),
            (#"trim("  a ", " ")"#, #""a""#), (#"trim_left("xxaxx", "x")"#, #""axx""#), (#"trim_right("xxaxx", "x")"#, #""xxa""#),
            (#"trim_prefix("abc", "a")"#, #""bc""#),
            (#"trim_suffix("abc", "c")"#, #""ab""#), ("trim_space(\"\\t a\\n\")", #""a""#), (#"trim("éaé", "é")"#, #""a""#),
            (#"strings.reverse("añ")"#, #""ña""#),
            (#"strings.count("cheese", "e")"#, "3"), (#"strings.any_prefix_match(["ab", "c"], ["x", "a"])"#, "true"),
            (#"strings.any_suffix_match("ab", {"b"})"#, "true"),
            (#"strings.replace_n({"a": "1", "ab": "2"}, "abc")"#, #""1bc""#), (#"strings.split_n("a,b,c", ",", 2)"#, #"["a","b,c"]"#),
            (#"strings.render_template(`{{range $i, $n := .l}}{{if $i}}, {{end}}{{$n}}{{end}}`, {"l": ["a", "b"]})"#, #""a, b""#),
            (#"strings.render_template(`{{- with .a -}} {{.b | printf "%v!"}} {{- else}}none{{end}}`, {"a": {"b": "x"}})"#, #""x!""#),
            (
                #"strings.render_template(`{{define "t"}}[{{.}}]{{end}}{{template "t" .x}}{{if and (gt (len .l) 1) (not .f)}}y{{else if .f}}z{{end}}`, {"x": 1, "l": [1, 2], "f": false})"#,
                #""[1]y""#
            ),
            (
                #"strings.render_template(`{{if .z}}t{{end}} {{eq .a "1"}} {{lt .b .c}} {{print .a .b}} {{len .b}} {{index .l 0}}`, {"z": 0, "a": 1, "b": 10, "c": 9, "l": [5]})"#,
                #""t true true 110 2 5""#
            ),
            (
                #"strings.render_template(`{{eq .a 1}}`, {"a": 1})"#,
                #"strings.render_template: template: template:1:2: executing "template" at <eq .a 1>: error calling eq: incompatible types for comparison: json.Number and int"#
            ),
            (#"strings.render_template(`{{.a`, {})"#, "strings.render_template: template: template:1: unclosed action"),
        ])
    func strings(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }

    @Test(
        "Patterns",
        arguments: [
            (#"regex.match(`^[a-z]+$`, "abc")"#, "true"),
            (#"regex.match(`(`, "abc")"#, "regex.match: error parsing regexp: missing closing ): `(`"),
            (#"regex.is_valid(`[`)"#, "false"), (#"regex.find_n(`\d+`, "1 22 333", 2)"#, #"["1","22"]"#),
            (#"regex.find_n(`\d+`, "1 22 333", -1)"#, #"["1","22","333"]"#),
            (#"regex.find_all_string_submatch_n(`a(x)?(b)`, "ab axb", -1)"#, #"[["ab","","b"],["axb","x","b"]]"#),
            (#"regex.replace("a1b2", `\d`, "<$0>")"#, #""a<1>b<2>""#),
            (#"regex.split(`,\s*`, "a, b,c")"#, #"["a","b","c"]"#), (#"regex.template_match("urn:{.*}", "urn:x", "{", "}")"#, "true"),
            (#"regex.globs_match("a.a.[0-9]+z", ".b.b2359825792*594823z")"#, "true"), (#"regex.globs_match("[a-z]+", "[0-9]*")"#, "false"),
            (#"glob.match("*.github.com", [], "api.github.com")"#, "true"), (#"glob.match("*.github.com", [], "a.b.github.com")"#, "false"),
            (#"glob.match("*hub.com", null, "a.b.github.com")"#, "true"), (#"glob.match("a:*", [":"], "a:b:c")"#, "false"),
            (#"glob.quote_meta("*.x")"#, #""\\*.x""#),
        ])
    func patterns(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }

    @Test(
        "Encodings",
        arguments: [
            (#"base64.encode("hi?>")"#, #""aGk/Pg==""#), (#"base64url.encode("hi?>")"#, #""aGk_Pg==""#),
            (#"base64url.encode_no_pad("hi?>")"#, #""aGk_Pg""#),
            (#"base64.decode("aGk/Pg==")"#, #""hi?>""#), (#"base64url.decode("aGk_Pg")"#, #""hi?>""#),
            (#"base64.is_valid("a===")"#, "false"),
            (#"base64.decode("!")"#, "base64.decode: illegal base64 data at input byte 0"), (#"hex.encode("hi")"#, #""6869""#),
            (#"hex.decode("6869")"#, #""hi""#),
            (#"hex.decode("zz")"#, "hex.decode: encoding/hex: invalid byte: U+007A 'z'"), (#"hex.encode(base64.decode("/w=="))"#, #""ff""#),
            (#"urlquery.encode("a b&é")"#, #""a+b%26%C3%A9""#), (#"urlquery.decode("a+b%26")"#, #""a b&""#),
            (#"urlquery.encode_object({"a": ["1", "2"], "b": "x"})"#, #""a=1&a=2&b=x""#),
            (#"urlquery.decode_object("a=1&a=2&b")"#, #"{"a":["1","2"],"b":[""]}"#),
            (#"json.marshal({"a": {1, 2}, "b": "<"})"#, #""{\"a\":[1,2],\"b\":\"\\u003c\"}""#),
            (#"json.unmarshal("{\"a\": [1.0]}")"#, #"{"a":[1.0]}"#), (#"json.is_valid("{")"#, "false"),
            // Go's decoder takes a null behind the value for the end.
            (#"json.unmarshal("1 null x")"#, "1"), (#"json.is_valid("1 null")"#, "false"),
            (#"json.unmarshal("1 true")"#, "json.unmarshal: error: invalid character '%!s(bool=true)' after top-level value"),
            (#"json.unmarshal("1ns")"#, "json.unmarshal: invalid character 's' in literal null (expecting 'u')"),
            (#"json.unmarshal("[] {}")"#, "json.unmarshal: error: invalid character '{' after top-level value"),
            (#"json.unmarshal("1 ]")"#, "json.unmarshal: invalid character ']' looking for beginning of value"),
            (#"json.marshal_with_options([1], {"prefix": "> ", "indent": " "})"#, #""> [\n>  1\n> ]""#),
            (#"yaml.unmarshal("a: [1, yes, ~, 'x', 0x10]\nb: &r {c: 1}\nd: *r")"#, #"{"a":[1,true,null,"x",16],"b":{"c":1},"d":{"c":1}}"#),
            (
                #"yaml.marshal({"a": [1, {"b": "true"}], "c": {"d": null}, "e": [], "f": "x: y"})"#,
                #""a:\n- 1\n- b: \"true\"\nc:\n  d: null\ne: []\nf: 'x: y'\n""#
            ),
            (#"yaml.is_valid("a: [")"#, "false"),
            (
                #"yaml.marshal({"b": ["x\ny\n", ["x\ny"], {"c": "x\ny"}]})"#,
                #""b:\n- |\n  x\n  y\n- - |-\n    x\n    y\n- c: |-\n    x\n    y\n""#
            ),
            (
                #"[yaml.marshal(x) | some x in ["\n", " a\nb", "a \nb", "\u0000\t"]]"#,
                #"["|2+\n\n","|2-\n   a\n  b\n","\"a \\nb\"\n","\"\\0\\t\"\n"]"#
            ),
            (#"sprintf("%+v|%#v|%+d|%#v|%#v", [11, 0.1, 3, [1], "a"])"#, #""11|0.1|+3|\"[1]\"|\"a\"""#),
        ])
    func encodings(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }

    @Test(
        "Types",
        arguments: [
            ("is_number(1)", "true"), ("is_string(1)", "false"), ("is_set({1})", "true"), ("is_null(null)", "true"),
            ("is_boolean(false)", "true"),
            ("is_array([])", "true"), ("is_object({})", "true"), ("type_name(set())", #""set""#), (#"to_number("1.50")"#, "1.50"),
            (#"to_number("+5")"#, "5"),
            ("to_number(true)", "1"), (#"to_number("x")"#, #"to_number: strconv.ParseFloat: parsing "x": invalid syntax"#),
        ])
    func types(expression: String, expected: String) { #expect(BuiltinHarness.answer(expression) == expected) }
}
