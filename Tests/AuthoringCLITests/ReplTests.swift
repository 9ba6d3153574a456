import AuthoringCLI
import Glibc
import Testing

@Suite("ward repl, lines from standard input")
struct ReplTests {
    private let folder = TemporaryFolder()

    private func repl(_ lines: String, _ arguments: String...) -> String {
        let outcome = Ward.run(["repl"] + arguments, input: lines)
        #expect(outcome.status == 0)
        return outcome.output
    }

    @Test(
        "Queries, rules and commands",
        arguments: [
            ("1 + 1", "2\n"),
            ("x := 1\nx", "Rule 'x' defined in package repl. Type 'show' to see rules.\n1\n"),
            (
                "x := 1\nx := 2\nx",
                "Rule 'x' defined in package repl. Type 'show' to see rules.\nRule 'x' re-defined in package repl. Type 'show' to see rules.\n2\n"
            ),
            ("x = 1\nx = 1", "Rule 'x' defined in package repl. Type 'show' to see rules.\ntrue\n"),
            ("x = 1\nx = 2", "Rule 'x' defined in package repl. Type 'show' to see rules.\nundefined\n"),
            ("false", "false\n"),
            ("p if {\n  1 == 1\n}\n\np", "Rule 'p' defined in package repl. Type 'show' to see rules.\ntrue\n"),
            ("p if {\n  1 == 1\n}", "Rule 'p' defined in package repl. Type 'show' to see rules.\n"),
            ("package a.b\nq contains 1\ndata.a.b.q", "Rule 'q' defined in package a.b. Type 'show' to see rules.\n[\n  1\n]\n"),
            ("input := {\"a\": 1}\ninput.a\nunset input\ninput", "Input defined. Type 'input' to see it.\n1\nInput unset.\nundefined\n"),
            ("package repl.input\na := 7\npackage x\ninput.a", "Rule 'a' defined in package repl.input. Type 'show' to see rules.\n7\n"),
            ("unset nothing", "warning: no matching rules in current module\n"),
            ("unset", "error: unset <name>: expects exactly one argument\n"),
            ("unknown input", "error: partial evaluation is not available here: ward eval --partial has it\n"),
            ("trace sideways", "error: invalid explain mode, expected one of: off, full, notes, fails, debug\n"),
            ("show", "no rules defined\n"),
            ("exit\n1", ""),
            ("1 +* 2", "1 error occurred: 1:4: rego_parse_error: unexpected mul token\n\t1 +* 2\n\t   ^\n"),
            (
                "ok if true\nbad if nowhere",
                "Rule 'ok' defined in package repl. Type 'show' to see rules.\n1 error occurred: 1:8: rego_unsafe_var_error: var nowhere is unsafe\n"
            ),
            ("# a comment alone", ""),
            ("", ""),
        ])
    func lines(input: String, output: String) { #expect(repl(input) == output) }

    @Test("What is defined is shown, and can be removed")
    func show() {
        let output = repl("import data.a\nx := 1\ny if {\n  x == 1\n}\n\nunset x\nunset y\nunset x\nshow")
        #expect(output.contains("error occurred: 2:3: rego_unsafe_var_error: var x is unsafe"))
        #expect(output.hasSuffix("package repl\n\nimport data.a\n"))
    }

    @Test("Files are read, and their rules may be named")
    func files() {
        folder.write("a.rego", "package a\n\nallow if input.x == 1\n")
        folder.write("d.json", "{\"users\": {\"alice\": 1}}")
        let input = folder.write("input/i.json", "{\"x\": 1}")
        #expect(repl("data.a.allow", folder.path + "/a.rego", "-i", input) == "true\n")
        #expect(repl("data.a.allow", folder.path + "/a.rego", "repl.input:" + input) == "true\n")
        #expect(repl("import data.users\nusers.alice\ndump", folder.path + "/d.json") == "1\n{\"users\":{\"alice\":1}}\n")
    }

    @Test("Traces, timers and profiles")
    func observed() {
        let output = repl("x := 1\ntrace\nx == 1\ntrace off\nmetrics\nprofile\nx == 1")
        #expect(output.contains("| Enter data.repl.x"), "\(output)")
        #expect(output.contains("| timer_rego_query_eval_ns"))
        #expect(output.contains("query:1"))
    }

    @Test("With 'types', an answer is followed by the types of what the query names")
    func types() {
        #expect(
            repl("x := {\"a\": [1, \"b\"]}\ntypes\nx.a[0]\ny = input.foo; y > 1\ncount([1])\nnot data.nothing\ntypes\n7")
                == """
                Rule 'x' defined in package repl. Type 'show' to see rules.
                1
                # data.repl.x.a[0]: number
                undefined
                # input.foo: any
                # y: any
                1
                # count: (any<string, array[any], object[any: any], set[any]>) => number
                true
                # data.nothing: any
                7

                """)
        #expect(repl("types\nz = [w | w = [\"s\"][_]]; z[i]").contains("# z: array[string]\n"))
    }

    @Test("With 'pretty-limit', tables show so much of a value")
    func prettyLimit() {
        #expect(repl("y = \"abcdef\"; true").contains("| \"abcdef\" |"))
        #expect(repl("pretty-limit 4\ny = \"abcdef\"; true").contains("| \"abc... |"))
        #expect(repl("y = numbers.range(1, 99); true").contains("... |"))
        #expect(repl("pretty-limit 0\ny = numbers.range(1, 99); true").contains("98,99] |"))
        #expect(repl("pretty-limit\npretty-limit x") == "error: usage: pretty-limit <n>\nerror: usage: pretty-limit <n>\n")
    }

    @Test("Metrics, profile and trace are members of an answer in JSON")
    func observedJSON() {
        let output = repl("x := 1\njson\nmetrics\nprofile\nnotes\nx == 1; trace(\"hi\")")
        for member in ["\"result\": [", "\"timer_rego_query_eval_ns\": ", "\"profile\": [", "\"explanation\": [", "\"Message\": \"hi\""] {
            #expect(output.contains(member), "no \(member) in \(output)")
        }
    }

    @Test("The settings that 'show debug' tells of")
    func settings() {
        let output = repl("trace\ninstrument\nprofile\nstrict-builtin-errors\nshow debug\nmetrics\ntrace\nshow debug")
        #expect(
            output == """
                {
                  "explain": "full",
                  "metrics": true,
                  "instrument": true,
                  "profile": true,
                  "strict-builtin-errors": true
                }
                {
                  "explain": "off",
                  "metrics": false,
                  "instrument": false,
                  "profile": true,
                  "strict-builtin-errors": true
                }

                """)
        #expect(repl("strict-builtin-errors\n1 / 0").contains("eval_builtin_error: div: divide by zero"))
        #expect(
            repl("show nothing\ntarget wasm\ntarget rego\nhelp nowhere") == """
                error: unknown option 'nothing'
                error: invalid target "wasm": must be rego
                error: unknown topic 'nowhere'

                """)
    }

    @Test("'help' names every command, and 'help input' says how to set the input")
    func help() {
        let text = repl("help")
        for command in ["show", "unset-package", "pretty-limit", "trace [mode]", "strict-builtin-errors", "dump", "exit", "ctrl+r"] {
            #expect(text.contains("\(command)"))
        }
        #expect(repl("help input").contains("repl.input"))
    }

    @Test("'dump' writes the base documents to a file; packages come and go")
    func dump() {
        folder.write("d.json", "{\"k\": [1]}")
        let target = folder.path + "/dumped.json"
        #expect(repl("dump \(target)\ndump \(folder.path)", folder.path + "/d.json") == "error: \(folder.path): Is a directory\n")
        #expect(folder.read("dumped.json") == "{\"k\":[1]}\n")
        #expect(
            repl("package p.q\nx := 1\nunset-package p.q\ndata.p\nunset-package p.q\nunset-package")
                == """
                Rule 'x' defined in package p.q. Type 'show' to see rules.
                undefined
                warning: no matching package
                error: unset-package <path>: expects exactly one argument

                """)
    }

    @Test("Answers as JSON")
    func json() {
        #expect(repl("json\nx := 1\nshow debug\npretty\nx").hasSuffix("1\n"))
        #expect(repl("1", "-f", "json").hasPrefix("{\n  \"result\": ["))
    }

    @Test(
        "At a terminal: editing, history, completion, and its mode afterwards",
        .enabled(if: access("/usr/bin/python3", X_OK) == 0, "the terminal is played by Python's pty"))
    func terminal() {
        folder.write("a.rego", "package alpha\n\nallowed_users := [\"alice\"]\n")
        let history = folder.path + "/history"
        let script = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
        let command =
            "/usr/bin/python3 /\(script)/Support/terminal.py \(Ward.quoted(Ward.path)) \(Ward.quoted(folder.path)) \(Ward.quoted(history))"
        #expect(system("\(command) > \(folder.path)/out 2>&1") == 0, "\(folder.read("out"))")
        #expect(folder.read("history").contains("data.alpha.allowed_users[0]\n"))
    }
}

@Suite("Editing a line")
struct LineBufferTests {
    @Test("Insertion and movement")
    func moves() {
        var line = LineBuffer("hello world")
        line.moveWordLeft()
        line.insert("big ".unicodeScalars)
        #expect(line.text == "hello big world")
        line.moveToStart()
        line.moveWordRight()
        #expect(line.textBeforeCursor == "hello")
        line.deleteForward()
        line.deleteBackward()
        #expect(line.text == "hellbig world")
        line.moveToStart()
        line.deleteBackward()
        line.moveLeft()
        line.moveToEnd()
        line.moveRight()
        line.deleteForward()
        #expect(line.text == "hellbig world")
    }

    @Test("Cutting and pasting")
    func cuts() {
        var line = LineBuffer("data.foo.bar == 1")
        line.cutWord()
        #expect(line.text == "data.foo.bar == ")
        line.cutToStart()
        #expect(line.isEmpty)
        line.paste()
        line.paste()
        #expect(line.text == "data.foo.bar == data.foo.bar == ")
        line.moveToStart()
        line.moveRight()
        line.cutToEnd()
        #expect(line.text == "d")
        line.insert("ab".unicodeScalars)
        line.transpose()
        #expect(line.text == "dba")
    }
}
