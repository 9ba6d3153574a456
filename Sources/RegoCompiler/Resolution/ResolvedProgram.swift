package import RegoSyntax

/// A program whose every name is resolved, whose checks have passed and whose bodies are in an order that can be evaluated from left to
/// right.
///
/// The shape of its expressions is what OPA's compiler leaves after its last rewriting stage:
/// - references start with `data`, `input` or a local variable; their operands are scalars, variables or ground composites
/// - locals have unique names in their rule (`__local3__`); `:=` has become `eq` of a fresh variable
/// - calls stand only at the level of expressions, their result bound by an additional last operand (`plus(x, y, __local4__)`)
/// - `some` declarations are gone (`some x in xs` has become `eq`/`internal.member` expressions as OPA rewrites them)
/// - comprehensions, `every` domains and `with` values are bound to variables where OPA binds them
package struct ResolvedProgram: Sendable {
    package var sources: SourceMap
    /// The rules of all modules below `data`.
    package var root: RuleTree
    /// The names that authors gave to generated locals (`__local3__` → `x`), for messages and results.
    package var authoredNames: AuthoredNames
    /// The packages, for queries that name rules of one directly.
    package var packages: [ResolvedPackage]
    /// The types of the program's documents, against which queries are checked.
    var types = TypeTree()
    /// Whether walks through its terms need a `LargeStack`.
    package var isDeep = false
    /// The tests by file and place, if the options ask for them.
    package var tests: [ResolvedTest] = []

    init(sources: SourceMap, root: RuleTree, authoredNames: AuthoredNames, packages: [ResolvedPackage] = []) {
        self.sources = sources
        self.root = root
        self.authoredNames = authoredNames
        self.packages = packages
    }
}

/// A package and the names that its modules give to rules.
package struct ResolvedPackage: Sendable {
    /// `[variable data, string a, string b]`.
    package var path: [Term]
    /// The first name of each rule's reference, each once.
    package var ruleNames: [String]

    package init(path: [Term], ruleNames: [String]) {
        self.path = path
        self.ruleNames = ruleNames
    }
}

/// A rule whose name begins with `test_` or `todo_test_`.
package struct ResolvedTest: Sendable {
    /// `[variable data, string a, string b]`.
    package var package: [Term]
    /// The rule's reference below the package, up to the test's name.
    package var name: String
    /// The operands below `data` that lead to the test's document.
    package var path: [Term]
    /// The document is an object with a member for each case.
    package var hasCases: Bool
    /// The name begins with `todo_`.
    package var isSkipped: Bool
    package var span: Span
}

/// A node of the tree of virtual documents: the rules at one ground path below `data`, and the nodes below it.
package final class RuleTree: Sendable {
    /// The operand that leads here from the parent: a ground scalar, nearly always a string. The root's is `data`.
    package let key: Term
    package let children: [RuleTree]
    private let ownRules: LazyRules
    /// The children's positions, where there are too many to look through.
    private let positions: LookupTable<DocumentKey, Int>
    private static let linearLimit = 8

    init(key: Term, rules: LazyRules, children: [RuleTree]) {
        self.key = key
        self.ownRules = rules
        self.children = children
        var positions = LookupTable<DocumentKey, Int>()
        if children.count > Self.linearLimit {
            positions.reserveCapacity(children.count)
            for (position, child) in children.enumerated() { if let key = DocumentKey(child.key) { positions.set(key, to: position) } }
        }
        self.positions = positions
    }

    /// The rules whose reference's ground prefix ends here, in source order; all of one name, all functions or none.
    package var rules: [ResolvedRule] { ownRules.rules }

    /// Turns all rules into terms, here and in the nodes below.
    func raise() {
        _ = ownRules.rules
        for child in children { child.raise() }
    }

    /// How many rules there are.
    package var ruleCount: Int { ownRules.count }

    /// The child that a ground operand leads to.
    func child(at key: DocumentKey) -> RuleTree? {
        if children.count > Self.linearLimit { return positions[key].map { children[$0] } }
        return children.first { DocumentKey($0.key) == key }
    }
}

/// One rule with its `else` chain.
package struct ResolvedRule: Sendable {
    package enum Kind: Sendable {
        /// One value: `p := v`, `p.q.r := v`, or with variables in the reference `p[x] := v`, `p[x].q[y] := v`.
        case complete
        /// A member of a set: `p contains x`, `p[x].q contains y`.
        case partialSet
        case function
    }

    package var kind: Kind
    package var isDefault: Bool
    /// `data.pkg.name…`, all of it: the ground prefix and, for dynamic heads, what follows.
    package var reference: [Term]
    /// How many of the reference's operands (`data` included) are the ground prefix, which leads to the rule's node.
    package var groundPrefixLength: Int
    /// How many of the reference's operands (`data` included) are the package's path.
    package var packageLength = 1
    /// A function's parameters: variables, or patterns to unify with the arguments.
    package var arguments: [Term]
    /// A partial set's member.
    package var key: Term?
    /// A complete rule's or function's value.
    package var value: Term?
    package var body: Body
    package var elseRules: [ElseBranch]
    package var span: Span

    /// An `else` of a rule: tried when everything before it was undefined.
    package struct ElseBranch: Sendable {
        package var value: Term
        package var body: Body
        package var span: Span
        package init(value: Term, body: Body, span: Span) {
            self.value = value
            self.body = body
            self.span = span
        }
    }

    package init(
        kind: Kind, isDefault: Bool, reference: [Term], groundPrefixLength: Int, arguments: [Term], key: Term?, value: Term?, body: Body,
        elseRules: [ElseBranch], span: Span
    ) {
        self.kind = kind
        self.isDefault = isDefault
        self.reference = reference
        self.groundPrefixLength = groundPrefixLength
        self.arguments = arguments
        self.key = key
        self.value = value
        self.body = body
        self.elseRules = elseRules
        self.span = span
    }
}

/// An ad-hoc query, resolved as a rule's body is.
package struct ResolvedQuery: Sendable {
    package var body: Body
    /// The variables whose values the query's answer shows: the author's name, and the local that stands for it; in order of appearance.
    package var variables: [(name: String, local: String)]
    /// The query's top-level expressions as written, with the local or constant that holds each one's value.
    package var expressions: [(text: String, span: Span, value: Term)]
    /// The names that the query's author gave to generated locals.
    package var authoredNames: AuthoredNames
    /// The references and variables of the query with their types, each once, if the options ask for them.
    package var types: [(text: String, type: String)] = []
    /// Whether walks through its terms need a `LargeStack`.
    package var isDeep = false

    init(
        body: Body, variables: [(name: String, local: String)], expressions: [(text: String, span: Span, value: Term)],
        authoredNames: AuthoredNames = AuthoredNames()
    ) {
        self.body = body
        self.authoredNames = authoredNames
        self.variables = variables
        self.expressions = expressions
    }
}
