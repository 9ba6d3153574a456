import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// Builtins whose results are not settled by their arguments.
@Suite struct NondeterminismTests {
    private func value(
        _ expression: String, options: Policy.Options = Policy.Options(), _ results: NondeterministicResults = NondeterministicResults()
    ) throws -> RegoValue? {
        let query = try Policy(modules: [], options: options).prepare(query: "x := \(expression)")
        return try query.evaluate(.none, limits: EvaluationLimits(), nondeterministicResults: results).solutions.first?.bindings.first?
            .value
    }

    @Test func oneEvaluationSeesOneWorld() throws {
        let same = try value(
            #"[time.now_ns() == time.now_ns(), rand.intn("a", 1000000) == rand.intn("a", 1000000), uuid.rfc4122("k") == uuid.rfc4122("k")]"#
        )
        #expect(same == [true, true, true])
        #expect(try value(#"uuid.rfc4122("a") != uuid.rfc4122("b")"#) == true)
    }

    @Test func resultsAreRecordedAndReplayed() throws {
        let expression = #"[uuid.rfc4122("k"), rand.intn("a", 1000000), time.now_ns()]"#
        let results = NondeterministicResults()
        let first = try #require(try value(expression, results))
        #expect(results.recorded["uuid.rfc4122"]?[["k"]] == first[0])
        #expect(results.recorded["time.now_ns"]?[[]] == first[2])
        #expect(try value(expression, NondeterministicResults(results.recorded)) == first)
        // As a decision log has it: the arguments as text.
        let logged = NondeterministicResults(["rand.intn": [#"["a",5]"#: 3], "http.send": [#"[{"method":"get","url":"x"}]"#: ["a": 1]]])
        #expect(try value(#"[rand.intn("a", 5), http.send({"url": "x", "method": "get"})]"#, logged) == [3, ["a": 1]])
    }

    @Test(arguments: [(0, "0"), (1, "0")])
    func smallRandomNumbers(_ limit: Int, _ result: String) throws {
        #expect(try value("rand.intn(\"k\", \(limit))")?.json() == result)
    }

    @Test func runtimeTellsNoSecrets() throws {
        #expect(try value("opa.runtime()") == [:])
        var options = Policy.Options()
        options.runtime = {
            [
                "version": "1", "env": ["A": "b"],
                "config": [
                    "labels": ["id": "x"], "services": ["s": ["url": "u", "credentials": ["bearer": ["token": "t"]]]],
                    "keys": ["k": ["algorithm": "HS256", "key": "secret", "private_key": "secret"]],
                ],
            ]
        }
        let told = try #require(try value("opa.runtime()", options: options))
        #expect(
            told["config"] == ["labels": ["id": "x"], "services": ["s": ["url": "u"]], "keys": ["k": ["algorithm": "HS256"]]])
        #expect(told["env"] == ["A": "b"] && told["version"] == "1")
    }
}
