import RegoCompiler
import RegoSyntax

/// Removes variables from a query that only hand a value on: `input.x = a; a > 1` becomes `input.x > 1`.
struct CopyPropagator {
    /// The variables that the result has to bind.
    let live: Set<String>
    let ensuresNonEmptyBody: Bool
    let analysis: BodyAnalysis
    private let generator = Generator()

    /// Numbers the variables that one propagator makes, for all queries.
    private final class Generator {
        var count = 0
    }

    init(live: Set<String>, ensuresNonEmptyBody: Bool = false, analysis: BodyAnalysis) {
        self.live = live
        self.ensuresNonEmptyBody = ensuresNonEmptyBody
        self.analysis = analysis
    }

    /// The query with fewer variables, or as it is where that would leave some of them unsafe.
    func apply(to query: SymbolicBody) -> SymbolicBody {
        guard var sets = UnionFind(query, live: live) else { return query }
        var heads: Set<String> = []
        for expression in query {
            expression.forEachReference { reference in
                guard let name = reference.first?.variable else { return }
                let root = sets.root(of: name)
                // A reference cannot begin with every value.
                if let root { sets.forgetConstant(of: root) }
                heads.insert(root ?? name)
            }
        }
        var work = Work(propagator: self, sets: sets, heads: heads)
        for expression in query { work.add(expression) }
        work.bindLiveVariables()
        guard work.restoreNeeded() else { return query }
        if ensuresNonEmptyBody, work.result.isEmpty { return [SymbolicExpression(.true)] }
        return work.result
    }

    fileprivate struct Work {
        let propagator: CopyPropagator
        let sets: UnionFind
        /// The variables that references begin with.
        let heads: Set<String>
        var result: SymbolicBody = []
        /// What variables were equal to whose equalities are gone.
        var removed: [String: SymbolicTerm] = [:]
        private var isTooDeep = false

        private var live: Set<String> { propagator.live }

        init(propagator: CopyPropagator, sets: UnionFind, heads: Set<String>) {
            self.propagator = propagator
            self.sets = sets
            self.heads = heads
        }

        mutating func add(_ expression: SymbolicExpression) {
            var plugging = Plugging(sets: sets, removed: removed, isNegated: expression.isNegated)
            let plugged = plugging.plug(expression)
            isTooDeep = isTooDeep || plugging.isTooDeep
            if isKept(plugged) { result.append(plugged) }
        }

        /// Whether an expression is part of the result; the equality of one that is not is noted.
        private mutating func isKept(_ expression: SymbolicExpression) -> Bool {
            if expression.isNegated || !expression.with.isEmpty { return true }
            if let (left, right) = expression.equality {
                if left == right {
                    if let head = left.reference?.first?.variable, live.contains(head) {
                        removed["__localcp\(propagator.generator.count)__"] = left
                        propagator.generator.count += 1
                    }
                    return false
                }
                for (variable, value) in [(left, right), (right, left)] {
                    guard case .variable(let name) = variable.kind, !live.contains(name) else { continue }
                    switch value.kind {
                    case .reference, .call:
                        removed[name] = value
                        return false
                    default: break
                    }
                }
                return true
            }
            if case .call(let terms) = expression.kind, let output = terms.last?.variable, !live.contains(output), !heads.contains(output),
                propagator.analysis.arity(of: terms[0].syntax) == terms.count - 2
            {
                removed[output] = SymbolicTerm(.call(Array(terms.dropLast())))
                return false
            }
            return !expression.isNoOperation
        }

        /// Binds the variables that the result has to bind and whose equalities are gone.
        mutating func bindLiveVariables() {
            for name in live.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
                guard let root = sets.root(of: name) else { continue }
                if let constant = sets.constant(of: root) {
                    result.append(.equality(.variable(name), constant))
                } else if let value = removed[root] {
                    result.append(.equality(.variable(name), value))
                } else if root != name {
                    result.append(.equality(.variable(name), .variable(root)))
                }
            }
        }

        /// Brings back equalities that bind variables, or whose references are defined nowhere else; whether all variables are bound then.
        mutating func restoreNeeded() -> Bool {
            if isTooDeep { return false }
            let analysis = propagator.analysis
            var safe = live.union(["data", "input"])
            safe.formUnion(analysis.outputs(of: result.syntax, safe: safe))
            var unsafe = analysis.variables(of: result.syntax).subtracting(safe)
            for (name, value) in removed.sorted(by: { SymbolicTerm.compare(text: $0.key, $1.key) > 0 }) {
                let equality = SymbolicExpression.equality(.variable(name), value)
                let outputs = analysis.outputs(of: [equality].syntax, safe: safe)
                var bindsUnsafe = false
                if !unsafe.isDisjoint(with: outputs) {
                    unsafe.subtract(outputs)
                    bindsUnsafe = true
                }
                var isSafeVariable = false
                if case .reference(let operands) = value.kind, operands.count == 1, let head = operands[0].variable {
                    isSafeVariable = safe.contains(head)
                }
                if bindsUnsafe || (!isSafeVariable && !result.contains(where: { $0.needs(value) })) {
                    result.append(equality)
                    safe.formUnion(outputs)
                }
            }
            return unsafe.isEmpty
        }
    }
}

extension SymbolicExpression {
    /// Whether the expression holds always.
    fileprivate var isNoOperation: Bool {
        switch kind {
        case .term(let term): return term.isConstant && !term.isFalse
        case .call(let terms): return terms.count >= 3 && Self.calls(terms[0], "equal") && terms[1] == terms[2]
        case .every: return false
        }
    }

    /// Whether the expression holds only where a value is defined, for it mentions that.
    ///
    /// A negation holds, too, where what it mentions is undefined, and modifiers may define it: OPA counts both, so that of
    /// `x := input.x; not x == 1` it leaves `not input.x = 1`, which holds without any `input.x`.
    fileprivate func needs(_ value: SymbolicTerm) -> Bool { !isNegated && with.isEmpty && mentions(value) }

    /// Whether a value, or a reference that begins as it does, stands in the expression outside of closures.
    fileprivate func mentions(_ value: SymbolicTerm) -> Bool {
        let own =
            switch kind {
            case .term(let term): term.mentions(value)
            case .call(let terms): terms.contains { $0.mentions(value) }
            case .every(let every):
                every.key?.mentions(value) ?? false || every.value.mentions(value) || every.domain.mentions(value)
            }
        return own || with.contains { $0.target.mentions(value) || $0.value.mentions(value) }
    }
}

extension SymbolicTerm {
    fileprivate func mentions(_ value: SymbolicTerm) -> Bool {
        switch kind {
        case .comprehension: return false
        case .reference(let operands):
            if case .reference(let other) = value.kind, operands.hasPrefix(other) { return true }
            return self == value || operands.contains { $0.mentions(value) }
        case .call(let terms), .array(let terms), .set(let terms): return self == value || terms.contains { $0.mentions(value) }
        case .object(let items): return self == value || items.contains { $0.key.mentions(value) || $0.value.mentions(value) }
        case .null, .boolean, .number, .string, .variable: return self == value
        }
    }
}
