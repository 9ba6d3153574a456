/// The variables of one body that are bound, and to what: a term together with the bindings that the term's own variables belong to.
final class Bindings {
    /// Tells the variables of different bodies apart in the result.
    let id: Int
    private var entries: [Entry] = []
    /// Where the entries are once they are many.
    private var positions: [String: Int]?
    private static let linearLimit = 16

    private struct Entry {
        let name: String
        let term: SymbolicTerm
        let bindings: Bindings
    }

    init(id: Int) { self.id = id }

    private func position(of name: String) -> Int? {
        if let positions { return positions[name] }
        return entries.firstIndex { $0.name == name }
    }

    /// Binds a variable that is not bound.
    func bind(_ name: String, to term: SymbolicTerm, of other: Bindings) {
        entries.append(Entry(name: name, term: term, bindings: other))
        if positions != nil {
            positions?[name] = entries.count - 1
        } else if entries.count > Self.linearLimit {
            positions = Dictionary(entries.enumerated().map { ($0.element.name, $0.offset) }) { $1 }
        }
    }

    /// Takes a binding back; the last one takes its place in the order, as it does in OPA's results.
    func unbind(_ name: String) {
        guard let position = position(of: name) else { return }
        positions?[name] = nil
        let last = entries.removeLast()
        guard position < entries.count else { return }
        entries[position] = last
        positions?[last.name] = position
    }

    /// Follows a variable to what it is bound to at last.
    func apply(_ term: SymbolicTerm) -> (term: SymbolicTerm, bindings: Bindings) {
        var (term, bindings) = (term, self)
        while case .variable(let name) = term.kind, let position = bindings.position(of: name) {
            let entry = bindings.entries[position]
            (term, bindings) = (entry.term, entry.bindings)
        }
        return (term, bindings)
    }

    /// The term with all bound variables replaced; those that are not bound get names of their own unless `caller` is these bindings.
    ///
    /// - Parameter caller: the bindings of the result; `nil` leaves names as they are.
    func plug(_ term: SymbolicTerm, in caller: Bindings? = nil) -> SymbolicTerm {
        switch term.kind {
        case .null, .boolean, .number, .string, .call, .comprehension: return term
        case .variable:
            let (bound, bindings) = apply(term)
            if bound.variable != nil { return bindings.name(bound, in: caller) }
            return bindings.plug(bound, in: caller)
        case .array(let elements): return term.isGround ? term : .array(elements.map { plug($0, in: caller) })
        case .set(let members): return term.isGround ? term : .set(members.map { plug($0, in: caller) })
        case .object(let items):
            if term.isGround { return term }
            return .object(items.map { .init(key: plug($0.key, in: caller), value: plug($0.value, in: caller)) })
        case .reference(let operands): return .reference(operands.map { plug($0, in: caller) })
        }
    }

    /// An unbound variable's name in the result.
    func name(_ variable: SymbolicTerm, in caller: Bindings?) -> SymbolicTerm {
        guard let caller, caller !== self, case .variable(let name) = variable.kind, name != "data", name != "input" else {
            return variable
        }
        return .variable(name + String(id))
    }

    /// Calls a closure with each bound variable and what it stands for in the result.
    func forEach(in caller: Bindings, _ body: (SymbolicTerm, SymbolicTerm) -> Void) {
        for entry in entries { body(.variable(entry.name), plug(.variable(entry.name), in: caller)) }
    }

    /// The term with all variables named as in the result, those of comprehensions included.
    func namespace(_ term: SymbolicTerm, in caller: Bindings) -> SymbolicTerm {
        switch term.kind {
        case .null, .boolean, .number, .string: return term
        case .variable: return name(term, in: caller)
        case .array(let elements): return .array(elements.map { namespace($0, in: caller) })
        case .set(let members): return .set(members.map { namespace($0, in: caller) })
        case .object(let items):
            return .object(items.map { .init(key: namespace($0.key, in: caller), value: namespace($0.value, in: caller)) })
        case .reference(let operands): return .reference(operands.map { namespace($0, in: caller) })
        case .call(let terms): return SymbolicTerm(.call(terms.prefix(1) + terms.dropFirst().map { namespace($0, in: caller) }))
        case .comprehension(let inner):
            return SymbolicTerm(
                .comprehension(
                    SymbolicComprehension(
                        shape: inner.shape, key: inner.key.map { namespace($0, in: caller) }, value: namespace(inner.value, in: caller),
                        body: namespace(inner.body, in: caller))))
        }
    }

    func namespace(_ body: SymbolicBody, in caller: Bindings) -> SymbolicBody {
        body.map { $0.mapTerms({ namespace($0, in: caller) }, body: { namespace($0, in: caller) }) }
    }
}
