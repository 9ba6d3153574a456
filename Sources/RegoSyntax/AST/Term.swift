/// A term of the language: a value, a variable, a reference, a comprehension or a call.
public struct Term: Sendable {
    public var kind: Kind
    public var span: Span

    public init(_ kind: Kind, span: Span = .none) {
        self.kind = kind
        self.span = span
    }

    public indirect enum Kind: Sendable {
        case null
        case boolean(Bool)
        /// A number as written in JSON's grammar (`1`, `-1.50`, `1e100`); its value is settled by the runtime.
        case number(String)
        case string(String)
        /// A variable; wildcards are `$0`, `$1`, … as they occur in a module, generated ones `__local0__`, ….
        case variable(String)
        /// A reference: the head (a variable, call, or composite term) and at least one operand unless the head is `data` or `input`.
        /// `data.a.b` is `[variable data, string a, string b]`.
        case reference([Term])
        /// A call: the operator (a reference, `[variable plus]`, `[variable data, string a, string f]`), then the arguments.
        case call([Term])
        case array([Term])
        case object([ObjectItem])
        case set([Term])
        case arrayComprehension(head: Term, body: Body)
        case setComprehension(head: Term, body: Body)
        case objectComprehension(key: Term, value: Term, body: Body)
        /// `$"text {term} text"`; a part is a string term or an expression.
        case templateString(parts: [TemplatePart], isRaw: Bool)
    }

    public struct ObjectItem: Sendable {
        public var key: Term
        public var value: Term
        public init(key: Term, value: Term) {
            self.key = key
            self.value = value
        }
    }

    public enum TemplatePart: Sendable {
        case text(String)
        case expression(Expression)
    }
}

/// The expressions of a query, all of which must hold.
public typealias Body = [Expression]

/// One expression of a body.
public struct Expression: Sendable {
    public indirect enum Kind: Sendable {
        /// A term that must be defined and not `false`.
        case term(Term)
        /// A call at the level of the expression: the operator's reference, then the operands. An infix operator is the call of its
        /// builtin: `x := 1` is `assign`, `x = 1` is `eq`, `x == 1` is `equal`, `+` is `plus`, and so on as OPA names them.
        case call([Term])
        /// `some x, y`, or `some x in xs` whose only symbol is the call `internal.member_2(x, xs)` (`member_3(k, x, xs)`).
        case some([Term])
        case every(Every)
    }

    public struct Every: Sendable {
        public var key: Term?
        public var value: Term
        public var domain: Term
        public var body: Body
        public init(key: Term?, value: Term, domain: Term, body: Body) {
            self.key = key
            self.value = value
            self.domain = domain
            self.body = body
        }
    }

    public var kind: Kind
    public var isNegated: Bool
    public var with: [With]
    public var span: Span
    /// Made by the compiler, not written by the author.
    public var isGenerated: Bool

    public init(_ kind: Kind, isNegated: Bool = false, with: [With] = [], span: Span = .none, isGenerated: Bool = false) {
        self.kind = kind
        self.isNegated = isNegated
        self.with = with
        self.span = span
        self.isGenerated = isGenerated
    }
}

/// `with target as value`.
public struct With: Sendable {
    public var target: Term
    public var value: Term
    public var span: Span
    public init(target: Term, value: Term, span: Span = .none) {
        self.target = target
        self.value = value
        self.span = span
    }
}
