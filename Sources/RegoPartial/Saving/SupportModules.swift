/// A rule of the result, which its queries and other rules refer to.
struct SupportRule {
    /// `[variable data, string partial, …]`
    var package: [SymbolicTerm]
    /// The name's variable, and the operands behind it.
    var reference: [SymbolicTerm]
    var arguments: [SymbolicTerm] = []
    /// A partial set's member.
    var key: SymbolicTerm?
    var value: SymbolicTerm?
    var body: SymbolicBody
    var isDefault = false

    /// The variables of the head.
    var headVariables: Set<String> {
        var names: Set<String> = []
        for term in arguments + Array(reference.dropFirst()) { term.collectVariables(into: &names) }
        key?.collectVariables(into: &names)
        value?.collectVariables(into: &names)
        return names
    }

    /// OPA's order of rules: by their heads, then by their bodies.
    static func compare(_ left: SupportRule, _ right: SupportRule) -> Int {
        let parts = [
            (left.arguments, right.arguments), (left.reference, right.reference),
            (left.key.map { [$0] } ?? [], right.key.map { [$0] } ?? []),
            (left.value.map { [$0] } ?? [], right.value.map { [$0] } ?? []),
        ]
        for (first, second) in parts {
            let order = SymbolicTerm.compare(first, second)
            if order != 0 { return order }
        }
        if left.isDefault != right.isDefault { return left.isDefault ? 1 : -1 }
        return SymbolicExpression.compare(left.body, right.body)
    }
}

/// The rules of the result, which grow while evaluation goes on.
struct SupportModules {
    /// In the order in which they were made.
    private(set) var rules: [SupportRule] = []
    /// The documents whose rules have been made, whether there are any, and what held where they were made.
    private var documents: [[SymbolicTerm]: (isDefined: Bool, context: SupportContext)] = [:]

    mutating func insert(_ rule: SupportRule) { rules.append(rule) }

    /// Whether a document's rules have been made, and if so, whether there are any.
    ///
    /// - Throws: if they were made where other documents or functions were replaced, so that they are of no use here.
    func isDefined(_ path: [SymbolicTerm], in context: SupportContext) throws -> Bool? {
        guard let known = documents[path] else { return nil }
        guard known.context == context else {
            throw PartialFailure(
                .unsupported,
                "\(SymbolicTerm.reference(path).syntaxText) depends on unknowns and is asked for under different `with` modifiers: "
                    + "partial evaluation cannot make one document of it")
        }
        return known.isDefined
    }

    mutating func note(_ path: [SymbolicTerm], isDefined: Bool, in context: SupportContext) {
        documents[path] = (isDefined, context)
    }
}

/// What `with` modifiers have replaced that evaluation has made use of.
struct SupportContext: Equatable {
    var replacements: [SymbolicTerm] = []
}

extension [SymbolicTerm] {
    /// The package and the rule's reference that a document's path is split into: the rule's name is the last operand that can be one.
    var splitAsRule: (package: [SymbolicTerm], rule: [SymbolicTerm]) {
        var start = 2
        for position in indices.dropFirst(2) {
            guard let name = self[position].string, SymbolicTerm.isName(name) else { break }
            start = position
        }
        var rule = Array(self[start...])
        if let name = rule.first?.string { rule[0] = .variable(name) }
        return (Array(self[..<start]), rule)
    }
}
