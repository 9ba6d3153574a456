@_spi(Engine) public import RegoRuntime
import RegoYAML

/// Reads YAML as Kubernetes and OPA do: as another way to write JSON.
///
/// Keys become strings, `<<` merges, timestamps stay text; what JSON cannot say (`.nan`, `.inf`) is refused.
public enum YAMLReader {
    /// What is wrong with the text, and where.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// The place and what is wrong there.
        public let description: String
    }

    /// Reads one document; an empty text is `null`.
    public static func read(_ bytes: [UInt8]) throws(Failure) -> RegoValue {
        let arena = Arena()
        defer { arena.destroy() }
        return RegoValue(try read(bytes, in: arena))
    }

    /// Reads one document into an arena.
    static func read(_ bytes: [UInt8], in arena: Arena) throws(Failure) -> Value {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let line = Self.firstBrokenLine(of: bytes)
            throw Failure(description: "yaml: line \(line): the text is not UTF-8")
        }
        do throws(YAMLReading.Failure) {
            return try YAMLReading.read(text, in: arena)
        } catch {
            throw Failure(description: error.place.map { "yaml: line \($0.line): \($0.problem)" } ?? error.message)
        }
    }

    /// The line, from 1, of the first byte that belongs to no character.
    private static func firstBrokenLine(of bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
    }
}
