/// The types that are known at a place of the program: those of variables, and those of documents that differ from the scope around.
final class TypeScope {
    let next: TypeScope?
    /// Types of documents that come before those of the scope around; the outermost scope's are the program's.
    let documents: TypeTree?
    private var entries: [(name: VariableID, type: RegoType)] = []
    private var index: LookupTable<VariableID, Int>?
    private static let linearLimit = 16

    init(in next: TypeScope?, documents: TypeTree? = nil) {
        self.next = next
        self.documents = documents
    }

    private func position(of variable: VariableID) -> Int? {
        if let index { return index[variable] }
        let entries = entries
        for position in entries.indices where entries[position].name == variable { return position }
        return nil
    }

    /// The type that this very scope gives a variable.
    func ownType(of variable: VariableID) -> RegoType? { position(of: variable).map { entries[$0].type } }

    /// The type of a variable, here or in the scopes around.
    func type(of variable: VariableID) -> RegoType? {
        var scope: TypeScope? = self
        while let current = scope {
            if let type = current.ownType(of: variable) { return type }
            scope = current.next
        }
        return nil
    }

    /// Gives a variable a type in this scope.
    func set(_ variable: VariableID, to type: RegoType?) {
        guard let type else { return }
        if let position = position(of: variable) {
            entries[position].type = type
            return
        }
        if entries.isEmpty { entries.reserveCapacity(8) }
        entries.append((variable, type))
        if entries.count == Self.linearLimit + 1 {
            var index = LookupTable<VariableID, Int>()
            for (position, entry) in entries.enumerated() { index.set(entry.name, to: position) }
            self.index = index
        } else {
            index?.set(variable, to: entries.count - 1)
        }
    }
}
