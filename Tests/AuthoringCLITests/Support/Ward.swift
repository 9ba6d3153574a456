import Glibc
import Synchronization

/// The built `ward` in a process of its own.
enum Ward {
    /// What became of a call.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The program beside the tests' own.
    static let path: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = String(decoding: buffer.prefix(max(length, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Under `swift test` the tests are loaded by a helper of the toolchain's: then the first argument names the bundle.
        let candidates = [own] + CommandLine.arguments
        for candidate in candidates {
            guard let slash = candidate.lastIndex(of: "/") else { continue }
            let program = candidate[..<slash] + "/ward"
            if access(String(program), X_OK) == 0 { return String(program) }
        }
        return ".build/debug/ward"
    }()

    /// Runs `ward` to its end.
    static func run(_ arguments: [String], input: String = "", environment: String = "") -> Outcome {
        let folder = TemporaryFolder()
        folder.write("in", input)
        let words = ([path] + arguments).map(quoted).joined(separator: " ")
        let line = "\(environment) \(words) < \(folder.path)/in > \(folder.path)/out 2> \(folder.path)/err"
        let status = system(line)
        let exit = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        return Outcome(status: exit, output: folder.read("out"), errors: folder.read("err"))
    }

    static func run(_ arguments: String..., input: String = "") -> Outcome { run(arguments, input: input) }

    /// A word that a shell takes as it is.
    static func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

/// A folder that is gone with the last reference to it.
final class TemporaryFolder: Sendable {
    let path: String
    private static let counter = Atomic(0)

    init() {
        path = "/tmp/ward-cli-\(getpid())-\(Self.counter.add(1, ordering: .relaxed).newValue)"
        mkdir(path, 0o700)
    }

    deinit { _ = system("rm -rf \(Ward.quoted(path))") }

    /// Writes a file, and the folders that it lies in.
    @discardableResult
    func write(_ name: String, _ text: String) -> String { write(name, bytes: Array(text.utf8)) }

    @discardableResult
    func write(_ name: String, bytes: [UInt8]) -> String {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/\(part)"
            mkdir(folder, 0o700)
        }
        guard let file = fopen("\(path)/\(name)", "w") else { return "" }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        return "\(path)/\(name)"
    }

    func read(_ name: String) -> String {
        guard let file = fopen("\(path)/\(name)", "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
