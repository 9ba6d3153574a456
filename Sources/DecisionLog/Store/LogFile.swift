import GRDB
import Glibc

/// What writer and reader share: opening the file, and the chain's two ends.
enum LogFile {
    /// Which file a path names.
    struct Identity: Equatable {
        var device: UInt64
        var inode: UInt64

        /// `nil` when there is none, or it cannot be reached.
        init?(path: String) {
            var info = stat()
            guard stat(path, &info) == 0 else { return nil }
            device = UInt64(info.st_dev)
            inode = UInt64(info.st_ino)
        }
    }

    /// Opens a log for reading beside its writer.
    static func openForReading(_ path: String) throws(DecisionLogError) -> DatabaseQueue {
        guard Identity(path: path) != nil else {
            throw DecisionLogError(.notFound, "\(path): \(reason(errno)); `ward serve` creates it with the first decision")
        }
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            configuration.label = "ward-log-reader"
            let database = try DatabaseQueue(path: path, configuration: configuration)
            try database.read { database in
                guard try Schema.checkedVersion(database) > 0 else { throw DecisionLogError(.notFound, "the file is empty") }
                _ = try head(database)
            }
            return database
        } catch {
            throw DecisionLogError(error, path: path)
        }
    }

    /// Makes the file if there is none, readable and writable for its owner only (SQLite gives the files beside it the same mode), and makes its
    /// directory entry durable.
    ///
    /// A file that exists is not opened here: closing it again would drop the POSIX locks that SQLite's connections of this process hold.
    static func create(_ path: String) throws(DecisionLogError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw DecisionLogError(.unwritable, "\(path): \(reason(errno))") }
            var info = stat()
            guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
                throw DecisionLogError(.unwritable, "\(path): not a regular file")
            }
            return
        }
        close(descriptor)
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let parent = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { throw DecisionLogError(.unwritable, "\(directory): \(reason(errno))") }
        defer { close(parent) }
        guard fsync(parent) == 0 else { throw DecisionLogError(.unwritable, "\(directory): \(reason(errno))") }
    }

    /// The place before the first row.
    static func base(_ database: Database) throws -> ChainAnchor { try end("base", database) }

    /// The last row's place.
    static func head(_ database: Database) throws -> ChainAnchor { try end("head", database) }

    private static func end(_ name: String, _ database: Database) throws -> ChainAnchor {
        let sql = "SELECT \(name)_sequence, \(name)_link FROM chain"
        guard let row = try Row.fetchOne(database.cachedStatement(sql: sql)),
            let link = (row[1] as DatabaseValue).storage.bytes, link.count == SHA256.byteCount
        else { throw DecisionLogError(.corrupted, "the chain's ends are missing") }
        return ChainAnchor(sequence: row[0], link: link)
    }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

extension DecisionLogError {
    /// What an error of SQLite means for the log. SQLite's own message holds names of tables and files, and never a value.
    init(_ error: any Error, path: String) {
        if let error = error as? DecisionLogError {
            let isPlaced = error.message.hasPrefix(path)
            self.init(error.code, isPlaced ? error.message : "\(path): \(error.message)")
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(.failed, "\(path): an unexpected failure (\(type(of: error)))")
            return
        }
        let (code, advice): (Code, String)
        switch error.resultCode {
        case .SQLITE_FULL: (code, advice) = (.full, "free space on its disk, or raise the log's size limit")
        case .SQLITE_BUSY, .SQLITE_LOCKED: (code, advice) = (.locked, "another process holds the file's lock")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN:
            (code, advice) = (.unwritable, "check the owner and mode of the file and of its directory")
        case .SQLITE_IOERR: (code, advice) = (.unwritable, "check the disk")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: (code, advice) = (.corrupted, "keep the file, and start a new log or restore a copy")
        default: (code, advice) = (.failed, "SQLite's code is \(error.extendedResultCode.rawValue)")
        }
        self.init(code, "\(path): \(error.message ?? "SQLite failed"); \(advice)")
    }
}
