/// Takes out what all alternatives of a brace begin and end with, as gobwas/glob does, whose other choices depend on it.
enum GlobFactoring {
    /// - Parameter alternatives: sequences.
    /// - Returns: `nil` if they have nothing in common.
    static func factored(_ alternatives: [GlobNode]) -> GlobNode? {
        let sequences = alternatives.map { node -> [GlobNode] in if case .sequence(let nodes) = node { nodes } else { [] } }
        guard sequences.count > 1, let least = sequences.indices.min(by: { sequences[$0].count < sequences[$1].count }) else { return nil }
        let (left, right) = commonEnds(sequences, least)
        if left == 0, right == 0 { return nil }
        var result: [GlobNode] = []
        if left > 0 { result.append(.sequence(Array(sequences[least].prefix(left)))) }
        var known: Set<GlobNode> = []
        var rest: [GlobNode] = []
        for sequence in sequences {
            let middle = Array(sequence[left..<sequence.count - right])
            let node = middle.isEmpty ? GlobNode.nothing : .sequence(middle)
            if known.insert(node).inserted { rest.append(node) }
        }
        if rest.count > 1 {
            result.append(.alternatives(rest))
        } else if rest[0] != .nothing {
            result.append(rest[0])
        }
        if right > 0 { result.append(.sequence(Array(sequences[least].suffix(right)))) }
        return .sequence(result)
    }

    /// How many nodes all sequences begin and end with: both ends are looked at in turn, and the beginning has what they share.
    private static func commonEnds(_ sequences: [[GlobNode]], _ least: Int) -> (left: Int, right: Int) {
        let shortest = sequences[least]
        var (left, right) = (0, 0)
        var (isLeftOpen, isRightOpen) = (true, true)
        for step in shortest.indices {
            let back = shortest.count - 1 - step
            for (index, sequence) in sequences.enumerated() where index != least && (isLeftOpen || isRightOpen) {
                let opposite = sequence[back + sequence.count - shortest.count]
                isLeftOpen = isLeftOpen && sequence[step] == shortest[step]
                isRightOpen = isRightOpen && (!isLeftOpen || back > step) && opposite == shortest[back]
            }
            if isLeftOpen { left += 1 }
            if isRightOpen { right += 1 }
            if !isLeftOpen && !isRightOpen || left + right >= shortest.count { break }
        }
        return (left, right)
    }
}
