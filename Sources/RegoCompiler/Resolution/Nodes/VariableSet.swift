/// A set of variables that remembers the order of insertion, so that whatever is derived from it is the same from run to run.
///
/// Rules have few variables: up to sixteen are searched one by one, which beats hashing.
struct VariableSet {
    private(set) var items: [VariableID] = []
    private var index: LookupTable<VariableID, Void>?
    private static let linearLimit = 16

    init() {}

    init(_ variables: VariableID...) {
        for variable in variables { insert(variable) }
    }

    /// `data` and `input`, which every body may use.
    static let reserved = VariableSet(.data, .input)

    var isEmpty: Bool { items.isEmpty }
    var count: Int { items.count }

    func contains(_ variable: VariableID) -> Bool {
        index.map { $0[variable] != nil } ?? items.contains(variable)
    }

    mutating func insert(_ variable: VariableID) {
        guard !contains(variable) else { return }
        items.append(variable)
        if items.count == Self.linearLimit + 1 {
            reindex()
        } else {
            index?.set(variable, to: ())
        }
    }

    mutating func formUnion(_ other: VariableSet) {
        for variable in other.items { insert(variable) }
    }

    mutating func removeAll(where isRemoved: (VariableID) -> Bool) {
        guard items.contains(where: isRemoved) else { return }
        items.removeAll(where: isRemoved)
        index = nil
        if items.count > Self.linearLimit { reindex() }
    }

    private mutating func reindex() {
        var index = LookupTable<VariableID, Void>()
        for item in items { index.set(item, to: ()) }
        self.index = index
    }

    func subtracting(_ other: VariableSet) -> VariableSet { filter { !other.contains($0) } }

    func intersection(_ other: VariableSet) -> VariableSet { filter(other.contains) }

    func isSubset(of other: VariableSet) -> Bool { items.allSatisfy(other.contains) }

    func isEqual(to other: VariableSet) -> Bool { count == other.count && isSubset(of: other) }

    private func filter(_ isKept: (VariableID) -> Bool) -> VariableSet {
        var result = VariableSet()
        for variable in items where isKept(variable) { result.insert(variable) }
        return result
    }
}
