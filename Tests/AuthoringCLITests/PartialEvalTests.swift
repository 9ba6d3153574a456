import Testing

@Suite("ward eval --partial")
struct PartialEvalTests {
    private let folder = TemporaryFolder()

    init() {
        folder.write(
            "a.rego",
            """
            package a

            default allow := false

            allow if {
            	input.user == data.owner
            	not blocked
            }

            blocked if input.state == "gone"
            """)
        folder.write("d.json", "{\"owner\": \"ann\"}")
        folder.write("i.json", "{\"user\": \"ann\"}")
    }

    private func eval(_ arguments: String...) -> Ward.Outcome {
        Ward.run(["eval", "--partial", "-d", folder.path + "/a.rego", "-d", folder.path + "/d.json"] + arguments)
    }

    @Test("As source")
    func printsSource() {
        let outcome = eval("-f", "source", "data.a.allow")
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                # Query 1
                data.partial.a.allow

                # Module 1
                package partial.a

                default allow := false

                allow if {
                	input.user = "ann"
                	not input.state = "gone"
                }

                """)
    }

    @Test("As a table")
    func printsTable() {
        let outcome = eval("-f", "pretty", "data.a.allow == true")
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                +---------+--------------------------+
                | Query 1 | input.user = "ann"       |
                |         | not input.state = "gone" |
                +---------+--------------------------+

                """)
        #expect(eval("-f", "pretty", "input.x == 1; 1 == 2").output == "undefined\n")
    }

    @Test("As a table with lines between the rows")
    func printsTableOfRows() {
        folder.write("b.rego", "package b\n\ndefault p := false\n\np if input.x\n")
        let outcome = eval("-d", folder.path + "/b.rego", "-f", "pretty", "data.b.p")
        #expect(
            outcome.output == """
                +-----------+--------------------+
                | Query 1   | data.partial.b.p   |
                +-----------+--------------------+
                | Support 1 | package partial.b  |
                |           |                    |
                |           | default p := false |
                |           |                    |
                |           | p if input.x       |
                +-----------+--------------------+

                """)
    }

    @Test("As JSON")
    func printsJSON() {
        let outcome = eval("input.x = 1")
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                {
                  "partial": {
                    "queries": [
                      [
                        {
                          "index": 0,
                          "terms": [
                            {
                              "type": "ref",
                              "value": [
                                {
                                  "type": "var",
                                  "value": "eq"
                                }
                              ]
                            },
                            {
                              "type": "ref",
                              "value": [
                                {
                                  "type": "var",
                                  "value": "input"
                                },
                                {
                                  "type": "string",
                                  "value": "x"
                                }
                              ]
                            },
                            {
                              "type": "number",
                              "value": 1
                            }
                          ]
                        }
                      ]
                    ]
                  }
                }

                """)
        #expect(eval("1 == 2").output == "{\n  \"partial\": {}\n}\n")
    }

    @Test(
        "What is unknown, and what is inlined",
        arguments: [
            (["-u", "input.state", "data.a.allow == true"], "# Query 1\nnot input.state = \"gone\"\n\n"),
            (
                ["--unknowns", "input.user,input.state", "data.a.allow = true"],
                "# Query 1\ninput.user = \"ann\"\nnot input.state = \"gone\"\n\n"
            ),
            (["-uinput.user", "-u", "data.owner", "data.a.allow == true"], "# Query 1\ninput.user = data.owner\n\n"),
            (
                ["--disable-inlining", "data.a.blocked", "data.a.blocked == true"],
                "# Query 1\ndata.partial.a.blocked = true\n\n# Module 1\npackage partial.a\n\nblocked if input.state = \"gone\"\n"
            ),
            (["time.now_ns() > 1"], "# Query 1\ntime.now_ns() > 1\n\n"),
            (["--nondeterministic-builtins", "time.now_ns() > 1"], "# Query 1\n\n"),
            (["--nondeterminstic-builtins", "time.now_ns() > 1"], "# Query 1\n\n"),
        ])
    func takesOptions(_ arguments: [String], _ want: String) {
        let outcome = Ward.run(
            ["eval", "-p", "-f", "source", "-d", folder.path + "/a.rego", "-d", folder.path + "/d.json", "-i", folder.path + "/i.json"]
                + arguments)
        #expect(outcome.status == 0)
        #expect(outcome.output == want)
    }

    @Test(
        "What does not go together",
        arguments: [
            (["-p", "-f", "values", "true"], "invalid output format for partial evaluation"),
            (["-f", "source", "true"], "invalid output format for evaluation"),
            (["-p", "--explain", "full", "true"], "--partial cannot be observed"),
            (["-p", "-u", "1", "true"], "1 is no reference to a document"),
        ])
    func refuses(_ arguments: [String], _ message: String) {
        let outcome = Ward.run(["eval"] + arguments)
        #expect(outcome.status != 0)
        #expect((outcome.errors + outcome.output).contains(message))
    }

    @Test("Exit statuses are OPA's: what is left of a query is no result")
    func exits() {
        #expect(eval("--fail", "input.x").status == 1)
        #expect(eval("--fail-defined", "input.x").status == 0)
        #expect(eval("--timeout", "1ms", "numbers.range(1, 3000)[_] + numbers.range(1, 3000)[_] == input.x").status == 2)
    }

    @Test("The time it took")
    func measures() {
        #expect(eval("--metrics", "input.x").output.contains("timer_rego_partial_eval_ns"))
    }
}
