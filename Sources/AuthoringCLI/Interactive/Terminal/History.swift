import Glibc
@_spi(Engine) import RegoRuntime

/// The lines that were entered before, kept in a file that only its owner may read.
package struct History {
    /// The lines, the newest last.
    package private(set) var lines: [String] = []
    private let path: String?
    /// Lines kept; older ones are forgotten.
    private static let limit = 2000

    /// Reads the file, if there is one.
    ///
    /// - Parameter path: `nil` to keep nothing.
    package init(path: String?) {
        self.path = path
        guard let path, let file = fopen(path, "r") else { return }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) >= 0, let text = line {
            var entry = String(cString: text)
            if entry.utf8.last == UInt8(ascii: "\n") { entry.removeLast() }
            if !entry.isEmpty { lines.append(entry) }
        }
        guard lines.count > Self.limit else { return }
        lines.removeFirst(lines.count - Self.limit)
        rewrite()
    }

    /// `.ward_history` in the user's home folder; `nil` if there is no such folder.
    package static var usualPath: String? { ProcessEnvironment["HOME"].map { $0 + "/.ward_history" } }

    /// Adds a line, unless it is empty or the same as the one before; at once also to the file.
    package mutating func add(_ line: String) {
        guard !line.isEmpty, line != lines.last else { return }
        lines.append(line)
        if lines.count > Self.limit { lines.removeFirst() }
        write([line], flags: O_APPEND)
    }

    /// Puts the lines that are kept in the place of the file. What cannot be written is not kept: a prompt must work without it.
    private func rewrite() { write(lines, flags: O_TRUNC) }

    private func write(_ lines: [String], flags: Int32) {
        guard let path else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, S_IRUSR | S_IWUSR)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
