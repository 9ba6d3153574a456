import Testing

@Suite("Flags from the environment, and flags with values")
struct ProgramArgumentsTests {
    @Test(
        "A flag that is not given is taken from the environment",
        arguments: [
            ("WARD_EVAL_FORMAT=raw", ["\"x\""], "x\n"),
            ("OPA_EVAL_FORMAT=raw", ["\"x\""], "x\n"),
            ("WARD_EVAL_FORMAT=raw OPA_EVAL_FORMAT=values", ["\"x\""], "x\n"),
            ("WARD_EVAL_FORMAT=values", ["--format", "raw", "\"x\""], "x\n"),
            ("WARD_EVAL_FORMAT=values", ["--format=raw", "\"x\""], "x\n"),
            ("WARD_EVAL_FORMAT=values", ["-f", "raw", "\"x\""], "x\n"),
            ("WARD_EVAL_FORMAT=values", ["-fraw", "\"x\""], "x\n"),
            ("WARD_EVAL_PRETTY_LIMIT=2", ["-f", "raw", "\"x\""], "x\n"),
            ("WARD_EVAL_NOTHING=1 WARD_EVAL_HELP=true", ["-f", "raw", "\"x\""], "x\n"),
            ("WARD_EVAL_STDIN=true", ["-f", "raw"], "7\n"),
            ("WARD_EVAL_STDIN=0 WARD_EVAL_FORMAT=raw", ["\"x\""], "x\n"),
            ("WARD_EVAL_V0_COMPATIBLE=TRUE", ["-f", "raw", "x = 1; x"], "true 1\n"),
        ])
    func environment(variables: String, arguments: [String], output: String) {
        let outcome = Ward.run(["eval"] + arguments, input: "3 + 4", environment: variables)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == output)
    }

    @Test("A value that does not fit names the variable")
    func invalid() {
        let outcome = Ward.run(["eval", "1"], environment: "WARD_EVAL_FAIL=maybe")
        #expect(outcome.status == 1)
        #expect(outcome.errors == "Error: the environment variable WARD_EVAL_FAIL must be true or false, not 'maybe'\n")
        #expect(Ward.run(["eval", "1"], environment: "WARD_EVAL_FORMAT=yaml").errors.contains("'yaml' is invalid for '--format <format>'"))
    }

    @Test("Flags take true and false behind an equals sign, as Go's do")
    func assignments() {
        let bench = Ward.run("bench", "--benchmem=false", "--metrics=false", "-f", "gobench", "1").output
        #expect(!bench.contains("B/op") && bench.contains("ns/op"))
        #expect(Ward.run("bench", "--fail=false", "-f", "json", "data.nothing").status == 0)
        #expect(Ward.run("eval", "--fail=true", "data.nothing").status == 1)
        #expect(Ward.run("eval", "--fail=0", "data.nothing").status == 0)
        #expect(Ward.run(["bench", "-f", "gobench", "1"], environment: "WARD_BENCH_BENCHMEM=false").output.contains("B/op") == false)
    }
}
