import AuthoringCLI
import Glibc
import Rego
import Testing

@Suite("ward eval")
struct EvalCommandTests {
    private let folder = TemporaryFolder()

    private static let policy = """
        package a

        import data.users

        default allow := false

        allow if {
        	some user in users
        	user.name == input.name
        	trace(sprintf("seen %s", [user.name]))
        }

        broken if 1 / input.zero == 1

        slow if {
        	some i in numbers.range(1, 20000)
        	some j in numbers.range(1, 20000)
        	i + j == -1
        }

        """

    init() {
        folder.write("a.rego", Self.policy)
        folder.write("d.json", "{\"users\": [{\"name\": \"ann\"}, {\"name\": \"bob\"}]}")
        folder.write("i.json", "{\"name\": \"bob\", \"zero\": 0}")
    }

    private func eval(_ arguments: String...) -> Ward.Outcome {
        Ward.run(["eval", "-d", folder.path + "/a.rego", "-d", folder.path + "/d.json", "-i", folder.path + "/i.json"] + arguments)
    }

    @Test(
        "An answer in every format",
        arguments: [
            ("values", "[\n  true,\n  \"s\"\n]\n"),
            ("bindings", "{\n  \"x\": true\n}\n"),
            ("pretty", "+------+-----+\n|  x   | \"s\" |\n+------+-----+\n| true | \"s\" |\n+------+-----+\n"),
            ("raw", "true s\n"),
            ("discard", "{\n  \"result\": \"discarded\"\n}\n"),
            (
                "json",
                """
                {
                  "result": [
                    {
                      "expressions": [
                        {
                          "value": true,
                          "text": "x := data.a.allow",
                          "location": {
                            "row": 1,
                            "col": 1
                          }
                        },
                        {
                          "value": "s",
                          "text": "\\"s\\"",
                          "location": {
                            "row": 1,
                            "col": 20
                          }
                        }
                      ],
                      "bindings": {
                        "x": true
                      }
                    }
                  ]
                }

                """
            ),
        ])
    func formats(format: String, output: String) {
        let outcome = eval("-f", format, "x := data.a.allow; \"s\"")
        #expect(outcome.status == 0)
        #expect(outcome.output == output)
        #expect(outcome.errors == "")
    }

    @Test(
        "An undefined query in every format",
        arguments: [("values", ""), ("bindings", ""), ("pretty", "undefined\n"), ("raw", ""), ("discard", "{}\n"), ("json", "{}\n")])
    func undefined(format: String, output: String) {
        let outcome = eval("--format", format, "data.a.nothing")
        #expect(outcome.status == 0)
        #expect(outcome.output == output)
    }

    @Test("The status tells whether a query is defined, if asked to")
    func failing() {
        #expect(eval("--fail", "data.a.allow").status == 0)
        #expect(eval("--fail", "data.a.nothing").status == 1)
        #expect(eval("--fail-defined", "data.a.allow").status == 1)
        #expect(eval("--fail-defined", "data.a.nothing").status == 0)
        #expect(eval("--fail", "--strict-builtin-errors", "data.a.broken").status == 2)
    }

    @Test(
        "Arguments that do not fit are refused with status 1, and nothing is evaluated",
        arguments: [
            ["--fail", "--fail-defined", "1"], ["-f", "source", "1"], ["-f", "yaml", "1"], ["--stdin", "1"], ["1", "2"], [],
            ["-p", "-f", "raw", "1"],
            ["--partial", "--explain", "full", "1"], ["--target", "wasm", "1"], ["--profile-sort", "size", "1"], ["--count", "0", "1"],
            ["--explain", "all", "1"], ["--timeout", "soon", "1"], ["--v0-compatible", "--v1-compatible", "1"], ["--nothing", "1"],
            ["--show-builtin-errors", "--strict-builtin-errors", "1"], ["--stdin", "--stdin-input"],
        ])
    func refusals(arguments: [String]) {
        let outcome = Ward.run(["eval"] + arguments)
        #expect(outcome.status == 1)
        #expect(outcome.output == "")
        #expect(outcome.errors.hasPrefix("Error: "), "\(outcome.errors)")
    }

    @Test("Flags of other ways to the same answer change nothing")
    func accepted() {
        let outcome = eval(
            "--unknowns", "input.x", "--disable-indexing", "--disable-early-exit", "--shallow-inlining", "-O", "1", "-e", "a/allow", "-t",
            "rego", "--optimize-store-for-read-speed", "-fraw", "data.a.allow")
        #expect(outcome.status == 0)
        #expect(outcome.output == "true\n")
    }

    @Test("Errors of builtins are told, if asked for; with --strict-builtin-errors they end the evaluation")
    func builtinErrors() {
        #expect(eval("data.a.broken").output == "{}\n")
        let message = "1 error occurred: \(folder.path)/a.rego:13: eval_builtin_error: div: divide by zero\n"
        let strict = eval("--strict-builtin-errors", "-f", "pretty", "data.a.broken")
        #expect(strict.status == 2)
        #expect(strict.errors == message)
        let shown = eval("--show-builtin-errors", "-f", "pretty", "data.a.broken")
        #expect(shown.status == 0)
        #expect(shown.errors == message)
        #expect(eval("--show-builtin-errors", "data.a.broken").output.contains("\"code\": \"eval_builtin_error\",\n      \"location\": {"))
    }

    @Test("An evaluation ends when its time is up")
    func timeout() {
        let outcome = eval("--timeout", "50ms", "-f", "pretty", "data.a.slow")
        #expect(outcome.status == 2)
        #expect(outcome.errors.hasSuffix(": eval_deadline_error: evaluation stopped: its time is up\n"), "\(outcome.errors)")
    }

    @Test("Metrics have the names of OPA's")
    func metrics() {
        let pretty = eval("--metrics", "-f", "pretty", "data.a.allow").output
        #expect(pretty.hasPrefix("true\n+---"))
        let names = ["input_parse", "load_files", "module_compile", "module_parse", "query_compile", "query_eval", "query_parse"]
        for name in names { #expect(pretty.contains("| timer_rego_\(name)_ns ")) }
        let json = eval("--metrics", "data.a.allow").output
        for name in names { #expect(json.contains("\"timer_rego_\(name)_ns\": ")) }
        let several = eval("--instrument", "--count", "3", "data.a.allow").output
        #expect(several.contains("\"aggregated_metrics\": {") && several.contains("\"count\": 3") && several.contains("\"99.99%\": "))
    }

    @Test("A profile's rows come in the order asked for, as many as asked for")
    func profile() {
        let pretty = eval("--profile", "-f", "pretty", "data.a.allow").output
        #expect(pretty.contains("|  TIME  ") || pretty.contains(" TIME "))
        #expect(pretty.contains("NUM EVAL | NUM REDO | NUM GEN EXPR |"))
        let sorted = eval("--profile-sort", "num_eval", "--profile-limit", "2", "data.a.allow").output
        let rows = lines(of: sorted, containing: "\"num_eval\":")
        #expect(rows == ["      \"num_eval\": 3,", "      \"num_eval\": 2,"], "\(sorted)")
        #expect(sorted.contains("\"num_gen_expr\": 3") && sorted.contains("\"metrics\": {"))
        let byLine = eval("--profile", "--profile-sort", "line", "--profile-limit", "0", "data.a.allow").output
        #expect(lines(of: byLine, containing: "\"row\": ").suffix(4).map { $0.filter(\.isNumber) } == ["10", "9", "8", "1"], "\(byLine)")
        #expect(eval("--profile", "--count", "2", "-f", "pretty", "data.a.allow").output.contains(" 99% "))
    }

    private func lines(of text: String, containing part: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { $0.contains(part) }
    }

    @Test("Explanations tell what happened, before the answer")
    func explain() {
        let file = "\(folder.path)/a.rego"
        let fails = eval("--explain", "fails", "-f", "pretty", "data.a.allow").output
        #expect(fails.hasSuffix(" | | Fail user.name = input.name\ntrue\n"), "\(fails)")
        let notes = eval("--explain", "notes", "-f", "pretty", "data.a.allow").output
        #expect(notes.contains("| | Note \"seen bob\"\n") && !notes.contains("Fail"))
        let full = eval("--explain", "full", "-f", "pretty", "data.a.allow").output
        #expect(full.contains("| Index data.a.allow (matched 1 rule, early exit)\n") && full.contains("Redo"))
        let values = eval("--explain", "fails", "--var-values", "-f", "pretty", "data.a.allow").output
        #expect(values.contains("Fail user.name = input.name") && values.contains("user: {\"name\": \"ann\"}"), "\(values)")
        let json = eval("--explain", "notes", "data.a.allow").output
        #expect(json.contains("\"Op\": \"Note\"") && json.contains("\"Message\": \"seen bob\"") && json.contains("\"file\": \"\(file)\""))
        #expect(eval("--explain", "off", "-f", "pretty", "data.a.allow").output == "true\n")
    }

    @Test("Beyond a bound, an explanation's events in JSON have no syntax tree")
    func explanationBound() throws {
        let policy = try Policy(modules: [.init(name: "a.rego", text: "package a\n\np if {\n\tsome x in [1, 2, 3]\n\tx > 2\n}\n")])
        let instruments = Instruments(.explanation)
        _ = try policy.prepare(query: "data.a.p", instrumented: true).evaluate(.none, instruments: instruments)
        func events(_ bytes: Int) throws -> [RegoValue] {
            var json = ExplanationJSON(instruments.explanation, treeBytes: bytes)
            return try #require(try RegoValue(json: Array(json.document().json(pretty: true).utf8)).array)
        }
        let (all, some, none) = (try events(1 << 20), try events(2000), try events(0))
        #expect(all.allSatisfy { $0["Node"] != .null } && none.allSatisfy { $0["Node"] == .null })
        #expect(all.count == none.count && some.first?["Node"] == all.first?["Node"] && some.last?["Node"] == .null)
    }

    @Test("What an explanation's events are about, in JSON: expressions, bodies, and rules with their heads")
    func explanationNodes() {
        let rules = folder.write(
            "n.rego", "package n.m\n\np := x if {\n\tx := 1\n} else := 2\n\nq contains x if some x in [1]\n\nf(a) := a\n")
        let output = Ward.run("eval", "--explain", "full", "-d", rules, "[data.n.m.p, data.n.m.q, data.n.m.f(3)]").output
        let text = String(output.filter { $0 != " " && $0 != "\n" })
        for node in [
            #""Op":"Eval","Node":{"index":0,"terms":"#,
            #"{"type":"var","value":"__local0__"},{"type":"number","value":1}]},"Location":{"file":"\#(rules)","row":4,"col":2}"#,
            #""else":{"body":[{"index":0,"terms":{"type":"boolean","value":true}}],"head":{"name":"p","value":{"type":"number","value":2}"#,
            #""head":{"name":"p","value":{"type":"var","value":"__local0__"},"ref":[{"type":"var","value":"p"}]}"#,
            #""head":{"name":"q","key":{"type":"var","value":"#, #""ref":[{"type":"var","value":"q"}]}"#,
            #""head":{"name":"f","args":[{"type":"var","value":"#,
        ] {
            #expect(text.contains(node), "\(node) is not in \(text)")
        }
    }

    @Test("Coverage tells the rows reached")
    func coverage() {
        #expect(eval("--coverage", "-f", "pretty", "data.a.allow").output.contains("| Overall Coverage | 50.00 |"))
        let json = eval("--coverage", "data.a.allow").output
        #expect(json.contains("\"covered_lines\": 4,\n    \"not_covered_lines\": 4,\n    \"coverage\": 50\n"))
    }

    @Test("A schema gives types to the input")
    func schema() {
        let schema = folder.write(
            "s.json", "{\"type\": \"object\", \"properties\": {\"zero\": {\"type\": \"string\"}, \"name\": {\"type\": \"string\"}}}")
        let outcome = eval("-s", schema, "-f", "pretty", "data.a.broken")
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("a.rego:13: rego_type_error: div: invalid argument(s)"), "\(outcome.errors)")
        #expect(outcome.errors.contains("have: (number, string, ???)"))
    }

    @Test("Capabilities restrict what a policy may call, and declare what it may call besides")
    func capabilities() {
        let path = folder.write(
            "c.json",
            """
            {"builtins": [
              {"name": "eq", "decl": {"type": "function", "args": [{"type": "any"}, {"type": "any"}], "result": {"type": "boolean"}}},
              {"name": "clinic.ward", "decl": {"type": "function", "args": [{"type": "string"}], "result": {"type": "number"}}}
            ], "features": ["rego_v1"]}
            """)
        #expect(Ward.run("eval", "--capabilities", path, "-f", "pretty", "count([1])").errors.contains("undefined function count"))
        #expect(Ward.run("eval", "--capabilities", "v1.9.0", "-f", "raw", "count([1])").output == "1\n")
        let good = folder.write("own/good.rego", "package own\n\np := n if n = clinic.ward(\"a\")\n")
        #expect(Ward.run("check", "--capabilities", path, good).status == 0)
        let bad = folder.write("own/bad.rego", "package own\n\np if \"x\" = clinic.ward(\"a\")\n\nq := clinic.ward(1)\n")
        let outcome = Ward.run("check", "--capabilities", path, bad)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("bad.rego:3: rego_type_error: match error"), "\(outcome.errors)")
        #expect(
            outcome.errors.contains(
                "bad.rego:5: rego_type_error: clinic.ward: invalid argument(s)\n\thave: (number, ???)\n\twant: (string, number)"),
            "\(outcome.errors)")
        let wrong = folder.write(
            "w.json", "{\"builtins\": [{\"name\": \"x\", \"decl\": {\"type\": \"function\", \"args\": [{\"type\": \"text\"}]}}]}")
        #expect(
            Ward.run("check", "--capabilities", wrong, good).errors
                == "1 error occurred during loading: \(wrong): builtins: x: unknown type 'text'\n")
    }

    @Test("A bundle is read by its manifest")
    func bundle() {
        folder.write("b/.manifest", "{\"roots\": [\"pkg\", \"k\"]}")
        folder.write("b/k/data.json", "{\"v\": 7}")
        folder.write("b/k/other.json", "not read")
        folder.write("b/p.rego", "package pkg\n\nv := data.k.v + 1\n")
        #expect(Ward.run("eval", "-b", folder.path + "/b", "-f", "raw", "data.pkg.v").output == "8\n")
        folder.write("b/q.rego", "package elsewhere\n")
        let outside = Ward.run("eval", "-b", folder.path + "/b", "-f", "raw", "data.pkg.v")
        #expect(outside.status == 2)
        #expect(outside.errors.contains("elsewhere"))
    }

    @Test("An archive among the files is a bundle, with its manifest in the data")
    func archive() {
        folder.write("b/.manifest", "{\"revision\": \"r1\", \"roots\": [\"/pkg\", \"k\"], \"metadata\": {\"by\": \"ops\"}}")
        folder.write("b/k/data.json", "{\"v\": 7}")
        folder.write("b/k/other.json", "not read")
        folder.write("b/p.rego", "package pkg\n\nv := data.k.v + 1\n")
        folder.write("d/sub/k.json", "{\"k\": {\"w\": 1}}")
        folder.write("d/clash/k.json", "{\"k\": {\"v\": 1}}")
        folder.write("broken.tar.gz", "no archive")
        #expect(system("cd \(Ward.quoted(folder.path)) && tar czf b.tar.gz -C b . && cp b.tar.gz d/sub") == 0)
        let archive = folder.path + "/b.tar.gz"
        func ask(_ source: String, _ query: String) -> Ward.Outcome { Ward.run("eval", "-d", source, "-f", "raw", query) }
        #expect(ask(archive, "data.pkg.v").output == "8\n")
        let manifest = "{\"metadata\":{\"by\":\"ops\"},\"revision\":\"r1\",\"roots\":[\"pkg\",\"k\"]}\n"
        #expect(ask(archive, "data.system.bundle.manifest").output == manifest)
        #expect(ask("x.y:" + archive, "[data.x.y.k.v, data.x.y.system.bundle.manifest.revision]").output == "[7,\"r1\"]\n")
        #expect(
            ask(folder.path + "/d", "[data.sub.k, data.clash.k, data.sub.system.bundle.manifest.revision]").output
                == "[{\"v\":7,\"w\":1},{\"v\":1},\"r1\"]\n")
        let clash = Ward.run("eval", "-d", folder.path + "/d/clash", "-d", archive, "-f", "raw", "data")
        #expect(clash.errors == "1 error occurred: \(archive): merge error: data.k.v is loaded from another file already\n")
        let broken = folder.path + "/broken.tar.gz"
        #expect(ask(broken, "1").errors == "1 error occurred: bundle \(broken): archive read failed: gzip: invalid header\n")
        #expect(Ward.run("check", archive).status == 0)
        folder.write("b/q_test.rego", "package pkg\n\ntest_v if v == 8\n")
        folder.write("b/z.rego", "package elsewhere\n")
        #expect(system("cd \(Ward.quoted(folder.path)) && tar czf out.tar.gz -C b . && rm b/z.rego && tar czf t.tar.gz -C b .") == 0)
        #expect(ask(folder.path + "/out.tar.gz", "1").errors.contains("do not permit 'package elsewhere' in module '/z.rego'"))
        #expect(Ward.run("test", folder.path + "/t.tar.gz").output.contains("PASS: 1/1"))
    }

    @Test("Queries and inputs come from standard input, packages and imports from flags")
    func sources() {
        #expect(Ward.run(["eval", "--stdin", "-f", "raw"], input: "1 + 1\n").output == "2\n")
        #expect(Ward.run(["eval", "-I", "-f", "raw", "input.x"], input: "{\"x\": \"y\"}").output == "y\n")
        #expect(Ward.run(["eval", "-I", "-f", "raw", "input.x"], input: "x: [1]\n").output == "[1]\n")
        #expect(eval("--package", "a", "-f", "raw", "allow").output == "true\n")
        #expect(eval("--import", "data.users", "-f", "raw", "users[0].name").output == "ann\n")
        #expect(eval("-f", "raw", "opa.runtime().version").output == "\(WardVersion.current)\n")
    }

    @Test("A table's cells are as long as asked for")
    func limit() {
        #expect(eval("--pretty-limit", "3", "-f", "pretty", "x := \"abcdef\"").output.contains("| \"ab... |"))
        #expect(eval("--pretty-limit", "0", "-f", "pretty", "x := numbers.range(1, 99)").output.contains("98,99] |"))
        #expect(eval("-f", "pretty", "x := numbers.range(1, 99)").output.contains("... |"))
    }
}
