import FoundationEssentials
import Glibc
import Testing

extension EndToEnd {
    /// What README tells a newcomer to run.
    @Suite(.enabled(if: Clone.hasWard && Clone.python != nil, "no ward binary or no Python with pydicom: run Tests/run"))
    struct QuickstartTests {
        @Test func quickstartShowsTheMainJob() async throws {
            let outcome = try await Command(Clone.path("examples/quickstart/run"), environment: ["WARD_BINARY": Clone.ward]).run(
                within: .seconds(300))
            #expect(outcome.status == 0, "\(outcome.output)\n\(outcome.errors)")
            #expect(outcome.output.contains(" 0 not as expected"))
            #expect(!outcome.output.contains("✗"))
        }

        @Test func quickstartFailsWhenSomethingIsNotAsItShouldBe() async throws {
            let outcome = try await Command(Clone.path("examples/quickstart/run"), environment: ["WARD_BINARY": "/bin/false"]).run(
                within: .seconds(300))
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("✗"))
        }

        /// Every block of README's that is marked `sh`, in order, against a server started as README says.
        @Test func readmeCommandsWork() async throws {
            let scratch = try Scratch()
            defer { scratch.remove() }
            let blocks = Readme.blocks
            let first = try #require(blocks.first)
            #expect(first.text.contains("examples/quickstart/run"))
            #expect(first.text.contains("Tests/run"))
            let place = Readme.Place(folder: scratch.path("demo"), http: try freePort(), tls: try freePort())
            let serve = try #require(blocks.first { $0.kind == "sh serve" })
            let output = scratch.path("serve")
            let server = try Command(["bash", "-c", "exec \(place.adapt(serve.text))"], environment: place.environment).start(
                output: output, errors: output)
            let deadline = ContinuousClock.now + .seconds(120)
            while !Text.read(output).contains("Ward answers on"), server.poll() == nil, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(server.poll() == nil, "\(Text.read(output))")
            for block in blocks where block.kind == "sh" && block.text != first.text {
                let outcome = try await Command(
                    ["bash", "-euo", "pipefail", "-c", place.adapt(block.text)], environment: place.environment
                )
                .run()
                #expect(outcome.status == 0, "\(block.text)\n\(outcome.report)")
                #expect(!outcome.output.contains("\"error\""), "\(block.text)\n\(outcome.report)")
            }
            server.send(SIGTERM)
            #expect(try await server.wait(within: .seconds(30)) == 0)
        }

        private func freePort() throws -> Int {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length) | getsockname(descriptor, $0, &length)
                }
            }
            guard code == 0 else { throw Command.Failure(description: "no free port") }
            return Int(in_port_t(bigEndian: address.sin_port))
        }
    }
}

/// README's code blocks.
enum Readme {
    struct Block {
        /// What follows the fence: `sh`, `sh serve`, `text`.
        var kind: String
        var text: String
    }

    /// Where the commands run in a test, in place of what README names.
    struct Place {
        var folder: String
        var http: Int
        var tls: Int

        var environment: [String: String] {
            ["WARD_BINARY": Clone.ward, "WARD_HTTP_PORT": String(http), "WARD_TLS_PORT": String(tls)]
        }

        func adapt(_ command: String) -> String {
            command.replacing("/tmp/ward-demo", with: folder).replacing("127.0.0.1:8181", with: "127.0.0.1:\(http)")
                .replacing("localhost:8443", with: "localhost:\(tls)").replacing(".build/release/ward", with: "'\(Clone.ward)'")
        }
    }

    static let blocks: [Block] = {
        var blocks: [Block] = []
        var open: Block?
        for line in Text.read(Clone.path("README.md")).split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(block)
                    open = nil
                } else {
                    open = Block(kind: String(line.dropFirst(3)), text: "")
                }
            } else {
                open?.text += line + "\n"
            }
        }
        return blocks.filter { $0.kind.hasPrefix("sh") }
    }()
}
