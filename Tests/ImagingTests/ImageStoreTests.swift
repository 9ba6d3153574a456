import FoundationEssentials
import Glibc
import Imaging
import Testing

@Suite("Image store")
struct ImageStoreTests {
    let folder: TemporaryFolder
    let store: ImageStore

    init() throws {
        folder = try TemporaryFolder()
        let files = FileManager.default
        for name in ["store/ct", "outside"] {
            try files.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        }
        try writeFile(DICOMBuilder.image().file, "\(folder.path)/store/ct/a.dcm")
        try writeFile([1, 2, 3], "\(folder.path)/outside/secret.dcm")
        try writeFile([UInt8](repeating: 0, count: 5000), "\(folder.path)/store/large.dcm")
        let links = [
            ("inside.dcm", "ct/a.dcm"), ("out.dcm", "../outside/secret.dcm"), ("absolute.dcm", "/etc/passwd"), ("folder", "../outside"),
            ("magic.dcm", "/proc/self/exe"), ("loop", "loop"),
        ]
        for (name, target) in links { #expect(symlink(target, "\(folder.path)/store/\(name)") == 0) }
        #expect(mkfifo("\(folder.path)/store/fifo.dcm", 0o600) == 0)
        store = try ImageStore(name: "pacs", root: "\(folder.path)/store", limits: ImageStore.Limits(maximumFileBytes: 4096))
    }

    @Test("a regular file opens with its facts")
    func regularFile() throws {
        let image = try store.open(relativePath: "ct/a.dcm")
        #expect(image.store == "pacs")
        #expect(image.size == DICOMBuilder.image().file.count)
        #expect(image.inode > 0)
        #expect(try image.readHeader().modality == "CT")
    }

    @Test(
        "what is not a plain path to a regular file beneath the root is refused",
        arguments: [
            ("../outside/secret.dcm", ImageError.Code.escapesRoot), ("ct/../../outside/secret.dcm", .escapesRoot),
            ("ct/../ct/a.dcm", .escapesRoot),
            ("..", .escapesRoot), ("out.dcm", .escapesRoot), ("absolute.dcm", .escapesRoot), ("folder/secret.dcm", .escapesRoot),
            ("magic.dcm", .escapesRoot), ("loop", .escapesRoot), ("inside.dcm", .escapesRoot), ("/etc/passwd", .invalidPath),
            ("", .invalidPath),
            (".", .invalidPath), ("ct/./a.dcm", .invalidPath), ("ct//a.dcm", .invalidPath), ("ct/a.dcm/", .invalidPath),
            (String(repeating: "a/", count: 3000) + "b", .invalidPath),
            (String(repeating: "a", count: 300), .invalidPath), ("missing.dcm", .notFound), ("ct/a.dcm/b", .notFound),
            ("ct", .notRegularFile),
            ("fifo.dcm", .notRegularFile), ("large.dcm", .tooLarge),
        ])
    func refusals(path: String, code: ImageError.Code) {
        let error = #expect(throws: ImageError.self) { try store.open(relativePath: path) }
        #expect(error?.code == code)
        #expect(error?.disclosure == .hidden)
    }

    // Not arguments of a table: a test's name must not put such bytes into the log.
    @Test("control characters in a path are refused")
    func controlCharacters() {
        for path in ["ct/a.dcm\0.png", "ct/a\n.dcm", "ct/a\u{7F}.dcm"] {
            #expect(imageErrorCode { _ = try store.open(relativePath: path) } == .invalidPath)
        }
    }

    @Test("a file without read permission is refused", .enabled(if: geteuid() != 0, "root reads everything"))
    func permission() throws {
        #expect(chmod("\(folder.path)/store/ct/a.dcm", 0) == 0)
        #expect(imageErrorCode { _ = try store.open(relativePath: "ct/a.dcm") } == .accessDenied)
    }

    @Test("a file of the proc file system opens and is not local")
    func proc() throws {
        let proc = try ImageStore(name: "proc", root: "/proc")
        let image = try proc.open(relativePath: "version")
        #expect(image.fileSystem.name == "proc")
        #expect(!image.isLocal)
    }

    @Test("a device is no image")
    func device() throws {
        let devices = try ImageStore(name: "dev", root: "/dev")
        #expect(imageErrorCode { _ = try devices.open(relativePath: "null") } == .notRegularFile)
    }

    @Test("a missing root is an operational error")
    func missingRoot() {
        let error = #expect(throws: ImageError.self) { try ImageStore(name: "x", root: "/nonexistent/ward") }
        #expect(error?.code == .storeUnavailable)
        #expect(error?.disclosure == .operational)
    }

    @Test("a root that is a file is an operational error")
    func fileAsRoot() {
        #expect(imageErrorCode { _ = try ImageStore(name: "x", root: "/etc/passwd") } == .storeUnavailable)
    }

    @Test("a file that changes after it was opened is not decoded")
    func changed() throws {
        let path = "\(folder.path)/store/ct/a.dcm"
        let image = try store.open(relativePath: "ct/a.dcm")
        let header = try image.readHeader()
        #expect(try image.decodePixels(header).samples.count == 20)
        var bytes = try readFile(path)
        bytes[bytes.count - 1] ^= 1
        let descriptor = Glibc.open(path, O_WRONLY)
        #expect(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count)
        var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
        #expect(futimens(descriptor, &times) == 0)
        close(descriptor)
        #expect(imageErrorCode { _ = try image.decodePixels(header) } == .changed)
    }

    @Test("a file that is replaced stays the file that was opened")
    func replaced() throws {
        let image = try store.open(relativePath: "ct/a.dcm")
        let header = try image.readHeader()
        try writeFile([0], "\(folder.path)/store/ct/new")
        #expect(rename("\(folder.path)/store/ct/new", "\(folder.path)/store/ct/a.dcm") == 0)
        // The inode's link count changed with the rename; what counts is that no other bytes are decoded.
        let code = imageErrorCode { _ = try image.decodePixels(header) }
        #expect(code == nil || code == .changed)
    }

    @Test("two hundred racing renames never let a symbolic link through")
    func race() throws {
        let inside = "\(folder.path)/store/race"
        for round in 0..<200 {
            unlink(inside)
            if round % 2 == 0 { symlink("../outside/secret.dcm", inside) } else { link("\(folder.path)/store/ct/a.dcm", inside) }
            if let image = try? store.open(relativePath: "race") { #expect(image.size != 3) }
        }
    }
}

@Suite("File systems")
struct FileSystemTests {
    @Test("local ones are a short list", arguments: [0xEF53, 0x5846_5342, 0x9123_683E, 0x2FC1_2FC1, 0xF2F5_2010, 0x0102_1994] as [UInt64])
    func local(magic: UInt64) {
        #expect(FileSystem(magic: magic).isLocal)
    }

    @Test(
        "everything else is not local",
        arguments: [
            (0x6969, "nfs"), (0xFF53_4D42, "cifs"), (0xFE53_4D42, "smb2"), (0x6573_5546, "fuse"), (0x0102_1997, "9p"),
            (0x00C3_6400, "ceph"),
            (0x9FA0, "proc"), (0x1234, "unknown (0x1234)"), (0, "unknown (0x0)"), (UInt64.max, "unknown (0xffffffffffffffff)"),
        ] as [(UInt64, String)])
    func remote(magic: UInt64, name: String) {
        let fileSystem = FileSystem(magic: magic, trustsOverlay: true)
        #expect(!fileSystem.isLocal)
        #expect(fileSystem.name == name)
    }

    @Test("overlayfs is local only where the operator says so")
    func overlay() {
        #expect(!FileSystem(magic: 0x794C_7630).isLocal)
        #expect(FileSystem(magic: 0x794C_7630, trustsOverlay: true).isLocal)
    }

    @Test("tmpfs is seen through the opened descriptor", .enabled(if: access("/dev/shm", W_OK) == 0, "/dev/shm is not writable here"))
    func tmpfs() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        try writeFile([1], "\(folder.path)/a")
        let image = try ImageStore(name: "shm", root: folder.path).open(relativePath: "a")
        #expect(image.fileSystem.name == "tmpfs")
        #expect(image.isLocal)
    }
}
