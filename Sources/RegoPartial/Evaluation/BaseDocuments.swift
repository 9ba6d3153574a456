@_spi(Engine) import RegoRuntime

/// The base documents, turned into terms as they are asked for.
final class BaseDocuments {
    private let root: Value
    private let arena = Arena(chunkSize: 1024)
    private var known: [[SymbolicTerm]: SymbolicTerm?] = [:]

    init(_ root: Value) { self.root = root }

    deinit { arena.destroy() }

    /// The document at a path below `data`; `data.system` is not seen from above.
    func document(at path: ArraySlice<SymbolicTerm>) -> SymbolicTerm? {
        let key = Array(path)
        if let known = known[key] { return known }
        let found = find(key)
        known[key] = .some(found)
        return found
    }

    private func find(_ path: [SymbolicTerm]) -> SymbolicTerm? {
        guard root.isDefined, path.allSatisfy(\.isScalar) else { return nil }
        var value = root
        for operand in path {
            guard let key = operand.value(in: arena) else { return nil }
            value = value.dereference(key)
            guard value.isDefined else { return nil }
        }
        let term = SymbolicTerm(copying: value)
        guard path.isEmpty, case .object(let items) = term.kind else { return term }
        return SymbolicTerm(.object(items.filter { $0.key.string != "system" }))
    }
}

extension SymbolicTerm {
    /// Two documents in the place of one: where both are objects, the members of both; elsewhere the first.
    static func merge(_ left: SymbolicTerm, _ right: SymbolicTerm) -> SymbolicTerm {
        guard case .object(let first) = left.kind, case .object(let second) = right.kind else { return left }
        let merged = first.map { item -> Item in
            guard let other = right.find(item.key) else { return item }
            return Item(key: item.key, value: merge(item.value, other))
        }
        return object(merged + second.filter { left.find($0.key) == nil })
    }

    /// The object with a value at a path below it; what is no object on the way is replaced.
    static func replacing(_ term: SymbolicTerm?, at path: ArraySlice<SymbolicTerm>, with value: SymbolicTerm) -> SymbolicTerm {
        guard let key = path.first else { return value }
        guard let term, case .object(let items) = term.kind else {
            return object([Item(key: key, value: replacing(nil, at: path.dropFirst(), with: value))])
        }
        let inner = replacing(term.find(key), at: path.dropFirst(), with: value)
        return object(items.filter { $0.key != key } + [Item(key: key, value: inner)])
    }
}
