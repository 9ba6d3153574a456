import RegoSyntax

/// The variables of nested scopes, with what stands for each and how it came to be.
struct LocalScopes {
    enum Occurrence {
        case argument
        case seen
        case assigned
        case declared
    }

    struct Entry {
        let name: VariableID
        /// What stands for the name in this scope: a generated variable, or the name itself if it was merely seen.
        let local: VariableID
        let occurrence: Occurrence
        /// How often the name was met.
        var count: Int
    }

    struct Scope {
        private(set) var entries: [Entry] = []
        private var index = LookupTable<VariableID, Int>()
        private static let linearLimit = 16

        func position(of name: VariableID) -> Int? {
            entries.count <= Self.linearLimit ? entries.firstIndex { $0.name == name } : index[name]
        }

        mutating func insert(_ entry: Entry) {
            if let position = position(of: entry.name) {
                entries[position] = entry
                return
            }
            if entries.isEmpty { entries = [Entry](capacity: 8) }
            entries.append(entry)
            if entries.count == Self.linearLimit + 1 {
                for (position, entry) in entries.enumerated() { index.set(entry.name, to: position) }
            } else if entries.count > Self.linearLimit {
                index.set(entry.name, to: entries.count - 1)
            }
        }

        mutating func countOccurrence(at position: Int) { entries[position].count += 1 }
    }

    private(set) var scopes = [Scope()]

    var innermost: Scope { scopes[scopes.count - 1] }

    mutating func push() { scopes.append(Scope()) }
    mutating func pop() { scopes.removeLast() }

    mutating func insert(_ name: VariableID, local: VariableID, as occurrence: Occurrence) {
        scopes[scopes.count - 1].insert(Entry(name: name, local: local, occurrence: occurrence, count: 1))
    }

    /// The innermost entry of a name.
    func entry(_ name: VariableID) -> Entry? {
        for scope in scopes.reversed() {
            if let position = scope.position(of: name) { return scope.entries[position] }
        }
        return nil
    }

    /// What stands for a name.
    func local(_ name: VariableID) -> VariableID? { entry(name)?.local }

    /// How a name occurs in the innermost scope.
    func occurrence(_ name: VariableID) -> Occurrence? {
        let scope = innermost
        return scope.position(of: name).map { scope.entries[$0].occurrence }
    }

    /// What stands for a name, which is counted as met once more.
    mutating func use(_ name: VariableID) -> VariableID? {
        for level in scopes.indices.reversed() {
            if let position = scopes[level].position(of: name) {
                scopes[level].countOccurrence(at: position)
                return scopes[level].entries[position].local
            }
        }
        return nil
    }
}
