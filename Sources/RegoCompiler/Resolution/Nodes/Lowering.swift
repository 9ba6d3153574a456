import RegoSyntax

/// Turns the syntax tree into the nodes that the stages work on.
struct Lowering {
    let symbols: SymbolTable
    /// The first term that is nested too deeply for the stages' recursion.
    private(set) var tooDeep: Span?
    /// The first path that is too long to be one of documents.
    private(set) var tooLong: Span?
    private(set) var hasTemplates = false
    private(set) var hasWith = false
    private(set) var hasComprehensions = false
    /// Whether `data` or `input` stands alone anywhere, where it could be shadowed.
    private(set) var hasRootDocument = false
    /// The names that were met, so that the table, which threads share, is asked once for each.
    private var names = LookupTable<String, VariableID>()
    private var depth = 0
    /// The comprehensions, templates and `every` so far.
    private var closureCount = 0
    let limit: Limit

    /// How deep terms may be nested.
    enum Limit: Int {
        /// Deeper terms would exhaust the stack of a thread of Swift's concurrency pool (512 KiB).
        case inPlace = 256
        /// All that the parser lets through.
        case largeStack = 1200
    }

    /// Operands of a path, which becomes a tree of documents of as many levels.
    static let pathLimit = 256

    init(symbols: SymbolTable, limit: Limit = .inPlace) {
        self.symbols = symbols
        self.limit = limit
    }

    private mutating func intern(_ name: String) -> VariableID {
        if let known = names[name] { return known }
        let variable = symbols.intern(name)
        names.set(name, to: variable)
        return variable
    }

    /// Whether nothing is nested too deeply or too long.
    var isWhole: Bool { tooDeep == nil && tooLong == nil }

    /// Adds what another thread has found out of other modules.
    mutating func join(_ other: Lowering) {
        tooDeep = tooDeep ?? other.tooDeep
        tooLong = tooLong ?? other.tooLong
        hasTemplates = hasTemplates || other.hasTemplates
        hasWith = hasWith || other.hasWith
        hasComprehensions = hasComprehensions || other.hasComprehensions
        hasRootDocument = hasRootDocument || other.hasRootDocument
    }

    mutating func module(_ module: Module, fileName: String) -> ModuleNode {
        let node = ModuleNode(module, fileName: fileName, imports: imports(module.imports))
        checkLength(module.package.path, module.package.span)
        node.rules = module.rules.withUnsafeBufferPointer { rules in
            var nodes = [RuleNode](capacity: rules.count)
            for index in rules.indices {
                let first = rule(rules[index], isElse: false, module: node)
                nodes.append(first)
                for branch in rules[index].elseRules { first.elseRules.append(rule(branch, isElse: true, module: node)) }
            }
            return nodes
        }
        node.collectRuleNames()
        return node
    }

    mutating func imports(_ imports: [Import]) -> [ImportNode] {
        var result = [ImportNode](capacity: imports.count)
        for item in imports {
            var path: [Node] = []
            if !item.isLanguageImport, case .reference(let operands) = item.path.kind { path = operands.map { term($0) } }
            result.append(ImportNode(item, name: item.name.map { intern($0) }, path: path))
        }
        return result
    }

    private mutating func rule(_ rule: Rule, isElse: Bool, module: ModuleNode) -> RuleNode {
        let head = rule.head
        let closuresBefore = closureCount
        checkLength(head.reference, head.span)
        var value = head.value.map { term($0) }
        if value == nil, head.key == nil { value = Node(.boolean(true), span: head.span) }
        let node = RuleNode(
            isDefault: rule.isDefault, isElse: isElse, reference: terms(head.reference), arguments: head.arguments.map { terms($0) },
            key: value == nil ? head.key.map { term($0) } : nil, value: value, body: body(rule.body), span: rule.span, headSpan: head.span,
            module: module)
        node.hasClosures = closureCount > closuresBefore
        return node
    }

    mutating func body(_ body: Body) -> [ExpressionNode] {
        var result = [ExpressionNode](capacity: body.count)
        body.withUnsafeBufferPointer { body in
            for index in body.indices { result.append(expression(body[index])) }
        }
        return result
    }

    private mutating func expression(_ expression: Expression) -> ExpressionNode {
        let kind: ExpressionNode.Kind
        switch expression.kind {
        case .term(let term): kind = .term(self.term(term))
        case .call(let operands): kind = .call(terms(operands))
        case .some(let symbols): kind = .some(terms(symbols))
        case .every(let every):
            closureCount += 1
            depth += 1
            defer { depth -= 1 }
            kind = .every(
                EveryNode(
                    key: every.key.map { term($0) }, value: term(every.value), domain: term(every.domain),
                    body: isTooDeep(every.domain.span) ? [] : body(every.body)))
        }
        var with: [WithNode] = []
        if !expression.with.isEmpty {
            hasWith = true
            for modifier in expression.with {
                if case .reference(let operands) = modifier.target.kind { checkLength(operands, modifier.span) }
                with.append(WithNode(target: term(modifier.target), value: term(modifier.value), span: modifier.span))
            }
        }
        return ExpressionNode(
            kind, isNegated: expression.isNegated, with: with, span: expression.span, isGenerated: expression.isGenerated)
    }

    private mutating func terms(_ terms: [Term]) -> [Node] {
        // Room for the result that a call may be given.
        var result = [Node](capacity: terms.count + 1)
        terms.withUnsafeBufferPointer { terms in
            for index in terms.indices { result.append(term(terms[index])) }
        }
        return result
    }

    private mutating func checkLength(_ path: [Term], _ span: Span) {
        if path.count > Self.pathLimit { tooLong = tooLong ?? span }
    }

    private mutating func isTooDeep(_ span: Span) -> Bool {
        guard depth > limit.rawValue else { return false }
        tooDeep = tooDeep ?? span
        return true
    }

    mutating func term(_ term: Term) -> Node {
        switch term.kind {
        case .null: return Node(.null, span: term.span)
        case .boolean(let value): return Node(.boolean(value), span: term.span)
        case .number(let text): return Node(.number(text), span: term.span)
        case .string(let text): return Node(.string(text), span: term.span)
        case .variable(let name): return Node(.variable(intern(name)), span: term.span)
        default: break
        }
        depth += 1
        defer { depth -= 1 }
        if isTooDeep(term.span) { return Node(.null, span: term.span) }
        return Node(composite(term.kind), span: term.span)
    }

    private mutating func composite(_ kind: Term.Kind) -> Node.Kind {
        switch kind {
        case .reference(let operands):
            if operands.count == 1, case .variable(let name) = operands[0].kind, name == "input" || name == "data" {
                hasRootDocument = true
            }
            return .reference(terms(operands))
        case .call(let operands): return .call(terms(operands))
        case .array(let elements): return .array(terms(elements))
        case .set(let members): return .set(terms(members.allSatisfy(\.isConstant) ? members : TermOrder.members(members)))
        case .object(var items):
            if !items.allSatisfy({ $0.key.isConstant && $0.value.isConstant }) { items = TermOrder.items(items) }
            var entries = [Node.Entry](capacity: items.count)
            for item in items { entries.append(Node.Entry(key: term(item.key), value: term(item.value))) }
            return .object(entries)
        case .arrayComprehension(let head, let body):
            hasComprehensions = true
            closureCount += 1
            return .comprehension(ComprehensionNode(shape: .array, key: nil, value: term(head), body: self.body(body)))
        case .setComprehension(let head, let body):
            hasComprehensions = true
            closureCount += 1
            return .comprehension(ComprehensionNode(shape: .set, key: nil, value: term(head), body: self.body(body)))
        case .objectComprehension(let key, let value, let body):
            hasComprehensions = true
            closureCount += 1
            return .comprehension(ComprehensionNode(shape: .object, key: term(key), value: term(value), body: self.body(body)))
        case .templateString(let parts, _):
            hasTemplates = true
            closureCount += 1
            var lowered: [Node.TemplatePart] = []
            for part in parts {
                switch part {
                case .text(let text): lowered.append(.text(text))
                case .expression(let expression): lowered.append(.expression(self.expression(expression)))
                }
            }
            return .template(lowered)
        case .null, .boolean, .number, .string, .variable: preconditionFailure("scalars and variables are no composites")
        }
    }
}
