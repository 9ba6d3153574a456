extension Array {
    /// An empty array with room for so many elements.
    @inlinable
    package init(capacity: Int) {
        self.init()
        reserveCapacity(capacity)
    }
}
