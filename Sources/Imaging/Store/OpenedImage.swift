import CImaging

/// An image file that is open for reading, with what the kernel says about it. The descriptor closes with the last reference.
package final class OpenedImage: Sendable {
    /// The store's name.
    package let store: String
    package let relativePath: String
    /// Bytes.
    package let size: Int
    package let fileSystem: FileSystem
    package let device: UInt64
    package let inode: UInt64
    private let modified: Int64
    private let changed: Int64
    private let file: FileDescriptor

    init(store: String, relativePath: String, file: FileDescriptor, facts: ward_file_facts, fileSystem: FileSystem) {
        self.store = store
        self.relativePath = relativePath
        self.file = file
        self.size = Int(facts.size)
        self.device = facts.device
        self.inode = facts.inode
        self.modified = facts.modified_ns
        self.changed = facts.changed_ns
        self.fileSystem = fileSystem
    }

    /// Whether the opened file lies on a file system that is known to be local.
    package var isLocal: Bool { fileSystem.isLocal }

    /// Reads the header facts. Blocking; stops before the pixels. Only whitelisted tags become values, none of group 0010.
    ///
    /// - Throws: `.notDICOM`, `.malformed`, `.truncated`, `.limitExceeded`, `.inputOutput`.
    package func readHeader(limits: DICOMLimits = DICOMLimits()) throws(ImageError) -> DICOMHeader {
        var source = ByteSource(file: file, count: size)
        return try DICOMReader(limits: limits).readHeader(&source)
    }

    /// Decodes one frame. Blocking, up to tens of milliseconds: not for an event loop. Call it only after the policy allowed.
    ///
    /// - Parameters:
    ///   - header: what `readHeader` returned for this image.
    ///   - frame: counted from 0.
    /// - Throws: `.changed` when the file was modified since it was opened, and every error of disclosure `.content`.
    package func decodePixels(_ header: DICOMHeader, frame: Int = 0, limits: DICOMLimits = DICOMLimits()) throws(ImageError) -> PixelImage {
        try checkUnchanged()
        var source = ByteSource(file: file, count: size)
        let image = try PixelDecoder(header: header, limits: limits).decode(frame: frame, from: &source)
        try checkUnchanged()
        return image
    }

    // The decision rests on the header; a writer must not be able to put other pixels behind it.
    private func checkUnchanged() throws(ImageError) {
        let now = try file.facts()
        guard now.size == size, now.modified_ns == modified, now.changed_ns == changed else {
            throw ImageError(.changed, "the file was modified after it was opened")
        }
    }
}
