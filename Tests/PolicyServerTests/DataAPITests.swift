import DecisionLog
import PolicyServer
import Testing

@Suite struct DataAPITests {
    static let policy = """
        package example

        allow := input.user == "alice"
        value := {"n": 1.50, "s": {"b", "a"}, "t": "<x>"}
        list := [{"x": 1}, {"x": 2}]
        conflict := 1 if input.x
        conflict := 2 if input.y
        slow if { some i in numbers.range(1, 3000); some j in numbers.range(1, 3000); some k in numbers.range(1, 3000); i + j + k == 0 }
        broken := 1 / input.zero
        """

    private func run(_ extra: String = "", _ body: @escaping @Sendable (TestServer) async throws -> Void) async throws {
        let scratch = try Scratch()
        try scratch.write(Self.policy, to: "policy/example.rego")
        try scratch.write(#"{"servers": [{"name": "a b"}], "k/x": {"y": 7}}"#, to: "policy/data.json")
        try await TestServer.run("policy: {paths: [policy]}\nevaluation: {time: 200ms}\n" + extra, in: scratch, body)
    }

    /// The body without what differs from run to run.
    private func stable(_ body: String) -> String {
        body.replacing(/"decision_id":"[0-9a-f-]{36}"/, with: "\"decision_id\":\"ID\"").replacing(/_ns":[0-9]+/, with: "_ns\":0")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var method = "POST"
        var path: String
        var body: String?
        var status = 200
        var answer: String
        var testDescription: String { "\(method) \(path) \(body ?? "")" }
    }

    static let cases = [
        Case(path: "/v1/data/example/allow", body: #"{"input":{"user":"alice"}}"#, answer: #"{"decision_id":"ID","result":true}"#),
        Case(path: "/v1/data/example/allow/", body: #"{"input":{"user":"bob"}}"#, answer: #"{"decision_id":"ID","result":false}"#),
        Case(path: "/v1/data/example/none", body: #"{"input":{}}"#, answer: #"{"decision_id":"ID"}"#),
        Case(
            path: "/v1/data/example/value/n", body: "{}",
            answer:
                #"{"decision_id":"ID","result":1.50,"warning":{"code":"api_usage_warning","message":"'input' key missing from the request"}}"#
        ),
        Case(
            method: "GET", path: "/v1/data/example/value",
            answer: #"{"decision_id":"ID","result":{"n":1.50,"s":["a","b"],"t":"\u003cx\u003e"}}"#),
        Case(method: "GET", path: "/v1/data/example/list/1/x", answer: #"{"decision_id":"ID","result":2}"#),
        Case(method: "GET", path: "/v1/data/servers/0/name", answer: #"{"decision_id":"ID","result":"a b"}"#),
        Case(method: "GET", path: "/v1/data/k%2Fx/y", answer: #"{"decision_id":"ID","result":7}"#),
        Case(
            method: "GET", path: "/v1/data/example/allow?input=%7B%22user%22%3A%22alice%22%7D",
            answer: #"{"decision_id":"ID","result":true}"#),
        Case(
            path: "/v1/data/example/allow?pretty", body: #"{"input":{"user":"alice"}}"#,
            answer: "{\n  \"decision_id\": \"ID\",\n  \"result\": true\n}"),
        Case(
            path: "/v1/data/example/allow?metrics=true&explain=full", body: #"{"input":{"user":"alice"}}"#,
            answer: #"{"decision_id":"ID","metrics":{"counter_server_query_cache_hit":1,"timer_rego_query_compile_ns":0,"#
                + #""timer_rego_query_eval_ns":0,"timer_server_handler_ns":0},"result":true}"#),
        Case(
            path: "/v1/data/example/allow", body: "{", status: 400,
            answer:
                "{\n  \"code\": \"invalid_parameter\",\n  \"message\": \"body contains malformed input document: unexpected end of JSON input\"\n}"
        ),
        Case(
            path: "/v1/data/example/allow", body: "[1]", status: 400,
            answer:
                "{\n  \"code\": \"invalid_parameter\",\n  \"message\": \"body contains malformed input document: the body must be an object\"\n}"
        ),
        Case(path: "/v0/data/example/allow", body: #"{"user":"alice"}"#, answer: "true"),
        Case(
            path: "/v0/data/example/none", body: "{}", status: 404,
            answer: "{\n  \"code\": \"undefined_document\",\n  \"message\": \"document undefined: data.example.none\"\n}"),
        Case(path: "/", body: #"{"user":"alice"}"#, answer: "true"),
        Case(method: "PUT", path: "/v1/data/example", body: "{}", status: 405, answer: ""),
        Case(method: "GET", path: "/v1/nothing", status: 404, answer: "404 page not found"),
        Case(
            method: "GET", path: "/v1/data/a%22b", status: 400,
            answer: "{\n  \"code\": \"invalid_parameter\",\n  \"message\": \"invalid ref term 'a\\\"b'\"\n}"),
    ]

    @Test func answersAsOPADoes() async throws {
        try await run("default_decision: example/allow\n") { (server: TestServer) async throws in
            for test in Self.cases {
                let answer = try await server.ask(test.method, test.path, body: test.body)
                #expect(answer.status == test.status, "\(test.testDescription)")
                let body = answer.body.hasSuffix("\n") ? String(answer.body.dropLast()) : answer.body
                #expect(
                    stable(body).replacing(/"decision_id": "[0-9a-f-]{36}"/, with: "\"decision_id\": \"ID\"") == test.answer,
                    "\(test.testDescription)")
            }
        }
    }

    @Test func errorsOfPoliciesAre500() async throws {
        try await run { (server: TestServer) async throws in
            let conflict = try await server.ask("POST", "/v1/data/example/conflict", body: #"{"input":{"x":1,"y":1}}"#)
            #expect(conflict.status == 500)
            #expect(conflict.body.contains("\"code\": \"internal_error\""))
            #expect(conflict.body.contains("\"message\": \"error(s) occurred while evaluating query\""))
            #expect(conflict.body.contains("\"code\": \"eval_conflict_error\""))
            let lenient = try await server.ask("POST", "/v1/data/example/broken", body: #"{"input":{"zero":0}}"#)
            #expect(lenient.status == 200)
            let strict = try await server.ask("POST", "/v1/data/example/broken?strict-builtin-errors", body: #"{"input":{"zero":0}}"#)
            #expect(strict.status == 500)
            let slow = try await server.ask("POST", "/v1/data/example/slow", body: #"{"input":{}}"#)
            #expect(slow.status == 500, "an evaluation has its time and no more")
        }
    }

    @Test func everyDecisionIsLogged() async throws {
        try await run { (server: TestServer) async throws in
            _ = try await server.ask("POST", "/v1/data/example/allow", body: #"{"input":{"user":"alice","password":"hunter22"}}"#)
            _ = try await server.ask("POST", "/v1/data/example/none", body: #"{"input":{}}"#)
            _ = try await server.ask("POST", "/v1/data/example/conflict", body: #"{"input":{"x":1,"y":1}}"#)
            let rows = try server.decisions()
            #expect(rows.map(\.status) == [.allowed, .undefined, .error])
            #expect(rows.map(\.path) == ["example/allow", "example/none", "example/conflict"])
            #expect(rows.first?.result == "true")
            #expect(rows.first?.input?.contains("hunter22") == false)
            #expect(rows.allSatisfy { $0.revision?.utf8.count == 64 && $0.caller.address?.hasPrefix("127.0.0.1:") == true })
        }
    }

    @Test func healthAndMetrics() async throws {
        try await run { (server: TestServer) async throws in
            for path in ["/health", "/health?bundles&plugins", "/health/live", "/health/ready"] {
                let answer = try await server.ask("GET", path)
                #expect(answer.status == 200 && answer.body == "{}\n", "\(path)")
            }
            #expect(try await server.ask("GET", "/health/other").status == 404)
            _ = try await server.ask("POST", "/v1/data/example/allow", body: #"{"input":{"user":"bob"}}"#)
            let page = try await server.ask("GET", "/metrics")
            #expect(page.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
            for line in [
                #"ward_decisions_total{path="example/allow",outcome="allowed"} 1"#, "# TYPE http_request_duration_seconds histogram",
                #"http_request_duration_seconds_count{code="200",handler="v1/data",method="post"} 1"#,
                "ward_decision_log_append_duration_seconds_count 1",
                "process_resident_memory_bytes ", "process_start_time_seconds ",
            ] { #expect(page.body.contains(line), "\(line)") }
            let head = try await server.ask("HEAD", "/health")
            #expect(head.status == 200)
        }
    }

    @Test func listenersAnswerOnlyWhatTheyOffer() async throws {
        let listeners = """
            listeners:
              - {http: "127.0.0.1:0", services: [data]}
              - {http: "127.0.0.1:0", services: [health, metrics]}
              - {unix: socket, mode: "0640"}

            """
        try await run(listeners) { (server: TestServer) async throws in
            #expect(try await server.ask("GET", "/v1/data/example/value/n").status == 200)
            #expect(try await server.ask("GET", "/health").status == 404)
            #expect(try await server.ask("GET", "/v1/data/example/value/n", address: 1).status == 404)
            #expect(try await server.ask("GET", "/health", address: 1).status == 200)
            #expect(try await server.ask("GET", "/health", address: 2).status == 200)
            let mode = try server.scratch.mode("socket")
            #expect(mode == 0o640)
        }
    }

    @Test func reloadKeepsTheOldPoliciesWhenTheNewOnesAreBroken() async throws {
        try await run { (server: TestServer) async throws in
            let old = server.application.service.snapshots.current.revision
            try server.scratch.write("package example\n\nallow := ", to: "policy/example.rego")
            server.application.reload()
            #expect(server.application.service.snapshots.current.revision == old)
            #expect(server.messages.text.contains("policies not reloaded"))
            try server.scratch.write("package example\n\nallow := \"new\"", to: "policy/example.rego")
            server.application.reload()
            #expect(try await server.ask("GET", "/v1/data/example/allow").body.contains("\"result\":\"new\""))
        }
    }

    @Test func brokenPoliciesDoNotStart() async throws {
        let scratch = try Scratch()
        try scratch.write("package a\n\nallow if input.x ==\n", to: "a.rego")
        await #expect {
            try await TestServer.run("policy: {paths: [a.rego]}", in: scratch) { _ in }
        } throws: { error in
            "\(error)".contains("a.rego:") && "\(error)".contains("rego_parse_error")
        }
    }

    @Test func allThatCannotBeLoadedIsTold() async throws {
        let scratch = try Scratch()
        try scratch.write(#"{"x": 1}"#, to: "policy/a.json")
        try scratch.write("x: 2\n", to: "policy/b.yaml")
        try scratch.write("[1]", to: "policy/c.json")
        try scratch.write("package a\n\nallow if input.x ==\n", to: "policy/d.rego")
        try scratch.write("broken", to: "policy/.hidden.json")
        try scratch.write("broken", to: "policy/d_test.rego")
        await #expect {
            try await TestServer.run("policy: {paths: [policy]}", in: scratch) { _ in }
        } throws: { error in
            let parts = ["b.yaml: merge error: data.x is", "c.json: document must be of type object", "d.rego:"]
            return parts.allSatisfy("\(error)".contains) && !"\(error)".contains("hidden") && !"\(error)".contains("_test")
        }
    }

    @Test func documentsOfSeveralFilesAreOne() async throws {
        let scratch = try Scratch()
        try scratch.write("package a\n\nallow := [data.x.a, data.x.b, data.sub.c]\n", to: "policy/a.rego")
        try scratch.write(#"{"x": {"a": 1}}"#, to: "policy/a.json")
        try scratch.write("x: {b: 2}\n", to: "policy/b.yaml")
        try scratch.write(#"{"c": 3}"#, to: "policy/sub/c.json")
        try await TestServer.run("policy: {paths: [policy]}", in: scratch) { (server: TestServer) async throws in
            #expect(try await server.ask("GET", "/v1/data/a/allow").body.contains("\"result\":[1,2,3]"))
        }
    }
}
