@_spi(Engine) import RegoRuntime
import RegoSyntax

/// The indices of a program's rules while it is planned: the nodes are final, the leaves' rules still labels.
struct RuleIndexPlan {
    private(set) var nodes: [RuleIndexNode] = []
    /// What the nodes count in: the lengths of prefixes, and where labels stand for, places.
    private var numbers: [Int32] = []
    private var labels: [(place: Int, label: Label)] = []

    mutating func add(_ node: RuleIndexNode) -> Int32 {
        nodes.append(node)
        return Int32(nodes.count - 1)
    }

    /// A leaf of rules in the order of the program.
    mutating func addLeaf(_ rules: [Label]) -> Int32 {
        var node = RuleIndexNode(.leaf)
        node.first = Int32(numbers.count)
        node.count = Int32(rules.count)
        for label in rules {
            labels.append((numbers.count, label))
            numbers.append(0)
        }
        return add(node)
    }

    mutating func addLengths(_ lengths: [Int]) -> (first: Int32, count: Int32) {
        defer { numbers += lengths.map { Int32($0) } }
        return (Int32(numbers.count), Int32(lengths.count))
    }

    /// The numbers, the labels replaced by where they are.
    func settled(in assembler: Assembler) -> [Int32] {
        var settled = numbers
        for (place, label) in labels { settled[place] = assembler.offset(of: label) }
        return settled
    }
}

/// Builds the tree of one index.
///
/// Each level looks at the value that tells its rules apart best. Its size is linear in the rules: a rule stands below one node for each
/// constant that it asks for, and a level that would repeat its rules too often is not made.
struct RuleIndexBuilder {
    /// A rule with what it asks for.
    struct Candidate {
        var label: Label
        var conditions: [RuleCondition]
    }

    /// Rules that are tried one after another as fast as they are looked up.
    static let linearLimit = 4
    /// Values that one search may look at.
    private static let depthLimit = 4
    /// Lengths of prefixes that are looked up one after another.
    private static let lengthLimit = 24

    /// Conditions of one kind on one value.
    private struct Key: Hashable {
        var source: RuleCondition.Source
        var isByPrefix: Bool
    }

    /// Rules by what they ask of one value.
    private struct Partition {
        var groups: [(constant: Term.Scalar, members: [Candidate])] = []
        var others: [Candidate] = []

        /// About how many rules are left when the value is known.
        var cost: Int { others.count + (groups.map(\.members.count).max() ?? 0) }
    }

    let program: ProgramPlanner
    /// The registers of a function's parameters.
    let parameters: Register

    /// Builds an index; `nil` where it would not pay.
    ///
    /// - Parameter candidates: the rules in the order of the program.
    func build(_ candidates: [Candidate]) throws(AssemblyLimit) -> Int32? {
        guard candidates.count > Self.linearLimit, bestKey(of: candidates) != nil else { return nil }
        return try node(of: candidates, depth: 0)
    }

    private func node(of candidates: [Candidate], depth: Int) throws(AssemblyLimit) -> Int32 {
        guard !candidates.isEmpty else { return -1 }
        guard depth < Self.depthLimit, candidates.count > Self.linearLimit, let key = bestKey(of: candidates) else {
            return program.ruleIndices.addLeaf(candidates.map(\.label))
        }
        let partition = Self.partition(candidates, by: key)
        var entries: [(key: Term, value: Int32)] = []
        for group in partition.groups { entries.append((Term(scalar: group.constant), try node(of: group.members, depth: depth + 1))) }
        var node: RuleIndexNode
        switch key.source.root {
        case .input: node = RuleIndexNode(.input)
        case .data: node = RuleIndexNode(.data)
        case .parameter(let index):
            node = RuleIndexNode(.register)
            node.register = parameters.advanced(by: index)
        }
        guard let path = program.constants.path(key.source.path.map { Term(scalar: $0) }), let table = program.constants.table(entries)
        else {
            throw AssemblyLimit(message: "internal error: an index of what is no constant")
        }
        (node.path, node.table) = (path.index, table.index)
        node.others = try self.node(of: partition.others, depth: depth + 1)
        if key.isByPrefix {
            node.isByPrefix = true
            node.all = program.ruleIndices.addLeaf(candidates.map(\.label))
            (node.first, node.count) = program.ruleIndices.addLengths(Self.lengths(partition))
        }
        return program.ruleIndices.add(node)
    }

    /// The value that tells the rules apart best; `nil` if none does.
    private func bestKey(of candidates: [Candidate]) -> Key? {
        var best: (key: Key, cost: Int)?
        var seen: Set<Key> = []
        for candidate in candidates {
            for condition in candidate.conditions {
                let key = Self.key(of: condition)
                guard seen.insert(key).inserted, seen.count <= 16 else { continue }
                let partition = Self.partition(candidates, by: key)
                let size = partition.groups.reduce(partition.others.count) { $0 + $1.members.count }
                guard partition.cost < candidates.count, size <= candidates.count * 4 + 16 else { continue }
                if key.isByPrefix, Self.lengths(partition).count > Self.lengthLimit { continue }
                if best.map({ partition.cost < $0.cost }) ?? true { best = (key, partition.cost) }
            }
        }
        return best?.key
    }

    private static func key(of condition: RuleCondition) -> Key {
        if case .prefix = condition.test { return Key(source: condition.source, isByPrefix: true) }
        return Key(source: condition.source, isByPrefix: false)
    }

    private static func partition(_ candidates: [Candidate], by key: Key) -> Partition {
        var partition = Partition()
        var positions: [Term.Scalar: Int] = [:]
        for candidate in candidates {
            guard let place = candidate.conditions.firstIndex(where: { Self.key(of: $0) == key }) else {
                partition.others.append(candidate)
                continue
            }
            var rest = candidate
            rest.conditions.remove(at: place)
            let constants: [Term.Scalar] =
                switch candidate.conditions[place].test {
                case .oneOf(let constants): Array(constants)
                case .prefix(let texts): texts.map { .string($0) }
                }
            for constant in constants {
                if let position = positions[constant] {
                    partition.groups[position].members.append(rest)
                } else {
                    positions[constant] = partition.groups.count
                    partition.groups.append((constant, [rest]))
                }
            }
        }
        return partition
    }

    private static func lengths(_ partition: Partition) -> [Int] {
        let lengths = partition.groups.map { group in if case .string(let text) = group.constant { text.count } else { 0 } }
        return Set(lengths).sorted()
    }
}
