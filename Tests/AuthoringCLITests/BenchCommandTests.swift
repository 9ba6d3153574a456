import Testing

@Suite("ward bench")
struct BenchCommandTests {
    private let folder = TemporaryFolder()

    @Test("A table of what a run takes")
    func pretty() {
        let input = folder.write("input.json", "{\"x\": 1}")
        let policy = folder.write("a.rego", "package a\n\nallow if input.x == 1\n")
        let outcome = Ward.run("bench", "-d", policy, "-i", input, "data.a.allow")
        #expect(outcome.status == 0, "\(outcome.errors)")
        for name in ["samples", "ns/op", "B/op", "allocs/op", "histogram_timer_rego_query_eval_ns_99.9%"] {
            #expect(outcome.output.contains("| \(name) "))
        }
    }

    @Test("Go's benchmark format and JSON")
    func formats() {
        let text = Ward.run("bench", "-f", "gobench", "--no-metrics", "1 + 1").output
        #expect(text.hasPrefix("BenchmarkWardEval\t"))
        #expect(text.contains(" ns/op\t") && text.contains(" B/op\t") && text.hasSuffix(" allocs/op\n"))
        #expect(Ward.run("bench", "-f", "json", "1 + 1").output.hasPrefix("{\n  \"N\": "))
    }

    @Test("Flags of OPA's that have nothing to set here are taken")
    func accepted() {
        let flags = ["-c", "x.yaml", "--shutdown-grace-period", "1", "-t", "rego", "-u", "input", "--optimize-store-for-read-speed"]
        #expect(Ward.run(["bench", "-f", "gobench", "1 + 1"] + flags).status == 0)
        #expect(Ward.run(["bench", "-p", "1 + 1"]).status != 0)
    }

    @Test("Undefined queries and changing answers are errors")
    func refusals() {
        let undefined = Ward.run("bench", "data.nothing")
        #expect(undefined.status == 1)
        #expect(undefined.errors == "1 error occurred: undefined result\n")
        let changing = Ward.run("bench", "time.now_ns()")
        #expect(changing.status == 1)
        #expect(changing.errors.hasPrefix("1 error occurred: run 2 has another answer than the first one"))
        #expect(Ward.run("bench", "--e2e", "1").status != 0)
        #expect(Ward.run("bench", "x ==").errors.contains("rego_parse_error"))
    }
}
