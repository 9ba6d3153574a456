import TestSupport

/// Damages texts at random, the same way in every run with the same seed.
package struct Mutator {
    private var numbers: XorShift
    private let mode: FuzzMode
    private var corpus: [[UInt8]]

    /// The greatest length of an input in bytes.
    private static let limit = 1 << 14

    /// Makes a mutator of a mode's seeds and of inputs beside them.
    package init(_ mode: FuzzMode, seed: UInt64, corpus: [[UInt8]] = []) {
        self.mode = mode
        self.corpus = mode.seeds + corpus
        numbers = XorShift(state: seed | 1)
    }

    /// The next input.
    package mutating func next() -> [UInt8] {
        var input = corpus[random(below: corpus.count)]
        for _ in 0...random(below: 6) { damage(&input) }
        if input.count > Self.limit { input.removeLast(input.count - Self.limit) }
        return input
    }

    private mutating func damage(_ input: inout [UInt8]) {
        let place = random(below: input.count + 1)
        let end = min(place + random(below: 1 << random(below: 9)), input.count)
        switch random(below: 9) {
        case 0 where place < input.count: input[place] = UInt8(truncatingIfNeeded: random(below: 256))
        case 1: input.removeSubrange(place..<end)
        case 2: input.removeSubrange(place...)
        case 3: input.insert(contentsOf: input[place..<end], at: random(below: input.count + 1))
        case 4:
            let word = Array(mode.dictionary[random(below: mode.dictionary.count)].utf8)
            let times = random(below: 20) == 0 ? random(below: 400) : 1
            for _ in 0..<max(times, 1) { input.insert(contentsOf: word, at: place) }
        case 5:
            let other = corpus[random(below: corpus.count)]
            input.replaceSubrange(place..., with: other[random(below: other.count + 1)...])
        default:
            let word = mode.dictionary[random(below: mode.dictionary.count)]
            input.replaceSubrange(place..<end, with: word.utf8)
        }
    }

    private mutating func random(below bound: Int) -> Int { Int(numbers.next() % UInt64(max(bound, 1))) }
}
