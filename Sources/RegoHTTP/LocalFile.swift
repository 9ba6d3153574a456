internal import Glibc

/// Files that a request names.
enum LocalFile {
    /// The bytes of a file of at most a few megabytes.
    ///
    /// - Throws: Go's words for what is wrong.
    static func read(_ path: String) throws(HTTPFault) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw .request("open \(path): invalid argument") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .request("open \(path): \(message(errno))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .request("read \(path): \(message(errno))") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= 16 << 20 else { throw .request("read \(path): file too large") }
        }
    }

    /// The words for an error number, as Go has them.
    static func message(_ number: Int32) -> String {
        var text = [CChar](repeating: 0, count: 256)
        guard strerror_r(number, &text, text.count) == 0 else { return "error \(number)" }
        let message = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return message.prefix(1).lowercased() + message.dropFirst()
    }
}
