/// A set of variables that remembers the order of insertion, so that whatever is derived from it is the same from run to run.
///
/// Rules have few variables: up to eight lie in the set itself and need no memory of their own.
struct VariableSet: RandomAccessCollection {
    /// The first variables while they are few, -1 behind the last.
    private var first = SIMD4<Int32>(repeating: -1)
    private var second = SIMD4<Int32>(repeating: -1)
    private(set) var count = 0
    /// All of the variables once they are more than eight.
    private var many: Overflow?

    private static let inlineLimit = 8

    /// The variables of a large set, and where each is; only a set that alone refers to it changes it.
    private final class Overflow: @unchecked Sendable {
        var items: [VariableID]
        var index: LookupTable<VariableID, Void>?
        private static let linearLimit = 16

        init(_ items: [VariableID]) {
            self.items = items
            if items.count > Self.linearLimit { reindex() }
        }

        func contains(_ variable: VariableID) -> Bool {
            index.map { $0[variable] != nil } ?? items.contains(variable)
        }

        func append(_ variable: VariableID) {
            items.append(variable)
            if items.count == Self.linearLimit + 1 {
                reindex()
            } else {
                index?.set(variable, to: ())
            }
        }

        private func reindex() {
            var index = LookupTable<VariableID, Void>()
            for item in items { index.set(item, to: ()) }
            self.index = index
        }
    }

    init() {}

    init(_ variables: VariableID...) {
        for variable in variables { insert(variable) }
    }

    /// `data` and `input`, which every body may use.
    static let reserved = VariableSet(.data, .input)

    var startIndex: Int { 0 }
    var endIndex: Int { count }

    subscript(position: Int) -> VariableID {
        if let many { return many.items[position] }
        precondition(position < count, "behind the last variable")
        return VariableID(rawValue: position < 4 ? first[position] : second[position - 4])
    }

    func contains(_ variable: VariableID) -> Bool {
        if let many { return many.contains(variable) }
        return any(first .== variable.rawValue) || (count > 4 && any(second .== variable.rawValue))
    }

    mutating func insert(_ variable: VariableID) {
        guard !contains(variable) else { return }
        if count < 4 {
            first[count] = variable.rawValue
        } else if count < Self.inlineLimit {
            second[count - 4] = variable.rawValue
        } else {
            insertInOverflow(variable)
        }
        count += 1
    }

    @inline(never)
    private mutating func insertInOverflow(_ variable: VariableID) {
        if many == nil || !isKnownUniquelyReferenced(&many) { many = Overflow(Array(self)) }
        many?.append(variable)
    }

    mutating func formUnion(_ other: VariableSet) {
        for variable in other { insert(variable) }
    }

    mutating func removeAll(where isRemoved: (VariableID) -> Bool) {
        guard contains(where: isRemoved) else { return }
        self = keeping { !isRemoved($0) }
    }

    func subtracting(_ other: VariableSet) -> VariableSet { keeping { !other.contains($0) } }

    func intersection(_ other: VariableSet) -> VariableSet { keeping(other.contains) }

    func isSubset(of other: VariableSet) -> Bool { count <= other.count && allSatisfy(other.contains) }

    func isEqual(to other: VariableSet) -> Bool { count == other.count && isSubset(of: other) }

    private func keeping(_ isKept: (VariableID) -> Bool) -> VariableSet {
        var result = VariableSet()
        for variable in self where isKept(variable) { result.insert(variable) }
        return result
    }
}
