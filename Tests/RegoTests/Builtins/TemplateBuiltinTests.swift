import Testing

/// OPA 1.14.1's answers; of those that are errors, what follows `strings.render_template: template: `.
@Suite("Templates")
struct TemplateBuiltinTests {
    private static let variables =
        #"{"a": 1, "b": "x<y", "c": [1, "two", 3.5], "d": {"k": "v", "n": {"m": []}}, "e": null, "f": true, "g": "", "i": 0, "l": {}}"#

    @Test(
        "Values and errors",
        arguments: [
            ("{{.a.b}}", #"! template:1:4: executing "template" at <.a.b>: can't evaluate field b in type interface {}"#),
            ("{{.zz.b}}", "<undefined>"),
            ("{{.e.b}}", #"! template:1:4: executing "template" at <.e.b>: nil pointer evaluating interface {}.b"#),
            ("{{call .a}}", #"! template:1:2: executing "template" at <call .a>: error calling call: non-function .a of type json.Number"#),
            ("{{len 1}}", #"! template:1:2: executing "template" at <len 1>: error calling len: len of type int"#),
            (
                "{{len .zz}}",
                #"! template:1:2: executing "template" at <len .zz>: error calling len: reflect: call of reflect.Value.Type on zero Value"#
            ),
            (
                #"{{index .c "k"}}"#,
                #"! template:1:2: executing "template" at <index .c "k">: error calling index: cannot index slice/array with type string"#
            ),
            (
                "{{index .c 3}}",
                #"! template:1:2: executing "template" at <index .c 3>: error calling index: reflect: slice index out of range"#
            ),
            ("{{index .b 0}}", "120"),
            ("{{slice .b 1 2}}", "<"),
            ("{{slice .c 0 4}}", "[1 two 3.5 <nil>]"),
            ("{{lt 1}}", #"! template:1:2: executing "template" at <lt>: wrong number of args for lt: want 2 got 1"#),
            ("{{printf 1}}", #"! template:1:9: executing "template" at <1>: expected string; found 1"#),
            (#"{{printf "%d|%5v|%q|%T" .a .b .c .d}}"#, #"%!d(json.Number=1)|  x<y|["1" "two" "3.5"]|map[string]interface {}"#),
            (#"{{printf "%#v" .d}}"#, #"map[string]interface {}{"k":"v", "n":map[string]interface {}{"m":[]interface {}{}}}"#),
            (#"{{printf "%v %s %d" .e true nil}}"#, "<nil> %!s(bool=true) %!d(<nil>)"),
            (#"{{print 1 2 "a" 3 .a}}"#, "1 2a31"),
            ("{{println .e .zz}}", "<nil> <nil>\n"),
            (#"{{html .zz "<"}}"#, "&lt;no value&gt;&lt;"),
            ("{{js \"a\\\"<é\u{1}\"}}", #"a\"\u003Cé\u0001"#),
            (#"{{urlquery "a b&c" 1}}"#, "a+b%26c1"),
            (
                "{{range $i, $v := 3}}{{end}}",
                #"! template:1:18: executing "template" at <3>: can't use 3 to iterate over more than one variable"#
            ),
            ("{{range 3}}{{.}}{{end}}", "012"),
            ("{{range $i, $v := .d}}{{$i}}={{$v}};{{end}}", "k=v;n=map[m:[]];"),
            (#"{{range .c}}{{if eq . "two"}}{{continue}}{{end}}{{.}}{{else}}none{{end}}"#, "13.5"),
            ("{{range .b}}{{end}}", #"! template:1:8: executing "template" at <.b>: range can't iterate over x<y"#),
            ("{{with $x := .d}}{{$x.k}}{{else}}no{{end}}", "v"),
            ("{{if .i}}y{{end}}", "y"),
            (#"{{- "x" -}} y {{- /* c */ -}} z"#, "xyz"),
            ("{{/* c }}", "! template:1: unclosed comment"),
            ("{{if}}", "! template:1: missing value for if"),
            ("{{.a | 1}}", "! template:1: non executable command in pipeline stage 2"),
            ("{{$y}}", #"! template:1: undefined variable "$y""#),
            ("{{nofunc}}", #"! template:1: function "nofunc" not defined"#),
            (#"{{"\x41\u00e9\101"}}"#, "AéA"),
            ("{{'a'}} {{0x1F}} {{1e3}} {{1_000}} {{0b11}} {{1+2i}}", "97 31 1000 1000 3 (1+2i)"),
            ("{{089}}", #"! template:1: integer overflow: "089""#),
            ("{{99999999999999999999}}", #"! template:1: integer overflow: "99999999999999999999""#),
            (#"{{template "u"}}"#, #"! template:1:11: executing "template" at <{{template "u"}}>: template "u" not defined"#),
            (#"{{define "t"}}<{{.}}>{{end}}{{template "t" .a}}{{block "b" .c}}[{{.}}]{{end}}"#, "<1>[[1 two 3.5]]"),
            (#"{{define "t"}}a{{end}}{{define "t"}}b{{end}}"#, #"! template:1: template: multiple definition of template "t""#),
            (
                #"{{define "r"}}{{template "r"}}{{end}}{{template "r"}}"#,
                #"! template:1:25: executing "r" at <{{template "r"}}>: exceeded maximum template depth (200)"#
            ),
            ("{{break}}", "! template:1: {{break}} outside {{range}}"),
            ("a\n  {{.b.c}}", #"! template:2:6: executing "template" at <.b.c>: can't evaluate field c in type interface {}"#),
            (
                "{{eq .c .c}}",
                #"! template:1:2: executing "template" at <eq .c .c>: error calling eq: non-comparable type [1 two 3.5]: []interface {}"#
            ),
            (
                "{{eq .c .d}}",
                #"! template:1:2: executing "template" at <eq .c .d>: error calling eq: non-comparable types [1 two 3.5]: []interface {}, map[string]interface {}: map[k:v n:map[m:[]]]"#
            ),
            ("{{eq .zz .e}}", "true"),
            ("{{eq 1 2 1}}", "true"),
            (#"{{not .g}} {{and 1 0 2}} {{or 0 "" "z"}}"#, "true 0 z"),
            ("{{.a.Int64}} {{.a.String}}", "1 1"),
            ("{{if eq 1 1}}a{{else if true}}b{{end}} <no value> {{.zz}}", "a <undefined> <undefined>"),
            ("{{ $x := 1 }}{{ $x = 2 }}{{ $x }}", "2"),
            ("{{", "! template:1: unclosed action"),
            ("{{(1}}", "! template:1: unclosed left paren"),
            ("{{1)}}", "! template:1: unexpected right paren"),
            ("{{.x", "! template:1: unclosed action"),
            (#"{{"a"#, "! template:1: unterminated quoted string"),
            ("{{a.}}", #"! template:1: function "a" not defined"#),
            ("{{#}}", "! template:1: unexpected \"#\" in command"),
            (
                #"{{ge "b" "a" }}{{le 1 2.5}}"#,
                #"! template:1:17: executing "template" at <le 1 2.5>: error calling le: incompatible types for comparison: int and float64"#
            ),
            ("{{nil}}", #"! template:1:2: executing "template" at <nil>: nil is not a command"#),
            (#"{{printf "%!"}}"#, "%!!(MISSING)"),
            (#"{{printf "%d" 3 4}}"#, "3%!(EXTRA int=4)"),
        ])
    func rendering(template: String, expected: String) {
        let answer = BuiltinHarness.answer("strings.render_template(\(BuiltinHarness.quoted(template)), \(Self.variables))")
        if expected.hasPrefix("! ") {
            #expect(answer == "strings.render_template: template: \(expected.dropFirst(2))")
        } else {
            #expect(answer == BuiltinHarness.quoted(expected))
        }
    }

    @Test(
        "Variables that are no JSON",
        arguments: [
            (#"{"a": {1, 2}}"#, "invalid character '1' looking for beginning of object key string"),
            (#"{"a": set()}"#, "invalid character 's' looking for beginning of value"),
            (#"{"a": {"b"}}"#, "invalid character '}' after object key"),
            (#"{"a": "\u0000"}"#, "invalid character 'x' in string escape code"),
        ])
    func variables(variables: String, message: String) {
        #expect(BuiltinHarness.answer(#"strings.render_template("", \#(variables))"#) == "strings.render_template: \(message)")
    }

    @Test(
        "Nesting is bounded",
        arguments: [
            "{{if 1}}", "{{range .c}}", "{{with 1}}a{{else}}", "{{(", #"{{block "a" 1}}"#, "{{if 1}}{{else if 1}}", #"{{define "a"}}"#,
        ])
    func nesting(part: String) {
        let answer = BuiltinHarness.answer("strings.render_template(`\(String(repeating: part, count: 5000))`, {})")
        #expect(answer.hasPrefix("strings.render_template: template: template:1: "))
    }

    @Test("Every prefix of a template is rendered or refused")
    func prefixes() {
        let whole =
            #"{{- define "t"}}{{if and .a (eq 1 2)}}b{{else if .c}}{{end}}{{end -}} {{range $i, $x := .c}}{{$x | printf "%v"}}{{else}}{{end}}{{/* */}}{{1+2i}}"#
        for count in 0...whole.count {
            let template = BuiltinHarness.quoted(String(whole.prefix(count)))
            #expect(!BuiltinHarness.answer("strings.render_template(\(template), {})").isEmpty)
        }
    }
}
