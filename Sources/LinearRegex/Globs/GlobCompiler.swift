/// Chooses the matchers of a glob as gobwas/glob does; where they are at odds with what the glob says, so are OPA's answers.
struct GlobCompiler: ~Copyable {
    /// Parts within parts, which matching recurses through.
    static let maximumDepth = 250
    /// Parts of one sequence, whose cost is quadratic.
    private static let maximumSequence = 4_000

    private(set) var parts: [GlobPart] = []
    private(set) var children: [Int] = []
    private(set) var bytes: [UInt8] = []
    private(set) var scalars: [UInt32] = []
    let delimiters: [UInt32]
    private let pattern: [UInt8]
    /// Lists of characters by number; the empty one has 0.
    private var sets: [[UInt32]: Int] = [[]: 0]
    private let delimiterSet: Int

    private init(_ pattern: [UInt8], _ delimiters: [UInt32]) {
        self.pattern = pattern
        self.delimiters = delimiters
        delimiterSet = delimiters.isEmpty ? 0 : 1
        sets[delimiters] = delimiterSet
    }

    static func compile(_ nodes: [GlobNode], _ pattern: [UInt8], delimiters: [UInt32]) throws(RegexError) -> GlobTree {
        var compiler = GlobCompiler(pattern, delimiters)
        let root = try compiler.compile(.sequence(nodes), depth: 0)
        guard compiler.parts[root].height <= maximumDepth else { throw RegexError(.globTooLarge, pattern) }
        return GlobTree(root: root, compiler)
    }

    // MARK: Nodes

    private mutating func compile(_ node: GlobNode, depth: Int) throws(RegexError) -> Int {
        guard depth < Self.maximumDepth else { throw RegexError(.globTooLarge, pattern) }
        switch node {
        case .nothing: return add(GlobPart(kind: .nothing, length: 0))
        case .text(let text): return addText(text)
        case .any: return add(GlobPart(kind: delimiters.isEmpty ? .anything : .any))
        case .anything: return add(GlobPart(kind: .anything))
        case .one: return add(GlobPart(kind: .one, length: 1))
        case .list(let members, let isNegated):
            if members.count == 1, !isNegated { return addText(UTF8Sequences.encode(members[0])) }
            scalars += members
            let set = sets[members, default: sets.count]
            sets[members] = set
            let first = scalars.count - members.count
            return add(GlobPart(kind: .list, isNegated: isNegated, length: 1, first: first, count: members.count, second: set))
        case .range(let low, let high, let isNegated):
            return add(GlobPart(kind: .range, isNegated: isNegated, length: 1, first: Int(low), count: Int(high)))
        case .sequence(let nodes):
            if nodes.isEmpty { return add(GlobPart(kind: .nothing, length: 0)) }
            guard nodes.count <= Self.maximumSequence else { throw RegexError(.globTooLarge, pattern) }
            var sequence: [Int] = []
            for node in nodes { sequence.append(try compile(node, depth: depth + 1)) }
            let shorter = minimised(sequence)
            let start = parts.count
            return simplified(try assemble(shorter[...], depth: depth), madeSince: start)
        case .alternatives(let nodes):
            if let shorter = GlobFactoring.factored(nodes) { return try compile(shorter, depth: depth + 1) }
            var alternatives: [Int] = []
            for node in nodes { alternatives.append(try compile(node, depth: depth + 1)) }
            if alternatives.count == 1 { return alternatives[0] }
            return addList(.either, alternatives, length: commonLength(alternatives))
        }
    }

    private mutating func add(_ part: GlobPart) -> Int {
        parts.append(part)
        return parts.count - 1
    }

    private mutating func addText(_ text: [UInt8]) -> Int {
        let first = addBytes(text)
        return add(GlobPart(kind: .text, length: text.count { $0 & 0xC0 != 0x80 }, first: first, count: text.count))
    }

    private mutating func addBytes(_ text: [UInt8]) -> Int {
        bytes += text
        return bytes.count - text.count
    }

    private mutating func addList(_ kind: GlobPart.Kind, _ list: some Collection<Int>, length: Int) -> Int {
        children += list
        let height = list.reduce(0) { max($0, parts[$1].height) } + 1
        return add(GlobPart(kind: kind, length: length, first: children.count - list.count, count: list.count, height: height))
    }

    /// The library forgets that the first parts were of unknown length.
    private func commonLength(_ alternatives: [Int]) -> Int {
        var length = -1
        for part in alternatives {
            if length == -1 {
                length = parts[part].length
            } else if parts[part].length != length {
                return -1
            }
        }
        return length
    }

    // MARK: Sequences

    /// Puts the longest stretch of parts that can be one part in its place, again and again.
    private mutating func minimised(_ sequence: [Int]) -> [Int] {
        var sequence = sequence
        while let (range, isRow) = bestStretch(sequence) {
            let part = isRow ? addRow(sequence[range]) : addEvery(sequence[range])
            sequence.replaceSubrange(range, with: CollectionOfOne(part))
        }
        return sequence
    }

    /// The stretch that the library takes: the longest one, but for a row that holds more characters than the row found before it. Of the
    /// stretches that begin at one place only the longest counts.
    private func bestStretch(_ sequence: [Int]) -> (range: Range<Int>, isRow: Bool)? {
        // Backwards, where each stretch of parts of one kind that begins here ends, and the characters of a row.
        var everyEnd = sequence.endIndex
        var rowEnd = sequence.endIndex
        var rowLength = 0
        var stretches: [(range: Range<Int>, length: Int)] = []
        for start in sequence.indices.reversed() {
            let part = sequence[start]
            if !isSingular(part) {
                everyEnd = start
            } else if start + 1 < sequence.endIndex, !isSingular(sequence[start + 1]) || !haveEqualSet(part, sequence[start + 1]) {
                everyEnd = start + 1
            }
            rowLength = parts[part].length == -1 ? 0 : rowLength + parts[part].length
            if parts[part].length == -1 { rowEnd = start }
            if everyEnd >= rowEnd {
                if everyEnd - start > 1 { stretches.append((start..<everyEnd, -1)) }
            } else if rowEnd - start > 1 {
                stretches.append((start..<rowEnd, rowLength))
            }
        }
        var best: (range: Range<Int>, length: Int)?
        for stretch in stretches.reversed() {
            guard let known = best else {
                best = stretch
                continue
            }
            let isLonger = known.length > -1 && stretch.length > -1 && stretch.length > known.length
            if isLonger || known.range.count < stretch.range.count { best = stretch }
        }
        return best.map { ($0.range, $0.length != -1) }
    }

    /// Whether a part says of each character only that it is not in a set.
    private func isSingular(_ part: Int) -> Bool {
        switch parts[part].kind {
        case .any, .anything, .one: true
        case .list: parts[part].isNegated
        default: false
        }
    }

    /// The characters that a singular part leaves out.
    private func set(_ part: Int) -> ArraySlice<UInt32> {
        switch parts[part].kind {
        case .anything: []
        case .list: scalars[parts[part].first..<parts[part].first + parts[part].count]
        default: delimiters[...]
        }
    }

    private func haveEqualSet(_ left: Int, _ right: Int) -> Bool { setNumber(left) == setNumber(right) }

    private func setNumber(_ part: Int) -> Int {
        switch parts[part].kind {
        case .anything: 0
        case .list: parts[part].second
        default: delimiterSet
        }
    }

    private mutating func addRow(_ stretch: ArraySlice<Int>) -> Int {
        addList(.row, stretch, length: stretch.reduce(0) { $0 + parts[$1].length })
    }

    /// One part for singular parts of one set: its characters are counted, and none of them, of which the library makes one string, is
    /// in the text.
    private mutating func addEvery(_ stretch: ArraySlice<Int>) -> Int {
        let hasAnything = stretch.contains { parts[$0].kind == .anything }
        let hasAny = stretch.contains { parts[$0].kind == .any }
        let count = stretch.count { parts[$0].length == 1 }
        let excluded = stretch.first.map { Array(set($0)) } ?? []
        if count == 0 {
            if hasAnything { return add(GlobPart(kind: .anything)) }
            return add(GlobPart(kind: .any))
        }
        let minimum = add(GlobPart(kind: .minimum, first: count))
        if hasAny || hasAnything, excluded.isEmpty { return minimum }
        var all = [minimum]
        if !hasAny, !hasAnything { all.append(add(GlobPart(kind: .maximum, first: count))) }
        if !excluded.isEmpty {
            let text = excluded.flatMap(UTF8Sequences.encode)
            let first = addBytes(text)
            all.append(add(GlobPart(kind: .contains, isNegated: true, first: first, count: text.count)))
        }
        return addList(.every, all, length: -1)
    }

    /// Makes one part of a sequence that is minimised, or of a slice of it: around the last of the longest parts of known length.
    private mutating func assemble(_ sequence: ArraySlice<Int>, depth: Int) throws(RegexError) -> Int {
        guard depth < Self.maximumDepth else { throw RegexError(.globTooLarge, pattern) }
        if sequence.count == 1 { return sequence[sequence.startIndex] }
        var middle = sequence.startIndex
        var length = -1
        for index in sequence.indices where parts[sequence[index]].length >= max(length, 0) {
            length = parts[sequence[index]].length
            middle = index
        }
        var tree = GlobPart(kind: .tree, first: sequence[middle], count: -1, second: -1)
        if middle > sequence.startIndex {
            tree.count = try assemble(sequence[..<middle], depth: depth + 1)
            tree.leftLength = parts[tree.count].length
        }
        if middle + 1 < sequence.endIndex {
            tree.second = try assemble(sequence[(middle + 1)...], depth: depth + 1)
            tree.rightLength = parts[tree.second].length
        }
        for part in [tree.first, tree.count, tree.second] where part >= 0 { tree.height = max(tree.height, parts[part].height + 1) }
        let lengths = [parts[tree.first].length, tree.leftLength, tree.rightLength]
        if !lengths.contains(-1) { tree.length = lengths.reduce(0, +) }
        return add(tree)
    }

    // MARK: Trees around a text

    /// A tree around a text as a part of its own, where there is one.
    ///
    /// - Parameter start: the parts before it have been through here.
    private mutating func simplified(_ index: Int, madeSince start: Int) -> Int {
        guard parts[index].kind == .tree, index >= start else { return index }
        if parts[index].count >= 0 { parts[index].count = simplified(parts[index].count, madeSince: start) }
        if parts[index].second >= 0 { parts[index].second = simplified(parts[index].second, madeSince: start) }
        let text = parts[parts[index].first]
        guard text.kind == .text else { return index }
        let left = parts[index].count >= 0 ? parts[parts[index].count] : nil
        let right = parts[index].second >= 0 ? parts[parts[index].second] : nil
        func part(_ kind: GlobPart.Kind) -> GlobPart { GlobPart(kind: kind, first: text.first, count: text.count) }
        switch (left?.kind, right?.kind) {
        case (nil, nil): return parts[index].first
        case (.anything, .anything): return add(part(.contains))
        case (.anything, nil): return add(part(.suffix))
        case (nil, .anything): return add(part(.prefix))
        case (nil, .suffix):
            var both = part(.prefixSuffix)
            if let right { (both.second, both.secondCount) = (right.first, right.count) }
            return add(both)
        case (.prefix, nil):
            guard var both = left else { return index }
            both.kind = .prefixSuffix
            (both.second, both.secondCount) = (text.first, text.count)
            return add(both)
        case (.any, nil): return add(part(.suffixAny))
        case (nil, .any): return add(part(.prefixAny))
        default: return index
        }
    }
}
