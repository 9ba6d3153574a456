@_spi(Engine) import RegoRuntime
import RegoSyntax

/// Replaces `rego.metadata.chain()` and `rego.metadata.rule()` by what they return: one local for each, bound at the front of the rule's
/// body.
///
/// Source: OPA's stage RewriteRegoMetadataCalls (v1/ast/compile.go).
struct MetadataCallRewriter {
    let resolution: Resolution
    /// `nil` if no module has annotations.
    let annotations: ProgramAnnotations?

    private enum Function { case chain, rule }

    private var symbols: SymbolTable { resolution.symbols }

    /// Whether a source text could call the functions.
    var mayApply: Bool { symbols.occurs(.rego) }

    /// Rewrites a rule or an `else`.
    func rewrite(_ rule: RuleNode) {
        var calls: [Function: Span] = [:]
        let closures = (rule.arguments ?? []) + rule.reference + [rule.key, rule.value].compactMap { $0 }
        let finder = ExpressionWalker { expression in
            guard let function = function(of: expression), isAllowed(function), calls[function] == nil else { return }
            calls[function] = expression.span
        }
        for term in closures { finder.walk(term) }
        finder.walk(rule.body)
        guard !calls.isEmpty else { return }

        var locals: [Function: VariableID] = [:]
        var bindings: [ExpressionNode] = []
        if let span = calls[.chain] { bindings.append(bind(chain(of: rule), at: span, as: .chain, &locals)) }
        if let span = calls[.rule] {
            let value = annotations?.nearest(to: rule)?.value ?? .object([:])
            bindings.append(bind(value, at: span, as: .rule, &locals))
        }
        for term in closures { rewrite(term, locals) }
        rule.body = bindings + rewrite(rule.body, locals)
    }

    private func bind(_ value: RegoValue, at span: Span, as function: Function, _ locals: inout [Function: VariableID]) -> ExpressionNode {
        let local = symbols.generate()
        locals[function] = local
        return .binding(local, to: Node(value: value, span: span))
    }

    private func chain(of rule: RuleNode) -> RegoValue {
        let empty = AnnotationSet([]) { _ in }
        let entries =
            annotations?.chain(of: rule, symbols: symbols)
            ?? empty.chain(nil, path: path(of: rule), package: [], place: rule.span, file: rule.module.fileName)
        return .array(
            entries.map { entry in
                var members: [RegoValue: RegoValue] = [
                    "path": .array(entry.path.dropFirst().map { DocumentKey($0).map(Self.value) ?? .null })
                ]
                if let annotation = entry.annotation { members["annotations"] = annotation.value }
                return .object(members)
            })
    }

    private func path(of rule: RuleNode) -> [Term] {
        let name = rule.reference.prefix(rule.groundLength).compactMap { operand in
            operand.variable.map { DocumentKey.string(symbols.name($0)) } ?? DocumentKey(operand)
        }
        return rule.module.package.path + name.map { Term($0.term) }
    }

    private static func value(_ key: DocumentKey) -> RegoValue {
        switch key {
        case .string(let text): .string(text)
        case .number(let text): RegoNumber(text: text).map { .number($0) } ?? .string(text)
        case .boolean(let value): .boolean(value)
        case .null: .null
        }
    }

    // MARK: Calls

    private func function(of expression: ExpressionNode) -> Function? {
        guard let operation = expression.call?.first, case .reference(let path) = operation.kind, path.count == 3,
            path[0].variable == .rego, case .string("metadata") = path[1].kind, case .string(let name) = path[2].kind
        else { return nil }
        switch name {
        case "chain": return .chain
        case "rule": return .rule
        default: return nil
        }
    }

    /// Capabilities may leave out the functions: then the call is left to be found undefined.
    private func isAllowed(_ function: Function) -> Bool {
        resolution.builtins[function == .chain ? "rego.metadata.chain" : "rego.metadata.rule"] != nil
    }

    private func rewrite(_ body: [ExpressionNode], _ locals: [Function: VariableID]) -> [ExpressionNode] {
        body.map { expression in
            guard let function = function(of: expression), let local = locals[function], let terms = expression.call, terms.count <= 2
            else {
                rewriteClosures(of: expression, locals)
                return expression
            }
            let span = expression.span
            let value = Node(variable: local, span: span)
            var kind = ExpressionNode.Kind.term(value)
            if terms.count == 2 {
                kind = .call([Node(.reference([Node(variable: .unify, span: span)]), span: span), terms[1], value])
            }
            return ExpressionNode(kind, isNegated: expression.isNegated, span: span, isGenerated: true)
        }
    }

    private func rewriteClosures(of expression: ExpressionNode, _ locals: [Function: VariableID]) {
        switch expression.kind {
        case .term(let term): rewrite(term, locals)
        case .call(let terms), .some(let terms): for term in terms { rewrite(term, locals) }
        case .every(let every):
            rewrite(every.domain, locals)
            every.body = rewrite(every.body, locals)
        }
        for with in expression.with { rewrite(with.value, locals) }
    }

    private func rewrite(_ node: Node, _ locals: [Function: VariableID]) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable, .template: break
        case .reference(let nodes), .call(let nodes), .array(let nodes), .set(let nodes): for element in nodes { rewrite(element, locals) }
        case .object(let entries):
            for entry in entries {
                rewrite(entry.key, locals)
                rewrite(entry.value, locals)
            }
        case .comprehension(let comprehension):
            for term in comprehension.head { rewrite(term, locals) }
            comprehension.body = rewrite(comprehension.body, locals)
        }
    }
}

extension Node {
    /// The node of a constant.
    convenience init(value: RegoValue, span: Span) {
        let kind: Kind
        switch value {
        case .null: kind = .null
        case .boolean(let value): kind = .boolean(value)
        case .number: kind = .number(value.json())
        case .string(let text): kind = .string(text)
        case .array(let elements): kind = .array(elements.map { Node(value: $0, span: span) })
        case .set(let members): kind = .set(members.map { Node(value: $0, span: span) })
        case .object(let members):
            let sorted = members.map { (key: $0.key, text: $0.key.json(), value: $0.value) }.sorted { $0.text < $1.text }
            kind = .object(sorted.map { Entry(key: Node(value: $0.key, span: span), value: Node(value: $0.value, span: span)) })
        }
        self.init(kind, span: span)
    }
}
