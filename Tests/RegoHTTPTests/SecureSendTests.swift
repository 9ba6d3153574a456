import Glibc
import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// `http.send` over TLS: who is trusted, and as whom it speaks.
@Suite struct SecureSendTests {
    private func send(_ server: SecureServer, _ members: String, host: String = "127.0.0.1") -> String? {
        let request = #"http.send({"method": "GET", "url": "https://\#(host):\#(server.port)/", \#(members)})"#
        do {
            return try HTTPHarness.value(request)["raw_body"]?.string
        } catch {
            return (error as? EvaluationError)?.message
        }
    }

    @Test func authorities() throws {
        let server = try SecureServer()
        let host = "127.0.0.1:\(server.port) "
        #expect(send(server, #""tls_ca_cert_file": "\#(server.authority)""#) == host)
        #expect(send(server, #""tls_ca_cert_file": "\#(server.authority)", "tls_use_system_certs": true"#) == host)
        let text = try String(decoding: HTTPHarness.file(server.authority), as: UTF8.self)
        #expect(send(server, #""tls_ca_cert": "\#(text.replacing("\n", with: #"\n"#))""#) == host)
        #expect(send(server, #""tls_ca_cert": "\#(text.replacing("\n", with: #"\\n"#))""#) == host)
        setenv("RULES_AUTHORITY", text, 1)
        #expect(send(server, #""tls_ca_cert_env_variable": "RULES_AUTHORITY""#) == host)
        #expect(send(server, #""tls_insecure_skip_verify": true"#) == host)
        let unknown =
            #"http.send: Get "https://127.0.0.1:\#(server.port)/": tls: failed to verify certificate: "#
            + "x509: certificate signed by unknown authority"
        #expect(send(server, #""timeout": "5s""#) == unknown)
        #expect(send(server, #""tls_use_system_certs": true"#) == unknown)
    }

    @Test func serverNames() throws {
        let server = try SecureServer()
        let trust = #""tls_ca_cert_file": "\#(server.authority)""#
        #expect(send(server, trust + #", "tls_server_name": "good.example""#) == "127.0.0.1:\(server.port) ")
        #expect(send(server, trust + #", "headers": {"Host": "good.example"}"#) == "good.example ")
        #expect(send(server, trust + #", "tls_server_name": "bad.example""#)?.contains("not valid for bad.example") == true)
        #expect(send(server, trust, host: "localhost")?.contains("not valid for localhost") == true)
        #expect(send(server, trust + #", "tls_server_name": "good.example""#, host: "localhost") == "localhost:\(server.port) ")
    }

    @Test func clientCertificates() throws {
        let server = try SecureServer(asksForClients: true)
        let trust = #""tls_ca_cert_file": "\#(server.authority)""#
        let (certificate, key) = ("\(server.folder)/client.pem", "\(server.folder)/client.key")
        let known = "127.0.0.1:\(server.port) client"
        #expect(send(server, trust + #", "tls_client_cert_file": "\#(certificate)", "tls_client_key_file": "\#(key)""#) == known)
        setenv("RULES_CERTIFICATE", try String(decoding: HTTPHarness.file(certificate), as: UTF8.self), 1)
        setenv("RULES_KEY", try String(decoding: HTTPHarness.file(key), as: UTF8.self), 1)
        #expect(
            send(
                server,
                trust + #", "tls_client_cert_env_variable": "RULES_CERTIFICATE", "tls_client_key_env_variable": "RULES_KEY""#)
                == known)
        #expect(send(server, trust)?.hasPrefix("http.send: ") == true)
        let wrong = #", "tls_client_cert_file": "\#(certificate)", "tls_client_key_file": "\#(server.folder)/server.key""#
        #expect(send(server, trust + wrong) == "http.send: tls: private key does not match public key")
    }

    @Test func plainServersAreNoSecureOnes() throws {
        let server = try LoopbackServer { _ in .text("") }
        let message = HTTPHarness.failure(#"http.send({"method": "get", "url": "https://127.0.0.1:\#(server.port)"})"#)
        #expect(
            message == #"http.send: Get "https://127.0.0.1:\#(server.port)": http: server gave HTTP response to HTTPS client"#)
    }
}
