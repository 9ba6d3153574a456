import RegoSyntax

extension Node {
    /// Puts the members of a set, or the entries of an object by their keys, into the order of terms.
    ///
    /// Generated variables are numbered, and calls evaluated, in this order. Stages change what members are, and so the order; scalars
    /// stand before everything else and keep theirs.
    func sortMembers(_ symbols: SymbolTable) {
        let raising = Raising(symbols: symbols)
        switch kind {
        case .set(let members):
            guard members.lazy.filter({ !$0.isScalar }).prefix(2).count == 2 else { return }
            kind = .set(Self.sorted(members) { raising.term($0) })
        case .object(let entries):
            guard entries.lazy.filter({ !$0.key.isScalar }).prefix(2).count == 2 else { return }
            kind = .object(Self.sorted(entries) { raising.term($0.key) })
        default: break
        }
    }

    private static func sorted<Element>(_ elements: [Element], by term: (Element) -> Term) -> [Element] {
        elements.map { (element: $0, term: term($0)) }
            .sorted { TermOrder.compare($0.term, $1.term) < 0 }
            .map(\.element)
    }
}

extension Array<ExpressionNode> {
    /// Adds an expression; one takes the place of a body that is but `true`.
    mutating func append(generated expression: ExpressionNode) {
        if count == 1, case .term(let term) = self[0].kind, case .boolean(true) = term.kind {
            self[0] = expression
        } else {
            append(expression)
        }
    }
}
