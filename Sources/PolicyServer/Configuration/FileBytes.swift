import Glibc

/// Reads files through the system calls; `ward` starts without Foundation.
package enum FileBytes {
    package enum Kind: Sendable, Equatable {
        case file, folder, other
    }

    /// Why a file could not be read.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// What a path names, symbolic links followed; `nil` when it cannot be reached.
    package static func kind(of path: String) -> Kind? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    /// The bytes of a file of at most `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(description: "cannot open \(path): \(message(errno))") }
        defer { close(descriptor) }
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return result }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(description: "cannot read \(path): \(message(errno))")
            }
            guard result.count + count <= limit else { throw Failure(description: "\(path) is larger than \(limit) bytes") }
            result.append(contentsOf: chunk[..<count])
        }
    }

    /// The names in a folder, sorted by their bytes, without `.` and `..`.
    package static func entries(of path: String) throws(Failure) -> [String] {
        guard let folder = opendir(path) else { throw Failure(description: "cannot open the folder \(path): \(message(errno))") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The system's words for an error number.
    static func message(_ number: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
