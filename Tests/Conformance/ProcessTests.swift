import FoundationEssentials
import Glibc
import Rego
@_spi(Engine) import RegoRuntime
import Synchronization
import Testing

/// OPA's language tests through `ward eval` as a process, as a shell runs it.
@Suite("OPA's language tests by the process") struct ProcessTests {
    /// Cases known to pass; raise it with every case that is won, never lower it.
    static let ratchet = 2065

    /// What the workers share.
    private final class Progress: Sendable {
        let next = Atomic(0)
        let tally = Mutex(Tally())
    }

    /// The program: `WARD_BINARY`, or the one that was built beside these tests.
    static let ward: String? = {
        let beside = CommandLine.arguments[0].split(separator: "/").dropLast().joined(separator: "/")
        let known = ProcessInfo.processInfo.environment["WARD_BINARY"] ?? "/" + beside + "/ward"
        return FileManager.default.isExecutableFile(atPath: known) ? known : nil
    }()

    @Test(.enabled(if: conformanceFolder != nil && ward != nil, "no WARD_CONFORMANCE, or no ward: set WARD_BINARY"))
    func answers() async throws {
        let ward = try #require(Self.ward)
        // No command line can add a function to the language, nor run in a process that has no environment to tell of.
        let cases = try OPACase.all().filter { test in
            !test.modules.contains { $0.contains("test.sleep(") || $0.contains("as opa.runtime\n") }
        }
        let folder = "/tmp/ward-conformance-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let progress = Progress()
        try await withThrowingTaskGroup { group in
            for worker in 0..<2 {
                group.addTask {
                    let place = folder + "/\(worker)"
                    while true {
                        let index = progress.next.add(1, ordering: .relaxed).oldValue
                        guard index < cases.count else { return }
                        let why = try await ProcessCase(test: cases[index], folder: place).run(ward)
                        progress.tally.withLock { $0.record(cases[index].note, why) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let result = progress.tally.withLock { $0 }
        try result.report("opa-process")
        #expect(result.passed >= Self.ratchet)
    }
}

/// A case's files and its process.
private struct ProcessCase {
    let test: OPACase
    let folder: String

    /// Why the case fails; `nil` if it passes.
    func run(_ ward: String) async throws -> String? {
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var arguments = [ward, "eval", "-f", "json", "-d", folder + "/data.json"]
        try write(test.data.json(), to: "data.json")
        for (index, module) in test.modules.enumerated() {
            try write(module, to: "test-\(index).rego")
            arguments += ["-d", folder + "/test-\(index).rego"]
        }
        if let input = test.input {
            try write(input.json(), to: "input.json")
            arguments += ["-i", folder + "/input.json"]
        }
        // An input that is no JSON, such as one with sets, is put into the query.
        let query = test.query + (test.inputTerm.map { " with input as \($0)" } ?? "")
        if test.isStrict { arguments.append("--strict-builtin-errors") }
        let status = try await execute(arguments + [query])
        let output = try RegoValue(json: Loader.read(folder + "/output"))
        if let error = output["errors"]?[0] {
            guard status == 2 else { return "exit status \(status) with an error" }
            let place = error["location"].map { "\($0["file"]?.string ?? ""):\($0["row"]?.integer ?? 0): " } ?? ""
            let code = error["code"]?.string ?? ""
            let file = place.replacing(folder + "/", with: "")
            return test.check(code: code, message: "\(file)\(code): \(error["message"]?.string ?? "")")
        }
        guard status == 0 else { return "exit status \(status)" }
        return test.check((output["result"]?.array ?? []).map { $0["bindings"] ?? .object([:]) })
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: folder + "/" + name))
    }

    /// Runs a program with its output in a file, and waits without blocking a thread.
    private func execute(_ arguments: [String]) async throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, folder + "/output", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, folder + "/errors", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, arguments[0], &actions, nil, &pointers, environ)
        try #require(code == 0, "cannot start \(arguments[0]): \(String(cString: strerror(code)))")
        var status: Int32 = 0
        while waitpid(process, &status, WNOHANG) == 0 { try await Task.sleep(for: .milliseconds(1)) }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    }
}
