import DecisionLog
import PolicyServer
import Testing

@Suite struct ShutdownTests {
    private let yaml = "policy: {paths: [p.rego]}\ntimeouts: {shutdown: 5s}\n"

    private func scratch() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write("package p\n\nallow := true\n", to: "p.rego")
        return scratch
    }

    @Test func requestsUnderWayFinish() async throws {
        let scratch = try scratch()
        let connection = try await TestServer.run(yaml, in: scratch) { (server: TestServer) async throws in
            let idle = try await RawConnection.open(server.addresses[0])
            let busy = try await RawConnection.open(server.addresses[0])
            try await busy.send("POST /v1/data/p/allow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{")
            try await Task.sleep(for: .milliseconds(200))
            await server.application.shutDown()
            #expect(try await idle.readAll().isEmpty, "a connection without a request is closed at once")
            try await busy.send("}")
            #expect(try await busy.answer().status == 200)
            return busy
        }
        #expect((try? await connection.readAll()) ?? "" == "")
        let reader = try DecisionReader(path: scratch("decisions.sqlite"))
        defer { reader.close() }
        #expect(try reader.count() == 1)
    }

    @Test func requestsThatDoNotFinishAreCutOff() async throws {
        let scratch = try scratch()
        let begun = ContinuousClock.now
        try await TestServer.run("policy: {paths: [p.rego]}\ntimeouts: {shutdown: 300ms}\n", in: scratch) {
            (server: TestServer) async throws in
            let stuck = try await RawConnection.open(server.addresses[0])
            try await stuck.send("POST /v1/data/p/allow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{")
            try await Task.sleep(for: .milliseconds(200))
        }
        #expect(ContinuousClock.now - begun < .seconds(120))
    }

    @Test func unixSocketsGoAndAreNotStolen() async throws {
        let scratch = try scratch()
        let configuration = yaml + "listeners: [{unix: socket}]\n"
        try await TestServer.run(configuration, in: scratch) { (server: TestServer) async throws in
            let mode = try scratch.mode("socket")
            #expect(mode == 0o600)
            #expect(try await server.ask("GET", "/health").status == 200)
            await #expect(throws: StartError.self) {
                try await TestServer.run(configuration + "log: {path: \(scratch("second.sqlite"))}\n", in: scratch) { _ in }
            }
            #expect(try await server.ask("GET", "/health").status == 200, "the first server's socket is still its own")
        }
        #expect(throws: (any Error).self) { try scratch.mode("socket") }
    }

    @Test func anAddressInUseIsAnError() async throws {
        let scratch = try scratch()
        try await TestServer.run(yaml, in: scratch) { (server: TestServer) async throws in
            let other = try Scratch()
            try other.write("package p\n\nallow := true\n", to: "p.rego")
            await #expect {
                try await TestServer.run(
                    "policy: {paths: [p.rego]}\nlisteners: [{http: \"127.0.0.1:\(server.addresses[0].port)\"}]\n", in: other
                ) { _ in }
            } throws: { "\($0)".contains("cannot listen on 127.0.0.1:") }
        }
    }
}
