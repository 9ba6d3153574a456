/// The dialect that a module is written in.
public enum RegoVersion: Sendable, Hashable {
    case v0
    case v1
    /// v0 with `import rego.v1`: v1's rules, checked so that both dialects accept it.
    case v0CompatV1
}

/// A parsed module.
package struct Module: Sendable {
    package var file: FileID
    package var package: Package
    package var imports: [Import]
    package var rules: [Rule]
    package var comments: [Comment]
    package var annotations: [Annotations]
    package var version: RegoVersion
    /// Whether the tree is so deep that walks through it need a `LargeStack`.
    package var isDeep = false

    package init(
        file: FileID, package: Package, imports: [Import] = [], rules: [Rule] = [], comments: [Comment] = [],
        annotations: [Annotations] = [], version: RegoVersion = .v1
    ) {
        self.file = file
        self.package = package
        self.imports = imports
        self.rules = rules
        self.comments = comments
        self.annotations = annotations
        self.version = version
    }
}

/// `package a.b`; `path` is `[variable data, string a, string b]`.
package struct Package: Sendable {
    package var path: [Term]
    package var span: Span
    package init(path: [Term], span: Span) {
        self.path = path
        self.span = span
    }
}

/// `import data.a.b as c`; `path` is a reference term.
package struct Import: Sendable {
    package var path: Term
    package var alias: String?
    package var span: Span
    package init(path: Term, alias: String?, span: Span) {
        self.path = path
        self.alias = alias
        self.span = span
    }
}

/// One rule as written: a head, a body (empty only for defaults), and what follows it as `else`.
///
/// A head with several bodies (`p { … } { … }`) is parsed into as many rules.
package struct Rule: Sendable {
    package var isDefault: Bool
    package var head: Head
    package var body: Body
    /// The body was not written but stands for `true`, as in `p := 1`.
    package var hasGeneratedBody: Bool
    /// The rule's `else` branches in their order, whose heads repeat this head's name and arguments; a branch has none of its own.
    package var elseRules: [Rule]
    package var span: Span

    /// The rule itself, then its `else` branches.
    package var branches: [Rule] { [self] + elseRules }

    package init(isDefault: Bool = false, head: Head, body: Body, hasGeneratedBody: Bool = false, elseRules: [Rule] = [], span: Span) {
        self.isDefault = isDefault
        self.head = head
        self.body = body
        self.hasGeneratedBody = hasGeneratedBody
        self.elseRules = elseRules
        self.span = span
    }

    /// What stands before a rule's body.
    ///
    /// - `p := 1`: reference `[p]`, value `1`
    /// - `p contains x`, v0's `p[x]`: reference `[p]`, key `x`, no value
    /// - `p[x] := y`: reference `[p, x]`, value `y` (v0's `p[x] = y`: the same, the reference's last operand doubling as `key`)
    /// - `p.q.r := 1`: reference `[p, q, r]`, value `1`
    /// - `f(x) := y`: reference `[f]`, arguments `[x]`, value `y`
    package struct Head: Sendable {
        package var reference: [Term]
        package var arguments: [Term]?
        package var key: Term?
        package var value: Term?
        /// Written with `:=`.
        package var isAssignment: Bool
        /// The value was not written but stands for `true`.
        package var hasGeneratedValue: Bool
        /// The value was not written because the head itself says it: `f(1)`, `p.q if …`, or the head of a further body.
        package var hasImpliedValue = false
        /// `if` was written before the body.
        package var hasIf = false
        /// `contains` was written before the member.
        package var hasContains = false
        package var span: Span

        package init(
            reference: [Term], arguments: [Term]? = nil, key: Term? = nil, value: Term? = nil, isAssignment: Bool = false,
            hasGeneratedValue: Bool = false, span: Span
        ) {
            self.reference = reference
            self.arguments = arguments
            self.key = key
            self.value = value
            self.isAssignment = isAssignment
            self.hasGeneratedValue = hasGeneratedValue
            self.span = span
        }

        /// A partial set: `p contains x`, or v0's `p[x]`.
        package var isPartialSet: Bool { key != nil && value == nil }
    }
}

/// A `#` comment without its line break.
package struct Comment: Sendable {
    package var text: String
    package var span: Span
    package init(text: String, span: Span) {
        self.text = text
        self.span = span
    }
}

/// A `# METADATA` block: its YAML text, and what it stands before.
package struct Annotations: Sendable {
    /// The statement that a block belongs to.
    package enum Target: Sendable, Hashable {
        case none
        case package
        case `import`
        /// The rule of an index in the module's rules.
        case rule(Int)
    }

    package var yaml: String
    package var span: Span
    /// The first row after the block that holds a package, import or rule; 0 if none follows.
    package var targetRow: UInt32
    /// What stands in that row.
    package var target = Target.none
    package init(yaml: String, span: Span, targetRow: UInt32) {
        self.yaml = yaml
        self.span = span
        self.targetRow = targetRow
    }
}
