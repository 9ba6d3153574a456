extension Array {
    /// An empty array with room for so many elements.
    @inlinable
    package init(capacity: Int) {
        // `init(unsafeUninitializedCapacity:)` allocates by generic code, which takes twice as long.
        self.init()
        reserveCapacity(capacity)
    }
}
