import Glibc

/// Files and folders through the system calls; `ward` starts without Foundation.
package enum FileBytes {
    /// What a path leads to.
    package enum Kind: Sendable, Equatable {
        case file, folder, other
    }

    /// Why a file or folder cannot be read.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        /// The path and the system's words.
        package let description: String

        init(_ description: String) { self.description = description }

        /// What the last system call said of a path.
        init(lastOf path: String) { description = "\(path): \(FileBytes.message(errno))" }
    }

    /// Bytes of one file beyond which it is refused where no other limit is given.
    package static let usualLimit = 1 << 31

    /// What a path names, symbolic links followed; `nil`, with the reason in `errno`, when it cannot be reached.
    package static func kind(of path: String) -> Kind? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    /// Whether a path is a symbolic link.
    static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// The bytes of a file.
    ///
    /// - Parameter limit: how many there may be.
    package static func read(_ path: String, limit: Int = usualLimit) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(lastOf: path) }
        defer { close(descriptor) }
        var status = stat()
        let size = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
        return try readAll(descriptor, name: path, expecting: size, limit: limit)
    }

    /// What is left to read from a descriptor, to its end; it stays open.
    ///
    /// - Parameters:
    ///   - name: what messages call it.
    ///   - size: how many bytes there probably are; 0 if that is not known.
    ///   - limit: how many there may be.
    static func readAll(_ descriptor: Int32, name: String, expecting size: Int, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        // One byte more than expected, so that the end is found without asking for more memory.
        var room = size > 0 && size <= limit ? size + 1 : 65536
        while true {
            var count = 0
            if bytes.isEmpty {
                // The usual way for a whole file: the memory is not cleared first.
                bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, initialized in
                    unsafe ProcessMemory.preferHugePages(for: UnsafeRawBufferPointer(buffer))
                    count = unsafe Glibc.read(descriptor, buffer.baseAddress, room)
                    initialized = max(count, 0)
                }
            } else {
                let start = bytes.count
                bytes.append(contentsOf: repeatElement(0, count: room))
                count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress! + start, room) }
                bytes.removeLast(room - max(count, 0))
            }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(lastOf: name)
            }
            if bytes.count > limit { throw Failure("\(name): larger than \(limit) bytes") }
            room = bytes.count == size ? 1 : min(max(room, bytes.count), 1 << 24)
        }
    }

    /// The names in a folder, sorted by their bytes, without `.` and `..`.
    package static func names(in path: String) throws(Failure) -> [String] {
        guard let folder = unsafe opendir(path) else { throw Failure(lastOf: path) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The system's words for an error number.
    package static func message(_ number: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
