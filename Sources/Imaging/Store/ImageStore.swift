import CImaging
import Glibc

/// A named folder whose images requests may name by relative path.
///
/// Every path is resolved by the kernel beneath the root (`openat2` with `RESOLVE_BENEATH`, no symbolic link, no magic link), so that no
/// check can be outrun by a rename. A file on another file system mounted beneath the root opens; its own `fileSystem` says what it is.
package final class ImageStore: Sendable {
    /// Bounds on what a store opens.
    package struct Limits: Hashable, Sendable {
        /// Bytes of the largest file.
        package var maximumFileBytes: Int

        package init(maximumFileBytes: Int = 256 << 20) {
            self.maximumFileBytes = maximumFileBytes
        }
    }

    package let name: String
    package let root: String
    package let limits: Limits
    /// Whether a file on overlayfs counts as local; see `FileSystem`.
    package let trustsOverlay: Bool
    private let descriptor: FileDescriptor

    /// Opens the root and tries `openat2` once, so that an unusable store is noticed at start and not with the first patient.
    ///
    /// - Throws: `.storeUnavailable`, `.kernelTooOld`.
    package init(name: String, root: String, limits: Limits = Limits(), trustsOverlay: Bool = false) throws(ImageError) {
        let number = ward_open_root(root)
        guard number >= 0 else {
            throw ImageError(
                .storeUnavailable, "store \(name): the folder \(root) cannot be opened: \(FileDescriptor.text(ofErrno: -number))")
        }
        self.name = name
        self.root = root
        self.limits = limits
        self.trustsOverlay = trustsOverlay
        self.descriptor = FileDescriptor(owning: number)
        let probe = ward_open_beneath(number, ".")
        if probe >= 0 {
            ward_close(probe)
        } else if let error = Self.kernelRefusal(errno: -probe) {
            throw error
        } else {
            throw ImageError(.storeUnavailable, "store \(name): the folder \(root) cannot be read: \(FileDescriptor.text(ofErrno: -probe))")
        }
    }

    /// Opens an image beneath the root and establishes what it is and where it lies. A few system calls; no byte of it is read.
    ///
    /// - Parameter relativePath: components separated by `/`.
    /// - Throws: an error of disclosure `.hidden` or `.operational`.
    package func open(relativePath: String) throws(ImageError) -> OpenedImage {
        try Self.validate(relativePath)
        let number = ward_open_beneath(descriptor.number, relativePath)
        guard number >= 0 else { throw Self.refusal(errno: -number) }
        let file = FileDescriptor(owning: number)
        let facts = try file.facts()
        guard facts.mode & UInt32(S_IFMT) == UInt32(S_IFREG) else {
            throw ImageError(.notRegularFile, "the path names something that is not a regular file")
        }
        guard facts.size <= limits.maximumFileBytes else {
            throw ImageError(.tooLarge, "the file has \(facts.size) bytes; the store's limit is \(limits.maximumFileBytes)")
        }
        return OpenedImage(
            store: name, relativePath: relativePath, file: file, facts: facts,
            fileSystem: FileSystem(magic: facts.filesystem_magic, trustsOverlay: trustsOverlay))
    }

    private static func validate(_ path: String) throws(ImageError) {
        let bytes = path.utf8
        guard !bytes.isEmpty, bytes.count <= 4096 else {
            throw ImageError(.invalidPath, "the path is empty or longer than 4096 bytes")
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw ImageError(.invalidPath, "the path holds a control character")
        }
        for component in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            if component.isEmpty || component.elementsEqual(".".utf8) {
                throw ImageError(.invalidPath, "the path is absolute or has an empty or `.` component")
            }
            if component.elementsEqual("..".utf8) {
                throw ImageError(.escapesRoot, "the path has a `..` component")
            }
        }
    }

    private static func kernelRefusal(errno number: Int32) -> ImageError? {
        // Container sandboxes that do not know openat2 answer EPERM; as no file is named yet or permission is EACCES, it cannot mean the file.
        guard number == ENOSYS || number == EPERM || number == EINVAL || number == E2BIG else { return nil }
        return ImageError(
            .kernelTooOld,
            "this kernel or sandbox refuses openat2 with RESOLVE_BENEATH (Linux 5.6 or later is needed): \(FileDescriptor.text(ofErrno: number))"
        )
    }

    private static func refusal(errno number: Int32) -> ImageError {
        switch number {
        case ENOENT, ENOTDIR: ImageError(.notFound, "no such file in the store")
        case EXDEV: ImageError(.escapesRoot, "the path leaves the store's root")
        case ELOOP: ImageError(.escapesRoot, "the path leads through a symbolic link")
        case EACCES: ImageError(.accessDenied, "the operating system does not let Ward open it")
        case ENXIO, ENODEV: ImageError(.notRegularFile, "the path names something that is not a regular file")
        case ENAMETOOLONG: ImageError(.invalidPath, "a component of the path is too long")
        case EPERM: ImageError(.accessDenied, "the operating system does not let Ward open it")
        default:
            kernelRefusal(errno: number) ?? ImageError(.inputOutput, "opening failed: \(FileDescriptor.text(ofErrno: number))")
        }
    }
}
