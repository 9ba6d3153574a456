import DecisionLog
import FoundationEssentials
import Glibc
import Testing

extension EndToEnd {
    /// A `ward serve` process from start to end: killed, stopped, looked into.
    @Suite(.enabled(if: Clone.hasWard, "no ward binary: run Tests/run, or set WARD_BINARY"))
    struct ServerLifeTests {
        static let question =
            #"{"input": {"action": "inference", "user": {"role": "doctor"}, "data": {"location": "local", "modality": "CT"}}}"#

        /// An answer leaves Ward only after its row is committed: whatever a client has seen when the process is killed is in the log.
        @Test func killedUnderLoadNoAnsweredDecisionIsMissing() async throws {
            let scratch = try Scratch()
            defer { scratch.remove() }
            var total = 0
            for round in 1...3 {
                let server = try await WardServer(configuration: ServerYAML.policies(scratch), in: scratch)
                let clients = try (0..<6).map { number in
                    try Command(
                        "curl", "-s", "--fail-early", "--no-buffer", "--max-time", "60", "-w", "\n", "-H", "Content-Type: application/json",
                        "--data-binary", Self.question, "http://127.0.0.1:\(server.port)/v1/data/medical/allow?n=[1-100000]"
                    ).start(output: scratch.path("answers-\(round)-\(number)"), errors: "/dev/null")
                }
                let names = (0..<6).map { scratch.path("answers-\(round)-\($0)") }
                // Killed in full flight: every client has had answers, and more are on their way.
                let deadline = ContinuousClock.now + .seconds(30)
                while names.contains(where: { Text.bytes($0).count < 20_000 }), ContinuousClock.now < deadline {
                    try await Task.sleep(for: .milliseconds(10))
                }
                server.running.send(SIGKILL)
                #expect(try await server.running.wait(within: .seconds(10)) == 128 + SIGKILL)
                for client in clients { try await client.wait(within: .seconds(60)) }
                let answered = names.flatMap { decisionIDs(in: Text.read($0)) }
                #expect(answered.count >= 600, "too little load to show anything: \(answered.count) answers")
                try expectAll(answered, in: scratch.path("decisions.sqlite"))
                total += answered.count
            }
            print("killed three times under load: \(total) answered decisions, all of them in the log")
            // The log that was killed three times goes on, and its chain holds.
            let server = try await WardServer(configuration: ServerYAML.policies(scratch), in: scratch)
            let answer = try await server.ask("/v1/data/medical/allow", body: Self.question)
            #expect(answer.status == 200)
            #expect(try await server.stop() == 0)
            try expectAll(decisionIDs(in: answer.body), in: scratch.path("decisions.sqlite"))
            let verified = try await Command(Clone.ward, "log", "verify", "-l", scratch.path("decisions.sqlite")).run()
            #expect(verified.status == 0, "\(verified.report)")
            #expect(verified.output.contains("the log is intact"))
        }

        /// SIGTERM: what has begun is finished and logged, what is new is refused, the process ends with status 0.
        @Test func stoppedRequestsUnderWayFinish() async throws {
            let scratch = try Scratch()
            defer { scratch.remove() }
            let server = try await WardServer(configuration: ServerYAML.policies(scratch), in: scratch)
            let connection = try RawConnection(port: server.port)
            let body = Self.question
            try connection.send(
                "POST /v1/data/medical/allow HTTP/1.1\r\nHost: ward\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n" + body.prefix(20))
            // The server has seen the header by now.
            try await Task.sleep(for: .milliseconds(300))
            server.running.send(SIGTERM)
            try await Task.sleep(for: .milliseconds(300))
            #expect(server.running.poll() == nil, "the server did not wait for the request: \(server.log)")
            #expect(throws: (any Error).self, "a new connection is refused") { try RawConnection(port: server.port) }
            try connection.send(String(body.dropFirst(20)))
            let answer = try await connection.readAll()
            #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)\n\(server.log)")
            #expect(try await server.running.wait(within: .seconds(20)) == 0, "\(server.log)")
            let ids = decisionIDs(in: answer)
            #expect(ids.count == 1)
            try expectAll(ids, in: scratch.path("decisions.sqlite"))
        }

        /// Neither a token nor a patient's name nor what a caller put where it does not belong is written down.
        @Test(.enabled(if: Clone.python != nil, "no Python with pydicom: run Tests/run"))
        func writesDownNoSecrets() async throws {
            let scratch = try Scratch()
            defer { scratch.remove() }
            try await makeStore(scratch)
            let server = try await WardServer(configuration: ServerYAML.gate(scratch), in: scratch)
            let question = #"{"parameters": {"store": "images", "path": "ct/CT_small.dcm"}}"#
            var secrets: [String] = []
            var decisions = 0
            for (name, status) in [("doctor", 200), ("nurse", 403), ("expired", 401), ("other-key", 401), ("alg-none", 401)] {
                let token = Text.read(scratch.path("tokens/\(name)")).split(separator: "\n").map(String.init).first ?? ""
                secrets += token.split(separator: ".").filter { $0.count > 40 }.map(String.init)
                let answer = try await server.ask("/v2/models/ct-nodule/infer", body: question, token: token)
                #expect(answer.status == status, "\(name): \(answer.body)")
                decisions += 1
            }
            let input =
                #"{"input": {"token": "s3cr3t-t0ken", "patient": {"name": "Doe^Jane"}, "PatientName": "Doe^Jane", "password": "hunter22"}}"#
            #expect(try await server.ask("/v1/data/medical/allow", body: input).status == 200)
            decisions += 1
            #expect(try await server.stop() == 0)
            let written = ["decisions.sqlite", "decisions.sqlite-wal"].map { Text.bytes(scratch.path($0)) } + [Text.bytes(server.messages)]
            // CT_small.dcm's PatientName is CompressedSamples^CT1, its PatientID 1CT1.
            for secret in secrets + ["s3cr3t-t0ken", "hunter22", "Doe^Jane", "CompressedSamples"] {
                for bytes in written { #expect(bytes.firstRange(of: Data(secret.utf8)) == nil, "found \(secret.prefix(24))") }
            }
            let reader = try DecisionReader(path: scratch.path("decisions.sqlite"))
            defer { reader.close() }
            #expect(try reader.count() == decisions)
        }

        /// A caller who may not know learns nothing about which images there are.
        @Test(.enabled(if: Clone.python != nil, "no Python with pydicom: run Tests/run"))
        func refusalsDoNotTellUnknownFromForbidden() async throws {
            let scratch = try Scratch()
            defer { scratch.remove() }
            try await makeStore(scratch)
            let server = try await WardServer(configuration: ServerYAML.gate(scratch), in: scratch)
            let nurse = Text.read(scratch.path("tokens/nurse")).split(separator: "\n").map(String.init).first ?? ""
            var bodies: Set<String> = []
            for path in [
                "ct/CT_small.dcm", "ct/none.dcm", "traps/link.dcm", "../outside/CT_small.dcm", "traps/text.dcm", "traps/pipe.dcm", "",
            ] {
                let question = #"{"parameters": {"store": "images", "path": "\#(path)"}}"#
                let answer = try await server.ask("/v2/models/ct-nodule/infer", body: question, token: nurse)
                #expect(answer.status == 403, "\(path): \(answer.body)")
                let id = decisionIDs(in: answer.body).first ?? "none"
                bodies.insert(answer.body.replacing(id, with: "ID"))
            }
            #expect(bodies.count == 1, "\(bodies)")
            #expect(try await server.stop() == 0)
        }

        // MARK: Helpers

        /// Tokens, keys and the folder `images`, as the quickstart makes them.
        private func makeStore(_ scratch: Scratch) async throws {
            let python = Clone.python ?? "python3"
            let folder = Clone.path("examples/quickstart/demonstration")
            for script in ["identities.py", "images.py"] {
                let outcome = try await Command(
                    [python, "\(folder)/\(script)", scratch.folder], environment: ["PYTHONDONTWRITEBYTECODE": "1"]
                ).run()
                #expect(outcome.status == 0, "\(outcome.report)")
            }
            try FileManager.default.moveItem(atPath: scratch.path("ward-3"), toPath: scratch.path("images"))
        }

        /// The decision ids of all whole answers in a text.
        private func decisionIDs(in text: String) -> [String] {
            var ids: [String] = []
            for line in text.split(whereSeparator: \.isNewline) where line.hasSuffix("}") {
                guard let value = try? JSONValue(String(line)) else { continue }
                if let id = value["decision_id"]?.string ?? value["parameters"]?["decision_id"]?.string { ids.append(id) }
            }
            return ids
        }

        private func expectAll(_ ids: [String], in database: String) throws {
            let reader = try DecisionReader(path: database)
            defer { reader.close() }
            #expect(Set(ids).count == ids.count, "ids are unique")
            let missing = try ids.filter { try reader.decision(id: $0) == nil }
            #expect(missing.isEmpty, "\(missing.count) of \(ids.count) answered decisions are not in the log")
            #expect(try reader.verify().isIntact)
        }
    }
}
