/// Bounds that keep a hostile file from taking time or memory out of proportion.
package struct DICOMLimits: Hashable, Sendable {
    /// Data elements of one file, nested ones included.
    package var maximumElements: Int
    /// Sequences inside sequences.
    package var maximumDepth: Int
    /// Pixels of one frame.
    package var maximumPixels: Int
    /// Compressed bytes of one frame.
    package var maximumCompressedBytes: Int
    /// Fragments of one encapsulated pixel element.
    package var maximumFragments: Int

    package init(
        maximumElements: Int = 100_000, maximumDepth: Int = 16, maximumPixels: Int = 1 << 25, maximumCompressedBytes: Int = 64 << 20,
        maximumFragments: Int = 100_000
    ) {
        self.maximumElements = maximumElements
        self.maximumDepth = maximumDepth
        self.maximumPixels = maximumPixels
        self.maximumCompressedBytes = maximumCompressedBytes
        self.maximumFragments = maximumFragments
    }
}
