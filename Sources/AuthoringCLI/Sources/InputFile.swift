import Glibc
import Rego
@_spi(Engine) import RegoRuntime

/// An input document that a command is given: a file, or standard input.
struct InputFile {
    /// The file; `nil` for none.
    var path: String?
    /// The document is on standard input.
    var isStandardInput = false

    /// Reads the document, JSON or else YAML.
    ///
    /// - Throws: a `Loader.Failure` that names the file.
    func read() throws(Loader.Failure) -> RegoValue? {
        if isStandardInput { return try Self.parse(try Loader.readAll(STDIN_FILENO, name: "standard input"), name: "standard input") }
        guard let path else { return nil }
        let name = path.hasPrefix("file://") ? String(path.dropFirst(7)) : path
        return try Self.parse(try Loader.read(name), name: name)
    }

    private static func parse(_ bytes: [UInt8], name: String) throws(Loader.Failure) -> RegoValue {
        do throws(JSONError) {
            return try RegoValue(json: bytes)
        } catch {
            return try parseYAML(bytes, name: name, afterJSON: "\(error)")
        }
    }

    /// Reads what is not JSON as YAML.
    ///
    /// - Parameter problem: what keeps the text from being JSON.
    static func parseYAML(_ bytes: [UInt8], name: String, afterJSON problem: String) throws(Loader.Failure) -> RegoValue {
        // Text that begins as JSON does is meant to be JSON: YAML's message would only mislead.
        let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "\"") {
            throw Loader.Failure("unable to parse input: \(name): \(problem)")
        }
        return try Loader.parseYAML(bytes, path: name)
    }
}
