import FoundationEssentials
import Glibc

/// A `ward serve` process.
final class WardServer {
    /// The port of the plain listener, or of the first TLS one.
    private(set) var port = 0
    let running: RunningCommand
    /// The file with all that the server writes to its standard output and error.
    let messages: String

    /// Starts a server and waits until it says of itself that it is ready.
    ///
    /// - Parameters:
    ///   - configuration: YAML.
    ///   - health: where to ask for `/health`; curl's arguments before the path. `nil` asks the listener found.
    init(configuration: String, in scratch: Scratch, health: [String]? = nil) async throws {
        let file = scratch.path("ward.yaml")
        try Text.write(configuration, to: file)
        messages = scratch.path("messages-\(UUID().uuidString.prefix(8))")
        running = try Command(Clone.ward, "serve", "--config", file).start(output: messages, errors: messages)
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if let status = running.poll() {
                throw Command.Failure(description: "ward serve ended with status \(status):\n\(log)")
            }
            if let found = Self.port(in: log) {
                port = found.port
                let place = health ?? ["--insecure", "\(found.scheme)://127.0.0.1:\(found.port)"]
                let ask = ["curl", "-s", "-f", "-o", "/dev/null"] + place.dropLast() + ["\(place.last ?? "")/health"]
                if try await Command(ask).run(within: .seconds(10)).status == 0 { return }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Command.Failure(description: "ward serve was not ready within a minute:\n\(log)")
    }

    /// What the server has written to its standard output and error.
    var log: String { Text.read(messages) }

    /// The first address that a server says it listens on.
    private static func port(in log: String) -> (scheme: String, port: Int)? {
        for scheme in ["http", "https"] {
            for line in log.split(separator: "\n") {
                for host in ["127.0.0.1", "0.0.0.0"] {
                    guard let range = line.firstRange(of: "\(scheme)://\(host):") else { continue }
                    if let port = Int(line[range.upperBound...].prefix { $0.isASCII && $0.isNumber }), port > 0 { return (scheme, port) }
                }
            }
        }
        return nil
    }

    /// Asks the server by curl; returns the status and the body.
    func ask(_ path: String, body: String? = nil, token: String? = nil) async throws -> (status: Int, body: String) {
        var words = ["curl", "-s", "--max-time", "60", "-w", "\n%{http_code}", "http://127.0.0.1:\(port)\(path)"]
        if let body { words += ["-H", "Content-Type: application/json", "--data-binary", body] }
        if let token { words += ["-H", "Authorization: Bearer \(token)"] }
        let outcome = try await Command(words).run()
        guard let line = outcome.output.lastIndex(of: "\n"), let status = Int(outcome.output[outcome.output.index(after: line)...]) else {
            throw Command.Failure(description: "curl: \(outcome.report)")
        }
        return (status, String(outcome.output[..<line]))
    }

    /// Asks for a graceful end and waits for it.
    func stop() async throws -> Int32 {
        running.send(SIGTERM)
        return try await running.wait(within: .seconds(30))
    }
}

/// Configurations of the servers that are tested.
enum ServerYAML {
    /// Policies and the log, no images.
    static func policies(_ scratch: Scratch) -> String {
        """
        listeners: [{http: "127.0.0.1:0"}]
        policy: {paths: [\(Clone.path("policies/medical")), \(Clone.path("policies/kubernetes"))]}
        admission: {deny: data.kubernetes.admission.deny, warn: data.kubernetes.admission.warn}
        log: {path: \(scratch.path("decisions.sqlite"))}

        """
    }

    /// With the gate, one store `images` and the demonstration's identities.
    static func gate(_ scratch: Scratch) -> String {
        policies(scratch) + """
            identity: {keys: \(scratch.path("jwks.json")), issuer: "https://login.hospital.example", audience: ward}
            gate:
              stores: {images: \(scratch.path("images"))}
              models: \(Clone.path("examples/models"))

            """
    }
}
