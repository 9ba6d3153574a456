import RegoSyntax

/// What a rule asks of one value before it can hold, as far as an index can look it up.
struct RuleCondition {
    /// Where the value is found.
    struct Source: Hashable {
        enum Root: Hashable {
            case input, data
            /// The parameter of a function at an index.
            case parameter(Int)
        }

        var root: Root
        /// The operands that lead to the value.
        var path: [Term.Scalar]
    }

    enum Test {
        /// It equals one of some constants.
        case oneOf(Set<Term.Scalar>)
        /// It is a string that begins with one of some texts.
        case prefix(Set<[UInt8]>)
    }

    var source: Source
    var test: Test
}

/// Reads the conditions off a rule's bodies.
///
/// A rule may be left out by a condition only if evaluating it would have come to nothing: not to an error of an expression that stands
/// before the condition. OPA's own index makes no such difference for equalities, and Ward follows it there.
struct RuleConditionReader {
    /// Whether evaluating an expression could come to an error.
    let mayEndEvaluation: (Expression) -> Bool
    /// Whether a rule could be at a path of base documents.
    let isVirtual: ([Term]) -> Bool
    /// Whether `with` has put something else in a builtin's place.
    let isReplaced: (String) -> Bool

    private var conditions: [RuleCondition] = []
    /// The variables that equal a value that an index can look up.
    private var aliases: [String: RuleCondition.Source] = [:]

    init(
        mayEndEvaluation: @escaping (Expression) -> Bool, isVirtual: @escaping ([Term]) -> Bool, isReplaced: @escaping (String) -> Bool
    ) {
        self.isReplaced = isReplaced
        self.mayEndEvaluation = mayEndEvaluation
        self.isVirtual = isVirtual
    }

    /// The conditions of a rule and its `else` chain: without any of them, no branch can hold. At most one for each source and kind.
    mutating func conditions(of rule: ResolvedRule) -> [RuleCondition] {
        var common = conditions(of: rule.body, arguments: rule.arguments)
        for branch in rule.elseRules {
            let other = conditions(of: branch.body, arguments: rule.arguments)
            common = common.compactMap { condition in
                other.lazy.compactMap { condition.united(with: $0) }.first
            }
        }
        return common
    }

    private mutating func conditions(of body: Body, arguments: [Term]) -> [RuleCondition] {
        conditions = []
        aliases = [:]
        for (index, argument) in arguments.enumerated() {
            match(RuleCondition.Source(root: .parameter(index), path: []), argument)
        }
        // What a rule prints must be printed even where OPA's index knows that it cannot hold.
        let isIndexed = !body.contains { $0.calls("internal.print") || $0.calls("internal.test_case") }
        var mayHaveEnded = false
        for expression in body {
            if expression.with.isEmpty, !expression.isNegated, case .call(let terms) = expression.kind {
                read(terms, mayHaveEnded: mayHaveEnded, isIndexed: isIndexed)
            }
            if mayEndEvaluation(expression) { mayHaveEnded = true }
        }
        return conditions
    }

    private mutating func read(_ terms: [Term], mayHaveEnded: Bool, isIndexed: Bool) {
        let operands = Array(terms.dropFirst())
        let name = FunctionPlanner.functionName(terms[0])
        guard !isReplaced(name) else { return }
        switch (name, operands.count) {
        case ("eq", 2), ("equal", 2), ("assign", 2):
            for (left, right) in [(operands[0], operands[1]), (operands[1], operands[0])] {
                guard let source = source(of: left) else { continue }
                if !mayHaveEnded || isIndexed && isKnownToOPA(left) && FunctionPlanner.isIndexable(right) { match(source, right) }
            }
        case ("internal.member_2", 2) where !mayHaveEnded:
            if let source = source(of: operands[0]), let members = Self.members(operands[1]) { add(source, .oneOf(members)) }
        case ("startswith", 2) where !mayHaveEnded:
            if let source = source(of: operands[0]), case .string(let text) = operands[1].kind { add(source, .prefix([Array(text.utf8)])) }
        case ("glob.match", 3) where !mayHaveEnded:
            if let source = source(of: operands[2]), let text = Self.literalPrefix(operands[0], delimiters: operands[1]) {
                add(source, .prefix([text]))
            }
        default: break
        }
    }

    /// Whether OPA's index looks at an equality of the term: a reference or a parameter, not a variable that equals one.
    private func isKnownToOPA(_ term: Term) -> Bool {
        switch term.kind {
        case .reference(let terms):
            if case .variable(let head) = terms[0].kind { head == "input" || head == "data" } else { false }
        case .variable(let name): aliases[name]?.path.isEmpty == true && Self.isParameter(aliases[name])
        default: false
        }
    }

    private static func isParameter(_ source: RuleCondition.Source?) -> Bool {
        if case .parameter? = source?.root { true } else { false }
    }

    /// Notes what follows from a value's being equal to a term.
    private mutating func match(_ source: RuleCondition.Source, _ term: Term) {
        switch term.kind {
        case .variable(let name): if aliases[name] == nil, name != "input", name != "data", name != "_" { aliases[name] = source }
        case .array(let items):
            for (index, item) in items.enumerated() {
                match(RuleCondition.Source(root: source.root, path: source.path + [.number("\(index)")]), item)
            }
        default: if let scalar = Self.plain(term) { add(source, .oneOf([scalar])) }
        }
    }

    private mutating func add(_ source: RuleCondition.Source, _ test: RuleCondition.Test) {
        let condition = RuleCondition(source: source, test: test)
        if !conditions.contains(where: { $0.isAlike(condition) }) { conditions.append(condition) }
    }

    private func source(of term: Term) -> RuleCondition.Source? {
        switch term.kind {
        case .variable(let name): return aliases[name]
        case .reference(let terms):
            guard case .variable(let head) = terms[0].kind, terms.count > 1 else { return nil }
            let path = terms.dropFirst().compactMap(\.scalar)
            guard path.count == terms.count - 1 else { return nil }
            if let alias = aliases[head] { return RuleCondition.Source(root: alias.root, path: alias.path + path) }
            if head == "input" { return RuleCondition.Source(root: .input, path: path) }
            guard head == "data", !isVirtual(Array(terms.dropFirst())) else { return nil }
            return RuleCondition.Source(root: .data, path: path)
        default: return nil
        }
    }

    /// A scalar of which there is but one notation.
    private static func plain(_ term: Term) -> Term.Scalar? {
        guard case .number(let text) = term.kind else { return term.scalar }
        return text.utf8.count < 18 && Int(text).map { String($0) == text } == true ? term.scalar : nil
    }

    private static func members(_ term: Term) -> Set<Term.Scalar>? {
        switch term.kind {
        case .array(let items), .set(let items):
            let scalars = items.compactMap(plain)
            return scalars.count == items.count && !scalars.isEmpty ? Set(scalars) : nil
        default: return nil
        }
    }

    /// What every match of a glob begins with; `nil` where that is nothing, or the call could fail.
    private static func literalPrefix(_ pattern: Term, delimiters: Term) -> [UInt8]? {
        guard case .string(let text) = pattern.kind else { return nil }
        switch delimiters.kind {
        case .null: break
        case .array(let items):
            for item in items {
                guard case .string(let delimiter) = item.kind, delimiter.unicodeScalars.count == 1 else { return nil }
            }
        default: return nil
        }
        // A pattern that does not compile is an error, which leaving the rule out would hide.
        guard !text.utf8.contains(where: { #"[]{}\!,"#.utf8.contains($0) }) else { return nil }
        let prefix = Array(text.utf8.prefix { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "?") })
        return prefix.isEmpty ? nil : prefix
    }
}

extension RuleCondition {
    fileprivate func isAlike(_ other: RuleCondition) -> Bool {
        guard source == other.source else { return false }
        switch (test, other.test) {
        case (.oneOf, .oneOf), (.prefix, .prefix): return true
        default: return false
        }
    }

    /// What holds where either condition does; `nil` for conditions on different things.
    fileprivate func united(with other: RuleCondition) -> RuleCondition? {
        guard source == other.source else { return nil }
        switch (test, other.test) {
        case (.oneOf(let left), .oneOf(let right)): return RuleCondition(source: source, test: .oneOf(left.union(right)))
        case (.prefix(let left), .prefix(let right)): return RuleCondition(source: source, test: .prefix(left.union(right)))
        default: return nil
        }
    }
}
