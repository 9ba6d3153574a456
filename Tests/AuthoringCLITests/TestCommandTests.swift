import Testing

@Suite("ward test")
struct TestCommandTests {
    private let folder = TemporaryFolder()

    private static let tests = """
        package a_test

        import data.a

        test_ok if a.allow with input as {"x": 1}

        test_bad if {
        	print("hello", input)
        	a.allow with input as {"x": 2}
        }

        test_conflict := x if some x in [1, 2]

        todo_test_later if false

        test_cases[tc.note] if {
        	some tc in [{"note": "a", "v": 1}, {"note": "b<&>", "v": 2}]
        	tc.v == 1
        }

        """

    init() {
        folder.write("a.rego", "package a\n\nallow if input.x == 1\n\ndeny if input.x == 3\n")
        folder.write("a_test.rego", Self.tests)
    }

    private func run(_ arguments: String...) -> Ward.Outcome { Ward.run(["test"] + arguments + [folder.path]) }

    /// The report with the folder's name and the times taken out.
    private func normalized(_ text: String) -> String {
        var result = text.split(separator: folder.path + "/", omittingEmptySubsequences: false).joined()
        while let open = result.range(of: " ("), let close = result[open.upperBound...].firstIndex(of: ")") {
            result.replaceSubrange(open.lowerBound...close, with: "")
        }
        return result
    }

    @Test("The report names what did not pass, and counts")
    func pretty() {
        let outcome = run()
        #expect(outcome.status == 2)
        #expect(outcome.errors == "")
        #expect(
            normalized(outcome.output) == """
                a_test.rego:
                data.a_test.test_bad: FAIL

                  hello <undefined>

                data.a_test.test_conflict: ERROR
                  a_test.rego:12: eval_conflict_error: complete rules must not produce multiple outputs
                data.a_test.todo_test_later: SKIPPED
                data.a_test.test_cases: FAIL
                  b<&>: FAIL
                --------------------------------------------------------------------------------
                PASS: 2/6
                FAIL: 2/6
                SKIPPED: 1/6
                ERROR: 1/6

                """)
    }

    @Test("Verbose, a failure is explained by the expressions that failed")
    func verbose() {
        let output = normalized(run("-v", "-r", "test_bad|test_ok").output)
        #expect(
            output.hasPrefix(
                """
                FAILURES
                --------------------------------------------------------------------------------
                data.a_test.test_bad: FAIL


                """))
        #expect(output.contains("Fail data.a.allow with input as {\"x\": 2}"))
        #expect(output.contains("\nSUMMARY\n" + String(repeating: "-", count: 80) + "\na_test.rego:\ndata.a_test.test_ok: PASS\n"))
    }

    @Test("With --var-values, the failed expression is shown with the values in it")
    func values() {
        folder.write("v_test.rego", "package v\n\ntest_v if {\n\tx := 1\n\ty := x + 1\n\tx == y\n}\n")
        let output = normalized(run("--var-values", "-r", "test_v").output)
        #expect(
            output == """
                FAILURES
                --------------------------------------------------------------------------------
                data.v.test_v: FAIL

                  v_test.rego:6:
                    x == y
                    |    |
                    |    2
                    1

                SUMMARY
                --------------------------------------------------------------------------------
                v_test.rego:
                data.v.test_v: FAIL
                --------------------------------------------------------------------------------
                FAIL: 1/1

                """)
    }

    @Test("The exit status tells what happened")
    func statuses() {
        #expect(run("-r", "test_ok").status == 0)
        #expect(run("-r", "test_ok").output == "PASS: 1/1\n")
        #expect(run("-r", "later").status == 2)
        #expect(run("-r", "later", "-z").status == 0)
        #expect(run("-r", "nothing").status == 0)
        let empty = run("-r", "nothing", "--fail-on-empty")
        #expect(empty.status == 1)
        #expect(empty.errors == "no tests were run\n")
        #expect(run("-r", "(").status == 1)
        #expect(Ward.run("test", "/nowhere").errors == "1 error occurred during loading: /nowhere: No such file or directory\n")
        #expect(Ward.run("test", "/nowhere").status == 1)
    }

    @Test("JSON has OPA's members")
    func json() throws {
        let outcome = run("-f", "json", "-r", "test_bad|cases|later")
        #expect(outcome.status == 2)
        let value = outcome.output
        #expect(value.contains("\"package\": \"data.a_test\",\n    \"name\": \"test_bad\",\n    \"fail\": true,\n    \"duration\": "))
        #expect(value.contains("\"output\": \"aGVsbG8gPHVuZGVmaW5lZD4K\""))
        #expect(value.contains("\"name\": \"todo_test_later\",\n    \"skip\": true,\n    \"duration\": 0\n"))
        #expect(value.contains("\"sub_results\": {\n      \"a\": {\n        \"name\": \"a\"\n      },"))
        #expect(run("-f", "json", "-r", "nothing").output == "[]\n")
    }

    @Test("JSON has the trace of what --verbose, --explain and --var-values show")
    func traces() {
        folder.write("t_test.rego", "package t\n\ntest_t if {\n\ttrace(\"here\")\n\tx := 1\n\tx == 2\n}\n")
        func json(_ arguments: String...) -> String {
            Ward.run(["test", "-f", "json", "-r", "data.t.test_t"] + arguments + [folder.path]).output
        }
        #expect(!json().contains("\"trace\""))
        let verbose = json("-v")
        #expect(verbose.contains("\"trace\": [\n      {\n        \"Op\": \"Enter\""))
        #expect(verbose.contains("\"Message\": \"here\"") && verbose.contains("\"Op\": \"Fail\"") && !verbose.contains("\"Op\": \"Redo\""))
        #expect(verbose.contains("\"name\": \"x\",\n            \"value\": 1"))
        let notes = json("--explain", "notes")
        #expect(notes.contains("\"Op\": \"Note\"") && !notes.contains("\"Op\": \"Fail\""))
        #expect(!json("--var-values").contains("\"Op\": \"Note\"") && json("--var-values").contains("\"Op\": \"Fail\""))
        #expect(json("--explain", "full").contains("\"Op\": \"Eval\""))
    }

    @Test("An explanation is as long as asked for")
    func explanations() {
        let fails = run("--explain", "fails", "-r", "test_bad").output
        #expect(fails.contains("Fail data.a.allow with input as") && !fails.contains("| Eval"))
        #expect(run("--explain", "full", "-r", "test_bad").output.contains("| Eval"))
        #expect(run("--explain", "off").status == 1)
    }

    @Test("Tests run as often, as long and as many at once as asked for")
    func repetition() {
        let outcome = run("--count", "3", "-r", "test_ok", "-p", "2")
        #expect(outcome.status == 0)
        #expect(outcome.output == "PASS: 1/1\nPASS: 1/1\nPASS: 1/1\n")
        #expect(run("--count", "3", "-r", "test_bad").output.split(separator: "\n").filter { $0 == "FAIL: 1/1" }.count == 1)
        #expect(run("--count", "0").status == 1)
        folder.write(
            "slow_test.rego",
            "package s\n\ntest_slow if {\n\tsome i in numbers.range(1, 30000)\n\tsome j in numbers.range(1, 30000)\n\ti + j == -1\n}\n")
        let slow = run("--timeout", "50ms", "-r", "test_slow")
        #expect(slow.status == 2)
        #expect(slow.output.contains("data.s.test_slow: ERROR"))
        #expect(slow.output.contains("eval_cancel_error: the test took longer than 50ms (see --timeout)"), "\(slow.output)")
    }

    @Test("Files and folders can be left out")
    func ignored() {
        folder.write("vendor/x_test.rego", "package v\n\ntest_x if false\n")
        folder.write("broken_wip.rego", "not Rego")
        let outcome = run("--ignore", "vendor,*_wip.rego", "-r", "test_(ok|x)$")
        #expect(outcome.output == "PASS: 1/1\n", "\(outcome.errors)")
        #expect(run("-r", "test_x").status == 1)
    }

    @Test("JUnit has a case for each test and each case of one")
    func junit() {
        let output = normalized(run("-f", "junit").output)
        #expect(
            output.hasPrefix(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ward test\" tests=\"6\" failures=\"2\" errors=\"1\" skipped=\"1\""
            ))
        #expect(output.contains("<testcase classname=\"data.a_test\" name=\"test_cases/b&lt;&amp;&gt;\" file=\"a_test.rego\" line=\"16\""))
        #expect(output.contains("<failure message=\"test_bad is not true\" type=\"FAIL\">a_test.rego:7: data.a_test.test_bad</failure>"))
        #expect(output.contains("<system-out>hello &lt;undefined&gt;&#10;</system-out>"))
        #expect(output.contains("<skipped/>"))
    }

    @Test("Coverage tells the rows reached, and the threshold decides")
    func coverage() {
        let outcome = run("-c", "-r", "test_ok")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("/a.rego\": {\n      \"covered\": [\n        {\n          \"start\": {\n            \"row\": 3\n"))
        let short = run("--threshold", "99", "-r", "test_ok")
        #expect(short.status == 2)
        #expect(short.errors.hasPrefix("Code coverage threshold not met: got "))
        #expect(short.output == "")
        #expect(run("-c", "-r", "test_bad").status == 1)
    }

    @Test("Arguments that do not fit are refused")
    func refusals() {
        #expect(run("-f", "gobench").status != 0)
        #expect(run("--bench", "-c").status != 0)
        #expect(run("--threshold", "101").status != 0)
        #expect(Ward.run("test").status != 0)
    }

    @Test("Errors of compilation are on standard error, with status 1")
    func broken() {
        let path = folder.write("broken.rego", "package b\n\np if {\n\tx == 1\n}\n")
        let outcome = Ward.run("test", path)
        #expect(outcome.status == 1)
        #expect(outcome.errors == "1 error occurred: \(path):4: rego_unsafe_var_error: var x is unsafe\n")
    }

    @Test("Rules where there are data are refused")
    func conflicts() {
        folder.write("a/data.json", "{\"allow\": true}")
        let outcome = run()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("conflicting rule for data path a/allow found"))
    }

    @Test("Control characters are no part of a JUnit report")
    func junitControlCharacters() {
        folder.write("c_test.rego", "package c\n\ntest_c[x] if {\n\tsome x in [\"a\\u0001\\u001bb\\uffff\\\"'\"]\n\tprint(x)\n}\n")
        let output = run("-f", "junit", "-r", "test_c$").output
        #expect(output.contains("name=\"test_c/ab&quot;&apos;\""))
        #expect(output.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
