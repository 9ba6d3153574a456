import Rego

/// The files of a bundle, from a folder or an archive.
struct BundleFiles {
    /// A file: its path within the bundle with a leading slash, and the name that messages show.
    struct File {
        let path: String
        let name: String
        fileprivate let content: Content

        /// How the file's document is written; `nil` for a file that is none.
        var format: BaseDataBuilder.Format? {
            let name = path.split(separator: "/").last ?? ""
            return documentNames.contains { $0 == name } ? BaseDataBuilder.Format(ofFile: path) : nil
        }
    }

    /// Where a file's bytes are: in the unpacked archive, or in a file that is read when it is its turn.
    fileprivate enum Content {
        case bytes(ArraySlice<UInt8>)
        case file(String)
    }

    /// The files that count.
    private(set) var list: [File] = []
    private let limits: BundleLimits
    /// Bytes of the files of a folder that were read.
    private var total = 0

    /// Folders within each other beyond which a path is refused.
    private static let depthLimit = 64

    /// Finds the files that count of a folder or an archive.
    init(_ root: String, limits: BundleLimits, isIgnored: (String) -> Bool) throws(BundleError) {
        self.limits = limits
        if FileBytes.kind(of: root) == .folder {
            try addFolder(root, isIgnored)
        } else {
            try addArchive(try Self.bytes(of: root, limits))
            list.removeAll { $0.path.split(separator: "/").contains { isIgnored(String($0)) } }
        }
    }

    /// Finds the files that count of an archive.
    init(archive bytes: [UInt8], limits: BundleLimits) throws(BundleError) {
        self.limits = limits
        try addArchive(bytes)
    }

    /// The bytes of a file of the list.
    mutating func content(of file: File) throws(BundleError) -> ArraySlice<UInt8> {
        switch file.content {
        case .bytes(let bytes): return bytes
        case .file(let path):
            let bytes = try Self.bytes(of: path, limits)
            total += bytes.count
            guard total <= limits.totalSize else { throw BundleError("more than \(limits.totalSize) bytes in all") }
            return bytes[...]
        }
    }

    private static func isWanted(_ name: some StringProtocol) -> Bool {
        name.hasSuffix(".rego") || documentNames.contains { $0 == name }
            || [".manifest", ".signatures.json", "patch.json"].contains { $0 == name }
    }

    private static func bytes(of path: String, _ limits: BundleLimits) throws(BundleError) -> [UInt8] {
        do throws(FileBytes.Failure) {
            return try FileBytes.read(path, limit: limits.fileSize)
        } catch {
            throw BundleError(error.description)
        }
    }

    private mutating func addFolder(_ root: String, _ isIgnored: (String) -> Bool) throws(BundleError) {
        let found: [(path: String, segments: [String])]
        do throws(Loader.Failure) {
            found = try Loader.files(below: root, followsLinks: false)
        } catch {
            throw BundleError(error.description)
        }
        for file in found where Self.isWanted(file.segments.last ?? "") && !file.segments.contains(where: isIgnored) {
            list.append(File(path: "/" + file.segments.joined(separator: "/"), name: file.path, content: .file(file.path)))
        }
    }

    private mutating func addArchive(_ bytes: [UInt8]) throws(BundleError) {
        // The archive's own headers and padding come on top of the files.
        var reader = TarReader(try Gzip.unpack(bytes, limit: limits.totalSize), limits: limits)
        var known: Set<String> = []
        while let entry = try reader.next() {
            let segments = entry.path.split(separator: "/")
            guard segments.count <= Self.depthLimit else { throw BundleError("\(entry.path): folders are nested too deeply") }
            guard Self.isWanted(segments.last ?? "") else { continue }
            // Two files of one path: readers that differ in which one counts see two policies.
            guard known.insert(entry.path).inserted else { throw BundleError("the archive has two files /\(entry.path)") }
            list.append(File(path: "/" + entry.path, name: "/" + entry.path, content: .bytes(entry.bytes)))
        }
    }
}

/// The names of the files whose content is a document at their folder's path.
private let documentNames = ["data.json", "data.yaml", "data.yml"]
