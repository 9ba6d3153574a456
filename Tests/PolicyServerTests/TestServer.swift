import DecisionLog
import Foundation
import Imaging
import Logging
import PolicyServer
import Synchronization

/// A folder that goes with its owner.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "ward-\(UUID().uuidString.prefix(8))").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// The permission bits of a file.
    func mode(_ name: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: self(name))[.posixPermissions] as? Int ?? -1
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = URL(filePath: self(name))
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }
}

/// Where this repository lies.
enum Repository {
    static func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path + "/" + name
    }
}

/// What the server logged, for tests that look for secrets in it.
final class CapturedLog: Sendable {
    private let lines = Mutex<[String]>([])
    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(log: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.lines.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:]) \(metadata)") }
        }
    }
}

/// A server on a free port, within the test's process.
final class TestServer: Sendable {
    let scratch: Scratch
    let application: ServerApplication
    let addresses: [BoundAddress]
    let messages: CapturedLog

    private init(_ scratch: Scratch, _ application: ServerApplication, _ addresses: [BoundAddress], _ messages: CapturedLog) {
        self.scratch = scratch
        self.application = application
        self.addresses = addresses
        self.messages = messages
    }

    /// Runs a server while `body` does.
    ///
    /// - Parameter configuration: YAML; `listeners` and `log` are added when they are missing.
    static func run<T: Sendable>(
        _ configuration: String, in scratch: Scratch, _ body: @escaping @Sendable (TestServer) async throws -> T
    ) async throws -> T {
        var text = configuration
        if !text.contains("listeners:") { text += "\nlisteners: [{http: \"127.0.0.1:0\"}]\n" }
        if !text.contains("log:") { text += "\nlog: {path: \(scratch("decisions.sqlite"))}\n" }
        let parsed = try ServerConfiguration.parse(text, name: "test.yaml", folder: scratch.path)
        let messages = CapturedLog()
        let application = try await ServerApplication(parsed, version: "test", modelAdmission: .inProcess, logger: messages.logger)
        let (ready, signal) = AsyncStream<[BoundAddress]>.makeStream()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { signal.finish() }
                try await application.run(handlesSignals: false) { signal.yield($0) }
            }
            var addresses = ready.makeAsyncIterator()
            guard let bound = await addresses.next() else {
                try await group.waitForAll()
                throw RawConnection.Failure(description: "the server ended before it was ready")
            }
            let server = TestServer(scratch, application, bound, messages)
            let result: Result<T, any Error>
            do {
                result = .success(try await body(server))
            } catch {
                result = .failure(error)
            }
            await application.shutDown()
            try await group.waitForAll()
            return try result.get()
        }
    }

    /// Sends a request on a connection of its own.
    func ask(
        _ method: String, _ path: String, body: String? = nil, headers: [String] = [], address: Int = 0
    ) async throws -> RawConnection.Answer {
        let connection = try await RawConnection.open(addresses[address])
        defer { connection.close() }
        try await connection.send(Self.request(method, path, body: body, headers: headers))
        return try await connection.answer(hasBody: method != "HEAD")
    }

    static func request(_ method: String, _ path: String, body: String? = nil, headers: [String] = []) -> String {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: ward"] + headers
        if let body {
            lines.append("Content-Length: \(body.utf8.count)")
            if !headers.contains(where: { $0.lowercased().hasPrefix("content-type") }) { lines.append("Content-Type: application/json") }
        }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }

    /// The decisions, oldest first.
    func decisions() throws -> [StoredDecision] {
        let reader = try DecisionReader(path: application.service.store.path)
        defer { reader.close() }
        var query = DecisionQuery()
        query.order = .oldestFirst
        query.limit = 1000
        return try reader.list(query).decisions
    }
}
