import DecisionLog
import Foundation
import PolicyServer
import Testing

/// The gate before inference, with a real model, real files and real tokens.
@Suite struct GateTests {
    static let policy = """
        package medical

        default allow := false
        allow if {
            "doctor" in input.user.roles
            input.action == "inference"
            input.data.location == "local"
            permitted
        }
        permitted if input.data.modality in {"CT", "MR"}
        reasons contains "not a doctor" if not "doctor" in input.user.roles
        reasons contains sprintf("location is %v", [input.data.location]) if input.data.location != "local"
        reasons contains sprintf("modality is %v", [object.get(input.data, "modality", "unknown")]) if not permitted
        """

    static let model = "/v2/models/ct-nodule/infer"

    private func run(
        policy: String = policy, _ body: @escaping @Sendable (TestServer, TestKeys) async throws -> Void
    ) async throws {
        let scratch = try Scratch()
        let keys = try TestKeys(in: scratch)
        let image = try Array(Data(contentsOf: URL(filePath: Repository.path("examples/models/ct-nodule/golden.dcm"))))
        try scratch.write(policy, to: "policy/medical.rego")
        try scratch.write(image, to: "images/ct/one.dcm")
        try scratch.write(image.replacing(Array("CS\u{2}\u{0}CT".utf8), with: Array("CS\u{2}\u{0}MR".utf8)), to: "images/mr.dcm")
        try scratch.write(image.replacing(Array("CS\u{2}\u{0}CT".utf8), with: Array("CS\u{2}\u{0}US".utf8)), to: "images/us.dcm")
        try scratch.write("this is no image", to: "images/broken.dcm")
        try scratch.write(Array(image.prefix(image.count / 2)), to: "images/cut.dcm")
        try scratch.write(image, to: "outside.dcm")
        try FileManager.default.createSymbolicLink(atPath: scratch("images/link.dcm"), withDestinationPath: scratch("outside.dcm"))
        let yaml = """
            policy: {paths: [policy]}
            identity: {keys: jwks.json, issuer: hospital, audience: ward, claims: [department]}
            gate:
              stores: {images: images, proc: /proc}
              models: \(Repository.path("examples/models"))
              engine: builtin

            """
        try await TestServer.run(yaml, in: scratch) { (server: TestServer) async throws in try await body(server, keys) }
    }

    private static func reference(_ path: String, store: String = "images") -> String {
        #"{"id":"42","parameters":{"store":"\#(store)","path":"\#(path)"}}"#
    }

    private static func bearer(_ token: String) -> [String] { ["Authorization: Bearer \(token)"] }

    @Test func aDoctorGetsOutputs() async throws {
        try await run { (server: TestServer, keys: TestKeys) async throws in
            let doctor = Self.bearer(try keys.token())
            for body in [
                Self.reference("ct/one.dcm"), #"{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":["images/ct/one.dcm"]}]}"#,
                Self.reference("mr.dcm"),
            ] {
                let answer = try await server.ask("POST", Self.model, body: body, headers: doctor)
                #expect(answer.status == 200, "\(answer)")
                for part in [
                    #""model_name":"ct-nodule""#, #""decision_id":""#, #""model_sha256":""#, #""latency_ms":"#,
                    #""name":"prob","datatype":"FP32","shape":[1,1]"#,
                    #""peak_row":"#, #""notice":""#,
                ] { #expect(answer.body.contains(part), "\(part) in \(answer.body.prefix(600))") }
            }
            let chosen = try await server.ask(
                "POST", Self.model, body: Self.reference("ct/one.dcm").replacing("}}", with: #"},"outputs":[{"name":"prob"}]}"#),
                headers: doctor)
            #expect(chosen.status == 200 && !chosen.body.contains(#""name":"heat""#))
            let rows = try server.decisions()
            #expect(rows.map(\.status) == Array(repeating: .allowed, count: 4))
            #expect(rows.allSatisfy { $0.caller.subject == "dr.no" && $0.caller.role == "doctor" && $0.model?.name == "ct-nodule" })
            #expect(rows.first?.input?.contains(#""location":"local""#) == true)
            #expect(rows.first?.input?.contains(#""modality":"CT""#) == true)
            #expect(rows.first?.input?.contains(#""department":"radiology""#) == true)
        }
    }

    @Test func nobodyWithoutAGoodTokenGetsIn() async throws {
        try await run { (server: TestServer, keys: TestKeys) async throws in
            let good = try keys.token()
            let cases: [(String, [String], String)] = try [
                ("none", [], "missing token"), ("another scheme", ["Authorization: Basic YTpi"], "missing token"),
                ("empty", ["Authorization: Bearer "], "missing token"), ("garbage", Self.bearer("a.b.c"), "invalid token"),
                ("expired", Self.bearer(keys.token(expiresIn: -600)), "expired token"),
                ("another key", Self.bearer(keys.token(key: "other")), "invalid token"),
                ("alg none", Self.bearer(keys.token(algorithm: "none")), "invalid token"),
                ("another issuer", Self.bearer(keys.token(issuer: "evil")), "invalid token"),
                ("another audience", Self.bearer(keys.token(audience: "evil")), "invalid token"),
                ("cut", Self.bearer(String(good.dropLast(4))), "invalid token"),
                ("two", Self.bearer(good) + Self.bearer(good), "invalid token"),
                ("changed", Self.bearer(good.replacing(".", with: ".e", maxReplacements: 1)), "invalid token"),
            ]
            for (name, headers, reason) in cases {
                let answer = try await server.ask("POST", Self.model, body: Self.reference("ct/one.dcm"), headers: headers)
                #expect(answer.status == 401, "\(name): \(answer)")
                #expect(answer.header("WWW-Authenticate")?.hasPrefix("Bearer realm=\"ward\"") == true, "\(name)")
                #expect(
                    answer.body.hasPrefix(#"{"error":"\#(reason)","code":"unauthenticated","decision_id":""#), "\(name): \(answer.body)")
            }
            let rows = try server.decisions()
            #expect(rows.count == cases.count)
            #expect(rows.allSatisfy { $0.status == .denied && $0.caller.subject == nil })
            // No part of a token is written down anywhere.
            let secret = String(good.split(separator: ".")[1].prefix(60))
            let files = ["decisions.sqlite", "decisions.sqlite-wal"].compactMap { try? Data(contentsOf: URL(filePath: server.scratch($0))) }
            #expect(files.allSatisfy { $0.firstRange(of: Data(secret.utf8)) == nil })
            #expect(!server.messages.text.contains(secret))
        }
    }

    @Test func whoMayNotKnowCannotTellImagesApart() async throws {
        try await run { (server: TestServer, keys: TestKeys) async throws in
            let nurse = Self.bearer(try keys.token(roles: #""nurse""#))
            var bodies: Set<String> = []
            for path in [
                "ct/one.dcm", "mr.dcm", "us.dcm", "none.dcm", "broken.dcm", "cut.dcm", "link.dcm", "../outside.dcm", "ct", "/etc/passwd",
                "",
                "ct/../../outside.dcm", "a\\u0000b",
            ] {
                // Only what depends on the request itself may differ.
                let answer = try await server.ask("POST", Self.model, body: Self.reference(path), headers: nurse)
                #expect(answer.status == 403, "\(path): \(answer)")
                bodies.insert(answer.body.replacing(/[0-9a-f]{8}-[0-9a-f-]{27}/, with: "ID"))
            }
            let noStore = try await server.ask("POST", Self.model, body: Self.reference("x", store: "none"), headers: nurse)
            bodies.insert(noStore.body.replacing(/[0-9a-f]{8}-[0-9a-f-]{27}/, with: "ID"))
            #expect(bodies.count == 1, "\(bodies)")
            #expect(bodies.first?.contains(#""reasons":["location is unknown","modality is unknown","not a doctor"]"#) == true, "\(bodies)")
            // The log knows better.
            let rows = try server.decisions()
            #expect(rows.first?.reasons == ["not a doctor"])
            #expect(rows.contains { $0.error?.contains("escapes_root") == true })
        }
    }

    @Test func whoMayKnowIsToldWhatIsWrong() async throws {
        try await run { (server: TestServer, keys: TestKeys) async throws in
            let doctor = Self.bearer(try keys.token())
            for (path, status, code) in [
                ("none.dcm", 404, "image_not_found"), ("../outside.dcm", 404, "image_not_found"), ("link.dcm", 404, "image_not_found"),
                ("ct", 404, "image_not_found"), ("broken.dcm", 422, "image_unusable"), ("cut.dcm", 422, "image_unusable"),
                ("us.dcm", 403, "denied"),
            ] {
                let answer = try await server.ask("POST", Self.model, body: Self.reference(path), headers: doctor)
                #expect(answer.status == status && answer.body.contains("\"code\":\"\(code)\""), "\(path): \(answer)")
            }
            let remote = try await server.ask("POST", Self.model, body: Self.reference("cpuinfo", store: "proc"), headers: doctor)
            #expect(remote.status == 403, "a file under /proc is not an image on a local disk: \(remote)")
            #expect(!remote.body.contains("outputs"))
            #expect(try server.decisions().allSatisfy { $0.status != .allowed || $0.input?.contains("cut.dcm") == true })
        }
    }

    @Test func requestsThatAreNoneAreRefused() async throws {
        try await run { (server: TestServer, keys: TestKeys) async throws in
            let doctor = Self.bearer(try keys.token())
            for body in [
                "", "{", "[]", "{}", #"{"parameters":{"store":"images"}}"#, #"{"parameters":{"store":1,"path":"a"}}"#,
                #"{"parameters":[]}"#,
                #"{"inputs":[{"name":"x","datatype":"FP32","shape":[1,1,256,256],"data":[0]}]}"#, #"{"inputs":{}}"#,
                #"{"inputs":[{"datatype":"BYTES","shape":[1],"data":["noslash"]}]}"#,
                #"{"inputs":[{"datatype":"BYTES","shape":[2],"data":["a/b","c/d"]}]}"#,
                #"{"parameters":{"store":"images","path":"ct/one.dcm"},"inputs":[{"datatype":"BYTES","shape":[1],"data":["images/mr.dcm"]}]}"#,
                #"{"parameters":{"store":"images","path":"us.dcm","path":"ct/one.dcm"}}"#,
                #"{"parameters":{"store":"images","path":"ct/one.dcm"},"outputs":[{"name":"none"}]}"#,
            ] {
                let answer = try await server.ask("POST", Self.model, body: body, headers: doctor)
                #expect(answer.status == 400 && answer.body.contains("bad_request"), "\(body): \(answer)")
            }
            #expect(
                try await server.ask("POST", "/v2/models/none/infer", body: Self.reference("ct/one.dcm"), headers: doctor).status == 404)
            #expect(try await server.ask("GET", Self.model, headers: doctor).status == 405)
        }
    }

    @Test func callersCannotClaimFacts() async throws {
        try await run { (server: TestServer, keys: TestKeys) async throws in
            let nurse = Self.bearer(try keys.token(roles: #""nurse""#))
            let body =
                #"{"user":{"roles":["doctor"]},"parameters":{"store":"images","path":"ct/one.dcm","role":"doctor","location":"local","purpose":"ETREAT"}}"#
            let answer = try await server.ask("POST", Self.model, body: body, headers: nurse + ["X-Role: doctor"])
            #expect(answer.status == 403)
            #expect(try server.decisions().first?.input?.contains(#""claimed":{"purpose":"ETREAT"}"#) == true)
        }
    }

    @Test(arguments: [
        ("undefined", "other := 1", 403), ("not a boolean", "allow := \"true\"", 403), ("an object", "allow := {\"a\": true}", 403),
        ("a conflict", "allow := true if input.action\nallow := false if input.user", 503),
        ("too slow", "allow if { some i in numbers.range(1, 100000); some j in numbers.range(1, 100000); i + j == 0 }", 503),
    ])
    func policiesThatDoNotAllowRefuse(_ name: String, _ rules: String, _ status: Int) async throws {
        try await run(policy: "package medical\n\n\(rules)\n") { (server: TestServer, keys: TestKeys) async throws in
            let answer = try await server.ask("POST", Self.model, body: Self.reference("ct/one.dcm"), headers: Self.bearer(keys.token()))
            #expect(answer.status == status, "\(name): \(answer)")
            #expect(!answer.body.contains("outputs"))
        }
    }

    @Test func withoutALogNothingIsAnswered() async throws {
        try await run { (server: TestServer, keys: TestKeys) async throws in
            await server.application.service.store.close()
            let answer = try await server.ask("POST", Self.model, body: Self.reference("ct/one.dcm"), headers: Self.bearer(keys.token()))
            #expect(answer.status == 503 && answer.body.contains("log_unavailable"))
            #expect(!answer.body.contains("outputs"))
            let page = try await server.ask("GET", "/metrics")
            #expect(page.body.contains(#"ward_decision_log_failures_total{code="closed"} 1"#))
        }
    }

    @Test func readEndpoints() async throws {
        try await run { (server: TestServer, _: TestKeys) async throws in
            for path in ["/v2", "/v2/health/live", "/v2/health/ready", "/v2/models", "/v2/models/ct-nodule", "/v2/models/ct-nodule/ready"] {
                #expect(try await server.ask("GET", path).status == 200, "\(path)")
            }
            let metadata = try await server.ask("GET", "/v2/models/ct-nodule")
            #expect(metadata.body.contains(#""inputs":[{"name":"image","datatype":"BYTES","shape":[1]}]"#))
            for path in [
                "/v2/models/none", "/v2/models/ct-nodule/versions/none", "/v2/models/ct-nodule/other", "/v2/models/..%2Fct-nodule",
            ] {
                #expect(try await server.ask("GET", path).status == 404, "\(path)")
            }
        }
    }
}
