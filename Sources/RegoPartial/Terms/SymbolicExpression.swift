import RegoSyntax

/// The expressions of a query, all of which must hold.
typealias SymbolicBody = [SymbolicExpression]

/// One expression of a body.
struct SymbolicExpression: Sendable {
    enum Kind: Sendable {
        /// A term that must be defined and not `false`.
        case term(SymbolicTerm)
        /// The operator's reference, then the operands, then perhaps what the result is unified with.
        case call([SymbolicTerm])
        indirect case every(Every)
    }

    struct Every: Sendable {
        var key: SymbolicTerm?
        var value: SymbolicTerm
        var domain: SymbolicTerm
        var body: SymbolicBody
    }

    struct With: Sendable {
        var target: SymbolicTerm
        var value: SymbolicTerm
    }

    var kind: Kind
    var isNegated = false
    var with: [With] = []
    var span = Span.none

    init(_ kind: Kind, isNegated: Bool = false, with: [With] = [], span: Span = .none) {
        self.kind = kind
        self.isNegated = isNegated
        self.with = with
        self.span = span
    }

    init(_ term: SymbolicTerm) { self.init(.term(term)) }

    /// `left = right`
    static func equality(_ left: SymbolicTerm, _ right: SymbolicTerm) -> SymbolicExpression {
        SymbolicExpression(.call([equalityOperator, left, right]))
    }

    static let equalityOperator = SymbolicTerm.reference([.variable("eq")])

    /// The operands of `left = right`.
    var equality: (left: SymbolicTerm, right: SymbolicTerm)? {
        guard case .call(let terms) = kind, terms.count == 3, Self.calls(terms[0], "eq") else { return nil }
        return (terms[1], terms[2])
    }

    /// Whether an operator is the builtin of a plain name.
    static func calls(_ operation: SymbolicTerm, _ name: String) -> Bool {
        guard case .reference(let path) = operation.kind, path.count == 1 else { return false }
        return path[0].variable == name
    }

    /// The same expression, negated if it was not, and without its modifiers.
    var complementWithoutWith: SymbolicExpression { SymbolicExpression(kind, isNegated: !isNegated, span: span) }

    /// The same expression, negated if it was not.
    var complement: SymbolicExpression {
        var result = self
        result.isNegated.toggle()
        return result
    }

    var depth: Int {
        let own =
            switch kind {
            case .term(let term): term.depth
            case .call(let terms): terms.reduce(0) { max($0, $1.depth) }
            case .every(let every): max(every.domain.depth, every.body.depth)
            }
        return 1 + with.reduce(own) { max($0, $1.value.depth) }
    }

    /// The expression with each of its own terms replaced; those of an operator and of what `with` replaces stay.
    func mapTerms(_ transform: (SymbolicTerm) -> SymbolicTerm, body: (SymbolicBody) -> SymbolicBody) -> SymbolicExpression {
        var result = self
        switch kind {
        case .term(let term): result.kind = .term(transform(term))
        case .call(let terms): result.kind = .call(terms.prefix(1) + terms.dropFirst().map(transform))
        case .every(let every):
            result.kind = .every(
                Every(
                    key: every.key.map(transform), value: transform(every.value), domain: transform(every.domain), body: body(every.body)))
        }
        result.with = with.map { With(target: $0.target, value: transform($0.value)) }
        return result
    }
}

extension SymbolicBody {
    var depth: Int { reduce(0) { Swift.max($0, $1.depth) } }
}

// MARK: Order

extension SymbolicExpression {
    /// OPA's order of bodies, whose expressions have positions.
    static func compare(_ left: SymbolicBody, _ right: SymbolicBody) -> Int {
        for (left, right) in zip(left, right) {
            let order = compare(left, right)
            if order != 0 { return order }
        }
        return left.count - right.count
    }

    static func compare(_ left: SymbolicExpression, _ right: SymbolicExpression) -> Int {
        let (first, second) = (left.rank, right.rank)
        if first != second { return first - second }
        if left.isNegated != right.isNegated { return left.isNegated ? 1 : -1 }
        let order: Int
        switch (left.kind, right.kind) {
        case (.term(let left), .term(let right)): order = SymbolicTerm.compare(left, right)
        case (.call(let left), .call(let right)): order = SymbolicTerm.compare(left, right)
        case (.every(let left), .every(let right)):
            let keys = SymbolicTerm.compare(left.key.map { [$0] } ?? [], right.key.map { [$0] } ?? [])
            let terms = keys != 0 ? keys : SymbolicTerm.compare([left.value, left.domain], [right.value, right.domain])
            order = terms != 0 ? terms : compare(left.body, right.body)
        default: order = 0
        }
        if order != 0 { return order }
        return SymbolicTerm.compare(left.with.flatMap { [$0.target, $0.value] }, right.with.flatMap { [$0.target, $0.value] })
    }

    private var rank: Int {
        switch kind {
        case .term: 1
        case .call: 2
        case .every: 3
        }
    }
}
