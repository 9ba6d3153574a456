import DecisionLog
import NIOSSL
import PolicyServer
import Testing

@Suite struct TLSTests {
    private func run(_ extra: String, _ body: @escaping @Sendable (TestServer) async throws -> Void) async throws {
        let scratch = try Scratch()
        try TestKeys.makeCertificates(in: scratch)
        try scratch.write("package p\n\nwho := input\n", to: "p.rego")
        let yaml = "policy: {paths: [p.rego]}\nlisteners:\n  - {https: \"127.0.0.1:0\", certificate: server.crt, key: server.key\(extra)}\n"
        try await TestServer.run(yaml, in: scratch, body)
    }

    private static func client(_ server: TestServer, certificate: String? = nil, _ change: (inout TLSConfiguration) -> Void = { _ in })
        throws -> TLSConfiguration
    {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(server.scratch("ca.crt"))
        tls.certificateVerification = .noHostnameVerification
        if let certificate {
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile(server.scratch("\(certificate).crt")).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: server.scratch("\(certificate).key"), format: .pem))
        }
        change(&tls)
        return tls
    }

    private static func ask(_ server: TestServer, _ tls: TLSConfiguration?) async throws -> RawConnection.Answer {
        let connection = try await RawConnection.open(server.addresses[0], tls: tls)
        defer { connection.close() }
        try await connection.send(TestServer.request("POST", "/v1/data/p/who", body: #"{"input":1}"#))
        return try await connection.answer()
    }

    @Test func answersOverTLS() async throws {
        try await run("") { (server: TestServer) async throws in
            #expect(server.addresses[0].kind == .https)
            #expect(try await Self.ask(server, Self.client(server)).status == 200)
            #expect(try await Self.ask(server, Self.client(server) { $0.maximumTLSVersion = .tlsv12 }).status == 200)
            await #expect(throws: (any Error).self, "TLS 1.1") {
                try await Self.ask(
                    server,
                    Self.client(server) {
                        $0.minimumTLSVersion = .tlsv1; $0.maximumTLSVersion = .tlsv11
                    })
            }
            await #expect(throws: (any Error).self, "no TLS at all") { try await Self.ask(server, nil) }
        }
    }

    @Test func lowestVersionCanBe13() async throws {
        try await run(", minimum_tls: \"1.3\"") { (server: TestServer) async throws in
            #expect(try await Self.ask(server, Self.client(server)).status == 200)
            await #expect(throws: (any Error).self) {
                try await Self.ask(server, Self.client(server) { $0.maximumTLSVersion = .tlsv12 })
            }
        }
    }

    @Test func clientCertificatesAreRequired() async throws {
        try await run(", client_authorities: ca.crt") { (server: TestServer) async throws in
            await #expect(throws: (any Error).self) { try await Self.ask(server, Self.client(server)) }
            #expect(try await Self.ask(server, Self.client(server, certificate: "client")).status == 200)
            let rows = try server.decisions()
            #expect(rows.map(\.caller.subject) == [#"CN=pacs-1,O=Hospital\, Inc,C=DE"#])
        }
    }

    @Test func clientCertificatesCanBeOptional() async throws {
        try await run(", client_authorities: ca.crt, client_certificates: optional") { (server: TestServer) async throws in
            #expect(try await Self.ask(server, Self.client(server)).status == 200)
            #expect(try await Self.ask(server, Self.client(server, certificate: "client")).status == 200)
            #expect(try server.decisions().map(\.caller.subject) == [nil, #"CN=pacs-1,O=Hospital\, Inc,C=DE"#])
        }
    }

    @Test func certificatesAreReadAgain() async throws {
        try await run("") { (server: TestServer) async throws in
            try TestKeys.openssl(
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=new", "-keyout", server.scratch("server.key"),
                "-out",
                server.scratch("server.crt"))
            #expect(try await Self.ask(server, Self.client(server)).status == 200, "the old one until told otherwise")
            server.application.reload()
            #expect(try await Self.ask(server, Self.client(server) { $0.trustRoots = .file(server.scratch("server.crt")) }).status == 200)
            try server.scratch.write("garbage", to: "server.crt")
            server.application.reload()
            #expect(server.messages.text.contains("certificate not reloaded"))
        }
    }

    @Test func aKeyThatDoesNotFitDoesNotStart() async throws {
        let scratch = try Scratch()
        try TestKeys.makeCertificates(in: scratch)
        await #expect(throws: StartError.self) {
            try await TestServer.run(
                "listeners:\n  - {https: \"127.0.0.1:0\", certificate: server.crt, key: client.key}\n", in: scratch
            ) { _ in }
        }
    }
}
