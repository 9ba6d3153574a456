/// Why a bundle cannot be read or is not as bundles must be.
public struct BundleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The bundle or file, and what is wrong with it.
    public let description: String

    /// Makes an error from its text.
    public init(_ description: String) { self.description = description }
}

/// Bounds on what is read of one bundle; what exceeds them is refused.
public struct BundleLimits: Sendable {
    /// Bytes of one file, unpacked.
    public var fileSize: Int
    /// Bytes of all files together, unpacked.
    public var totalSize: Int
    /// Files and folders.
    public var entries: Int

    /// Makes limits; OPA's default for one file is 1 GiB.
    public init(fileSize: Int = 1 << 30, totalSize: Int = 1 << 30, entries: Int = 100_000) {
        self.fileSize = fileSize
        self.totalSize = totalSize
        self.entries = entries
    }
}
