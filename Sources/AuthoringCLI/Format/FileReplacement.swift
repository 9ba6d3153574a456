import Glibc

/// Writes files whole: a reader sees the old contents or the new, and a crash leaves one of the two.
package enum FileReplacement {
    /// Why a file was not written; it is as it was.
    package struct Failure: Error, Sendable {
        package var message: String
    }

    /// Replaces a file's contents; it keeps its mode and, where that is allowed, its owner. A symbolic link stays one.
    package static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        guard let resolved = realpath(path, nil) else { throw failure("failed to open file for writing: open \(path)") }
        defer { free(resolved) }
        let target = String(cString: resolved)
        var status = stat()
        guard stat(target, &status) == 0, access(target, W_OK) == 0 else {
            throw failure("failed to open file for writing: open \(path)")
        }
        var template = Array("\(target).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure("failed to open file for writing: open \(path)") }
        let temporary = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        // Only an administrator may give a file away; for others the owner is the same already, or stays theirs.
        _ = fchown(descriptor, status.st_uid, status.st_gid)
        var isWritten = fchmod(descriptor, status.st_mode & 0o7777) == 0 && writeAll(bytes, to: descriptor) && fsync(descriptor) == 0
        isWritten = close(descriptor) == 0 && isWritten
        guard isWritten, rename(temporary, target) == 0 else {
            let problem = failure("failed writing formatted contents: write \(path)")
            unlink(temporary)
            throw problem
        }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }

    private static func failure(_ what: String) -> Failure {
        let reason = String(cString: strerror(errno))
        return Failure(message: "\(what): \(reason.prefix(1).lowercased())\(reason.dropFirst())")
    }
}
