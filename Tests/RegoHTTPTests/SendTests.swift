import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// `http.send` against a server on this machine: what is sent, and what comes back.
@Suite struct SendTests {
    private func send(_ parameters: String, limits: EvaluationLimits = EvaluationLimits()) throws -> RegoValue {
        try HTTPHarness.value("http.send(\(parameters))", limits: limits)
    }

    @Test func resultHasAllFields() throws {
        let server = try LoopbackServer { _ in .json(#"{"a": [1, 2.50]}"#, "X-Twice: 1", "x-twice: 2") }
        let result = try send(#"{"method": "get", "url": "\#(server.url)/p"}"#)
        #expect(result["status"] == "200 OK")
        #expect(result["status_code"] == 200)
        #expect(result["body"]?.json() == #"{"a":[1,2.50]}"#)
        #expect(result["raw_body"] == #"{"a": [1, 2.50]}"#)
        #expect(result["headers"]?["x-twice"] == ["1", "2"])
        #expect(result["headers"]?["content-length"] == ["16"])
        let request = try #require(server.requests.first)
        #expect(request.method == "GET" && request.target == "/p")
        #expect(request.headers.keys.sorted() == ["accept-encoding", "host", "user-agent"])
    }

    @Test(arguments: [
        (#""body": {"b": "<", "a": 1}"#, #"{"a":1,"b":"\u003c"}"#), (#""body": "text""#, #""text""#), (#""raw_body": "\"raw\"""#, "raw"),
        (#""body": 1, "raw_body": "raw""#, "raw"), (#""body": {1, 2}"#, "[1,2]"),
    ])
    func bodies(_ member: String, _ sent: String) throws {
        let server = try LoopbackServer { _ in .text("") }
        _ = try send(#"{"method": "POST", "url": "\#(server.url)", \#(member)}"#)
        let request = try #require(server.requests.first)
        #expect(request.body == sent)
        #expect(request.headers["content-length"] == "\(sent.utf8.count)")
        #expect(request.headers["content-type"] == nil && request.headers["expect"] == nil)
    }

    @Test(arguments: ["PUT", "post", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "HEAD"])
    func methodsAndEmptyBodies(_ method: String) throws {
        let server = try LoopbackServer { _ in .text("x") }
        let result = try send(#"{"method": "\#(method)", "url": "\#(server.url)"}"#)
        let request = try #require(server.requests.first)
        #expect(request.method == method.uppercased())
        #expect(request.headers["content-length"] == (["PUT", "POST", "PATCH"].contains(method.uppercased()) ? "0" : nil))
        #expect(result["raw_body"] == (method == "HEAD" ? "" : "x"))
    }

    @Test func headersAreSent() throws {
        let server = try LoopbackServer { _ in .text("") }
        _ = try send(
            #"{"method": "GET", "url": "\#(server.url)", "headers": {"x-one": "1", "HOST": "other", "user-agent": "me", "Accept": "a"}}"#)
        let headers = try #require(server.requests.first).headers
        #expect(headers["x-one"] == "1" && headers["host"] == "other" && headers["user-agent"] == "me" && headers["accept"] == "a")
    }

    @Test func userOfTheURLIsAuthorization() throws {
        let server = try LoopbackServer { _ in .text("") }
        _ = try send(#"{"method": "GET", "url": "http://me:pass%20word@127.0.0.1:\#(server.port)/a%20b?q=1#f"}"#)
        let request = try #require(server.requests.first)
        #expect(request.headers["authorization"] == "Basic bWU6cGFzcyB3b3Jk")
        #expect(request.target == "/a%20b?q=1")
    }

    @Test(arguments: [
        ("application/json", "{\"a\":1}", "", "{\"a\":1}"), ("application/json; charset=utf-8", "[1]", "", "[1]"),
        ("application/problem+json", "[1]", "", "[1]"), ("text/plain", "[1]", "", "null"),
        ("text/plain", "[1]", #", "force_json_decode": true"#, "[1]"), ("text/plain", "a: 1", #", "force_yaml_decode": true"#, "{\"a\":1}"),
        ("application/yaml", "a: [x]", "", "{\"a\":[\"x\"]}"), ("application/json", "{", "", "null"), ("application/json", "", "", "null"),
        ("application/json", "{\"a\":1} more", "", "{\"a\":1}"), ("text/json", "[1]", "", "null"),
    ])
    func bodiesAreDecoded(_ type: String, _ body: String, _ option: String, _ decoded: String) throws {
        let server = try LoopbackServer { _ in .text(body, "Content-Type: \(type)") }
        let result = try send(#"{"method": "GET", "url": "\#(server.url)"\#(option)}"#)
        #expect(result["body"]?.json() == decoded)
        #expect(result["raw_body"] == .string(body))
    }

    @Test func compressedAnswersAreDecoded() throws {
        // `printf hello | gzip -n`
        let zipped: [UInt8] = [
            0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 7, 0, 0x86, 0xA6, 0x10, 0x36, 5, 0, 0, 0,
        ]
        let server = try LoopbackServer { _ in LoopbackServer.Response(headers: ["Content-Encoding: gzip"], body: zipped) }
        let result = try send(#"{"method": "GET", "url": "\#(server.url)"}"#)
        #expect(result["raw_body"] == "hello")
        #expect(result["headers"]?.object?.keys.sorted { $0.json() < $1.json() } == ["connection"])
    }

    @Test func answersOfOneEvaluationAreShared() throws {
        let server = try LoopbackServer { request in .text(request.headers["x-a"] ?? "none") }
        let request = #"{"method": "GET", "url": "\#(server.url)", "headers": {"x-a": HEADER}, "cache_ignored_headers": ["x-a"]}"#
        let one = request.replacing("HEADER", with: #""1""#)
        let two = request.replacing("HEADER", with: #""2""#)
        let result = try HTTPHarness.value("[http.send(\(one)).raw_body, http.send(\(two)).raw_body]")
        #expect(result == ["1", "1"])
        #expect(server.requests.count == 1)
    }

    @Test func socketsOfThisMachine() throws {
        let path = "/tmp/ward-http-\(UInt64.random(in: 0..<(.max))).sock"
        let server = try LoopbackServer(socketPath: path) { request in .text(request.target) }
        let escaped = path.replacing("/", with: "%2F")
        let result = try send(#"{"method": "GET", "url": "unix://localhost/end/point?a=1&socket=\#(escaped)&b=2"}"#)
        #expect(result["raw_body"] == "/end/point?a=1&b=2")
        #expect(server.requests.first?.headers["host"] == "localhost")
    }

    // MARK: Redirects

    @Test func redirectsAreFollowedWhenAsked() throws {
        let server = try LoopbackServer { request in
            switch request.target {
            case "/start": .text("moved", "Location: next?x=1", status: "302 Found")
            case "/next?x=1": .text("kept", "Location: ./a/../end", status: "307 Temporary Redirect")
            default: .text(request.method + " " + request.target + " " + request.body)
            }
        }
        let plain = try send(#"{"method": "POST", "url": "\#(server.url)/start", "raw_body": "b"}"#)
        #expect(plain["status_code"] == 302 && plain["raw_body"] == "moved")
        let followed = try send(#"{"method": "POST", "url": "\#(server.url)/start", "raw_body": "b", "enable_redirect": true}"#)
        #expect(followed["raw_body"] == "GET /end ")
        let kept = try send(#"{"method": "POST", "url": "\#(server.url)/next?x=1", "raw_body": "b", "enable_redirect": true}"#)
        #expect(kept["raw_body"] == "POST /end b")
    }

    @Test func credentialsDoNotFollowToOtherHosts() throws {
        let other = try LoopbackServer { request in .text(request.headers["authorization"] ?? "none") }
        let server = try LoopbackServer { _ in .text("", "Location: http://localhost:\(other.port)/", status: "302 Found") }
        let headers = #""headers": {"Authorization": "secret"}"#
        let result = try send(#"{"method": "GET", "url": "\#(server.url)", "enable_redirect": true, \#(headers)}"#)
        #expect(result["raw_body"] == "none")
    }

    @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd"])
    func redirectsLeadToWebPagesAlone(_ location: String) throws {
        let server = try LoopbackServer { _ in .text("", "Location: \(location)", status: "302 Found") }
        let message = HTTPHarness.failure(#"http.send({"method": "GET", "url": "\#(server.url)", "enable_redirect": true})"#)
        #expect(message?.contains("unsupported protocol scheme") == true)
    }

    @Test func redirectsEnd() throws {
        let server = try LoopbackServer { _ in .text("", "Location: /again", status: "302 Found") }
        let message = HTTPHarness.failure(#"http.send({"method": "GET", "url": "\#(server.url)", "enable_redirect": true})"#)
        #expect(message?.contains("stopped after 50 redirects") == true)
    }
}
