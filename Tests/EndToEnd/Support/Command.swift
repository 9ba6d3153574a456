import FoundationEssentials
import Glibc

/// A program in a process of its own. Waiting for it suspends and blocks no thread.
struct Command {
    /// What became of a process: its exit status (128 + signal when a signal ended it) and what it wrote.
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String

        /// For comments of expectations.
        var report: String { "status \(status)\n\(output.suffix(4000))\n\(errors.suffix(4000))" }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    var arguments: [String]
    var environment: [String: String] = [:]
    var input = "/dev/null"
    /// The folder that the process works in.
    var folder = Clone.root

    init(_ arguments: String..., environment: [String: String] = [:], input: String = "/dev/null") {
        self.init(arguments, environment: environment, input: input)
    }

    init(_ arguments: [String], environment: [String: String] = [:], input: String = "/dev/null") {
        self.arguments = arguments
        self.environment = environment
        self.input = input
    }

    /// Runs the program to its end; kills it after a time.
    func run(within limit: Duration = .seconds(120)) async throws -> Outcome {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let running = try start(output: scratch.path("out"), errors: scratch.path("err"))
        let status = try await running.wait(within: limit)
        return Outcome(status: status, output: Text.read(scratch.path("out")), errors: Text.read(scratch.path("err")))
    }

    /// Starts the program with its output in files, which may be one and the same.
    func start(output: String, errors: String) throws -> RunningCommand {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        // Threads of Swift's pool block signals, and a process would inherit that: SIGTERM must reach what is started here.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var variables = ProcessInfo.processInfo.environment
        // A crashed child must not leave a backtracer behind that holds files open.
        variables["SWIFT_BACKTRACE"] = "enable=no"
        for (name, value) in environment { variables[name] = value }
        var process: pid_t = 0
        // `env -C` changes the folder and becomes the program.
        let words = ["/usr/bin/env", "-C", folder] + arguments
        let code = withCStrings(words) { argv in
            withCStrings(variables.map { "\($0.key)=\($0.value)" }) { envp in
                posix_spawn(&process, "/usr/bin/env", &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else { throw Failure(description: "cannot start \(arguments[0]): \(String(cString: strerror(code)))") }
        return RunningCommand(process: process, name: arguments[0])
    }

    private func withCStrings<Result>(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            // Never empty: the terminator is in it.
            body(buffer.baseAddress.unsafelyUnwrapped)
        }
    }
}

/// A process that runs.
final class RunningCommand {
    let process: pid_t
    private let name: String
    private var status: Int32?

    init(process: pid_t, name: String) {
        self.process = process
        self.name = name
    }

    deinit {
        guard status == nil else { return }
        kill(process, SIGKILL)
        var ignored: Int32 = 0
        waitpid(process, &ignored, 0)
    }

    /// Its exit status, 128 + signal when a signal ended it; `nil` while it runs.
    func poll() -> Int32? {
        if let status { return status }
        var raw: Int32 = 0
        guard waitpid(process, &raw, WNOHANG) == process else { return nil }
        let signal = raw & 0x7F
        status = signal == 0 ? raw >> 8 & 0xFF : 128 + signal
        return status
    }

    func send(_ signal: Int32) {
        if poll() == nil { kill(process, signal) }
    }

    /// Waits for the end; kills the process after a time and throws.
    @discardableResult
    func wait(within limit: Duration) async throws -> Int32 {
        let deadline = ContinuousClock.now + limit
        while true {
            if let status = poll() { return status }
            if ContinuousClock.now > deadline {
                send(SIGKILL)
                throw Command.Failure(description: "\(name) did not end within \(limit)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Files as text.
enum Text {
    /// The file's content; empty when it cannot be read.
    static func read(_ path: String) -> String {
        (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    static func bytes(_ path: String) -> Data {
        (try? Data(contentsOf: URL(filePath: path))) ?? Data()
    }

    static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }
}
