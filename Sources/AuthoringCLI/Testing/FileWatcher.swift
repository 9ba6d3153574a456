import Glibc

/// Tells when a file below some paths changes (inotify).
struct FileWatcher: ~Copyable {
    /// What the system refused, and where.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Int32
    private let paths: [String]
    private var watched: Set<String> = []

    /// What counts as a change: also a folder that comes into being, which must be watched in its turn.
    private static let events = UInt32(IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF)
    /// Editors write in several steps: changes that follow each other so closely are one.
    private static let settlingMilliseconds: Int32 = 60
    /// Folders within each other beyond which nothing is watched.
    private static let folderDepth = 64

    /// Watches files, and folders with all below them.
    init(paths: [String]) throws(Failure) {
        self.paths = paths
        descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard descriptor >= 0 else { throw Failure(description: String(cString: strerror(errno))) }
        try watchAll()
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Waits until something changes, and then for the changes to cease.
    mutating func waitForChange() throws(Failure) {
        var timeout: Int32 = -1
        while true {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&request, 1, timeout)
            if ready < 0, errno == EINTR { continue }
            guard ready >= 0 else { throw Failure(description: String(cString: strerror(errno))) }
            if ready == 0 { break }
            drain()
            timeout = Self.settlingMilliseconds
        }
        watched.removeAll()
        try watchAll()
    }

    private func drain() {
        var buffer = [UInt8](repeating: 0, count: 16384)
        while buffer.withUnsafeMutableBytes({ read(descriptor, $0.baseAddress, $0.count) }) > 0 {}
    }

    private mutating func watchAll() throws(Failure) {
        for path in paths { try watch(path.hasPrefix("file://") ? String(path.dropFirst(7)) : path, depth: 0) }
    }

    /// Watching a path again changes nothing, so new folders are found by watching all.
    private mutating func watch(_ path: String, depth: Int) throws(Failure) {
        guard depth < Self.folderDepth, watched.insert(path).inserted else { return }
        guard inotify_add_watch(descriptor, path, Self.events) >= 0 else {
            // What has just gone need not be watched.
            if errno == ENOENT, depth > 0 { return }
            throw Failure(description: "\(path): \(String(cString: strerror(errno)))")
        }
        guard let folder = opendir(path) else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { try watch("\(path)/\(name)", depth: depth + 1) }
        }
    }
}
