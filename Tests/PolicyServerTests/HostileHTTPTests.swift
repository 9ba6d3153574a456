import PolicyServer
import Testing

/// Clients that do not play by the rules.
@Suite struct HostileHTTPTests {
    private func run(_ extra: String = "", _ body: @escaping @Sendable (TestServer) async throws -> Void) async throws {
        let scratch = try Scratch()
        try scratch.write("package p\n\nallow := true\n", to: "p.rego")
        try await TestServer.run("policy: {paths: [p.rego]}\n" + extra, in: scratch) { (server: TestServer) async throws in
            try await body(server)
            // Whatever happened, the next client is served.
            #expect(try await server.ask("GET", "/health").status == 200)
        }
    }

    @Test func targetsThatLeadElsewhere() async throws {
        try await run { (server: TestServer) async throws in
            for path in [
                "/v1/data/../../etc/passwd", "/v1/data/%2e%2e/%2e%2e", "/%2e%2e/v1/data", "/v1/data/%", "/v1/data/%zz", "/v1/data/%ff",
                "/v1/data/a%00b",
                "/v1/data/./p", "/v1/data?input=%zz",
            ] {
                let answer = try await server.ask("GET", path)
                #expect(answer.status == 400, "\(path): \(answer)")
            }
            for path in ["/v1", "/v1/dat", "/V1/data", "/metrics/x", "/etc/passwd", "//", "/v3"] {
                #expect([404, 200].contains(try await server.ask("GET", path).status), "\(path)")
            }
        }
    }

    @Test func whatIsNotHTTP() async throws {
        try await run { (server: TestServer) async throws in
            for text in [
                "\u{16}\u{3}\u{1}\u{0}\u{5}hello", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /health HTTP/1.1\r\nBad Header: x\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "POST /v1/data HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST /v1/data HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            ] {
                let connection = try await RawConnection.open(server.addresses[0])
                try await connection.send(text)
                let answer = try await connection.readAll()
                #expect(!answer.hasPrefix("HTTP/1.1 200"), "\(text.debugDescription): \(answer)")
            }
        }
    }

    @Test func hugeHeaders() async throws {
        try await run("limits: {header: 4KiB}\n") { (server: TestServer) async throws in
            let many = (0..<200).map { "X-\($0): y" }
            for headers in [["X: " + String(repeating: "a", count: 100_000)], many] {
                let connection = try await RawConnection.open(server.addresses[0])
                // The server may close while we still send.
                try? await connection.send(TestServer.request("GET", "/health", headers: headers))
                let answer = (try? await connection.readAll()) ?? ""
                #expect(!answer.hasPrefix("HTTP/1.1 200"))
            }
            let connection = try await RawConnection.open(server.addresses[0])
            try? await connection.send(TestServer.request("GET", "/health?" + String(repeating: "a", count: 100_000)))
            let answer = (try? await connection.readAll()) ?? ""
            #expect(!answer.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func bodiesThatAreTooLarge() async throws {
        try await run("limits: {body: 1KiB}\n") { (server: TestServer) async throws in
            // Declared: refused before a byte of it is read.
            let declared = try await RawConnection.open(server.addresses[0])
            try await declared.send("POST /v1/data/p HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
            #expect(try await declared.answer().status == 413)
            // Expected: no leave to send is given.
            let polite = try await RawConnection.open(server.addresses[0])
            try await polite.send("POST /v1/data/p HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await polite.answer().status == 413)
            // Chunked: refused when the limit is passed.
            let chunked = try await RawConnection.open(server.addresses[0])
            try await chunked.send("POST /v1/data/p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            try await chunked.send("800\r\n" + String(repeating: "x", count: 0x800) + "\r\n")
            #expect(try await chunked.answer().status == 413)
        }
    }

    @Test func leaveToSendIsGiven() async throws {
        try await run { (server: TestServer) async throws in
            let connection = try await RawConnection.open(server.addresses[0])
            try await connection.send("POST /v1/data/p/allow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            try await connection.send("{}")
            #expect(try await connection.answer().status == 200)
        }
    }

    /// A client that sends a byte now and then, or takes none, is cut off.
    @Test(arguments: [
        ("nothing at all", ""), ("half a header", "GET /health HTTP/1.1\r\nHost:"),
        ("half a body", "POST /v1/data/p HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{"),
        ("an endless body", "POST /v1/data/p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"),
    ])
    func slowClientsAreCutOff(_ name: String, _ start: String) async throws {
        try await run("timeouts: {header: 2s, read: 1s, idle: 1s}\n") { (server: TestServer) async throws in
            let connection = try await RawConnection.open(server.addresses[0])
            if !start.isEmpty { try await connection.send(start) }
            let begun = ContinuousClock.now
            // A trickle that would keep any idle timer quiet.
            let trickle = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: .milliseconds(50))
                    if start.isEmpty { continue }
                    try await connection.send(start.contains("chunked") ? "1\r\nx\r\n" : "x")
                }
            }
            let answer = (try? await connection.readAll()) ?? ""
            trickle.cancel()
            #expect(!answer.hasPrefix("HTTP/1.1 200"), "\(name)")
            #expect(ContinuousClock.now - begun < .seconds(120), "\(name)")
        }
    }

    @Test func connectionsAreKeptAndThenClosed() async throws {
        try await run("timeouts: {idle: 2s}\n") { (server: TestServer) async throws in
            let connection = try await RawConnection.open(server.addresses[0])
            for _ in 0..<3 {
                try await connection.send(TestServer.request("POST", "/v1/data/p/allow", body: "{}"))
                #expect(try await connection.answer().status == 200)
            }
            #expect(try await connection.readAll().isEmpty)
        }
    }

    @Test func connectionsBeyondTheLimitWait() async throws {
        try await run("limits: {connections: 2}\n") { (server: TestServer) async throws in
            let first = try await RawConnection.open(server.addresses[0])
            let second = try await RawConnection.open(server.addresses[0])
            let third = try await RawConnection.open(server.addresses[0])
            try await third.send(TestServer.request("GET", "/health"))
            first.close()
            second.close()
            #expect(try await third.answer().status == 200)
            third.close()
        }
    }

    @Test func strangeBodies() async throws {
        try await run { (server: TestServer) async throws in
            let deep = String(repeating: "[", count: 200_000)
            for (headers, body, status) in [
                (["Content-Encoding: gzip"], "{}", 415), (["Content-Type: image/png"], "{}", 200), ([], deep, 400),
                (["Content-Type: application/yaml"], "input: {a: 1}", 200), (["Content-Type: application/yaml"], "a: [", 400),
                ([], "{\"input\": {}, \"input\": {}}", 400), ([], "{\"input\": 1e999999999}", 200), ([], "\u{FEFF}{}", 400),
            ] {
                let answer = try await server.ask("POST", "/v1/data/p/allow", body: body, headers: headers)
                #expect(answer.status == status, "\(headers) \(body.prefix(40)): \(answer)")
            }
        }
    }
}
