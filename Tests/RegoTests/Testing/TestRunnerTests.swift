import Rego
import Testing

@Suite("Running the tests of a policy")
struct TestRunnerTests {
    private func run(_ text: String, options: TestRunner.Options = .init()) throws -> [TestResult] {
        try run([.init(name: "a_test.rego", text: "package a\n" + text)], options: options)
    }

    private func run(_ modules: [Policy.Module], options: TestRunner.Options = .init()) throws -> [TestResult] {
        let policy = try Policy(modules: modules, options: .init(keepsPrintCalls: true, preparesTests: true))
        return try TestRunner(policy: policy, options: options).run()
    }

    private func outcomes(_ results: [TestResult]) -> [String] {
        results.map { result in
            switch result.outcome {
            case .passed: "\(result.test.name): PASS"
            case .failed: "\(result.test.name): FAIL"
            case .skipped: "\(result.test.name): SKIPPED"
            case .error: "\(result.test.name): ERROR"
            }
        }
    }

    @Test("Each rule has its outcome, in the order of the file")
    func kinds() throws {
        let results = try run(
            """
            test_true if 1 == 1
            test_false if 1 == 2
            test_other := "yes"
            test_no := false
            test_conflict := x if { some x in [1, 2] }
            todo_test_later if false
            test_set contains 1
            foo.test_nested if true
            not_a_test if true
            test_builtin_error if to_number("x") == 1
            """)
        #expect(
            outcomes(results) == [
                "test_true: PASS", "test_false: FAIL", "test_other: FAIL", "test_no: FAIL", "test_conflict: ERROR",
                "todo_test_later: SKIPPED", "test_set: FAIL", "foo.test_nested: PASS", "test_builtin_error: FAIL",
            ])
        #expect(results[4].error?.code == .conflict)
        #expect(results[0].test.file == "a_test.rego")
        #expect(results[0].test.row == 2)
        #expect(results[7].test.fullName == "data.a.foo.test_nested")
    }

    @Test("Further definitions of one name are tests of their own")
    func duplicates() throws {
        let results = try run(
            """
            test_p if true
            test_p if false
            foo.test_q if true
            foo.test_q if false
            todo_test_r if true
            todo_test_r if true
            """)
        #expect(
            outcomes(results) == [
                "test_p: PASS", "test_p#01: FAIL", "foo.test_q: PASS", #"foo["test_q#01"]: FAIL"#, "todo_test_r: SKIPPED",
                "todo_test_r: SKIPPED",
            ])
    }

    @Test("Cases report themselves, also those that fail")
    func cases() throws {
        let results = try run(
            """
            test_concat[case.note] if {
                some case in [
                    {"note": "empty", "a": [], "b": [], "want": []},
                    {"note": "one", "a": [], "b": [1], "want": [1]},
                    {"note": "wrong", "a": [1], "b": [], "want": [2]},
                ]
                array.concat(case.a, case.b) == case.want
            }
            test_nested[outer][inner] if {
                some outer, inners in {"x": {"y": 1, "z": 2}, "w": {"v": 1}}
                some inner, value in inners
                value == 1
            }
            """)
        #expect(outcomes(results) == ["test_concat: FAIL", "test_nested: FAIL"])
        #expect(
            results[0].cases.map { "\($0.name) \($0.isFailure)" } == ["empty false", "one false", "wrong true"])
        let nested = results[1].cases.flatMap { $0.flattened() }.map { "\($0.path.joined(separator: "/")) \($0.result.isFailure)" }
        #expect(nested == ["w false", "w/v false", "x true", "x/y false", "x/z true"])
    }

    @Test("What print writes belongs to its test")
    func output() throws {
        let results = try run("test_p if { print(\"one\", 1); print(\"two\") }\ntest_q if true")
        #expect(results.map(\.output) == ["one 1\ntwo\n", ""])
    }

    @Test("A filter is a regular expression over the full name")
    func filter() throws {
        let text = "test_one if true\ntest_two if true\ntodo_test_two if true"
        #expect(outcomes(try run(text, options: .init(filter: "a\\.test_t"))) == ["test_two: PASS"])
        #expect(outcomes(try run(text, options: .init(filter: "two$"))) == ["test_two: PASS", "todo_test_two: SKIPPED"])
        #expect(throws: TestRunner.InvalidFilter.self) { try run(text, options: .init(filter: "(")) }
    }

    @Test("A test that takes too long is an error, the others run", .timeLimit(.minutes(1)))
    func timeout() throws {
        let results = try run(
            """
            test_slow if count([1 | some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a + b == 0]) == 1
            test_quick if true
            """, options: .init(timeout: .milliseconds(20)))
        #expect(outcomes(results) == ["test_slow: ERROR", "test_quick: PASS"])
        #expect(results[0].error?.message == "the test took longer than 20ms (see --timeout)")
    }

    @Test("Many tests on many threads keep their order")
    func parallel() throws {
        let modules = (0..<50).map { index in
            Policy.Module(
                name: "m\(100 + index).rego",
                text: "package m\(index)\np := \(index)\ntest_a if data.m\(index).p == \(index)\ntest_b if data.m\((index + 1) % 50).p == 0"
            )
        }
        let results = try run(modules, options: .init(workers: 8))
        #expect(results.count == 100)
        #expect(results.filter(\.isPass).count == 51)
        #expect(results.map(\.test.file) == results.map(\.test.file).sorted())
    }

    @Test("A benchmark counts runs and their memory")
    func benchmark() throws {
        let policy = try Policy(
            modules: [.init(name: "a.rego", text: "package a\ntest_p if count(numbers.range(1, 100)) == 100\ntest_q if false")],
            options: .init(preparesTests: true))
        let results = try TestRunner(policy: policy).runBenchmarks(goal: .milliseconds(5))
        let benchmark = try #require(results[0].benchmark)
        #expect(benchmark.runs > 1)
        #expect(benchmark.bytesPerRun > 0)
        #expect(benchmark.metrics["histogram_timer_rego_query_eval_ns_count"] == Double(benchmark.runs))
        #expect(results[1].isFailure)
        #expect(results[1].benchmark == nil)
    }
}

@Suite("Durations as Go prints them")
struct GoDurationTests {
    @Test(
        "Durations",
        arguments: [
            (0, "0s"), (1, "1ns"), (999, "999ns"), (1_000, "1µs"), (263_123, "263.123µs"), (1_500_000, "1.5ms"), (20_000_000, "20ms"),
            (1_000_000_000, "1s"), (61_050_000_000, "1m1.05s"), (3_600_000_000_000, "1h0m0s"), (-1_500, "-1.5µs"),
        ])
    func durations(nanoseconds: Int64, text: String) {
        #expect(Duration.nanoseconds(nanoseconds).goText == text)
    }
}
