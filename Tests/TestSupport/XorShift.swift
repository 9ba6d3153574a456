/// Random numbers that are the same in every run and with every version of the standard library.
package struct XorShift: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// - Parameter state: the seed, which must not be 0.
    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
