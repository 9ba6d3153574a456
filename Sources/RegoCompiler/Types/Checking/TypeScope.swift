import RegoSyntax

/// The types that are known at a place of the program: those of variables, and those of documents that differ from the scope around.
final class TypeScope {
    let next: TypeScope?
    /// Types of documents that come before those of the scope around; the outermost scope's are the program's.
    let documents: TypeTree?
    private var entries: [Entry] = []
    private var index: Index?
    private static let linearLimit = 16

    private struct Entry {
        let name: VariableID
        var type: RegoType
    }

    /// Where the variables of a large scope are.
    private final class Index {
        var positions = LookupTable<VariableID, Int>()
    }

    init(in next: TypeScope?, documents: TypeTree? = nil) {
        self.next = next
        self.documents = documents
    }

    /// The type that this very scope gives a variable.
    func ownType(of variable: VariableID) -> RegoType? {
        let entries = entries
        if entries.count > Self.linearLimit { return index?.positions[variable].map { entries[$0].type } }
        for position in entries.indices where entries[position].name == variable { return entries[position].type }
        return nil
    }

    /// The type of a variable, here or in the scopes around.
    func type(of variable: VariableID) -> RegoType? {
        var scope = self
        while true {
            if let type = scope.ownType(of: variable) { return type }
            guard let next = scope.next else { return nil }
            scope = next
        }
    }

    /// Gives a variable a type in this scope.
    func set(_ variable: VariableID, to type: RegoType?) {
        guard let type else { return }
        // Changed outside of the scope, so that nothing has to watch whether somebody reads it meanwhile.
        var entries = self.entries
        self.entries = []
        set(variable, to: type, in: &entries)
        self.entries = entries
    }

    private func set(_ variable: VariableID, to type: RegoType, in entries: inout [Entry]) {
        let isLarge = entries.count > Self.linearLimit
        let known = isLarge ? index?.positions[variable] : entries.firstIndex { $0.name == variable }
        if let known {
            entries[known].type = type
            return
        }
        if entries.isEmpty { entries = [Entry](capacity: 8) }
        entries.append(Entry(name: variable, type: type))
        if isLarge {
            index?.positions.set(variable, to: entries.count - 1)
        } else if entries.count > Self.linearLimit {
            let index = Index()
            for (position, entry) in entries.enumerated() { index.positions.set(entry.name, to: position) }
            self.index = index
        }
    }
}
