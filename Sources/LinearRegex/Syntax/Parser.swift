/// Reads Go's regular expression syntax (`regexp/syntax` with its Perl flags) with Go's checks and messages.
///
/// The parser keeps its own stack: a pattern's nesting costs no native stack. Depth and repetition are bounded as in Go, so that the
/// program compiled from a pattern is bounded by its length.
struct Parser {
    struct Flags: OptionSet {
        let rawValue: UInt8
        static let foldCase = Flags(rawValue: 1)
        static let multiLine = Flags(rawValue: 2)
        static let dotMatchesNewline = Flags(rawValue: 4)
        static let nonGreedy = Flags(rawValue: 8)
        static let all: Flags = [.foldCase, .multiLine, .dotMatchesNewline, .nonGreedy]
    }

    /// One open group: the alternatives finished so far and the sequence under construction.
    private struct Group {
        var capture: Int?
        var flagsBefore: Flags
        var alternatives: [Item] = []
        var sequence: [Item] = []
    }

    /// A node with what Go's limits ask about it.
    private struct Item {
        var node: Node
        var height = 1
        /// The product of nested repetition counts, the largest within.
        var repeats = 1
    }

    static let maximumRepeat = 1000
    static let maximumHeight = 1000

    let pattern: [UInt8]
    var position = 0
    var flags: Flags = []
    var result = ParsedPattern()
    private var groups = [Group(capture: nil, flagsBefore: [])]
    private var classNumbers: [CharacterClass: Int] = [:]

    init(_ pattern: [UInt8]) {
        self.pattern = pattern
    }

    /// Parses the whole pattern.
    static func parse(_ pattern: [UInt8]) throws(RegexError) -> ParsedPattern {
        var parser = Parser(pattern)
        try parser.parsePattern()
        return parser.result
    }

    var isAtEnd: Bool { position >= pattern.count }

    func peek(_ offset: Int = 0) -> UInt8? {
        position + offset < pattern.count ? pattern[position + offset] : nil
    }

    private mutating func parsePattern() throws(RegexError) {
        // Where the last atom's repetition operator began, to reject `a**` as Go does.
        var lastRepeat: Int?
        while let byte = peek() {
            var currentRepeat: Int?
            switch byte {
            case UInt8(ascii: "("):
                try openGroup()
            case UInt8(ascii: "|"):
                position += 1
                try endAlternative()
            case UInt8(ascii: ")"):
                position += 1
                try closeGroup()
            case UInt8(ascii: "^"):
                position += 1
                try push(.assertion(flags.contains(.multiLine) ? .beginLine : .beginText))
            case UInt8(ascii: "$"):
                position += 1
                try push(.assertion(flags.contains(.multiLine) ? .endLine : .endText))
            case UInt8(ascii: "."):
                position += 1
                try push(flags.contains(.dotMatchesNewline) ? .any : .anyButNewline)
            case UInt8(ascii: "["):
                let parsed = try parseClass()
                try push(parsed)
            case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
                currentRepeat = try parseRepetition(byte, lastRepeat: lastRepeat)
            case UInt8(ascii: "\\"):
                try parseBackslash()
            default:
                let scalar = try nextScalar()
                try pushLiteral(scalar)
            }
            lastRepeat = currentRepeat
        }
        guard groups.count == 1 else { throw RegexError(.missingParenthesis, pattern) }
        result.root = try finish(&groups[0]).node
    }

    // MARK: Items

    private mutating func push(_ item: Item) throws(RegexError) {
        guard item.height <= Self.maximumHeight else { throw RegexError(.nestingDepth, pattern) }
        groups[groups.count - 1].sequence.append(item)
    }

    mutating func push(_ node: Node) throws(RegexError) {
        try push(Item(node: node))
    }

    mutating func push(_ characterClass: CharacterClass) throws(RegexError) {
        let number = classNumbers[characterClass] ?? result.classes.count
        if number == result.classes.count {
            result.classes.append(characterClass)
            classNumbers[characterClass] = number
        }
        try push(.characterClass(number))
    }

    mutating func pushLiteral(_ scalar: UInt32) throws(RegexError) {
        guard flags.contains(.foldCase) else { return try push(.literal(scalar)) }
        let orbit = CaseFolding.orbit(of: scalar)
        if orbit.count == 1 { return try push(.literal(scalar)) }
        try push(CharacterClass(orbit.map { ($0, $0) }))
    }

    // MARK: Groups

    private mutating func openGroup() throws(RegexError) {
        guard peek(1) == UInt8(ascii: "?") else {
            position += 1
            beginCapture(named: nil)
            return
        }
        let hasPythonName = position + 4 < pattern.count && peek(2) == UInt8(ascii: "P") && peek(3) == UInt8(ascii: "<")
        let hasName = position + 3 < pattern.count && peek(2) == UInt8(ascii: "<")
        if hasPythonName || hasName {
            try openNamedGroup(nameOffset: hasName ? 3 : 4)
        } else {
            try parseFlags()
        }
    }

    private mutating func beginCapture(named name: [UInt8]?) {
        groups.append(Group(capture: result.groupNames.count, flagsBefore: flags))
        result.groupNames.append(name)
    }

    private mutating func openNamedGroup(nameOffset: Int) throws(RegexError) {
        let start = position
        guard let end = pattern[start...].firstIndex(of: UInt8(ascii: ">")) else {
            try checkUTF8(pattern[start...])
            throw RegexError(.invalidNamedCapture, pattern[start...])
        }
        let name = start + nameOffset <= end ? Array(pattern[(start + nameOffset)..<end]) : []
        try checkUTF8(name[...])
        guard !name.isEmpty, name.allSatisfy({ $0 == UInt8(ascii: "_") || $0.isASCIIAlphanumeric }) else {
            throw RegexError(.invalidNamedCapture, pattern[start...end])
        }
        position = end + 1
        beginCapture(named: name)
    }

    /// `(?flags)`, `(?flags:` and their negations.
    private mutating func parseFlags() throws(RegexError) {
        let start = position
        position += 2
        var set: Flags = []
        var cleared: Flags = []
        var isNegative = false
        var sawFlag = false
        loop: while !isAtEnd {
            let scalar = try nextScalar()
            switch scalar {
            case 0x69, 0x6D, 0x73, 0x55:
                let flag: Flags =
                    scalar == 0x69 ? .foldCase : scalar == 0x6D ? .multiLine : scalar == 0x73 ? .dotMatchesNewline : .nonGreedy
                if isNegative { cleared.insert(flag) } else { set.insert(flag) }
                sawFlag = true
            case 0x2D:
                if isNegative { break loop }
                isNegative = true
                sawFlag = false
            case 0x3A, 0x29:
                if isNegative, !sawFlag { break loop }
                if scalar == 0x3A { groups.append(Group(capture: nil, flagsBefore: flags)) }
                flags = flags.union(set).subtracting(cleared)
                return
            default:
                break loop
            }
        }
        throw RegexError(.invalidPerlOperator, pattern[start..<position])
    }

    private mutating func endAlternative() throws(RegexError) {
        let last = groups.count - 1
        let item = try concatenation(groups[last].sequence)
        groups[last].sequence = []
        groups[last].alternatives.append(item)
    }

    private mutating func closeGroup() throws(RegexError) {
        guard groups.count > 1, var group = groups.popLast() else { throw RegexError(.unexpectedParenthesis, pattern) }
        flags = group.flagsBefore
        var item = try finish(&group)
        if let index = group.capture {
            item.node = .capture(item.node, index: index)
            item.height += 1
        }
        try push(item)
    }

    private func finish(_ group: inout Group) throws(RegexError) -> Item {
        let last = try concatenation(group.sequence)
        if group.alternatives.isEmpty { return last }
        group.alternatives.append(last)
        return try combined(group.alternatives, .alternation(group.alternatives.map(\.node)))
    }

    private func concatenation(_ items: [Item]) throws(RegexError) -> Item {
        if items.isEmpty { return Item(node: .empty) }
        if items.count == 1 { return items[0] }
        return try combined(items, .concatenation(items.map(\.node)))
    }

    private func combined(_ items: [Item], _ node: Node) throws(RegexError) -> Item {
        var item = Item(node: node)
        for part in items {
            item.height = max(item.height, part.height + 1)
            item.repeats = max(item.repeats, part.repeats)
        }
        guard item.height <= Self.maximumHeight else { throw RegexError(.nestingDepth, pattern) }
        return item
    }
}

// MARK: Repetition

extension Parser {
    /// `*`, `+`, `?` and `{n,m}`; returns where the operator began, or `nil` when a brace was a literal.
    private mutating func parseRepetition(_ byte: UInt8, lastRepeat: Int?) throws(RegexError) -> Int? {
        let start = position
        var minimum = 0
        var maximum: Int?
        switch byte {
        case UInt8(ascii: "*"):
            position += 1
        case UInt8(ascii: "+"):
            position += 1
            minimum = 1
        case UInt8(ascii: "?"):
            position += 1
            maximum = 1
        default:
            guard let counts = parseCounts() else {
                position = start + 1
                try pushLiteral(UInt32(byte))
                return nil
            }
            guard let low = counts.minimum, low <= Self.maximumRepeat, counts.isUnbounded || counts.maximum != nil,
                counts.maximum ?? low <= Self.maximumRepeat, counts.maximum ?? low >= low
            else { throw RegexError(.invalidRepeatSize, pattern[start..<position]) }
            minimum = low
            maximum = counts.isUnbounded ? nil : counts.maximum
        }
        var greedy = !flags.contains(.nonGreedy)
        if peek() == UInt8(ascii: "?") {
            position += 1
            greedy.toggle()
        }
        if let lastRepeat { throw RegexError(.invalidRepeatOperator, pattern[lastRepeat..<position]) }
        let last = groups.count - 1
        guard var item = groups[last].sequence.popLast() else {
            throw RegexError(.missingRepeatArgument, pattern[start..<position])
        }
        if byte == UInt8(ascii: "{"), minimum >= 2 || (maximum ?? 0) >= 2 {
            item.repeats *= max(maximum ?? minimum, 1)
            guard item.repeats <= Self.maximumRepeat else { throw RegexError(.invalidRepeatSize, pattern[start..<position]) }
        }
        item.node = .repeat(item.node, minimum: minimum, maximum: maximum, greedy: greedy)
        item.height += 1
        try push(item)
        return start
    }

    /// `{n}`, `{n,}` or `{n,m}`; `nil` when the text is none of these. A count is `nil` where its digits are too many.
    private mutating func parseCounts() -> (minimum: Int?, maximum: Int?, isUnbounded: Bool)? {
        position += 1
        guard let minimum = parseCount() else { return nil }
        if peek() == UInt8(ascii: "}") {
            position += 1
            return (minimum.value, minimum.value, false)
        }
        guard peek() == UInt8(ascii: ",") else { return nil }
        position += 1
        if peek() == UInt8(ascii: "}") {
            position += 1
            return (minimum.value, nil, true)
        }
        guard let maximum = parseCount(), peek() == UInt8(ascii: "}") else { return nil }
        position += 1
        return (minimum.value, maximum.value, false)
    }

    private mutating func parseCount() -> (value: Int?, Void)? {
        guard let first = peek(), first.isASCIIDigit else { return nil }
        if first == UInt8(ascii: "0"), let second = peek(1), second.isASCIIDigit { return nil }
        var value: Int? = 0
        while let digit = peek(), digit.isASCIIDigit {
            position += 1
            if let current = value { value = current >= 100_000_000 ? nil : current * 10 + Int(digit - 48) }
        }
        return (value, ())
    }
}

extension UInt8 {
    var isASCIIDigit: Bool { self >= 48 && self <= 57 }
    var isASCIIAlphanumeric: Bool { isASCIIDigit || (self | 0x20 >= 97 && self | 0x20 <= 122) }
    /// What `\w` matches.
    var isWordCharacter: Bool { self == 95 || isASCIIAlphanumeric }
}
