import Glibc

/// Standard output and standard error, without buffers that a crash could lose.
package enum Console {
    /// Writes text to standard output.
    package static func print(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }
    /// Writes bytes to standard output.
    package static func print(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }
    /// Writes text and a line break to standard error.
    package static func printError(_ text: String) { write(Array((text + "\n").utf8), to: STDERR_FILENO) }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let written = Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
                if written < 0, errno == EINTR { continue }
                // A reader that went away (`| head`) wants no more.
                if written <= 0 { return }
                offset += written
            }
        }
    }
}
