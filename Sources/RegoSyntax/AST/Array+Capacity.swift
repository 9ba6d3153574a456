extension Array {
    /// An empty array with room for so many elements.
    ///
    /// `reserveCapacity` of an empty array takes the way of those that grow, which is twice as long.
    @inlinable
    package init(capacity: Int) {
        self.init(unsafeUninitializedCapacity: capacity) { _, initialized in initialized = 0 }
    }
}
