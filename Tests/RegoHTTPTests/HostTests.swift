import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// Hosts that a capabilities file allows.
@Suite struct HostTests {
    private func failure(_ expression: String, allowing hosts: [String]) -> String? {
        do {
            var options = Policy.Options()
            var capabilities = try Capabilities(fileOrVersion: "v1.9.0")
            capabilities.allowedHosts = hosts
            options.capabilities = capabilities
            let query = try Policy(modules: [], options: options).prepare(query: "x := \(expression)")
            var limits = EvaluationLimits()
            limits.strictBuiltinErrors = true
            _ = try query.evaluate(.none, limits: limits)
            return nil
        } catch {
            return (error as? EvaluationError)?.message ?? "\(error)"
        }
    }

    @Test func requestsGoToAllowedHostsAlone() throws {
        let server = try LoopbackServer { _ in .text("") }
        let call = #"http.send({"method": "get", "url": "\#(server.url)"})"#
        #expect(failure(call, allowing: ["127.0.0.1"]) == nil)
        #expect(failure(call, allowing: ["localhost"]) == "http.send: unallowed host: 127.0.0.1")
        #expect(failure(call, allowing: []) == "http.send: unallowed host: 127.0.0.1")
        #expect(
            failure(#"http.send({"method": "get", "url": "unix://there/?socket=x"})"#, allowing: ["here"])?.hasSuffix("host: there") == true
        )
        #expect(server.requests.count == 1)
    }

    @Test func redirectsGoToAllowedHostsAlone() throws {
        let server = try LoopbackServer { request in
            request.target == "/" ? .text("", "Location: http://localhost/x", status: "302 Found") : .text("")
        }
        let call = #"http.send({"method": "get", "url": "\#(server.url)/", "enable_redirect": true})"#
        #expect(failure(call, allowing: ["127.0.0.1"]) == #"http.send: Get "http://localhost/x": unallowed host: localhost"#)
    }

    @Test func keptAnswersAreForAllowedHostsAlone() throws {
        let server = try LoopbackServer { _ in .text("secret", "Expires: Tue, 01 Jan 2999 00:00:00 GMT") }
        let call = #"http.send({"method": "get", "url": "\#(server.ownURL)", "cache": true})"#
        #expect(failure(call, allowing: ["127.0.0.1"]) == nil)
        #expect(failure(call, allowing: []) == "http.send: unallowed host: 127.0.0.1")
    }

    @Test func lookUps() {
        #expect(failure(#"net.lookup_ip_addr("localhost")"#, allowing: ["localhost"]) == nil)
        #expect(failure(#"net.lookup_ip_addr("localhost")"#, allowing: ["other"]) == "net.lookup_ip_addr: unallowed host: localhost")
    }
}
