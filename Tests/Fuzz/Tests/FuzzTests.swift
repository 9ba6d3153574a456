import FuzzHarness
import Testing

/// Damaged inputs, a fixed selection of them, and all that once did harm. `Tests/Fuzz/README.md` says how to look for more.
@Suite("Fuzzing") struct FuzzTests {
    /// `Tests/Fuzz/inputs`
    private static let inputs = "\(#filePath)".split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/inputs"
    private static let rounds = 1_500

    @Test("Inputs that once did harm do none", arguments: FuzzMode.all.map(\.name))
    func keptInputs(name: String) throws {
        let mode = try #require(FuzzMode.all.first { $0.name == name })
        for (name, bytes) in KeptInputs.all(of: mode, in: Self.inputs) { #expect(mode.check(bytes) == nil, "\(name)") }
        for seed in mode.seeds { #expect(mode.check(seed) == nil) }
    }

    @Test("Random damage does no harm", arguments: FuzzMode.all.map(\.name))
    func randomDamage(name: String) throws {
        let mode = try #require(FuzzMode.all.first { $0.name == name })
        var mutator = Mutator(mode, seed: 0x9E37_79B9_7F4A_7C15, corpus: KeptInputs.all(of: mode, in: Self.inputs).map(\.bytes))
        for _ in 0..<Self.rounds {
            let input = mutator.next()
            if let complaint = mode.check(input) { Issue.record("\(complaint), from \(input)") }
        }
    }
}
