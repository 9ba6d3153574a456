/// A regular expression as written, with classes by their number in `ParsedPattern.classes`.
indirect enum Node: Sendable {
    case empty
    case literal(UInt32)
    case characterClass(Int)
    case assertion(Assertion)
    case capture(Node, index: Int)
    case `repeat`(Node, minimum: Int, maximum: Int?, greedy: Bool)
    case concatenation([Node])
    case alternation([Node])

    /// Whether the node can match nothing at all.
    var isNullable: Bool {
        switch self {
        case .empty, .assertion: true
        case .literal, .characterClass: false
        case .capture(let node, _): node.isNullable
        case .repeat(let node, let minimum, _, _): minimum == 0 || node.isNullable
        case .concatenation(let nodes): nodes.allSatisfy(\.isNullable)
        case .alternation(let nodes): nodes.contains(where: \.isNullable)
        }
    }
}

/// What must hold between two characters.
struct Assertion: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    static let beginText = Assertion(rawValue: 1)
    static let endText = Assertion(rawValue: 2)
    static let beginLine = Assertion(rawValue: 4)
    static let endLine = Assertion(rawValue: 8)
    static let wordBoundary = Assertion(rawValue: 16)
    static let noWordBoundary = Assertion(rawValue: 32)

    // Combinations by their bits: a literal of several members goes through the standard library's unspecialised code.
    static let nothing: Assertion = []
    static let begins = Assertion(rawValue: 1 | 4)
    static let ends = Assertion(rawValue: 2 | 8)
    static let lines = Assertion(rawValue: 4 | 8)
    static let words = Assertion(rawValue: 16 | 32)

    /// The assertion as it is met by a reader that goes backwards.
    var reversed: Assertion {
        var result = intersection(.words)
        if contains(.beginText) { result.insert(.endText) }
        if contains(.endText) { result.insert(.beginText) }
        if contains(.beginLine) { result.insert(.endLine) }
        if contains(.endLine) { result.insert(.beginLine) }
        return result
    }
}

/// What the parser makes of a pattern.
struct ParsedPattern: Sendable {
    var root: Node = .empty
    var classes: [CharacterClass] = []
    /// Of each group its name, if it has one; the first is the whole match.
    var groupNames: [[UInt8]?] = [nil]
}
