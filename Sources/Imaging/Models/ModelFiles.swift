import CImaging

/// A model's folder: its manifest and the files that the manifest pins by hash.
struct ModelFiles {
    /// Bytes of the largest file of a model.
    static let maximumBytes = 512 << 20
    static let manifestName = "model.json"

    let directory: String
    let manifest: ModelManifest
    /// SHA-256 of the manifest's bytes.
    let digest: String
    private let root: FileDescriptor

    init(directory: String) throws(ModelError) {
        let number = ward_open_root(directory)
        guard number >= 0 else {
            throw ModelError(.fileMissing, "the model folder \(directory) cannot be opened: \(FileDescriptor.text(ofErrno: -number))")
        }
        let root = FileDescriptor(owning: number)
        let bytes = try Self.read(Self.manifestName, beneath: root, directory: directory, limit: 1 << 20)
        self.directory = directory
        self.root = root
        self.manifest = try ModelManifest(json: bytes)
        self.digest = Digest.sha256(bytes)
    }

    /// The bytes of the file of a role, whose hash is the manifest's. What is loaded is what was checked: the file is read once.
    ///
    /// - Throws: `.fileMissing`, `.fileTooLarge`, `.hashMismatch`.
    func bytes(role: String) throws(ModelError) -> [UInt8] {
        guard let file = manifest.files[role] else {
            throw ModelError(.fileMissing, "model \(manifest.name) has no file of role \(role), which the chosen engine needs")
        }
        let bytes = try Self.read(file.path, beneath: root, directory: directory, limit: Self.maximumBytes)
        let found = Digest.sha256(bytes)
        guard found == file.sha256 else {
            throw ModelError(
                .hashMismatch,
                "\(directory)/\(file.path) has SHA-256 \(found), but model.json says \(file.sha256): it was changed or damaged")
        }
        return bytes
    }

    private static func read(_ name: String, beneath root: FileDescriptor, directory: String, limit: Int) throws(ModelError) -> [UInt8] {
        let number = ward_open_beneath(root.number, name)
        guard number >= 0 else {
            throw ModelError(.fileMissing, "\(directory)/\(name) cannot be opened: \(FileDescriptor.text(ofErrno: -number))")
        }
        let file = FileDescriptor(owning: number)
        do {
            let size = try file.facts().size
            guard size <= limit else {
                throw ModelError(.fileTooLarge, "\(directory)/\(name) has \(size) bytes; the limit is \(limit)")
            }
            return try file.read(count: Int(size), at: 0)
        } catch let error as ImageError {
            throw ModelError(.fileMissing, "\(directory)/\(name) cannot be read: \(error.message)")
        } catch let error as ModelError {
            throw error
        } catch {
            throw ModelError(.fileMissing, "\(directory)/\(name) cannot be read")
        }
    }
}
