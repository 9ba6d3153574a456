/// A term of the language: a value, a variable, a reference, a comprehension or a call.
package struct Term: Sendable {
    package var kind: Kind
    package var span: Span

    package init(_ kind: Kind, span: Span = .none) {
        self.kind = kind
        self.span = span
    }

    // Only what holds terms directly is boxed: most terms are scalars, variables and references, which then need no memory of their own.
    package enum Kind: Sendable {
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
        indirect case arrayComprehension(head: Term, body: Body)
        indirect case setComprehension(head: Term, body: Body)
        indirect case objectComprehension(key: Term, value: Term, body: Body)
        /// `$"text {term} text"`; a part is a string term or an expression.
        indirect case templateString(parts: [TemplatePart], isRaw: Bool)
    }

    package struct ObjectItem: Sendable {
        package var key: Term
        package var value: Term
        package init(key: Term, value: Term) {
            self.key = key
            self.value = value
        }
    }

    package enum TemplatePart: Sendable {
        case text(String)
        case expression(Expression)
    }
}

/// The expressions of a query, all of which must hold.
package typealias Body = [Expression]

/// One expression of a body.
package struct Expression: Sendable {
    package enum Kind: Sendable {
        /// A term that must be defined and not `false`.
        case term(Term)
        /// A call at the level of the expression: the operator's reference, then the operands. An infix operator is the call of its
        /// builtin: `x := 1` is `assign`, `x = 1` is `eq`, `x == 1` is `equal`, `+` is `plus`, and so on as OPA names them.
        case call([Term])
        /// `some x, y`, or `some x in xs` whose only symbol is the call `internal.member_2(x, xs)` (`member_3(k, x, xs)`).
        case some([Term])
        indirect case every(Every)
    }

    package struct Every: Sendable {
        package var key: Term?
        package var value: Term
        package var domain: Term
        package var body: Body
        package init(key: Term?, value: Term, domain: Term, body: Body) {
            self.key = key
            self.value = value
            self.domain = domain
            self.body = body
        }
    }

    package var kind: Kind
    package var isNegated: Bool
    package var with: [With]
    package var span: Span
    /// Made by the compiler, not written by the author.
    package var isGenerated: Bool

    package init(_ kind: Kind, isNegated: Bool = false, with: [With] = [], span: Span = .none, isGenerated: Bool = false) {
        self.kind = kind
        self.isNegated = isNegated
        self.with = with
        self.span = span
        self.isGenerated = isGenerated
    }
}

/// `with target as value`.
package struct With: Sendable {
    package var target: Term
    package var value: Term
    package var span: Span
    package init(target: Term, value: Term, span: Span = .none) {
        self.target = target
        self.value = value
        self.span = span
    }
}
