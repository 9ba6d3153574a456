import DecisionLog
import PolicyServer
import Testing

@Suite struct AdmissionTests {
    static let policy = """
        package kubernetes.admission

        deny contains "host network" if input.request.object.spec.hostNetwork
        deny contains {1} if input.request.object.metadata.name == "odd"
        warn contains "no limits" if not input.request.object.spec.limits
        """

    private func run(_ body: @escaping @Sendable (TestServer) async throws -> Void) async throws {
        let scratch = try Scratch()
        try scratch.write(Self.policy, to: "policy.rego")
        try await TestServer.run("policy: {paths: [policy.rego]}\nadmission: {}\n", in: scratch, body)
    }

    private static func review(_ object: String, kind: String = "Pod") -> String {
        #"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u-1","kind":{"group":"","version":"v1","kind":"\#(kind)"},"#
            + #""operation":"CREATE","userInfo":{"username":"alice"},"object":\#(object)}}"#
    }

    @Test func allowsAndDenies() async throws {
        try await run { (server: TestServer) async throws in
            let good = try await server.ask("POST", "/v1/admit?timeout=3s", body: Self.review(#"{"spec":{"limits":{}}}"#))
            #expect(good.status == 200)
            #expect(good.body.contains(#""response":{"uid":"u-1","allowed":true,"status":{"metadata":{},"code":200}}"#), "\(good)")
            let bad = try await server.ask("POST", "/v1/admit", body: Self.review(#"{"spec":{"hostNetwork":true}}"#))
            #expect(bad.status == 200)
            #expect(
                bad.body.contains(
                    #""allowed":false,"status":{"metadata":{},"status":"Failure","message":"host network","reason":"Forbidden","code":403},"warnings":["no limits"]"#
                ),
                "\(bad)")
            let rows = try server.decisions()
            #expect(rows.map(\.status) == [.allowed, .denied])
            #expect(rows.last?.reasons == ["host network"])
            #expect(rows.first?.caller.subject == nil, "what a body says of a user is not verified")
            #expect(rows.first?.input?.contains(#""username":"alice""#) == true)
        }
    }

    @Test func whatIsNoReviewIsNeverAllowed() async throws {
        try await run { (server: TestServer) async throws in
            for body in ["", "{", "[]", "null", "{}", #"{"request":{"uid":"u-1"}}"#, String(Self.review("{}").dropLast())] {
                let answer = try await server.ask("POST", "/v1/admit", body: body)
                #expect(answer.status == 400, "\(body)")
                #expect(answer.body.contains(#""allowed":false"#) && !answer.body.contains(#""allowed":true"#), "\(body)")
            }
            #expect(try await server.ask("POST", "/v1/admit", body: Self.review("{}"), headers: ["Content-Type: text/plain"]).status == 415)
            #expect(try await server.ask("GET", "/v1/admit").status == 405)
            #expect(try server.decisions().allSatisfy { $0.status == .error })
        }
    }

    @Test func secretsOfReviewsAreMasked() async throws {
        try await run { (server: TestServer) async throws in
            let secret =
                #"{"data":{"a":"c2VjcmV0LXZhbHVl"},"stringData":{"b":"plain-value"},"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"copy-value"}}}"#
            #expect(try await server.ask("POST", "/v1/admit", body: Self.review(secret, kind: "Secret")).status == 200)
            let input = try #require(server.decisions().first?.input)
            for value in ["c2VjcmV0LXZhbHVl", "plain-value", "copy-value"] { #expect(!input.contains(value)) }
        }
    }

    @Test func withoutALogNothingIsAllowed() async throws {
        try await run { (server: TestServer) async throws in
            await server.application.service.store.close()
            let answer = try await server.ask("POST", "/v1/admit", body: Self.review(#"{"spec":{"limits":{}}}"#))
            #expect(answer.status == 503 && answer.body.contains(#""allowed":false"#))
        }
    }
}
