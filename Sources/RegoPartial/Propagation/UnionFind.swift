/// The variables that equalities make equal, and the constant that each group of them is equal to.
struct UnionFind {
    private var parents: [String: String] = [:]
    private var constants: [String: SymbolicTerm] = [:]
    /// The variables that stand for their group, if one of them is in it.
    private let live: Set<String>

    /// Finds the groups of a query's variables; `nil` if the query can never hold.
    init?(_ query: SymbolicBody, live: Set<String>) {
        self.live = live
        for expression in query where !expression.isNegated && expression.with.isEmpty {
            guard let (left, right) = expression.equality else { continue }
            switch (left.kind, right.kind) {
            case (.variable(let first), .variable(let second)): if !merge(first, second) { return nil }
            case (.variable(let name), _) where right.isConstant: if !set(name, to: right) { return nil }
            case (_, .variable(let name)) where left.isConstant: if !set(name, to: left) { return nil }
            default: break
            }
        }
    }

    /// The variable that stands for a variable's group; `nil` if it is in none.
    func root(of name: String) -> String? {
        guard var current = parents[name] else { return nil }
        while let parent = parents[current], parent != current { current = parent }
        return current
    }

    func constant(of root: String) -> SymbolicTerm? { constants[root] }

    mutating func forgetConstant(of root: String) { constants[root] = nil }

    private mutating func makeSet(_ name: String) -> String {
        if let root = root(of: name) { return root }
        parents[name] = name
        return name
    }

    private mutating func set(_ name: String, to constant: SymbolicTerm) -> Bool {
        let root = makeSet(name)
        if let known = constants[root], known != constant { return false }
        constants[root] = constant
        return true
    }

    private mutating func merge(_ left: String, _ right: String) -> Bool {
        var (first, second) = (makeSet(left), makeSet(right))
        guard first != second else { return true }
        if !live.contains(first) { swap(&first, &second) }
        parents[second] = first
        guard let other = constants.removeValue(forKey: second) else { return true }
        if let known = constants[first] { return known == other }
        constants[first] = other
        return true
    }
}
