/// One thing that arbitrary bytes are given to.
///
/// A check must come back, without a crash, within seconds, whatever the bytes; what else it must not do it says itself.
package struct FuzzMode: Sendable {
    /// The name on the driver's command line, and of the folder of kept inputs.
    package let name: String
    /// Texts to begin with: between them they have most of what the mode knows.
    package let seeds: [[UInt8]]
    /// Words that mutations put in.
    package let dictionary: [String]
    /// Gives an input to what is tested.
    ///
    /// - Returns: what is wrong with what came out; `nil` if nothing is.
    package let check: @Sendable ([UInt8]) -> String?

    /// Makes a mode from its parts.
    package init(name: String, seeds: [[UInt8]], dictionary: [String], check: @escaping @Sendable ([UInt8]) -> String?) {
        self.name = name
        self.seeds = seeds
        self.dictionary = dictionary
        self.check = check
    }

    /// All modes. Each family has a file of its own below `Modes`.
    package static let all: [FuzzMode] = syntax + engine
}
