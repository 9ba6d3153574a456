import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// `http.send` where it has no answer, in OPA's words.
@Suite struct SendFailureTests {
    @Test(arguments: [
        (#"{"method": "get"}"#, #"http.send: operand 1 missing required request parameters(s): {"url"}"#),
        (#"{}"#, #"http.send: operand 1 missing required request parameters(s): {"method", "url"}"#),
        (
            #"{"method": "get", "url": "http://127.0.0.1:1", "x": 1, "a": 2}"#,
            #"http.send: operand 1 invalid request parameters(s): {"a", "x"}"#
        ),
        (#"{"method": 1, "url": "http://127.0.0.1:1"}"#, #"http.send: "method" must be a string"#),
        (#"{"method": "get", "url": 1}"#, #"http.send: "url" must be a string"#),
        (#"{"method": "get", "url": "http://127.0.0.1:1", "raise_error": 1}"#, "http.send: invalid value for raise_error field"),
        (#"{"method": "get", "url": "http://127.0.0.1:1", "cache": 1}"#, #"http.send: invalid value for "cache" field"#),
        (
            #"{"method": "get", "url": "http://127.0.0.1:1", "force_cache": true}"#,
            "http.send: 'force_cache' set but 'force_cache_duration_seconds' parameter is missing"
        ),
        (
            #"{"method": "get", "url": "http://127.0.0.1:1", "force_cache": true, "force_cache_duration_seconds": "a"}"#,
            #"http.send: strconv.ParseInt: parsing "\"a\"": invalid syntax"#
        ),
        (
            #"{"method": "get", "url": "http://127.0.0.1:1", "enable_redirect": "yes"}"#,
            #"http.send: strconv.ParseBool: parsing "\"yes\"": invalid syntax"#
        ),
        (#"{"method": "get", "url": "http://127.0.0.1:1", "headers": 1}"#, "http.send: invalid type for headers key"),
        (
            #"{"method": "get", "url": "http://127.0.0.1:1", "timeout": "soon"}"#,
            #"http.send: invalid timeout value "soon": time: invalid duration "soon""#
        ),
        (
            #"{"method": "get", "url": "http://127.0.0.1:1", "timeout": []}"#,
            "http.send: operand 1 'timeout' must be one of {string, number} but got array"
        ),
        (
            #"{"method": "get", "url": "http://127.0.0.1:1", "max_retry_attempts": -1}"#,
            #"http.send: invalid value -1 for field "max_retry_attempts""#
        ),
        (#"{"method": "get", "url": "ftp://127.0.0.1"}"#, #"http.send: Get "ftp://127.0.0.1": unsupported protocol scheme "ftp""#),
        (#"{"method": "get", "url": "/path"}"#, #"http.send: Get "/path": unsupported protocol scheme """#),
        (#"{"method": "get", "url": "http:///path"}"#, #"http.send: Get "http:///path": http: no Host in request URL"#),
        (#"{"method": "a b", "url": "http://127.0.0.1:1"}"#, #"http.send: net/http: invalid method "A B""#),
        (
            #"{"method": "get", "url": "http://127.0.0.1:1", "headers": {"a": "1\r\nb: 2"}}"#,
            #"http.send: Get "http://127.0.0.1:1": net/http: invalid header field value for "A""#
        ),
        (
            #"{"method": "get", "url": "http://127.0.0.1:1", "headers": {"a b": "1"}}"#,
            #"http.send: Get "http://127.0.0.1:1": net/http: invalid header field name "a b""#
        ),
        (
            #"{"method": "post", "url": "http://127.0.0.1:1"}"#,
            #"http.send: Post "http://127.0.0.1:1": dial tcp 127.0.0.1:1: connect: connection refused"#
        ),
        (
            #"{"method": "get", "url": "http://me:secret@127.0.0.1:1/"}"#,
            #"http.send: Get "http://me:***@127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused"#
        ),
        (
            #"{"method": "get", "url": "http://name.invalid/"}"#,
            #"http.send: Get "http://name.invalid/": dial tcp: lookup name.invalid: no such host"#
        ),
        (
            #"{"method": "get", "url": "https://127.0.0.1:1", "tls_ca_cert": "x"}"#, "http.send: could not append certificates"
        ),
        (
            #"{"method": "get", "url": "https://127.0.0.1:1", "tls_ca_cert_file": "/nonexistent"}"#,
            "http.send: open /nonexistent: no such file or directory"
        ),
        (
            #"{"method": "get", "url": "https://127.0.0.1:1", "tls_client_cert": "x", "tls_client_key": "y"}"#,
            "http.send: tls: failed to find any PEM data in certificate input"
        ),
        (
            #"{"method": "get", "url": "https://127.0.0.1:1", "tls_client_cert_env_variable": "NONE", "tls_client_key_env_variable": "N"}"#,
            #"http.send: cannot extract public/private key pair from envvars "NONE", "N": tls: failed to find any PEM data in certificate input"#
        ),
    ])
    func messages(_ parameters: String, _ message: String) {
        #expect(HTTPHarness.failure("http.send(\(parameters))") == message)
    }

    @Test func failuresCanBeResults() throws {
        let refused = try HTTPHarness.value(#"http.send({"method": "get", "url": "http://127.0.0.1:1", "raise_error": false})"#)
        #expect(refused["status_code"] == 0)
        #expect(refused["error"]?["code"] == "eval_http_send_network_error")
        #expect(refused["error"]?["message"] == #"Get "http://127.0.0.1:1": dial tcp 127.0.0.1:1: connect: connection refused"#)
        let malformed = try HTTPHarness.value(#"http.send({"method": "get", "raise_error": false})"#)
        #expect(malformed["error"]?["code"] == "eval_http_send_internal_error")
        #expect(
            malformed["error"]?["message"]
                == #"1:6: eval_type_error: http.send: operand 1 missing required request parameters(s): {"url"}"#)
    }

    @Test func timeoutsEndTheRequest() throws {
        let server = try LoopbackServer { _ in LoopbackServer.Response(delay: 2) }
        let parameters = #""method": "get", "url": "\#(server.url)", "timeout": "60ms""#
        #expect(HTTPHarness.failure("http.send({\(parameters)})") == "http.send: Get \(server.url): request timed out")
        let result = try HTTPHarness.value("http.send({\(parameters), \"raise_error\": false})")
        #expect(
            result["error"]?["message"]?.string?.hasSuffix("context deadline exceeded (Client.Timeout exceeded while awaiting headers)")
                == true)
    }

    @Test func timeoutsEndTheBody() throws {
        let server = try LoopbackServer { _ in LoopbackServer.Response(body: Array("late".utf8), delay: 2, delaysBody: true) }
        #expect(
            HTTPHarness.failure(#"http.send({"method": "get", "url": "\#(server.url)", "timeout": 60000000})"#)
                == "http.send: context deadline exceeded (Client.Timeout or context cancellation while reading body)")
    }

    @Test func theEvaluationsDeadlineEndsTheRequest() throws {
        let server = try LoopbackServer { _ in LoopbackServer.Response(delay: 3) }
        var limits = EvaluationLimits()
        limits.time = .milliseconds(80)
        let error = #expect(throws: EvaluationError.self) {
            try HTTPHarness.value(#"http.send({"method": "get", "url": "\#(server.url)", "raise_error": false})"#, limits: limits)
        }
        #expect(error?.code == .deadline)
        #expect(error?.message == "http.send: timed out (context deadline exceeded)")
    }

    @Test func attemptsAreRepeated() throws {
        // Nothing listens any more once the server is gone.
        let port = try LoopbackServer { _ in .text("") }.port
        let message = HTTPHarness.failure(#"http.send({"method": "get", "url": "http://127.0.0.1:\#(port)", "max_retry_attempts": 2})"#)
        #expect(message?.hasSuffix("connection refused") == true)
        let broken = try LoopbackServer { _ in LoopbackServer.Response(headers: ["Content-Length: 10"], body: [1]) }
        _ = HTTPHarness.failure(#"http.send({"method": "get", "url": "\#(broken.url)", "max_retry_attempts": 2})"#)
        // The head has come: what follows is not repeated.
        #expect(broken.requests.count == 1)
    }

    @Test func whatIsNoAnswerFails() throws {
        let server = try LoopbackServer { _ in LoopbackServer.Response(status: "\r\n\u{1}garbage") }
        #expect(HTTPHarness.failure(#"http.send({"method": "get", "url": "\#(server.url)"})"#) != nil)
    }

    @Test func nonStrictErrorsAreUndefined() throws {
        let query = try Policy(modules: []).prepare(query: #"x := http.send({"method": "get", "url": "http://127.0.0.1:1"})"#)
        #expect(query.canBlock)
        #expect(try query.evaluate().solutions.isEmpty)
        #expect(try !Policy(modules: []).prepare(query: "x := 1 + 1").canBlock)
    }
}
