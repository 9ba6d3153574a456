import CImaging
import Glibc

/// Tries a model: checks its hashes, compiles it and reproduces its golden image. The body of `ward model-check`.
package enum ModelCheck {
    private static let usage =
        "usage: model-check <model folder> [--engine openvino|openvino-or-builtin|builtin] [--openvino-dir FOLDER] [--digest SHA256]"

    /// Runs with the arguments that follow `model-check`.
    ///
    /// - Returns: 0 when the model was admitted, 1 when not, 2 for wrong arguments; a line on standard error says why.
    package static func run(arguments: [String]) -> Int32 {
        var positional: [String] = []
        var options: [String: String] = [:]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if ["--engine", "--openvino-dir", "--digest"].contains(argument) {
                guard let value = rest.popFirst() else { return fail(usage, 2) }
                options[argument] = value
            } else {
                positional.append(argument)
            }
        }
        let directory = options["--openvino-dir"]
        let engines: [String: EngineChoice] = [
            "openvino": .openVINO(directory: directory), "openvino-or-builtin": .openVINOOrBuiltIn(directory: directory),
            "builtin": .builtIn,
        ]
        guard positional.count == 1, let engine = engines[options["--engine"] ?? "openvino-or-builtin"] else { return fail(usage, 2) }
        return run(directory: positional[0], engine: engine, digest: options["--digest"])
    }

    /// Tries the model of one folder.
    ///
    /// - Parameter digest: the manifest's SHA-256 when it must be a certain one.
    /// - Returns: 0 when the model was admitted, else 1.
    package static func run(directory: String, engine: EngineChoice = .openVINOOrBuiltIn(directory: nil), digest: String? = nil) -> Int32 {
        do throws(ModelError) {
            let files = try ModelFiles(directory: directory)
            guard digest == nil || digest == files.digest else {
                throw ModelError(.hashMismatch, "\(directory)/model.json is not the manifest that was to be checked")
            }
            _ = try Model(files, engine: try engine.makeEngine(), sessions: 1)
            return 0
        } catch {
            return fail(error.description, 1)
        }
    }

    private static func fail(_ message: String, _ code: Int32) -> Int32 {
        let line = Array("\(message)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        return code
    }

    /// Time for one model's check, its compilation included.
    private static let timeoutMilliseconds: Int32 = 120_000

    /// Runs the check in a child process.
    ///
    /// - Throws: `.admissionFailed` with the child's own words.
    static func runChild(executable: String, files: ModelFiles, engine: EngineChoice) throws(ModelError) {
        let arguments = ["ward", "model-check", files.directory] + engine.arguments + ["--digest", files.digest]
        var text = [CChar](repeating: 0, count: 2048)
        let code = withCStrings(arguments) { ward_child_run(executable, $0, timeoutMilliseconds, &text, text.count) }
        guard code != 0 else { return }
        let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let line = words.split(separator: "\n").last.map(String.init) ?? ""
        let reason =
            switch code {
            case -1: "the check could not be started: \(line)"
            case -2: "the check crashed: the engine does not survive this model"
            case -3: "the check did not end within \(timeoutMilliseconds / 1000) seconds"
            default: line.isEmpty ? "the check ended with code \(code)" : line
            }
        throw ModelError(.admissionFailed, "model \(files.manifest.name) was not admitted: \(reason)")
    }

    private static func withCStrings<Result>(_ strings: [String], _ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies.map { $0.map { UnsafePointer($0) } } + [nil])
    }
}
