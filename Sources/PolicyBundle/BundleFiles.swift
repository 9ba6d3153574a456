import Rego

/// The files of a bundle, from a folder or an archive.
enum BundleFiles {
    /// A file: its path within the bundle with a leading slash, the name that messages show, and its content.
    struct File {
        let path: String
        let name: String
        let bytes: [UInt8]
    }

    /// Folders within each other beyond which a path is refused.
    private static let depthLimit = 64

    /// Reads the files that count of a folder or an archive.
    static func read(_ root: String, limits: BundleLimits, isIgnored: (String) -> Bool) throws(BundleError) -> [File] {
        let files = Loader.isFolder(root) ? try folder(root, limits, isIgnored) : try archive(try bytes(of: root, limits), limits)
        return files.filter { !$0.path.split(separator: "/").contains { isIgnored(String($0)) } }
    }

    private static func isWanted(_ name: some StringProtocol) -> Bool {
        name.hasSuffix(".rego")
            || ["data.json", "data.yaml", "data.yml", ".manifest", ".signatures.json", "patch.json"].contains { $0 == name }
    }

    private static func bytes(of path: String, _ limits: BundleLimits) throws(BundleError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(Loader.Failure) {
            bytes = try Loader.read(path)
        } catch {
            throw BundleError(error.description)
        }
        guard bytes.count <= limits.fileSize else { throw BundleError("\(path): more than \(limits.fileSize) bytes") }
        return bytes
    }

    private static func folder(_ root: String, _ limits: BundleLimits, _ isIgnored: (String) -> Bool) throws(BundleError) -> [File] {
        let found: [(path: String, segments: [String])]
        do throws(Loader.Failure) {
            found = try Loader.files(below: root, followsLinks: false)
        } catch {
            throw BundleError(error.description)
        }
        var files: [File] = []
        var total = 0
        for file in found where isWanted(file.segments.last ?? "") && !file.segments.contains(where: isIgnored) {
            let content = try bytes(of: file.path, limits)
            total += content.count
            guard total <= limits.totalSize else { throw BundleError("more than \(limits.totalSize) bytes in all") }
            files.append(File(path: "/" + file.segments.joined(separator: "/"), name: file.path, bytes: content))
        }
        return files
    }

    private static func archive(_ bytes: [UInt8], _ limits: BundleLimits) throws(BundleError) -> [File] {
        // The archive's own headers and padding come on top of the files.
        var reader = TarReader(try Gzip.unpack(bytes, limit: limits.totalSize), limits: limits)
        var files: [File] = []
        var known: Set<String> = []
        while let entry = try reader.next() {
            let segments = entry.path.split(separator: "/")
            guard segments.count <= depthLimit else { throw BundleError("\(entry.path): folders are nested too deeply") }
            guard isWanted(segments.last ?? "") else { continue }
            // Two files of one path: readers that differ in which one counts see two policies.
            guard known.insert(entry.path).inserted else { throw BundleError("the archive has two files /\(entry.path)") }
            files.append(File(path: "/" + entry.path, name: "/" + entry.path, bytes: Array(entry.bytes)))
        }
        return files
    }
}
