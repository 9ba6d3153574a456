package import RegoSyntax

/// Writes syntax trees in the JSON form of OPA's (`opa parse -f json`, `rego.parse_module`).
///
/// The trees' depth is bounded by the parser's.
package struct SyntaxTree {
    /// The texts that locations quote; `nil` leaves locations out.
    let source: SourceFile?
    /// The name of the file that comments are in.
    let name: String

    /// - Parameters:
    ///   - source: the file that the trees were parsed from, if their locations are wanted.
    ///   - name: the file's name for comments, which always have their location; the source's own if there is one.
    package init(locationsIn source: SourceFile? = nil, name: String = "") {
        self.source = source
        self.name = source?.name ?? name
    }

    typealias Members = [(name: String, value: SyntaxJSON)]

    /// A module with its annotations.
    ///
    /// - Parameter includesComments: whether comments are written.
    package func json(_ module: Module, annotations: [Annotation], includesComments: Bool) -> SyntaxJSON {
        var members: Members = [("package", located([("path", terms(module.package.path))], module.package.span, sorted: true))]
        if !module.imports.isEmpty { members.append(("imports", .array(module.imports.map(json)))) }
        if !annotations.isEmpty { members.append(("annotations", .array(annotations.map(json)))) }
        if !module.rules.isEmpty {
            let attached = Self.attach(annotations, to: module)
            members.append(
                (
                    "rules",
                    .array(module.rules.indices.map { json(module.rules[$0], attached[$0], isNamed: Self.isNamed(module.rules[$0])) })
                ))
        }
        if includesComments, !module.comments.isEmpty { members.append(("comments", .array(module.comments.map { comment($0) }))) }
        return .object(members)
    }

    // MARK: Locations

    /// Adds a location, if they are wanted.
    ///
    /// - Parameter sorted: puts it in its place by name; otherwise it comes last.
    private func located(_ members: Members, _ span: Span, text: String? = nil, sorted: Bool) -> SyntaxJSON {
        guard let source, span.file != .none else { return .object(members) }
        let all = members + [("location", location(span, text ?? source.text(of: span)))]
        return .object(sorted ? all.sorted { $0.name < $1.name } : all)
    }

    private func location(_ span: Span, _ text: String?) -> SyntaxJSON {
        var members: Members = [
            ("file", .string(name)), ("row", .number(String(span.row))), ("col", .number(String(span.column))),
        ]
        if let text, !text.isEmpty { members.append(("text", .string(SyntaxText.base64(text)))) }
        return .object(members)
    }

    // MARK: Statements

    private func json(_ import: Import) -> SyntaxJSON {
        var members: Members = []
        if let alias = `import`.alias { members.append(("alias", .string(alias))) }
        members.append(("path", json(`import`.path)))
        return located(members, `import`.span, sorted: true)
    }

    private func comment(_ comment: Comment) -> SyntaxJSON {
        let text = String(comment.text.unicodeScalars.dropFirst())
        return .object([
            ("Text", text.isEmpty ? .null : .string(SyntaxText.base64(text))),
            ("Location", location(comment.span, source.map { _ in comment.text })),
        ])
    }

    /// Whether OPA gives a rule's head a name beside its reference, as older versions had it.
    private static func isNamed(_ rule: Rule) -> Bool {
        let head = rule.head
        guard head.reference.count == 2 else { return head.reference.count == 1 }
        guard !rule.isDefault, !head.isPartialSet else { return false }
        return head.hasIf ? !head.hasGeneratedValue || head.arguments != nil : head.arguments == nil
    }

    private func json(_ rule: Rule, _ annotations: [Annotation], isNamed: Bool) -> SyntaxJSON {
        // Each `else` lies in that before it.
        var chain: SyntaxJSON?
        for branch in rule.elseRules.reversed() { chain = json(branch, [], isNamed: isNamed, else: chain) }
        return json(rule, annotations, isNamed: isNamed, else: chain)
    }

    private func json(_ rule: Rule, _ annotations: [Annotation], isNamed: Bool, else chain: SyntaxJSON?) -> SyntaxJSON {
        var members: Members = []
        if !annotations.isEmpty { members.append(("annotations", .array(annotations.map(json)))) }
        members.append(("body", json(rule.isDefault && rule.body.isEmpty ? Self.holds(at: rule.span) : rule.body)))
        if rule.isDefault { members.append(("default", .boolean(true))) }
        if let chain { members.append(("else", chain)) }
        members.append(("head", json(rule.head, isNamed: isNamed)))
        return located(members, rule.span, sorted: true)
    }

    private static func holds(at span: Span) -> Body { [Expression(.term(Term(.boolean(true), span: span)), span: span)] }

    private func json(_ head: Rule.Head, isNamed: Bool) -> SyntaxJSON {
        var members: Members = []
        if isNamed, case .variable(let name)? = head.reference.first?.kind {
            members.append(("name", .string(name)))
        }
        if let arguments = head.arguments, !arguments.isEmpty { members.append(("args", terms(arguments))) }
        if let key = head.key { members.append(("key", json(key))) }
        if let value = head.value { members.append(("value", json(value))) }
        if head.isAssignment { members.append(("assign", .boolean(true))) }
        members.append(("ref", terms(head.reference)))
        return located(members, head.span, sorted: false)
    }

    // MARK: Bodies

    /// A query's expressions.
    package func json(_ body: Body) -> SyntaxJSON {
        .array(body.enumerated().map { json($0.element, index: $0.offset) })
    }

    func json(_ expression: Expression, index: Int) -> SyntaxJSON {
        var members: Members = []
        if expression.isGenerated { members.append(("generated", .boolean(true))) }
        members.append(("index", .number(String(index))))
        if expression.isNegated { members.append(("negated", .boolean(true))) }
        let terms: SyntaxJSON
        switch expression.kind {
        case .term(let term): terms = json(term)
        case .call(let operands): terms = self.terms(operands)
        case .some(let symbols): terms = located([("symbols", self.terms(symbols))], expression.span, sorted: true)
        case .every(let every):
            terms = located(
                [
                    ("body", json(every.body)), ("domain", json(every.domain)), ("key", every.key.map(json) ?? .null),
                    ("value", json(every.value)),
                ], expression.span, sorted: true)
        }
        members.append(("terms", terms))
        if !expression.with.isEmpty {
            let modifiers = expression.with.map { with in
                located([("target", json(with.target)), ("value", json(with.value))], with.span, sorted: true)
            }
            members.append(("with", .array(modifiers)))
        }
        return located(members, expression.span, sorted: true)
    }

    // MARK: Terms

    /// A reference as an array of its terms.
    package func json(_ reference: [Term]) -> SyntaxJSON { terms(reference) }

    private func terms(_ terms: [Term]) -> SyntaxJSON { .array(terms.map { json($0) }) }

    func json(_ term: Term) -> SyntaxJSON {
        let (type, value) = typed(term.kind)
        return located([("type", .string(type)), ("value", value)], term.span, sorted: true)
    }

    private func typed(_ kind: Term.Kind) -> (type: String, value: SyntaxJSON) {
        switch kind {
        case .null: return ("null", .object([]))
        case .boolean(let value): return ("boolean", .boolean(value))
        case .number(let text): return ("number", .number(text))
        case .string(let text): return ("string", .string(text))
        case .variable(let name): return ("var", .string(name))
        case .reference(let operands): return ("ref", terms(operands))
        case .call(let operands): return ("call", terms(operands))
        case .array(let elements): return ("array", terms(elements))
        case .set(let members): return ("set", terms(TermOrder.members(members)))
        case .object(let items):
            return ("object", .array(TermOrder.items(items).map { .array([json($0.key), json($0.value)]) }))
        case .arrayComprehension(let head, let body):
            return ("arraycomprehension", .object([("term", json(head)), ("body", json(body))]))
        case .setComprehension(let head, let body):
            return ("setcomprehension", .object([("term", json(head)), ("body", json(body))]))
        case .objectComprehension(let key, let value, let body):
            return ("objectcomprehension", .object([("key", json(key)), ("value", json(value)), ("body", json(body))]))
        case .templateString(let parts, let isRaw):
            let written = parts.map { part in
                switch part {
                case .text(let text): json(Term(.string(text)))
                case .expression(let expression): scalar(of: expression).map { json($0) } ?? json(expression, index: 0)
                }
            }
            return ("templatestring", .object([("parts", written.isEmpty ? .null : .array(written)), ("multi_line", .boolean(isRaw))]))
        }
    }

    /// The scalar that an expression is, which OPA writes without the expression around it.
    private func scalar(of expression: Expression) -> Term? {
        guard case .term(let term) = expression.kind, !expression.isNegated, expression.with.isEmpty else { return nil }
        switch term.kind {
        case .null, .boolean, .number, .string: return term
        default: return nil
        }
    }
}
