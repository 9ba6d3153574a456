import RegoSyntax

/// A term while it is being resolved.
///
/// Stages rewrite nodes where they stand: a node that must be computed earlier hands its content to a new node and becomes a variable
/// (`extract`). No two places of a program share a node, except that expressions split from one share its `with` modifiers.
final class Node {
    enum Kind {
        case null
        case boolean(Bool)
        case number(String)
        case string(String)
        case variable(VariableID)
        /// The head (a variable, call or composite), then the operands.
        case reference([Node])
        /// The operator, then the operands.
        case call([Node])
        case array([Node])
        case object([Entry])
        case set([Node])
        case comprehension(ComprehensionNode)
        case template([TemplatePart])
    }

    struct Entry {
        let key: Node
        let value: Node
    }

    enum TemplatePart {
        case text(String)
        case expression(ExpressionNode)
    }

    var kind: Kind
    var span: Span
    /// What a call's operator names, once it has been looked up.
    var callee: Callee?

    init(_ kind: Kind, span: Span) {
        self.kind = kind
        self.span = span
    }

    convenience init(variable: VariableID, span: Span) {
        self.init(.variable(variable), span: span)
    }

    var variable: VariableID? {
        if case .variable(let variable) = kind { variable } else { nil }
    }

    var reference: [Node]? {
        if case .reference(let operands) = kind { operands } else { nil }
    }

    var isScalar: Bool {
        switch kind {
        case .null, .boolean, .number, .string: true
        default: false
        }
    }

    /// Whether this is the bare reference `data` or `input`.
    var isRootDocument: Bool { rootDocument != nil }

    /// The variable of the bare reference `data` or `input`.
    var rootDocument: VariableID? {
        guard case .reference(let operands) = kind, operands.count == 1, let head = operands[0].variable else { return nil }
        return head == .data || head == .input ? head : nil
    }

    /// Moves the content to a new node and leaves a variable in its place.
    func extract(to variable: VariableID) -> Node {
        let moved = Node(kind, span: span)
        kind = .variable(variable)
        return moved
    }
}

/// The head and body of an array, set or object comprehension.
final class ComprehensionNode {
    enum Shape { case array, set, object }

    let shape: Shape
    /// An object's key; `nil` in the other shapes.
    let key: Node?
    /// The element, member or value.
    let value: Node
    var body: [ExpressionNode]

    init(shape: Shape, key: Node?, value: Node, body: [ExpressionNode]) {
        self.shape = shape
        self.key = key
        self.value = value
        self.body = body
    }

    /// The terms before the bar.
    var head: [Node] { if let key { [key, value] } else { [value] } }
}

/// `every key, value in domain { body }`.
final class EveryNode {
    var key: Node?
    let value: Node
    let domain: Node
    var body: [ExpressionNode]

    init(key: Node?, value: Node, domain: Node, body: [ExpressionNode]) {
        self.key = key
        self.value = value
        self.domain = domain
        self.body = body
    }
}

/// `with target as value`.
final class WithNode {
    let target: Node
    let value: Node
    let span: Span

    init(target: Node, value: Node, span: Span) {
        self.target = target
        self.value = value
        self.span = span
    }
}

/// An expression of a body while it is being resolved.
final class ExpressionNode {
    enum Kind {
        case term(Node)
        case call([Node])
        case some([Node])
        case every(EveryNode)
    }

    var kind: Kind
    var isNegated: Bool
    var with: [WithNode]
    let span: Span
    /// Made by the compiler; a generated call has its result as additional last operand.
    let isGenerated: Bool

    init(_ kind: Kind, isNegated: Bool = false, with: [WithNode] = [], span: Span, isGenerated: Bool = false) {
        self.kind = kind
        self.isNegated = isNegated
        self.with = with
        self.span = span
        self.isGenerated = isGenerated
    }

    /// The operator and operands of a call.
    var call: [Node]? {
        if case .call(let terms) = kind { terms } else { nil }
    }

    /// Whether this calls the operator of one plain name, which no rule of the author's shadows.
    func calls(_ name: VariableID) -> Bool {
        guard case .call(let terms) = kind, case .reference(let path) = terms[0].kind, path.count == 1 else { return false }
        return path[0].variable == name
    }

    /// `left = right`, both operands being there.
    var unification: (left: Node, right: Node)? {
        guard calls(.unify), let terms = call, terms.count == 3 else { return nil }
        return (terms[1], terms[2])
    }

    /// The expression `variable = term`, made by the compiler.
    static func binding(_ variable: VariableID, to term: Node, with: [WithNode] = [], isGenerated: Bool = true) -> ExpressionNode {
        let span = term.span
        let operation = Node(.reference([Node(variable: .unify, span: span)]), span: span)
        return ExpressionNode(
            .call([operation, Node(variable: variable, span: span), term]), with: with, span: span, isGenerated: isGenerated)
    }
}

/// A rule, or an `else` of one, while it is being resolved.
final class RuleNode {
    let isDefault: Bool
    let isElse: Bool
    /// The reference as written below the package; its first operand is the name's variable.
    let reference: [Node]
    let arguments: [Node]?
    /// A partial set's member; `nil` for every other rule.
    let key: Node?
    let value: Node?
    // Stages go over a program one after another, on one thread.
    @exclusivity(unchecked) var body: [ExpressionNode]
    /// The `else` branches in their order; a branch has none of its own.
    @exclusivity(unchecked) var elseRules: [RuleNode] = []
    let span: Span
    let headSpan: Span
    unowned let module: ModuleNode
    /// The position in the graph of dependencies.
    var graphIndex = -1
    /// Whether the rule may hold comprehensions, templates or `every`: stages that look for them pass over all others.
    var hasClosures = true

    init(
        isDefault: Bool, isElse: Bool, reference: [Node], arguments: [Node]?, key: Node?, value: Node?, body: [ExpressionNode], span: Span,
        headSpan: Span, module: ModuleNode
    ) {
        self.isDefault = isDefault
        self.isElse = isElse
        self.reference = reference
        self.arguments = arguments
        self.key = key
        self.value = value
        self.body = body
        self.span = span
        self.headSpan = headSpan
        self.module = module
    }

    var isSingleValue: Bool { value != nil }

    /// How many operands of the reference, the name included, stand before the first variable.
    var groundLength: Int {
        var length = 1
        while length < reference.count, reference[length].variable == nil { length += 1 }
        return length
    }

    var isGround: Bool { groundLength == reference.count }

    /// The rule and its `else` chain.
    var chain: RuleChain { RuleChain(rule: self) }

    /// Whether anything in the head could hold a variable.
    var headMayHaveVariables: Bool {
        arguments?.contains { !$0.isScalar } ?? false || key?.isScalar == false || value?.isScalar == false
            || reference.dropFirst().contains { !$0.isScalar }
    }

    /// The rule's name below its package.
    var name: VariableID? { reference[0].variable }
}

/// The branches of a rule, from first to last.
struct RuleChain: Sequence, IteratorProtocol {
    fileprivate let rule: RuleNode
    private var passed = 0

    fileprivate init(rule: RuleNode) { self.rule = rule }

    mutating func next() -> RuleNode? {
        defer { passed += 1 }
        if passed == 0 { return rule }
        return passed <= rule.elseRules.count ? rule.elseRules[passed - 1] : nil
    }
}

/// An import while it is being resolved.
struct ImportNode {
    let source: Import
    /// What the import defines.
    let name: VariableID?
    /// What the name stands for; empty for `import rego.v1` and `import future.keywords…`, which define none.
    let path: [Node]

    init(_ source: Import, name: VariableID?, path: [Node]) {
        self.source = source
        self.name = name
        self.path = path
    }
}

/// A module while it is being resolved.
final class ModuleNode {
    let file: FileID
    let fileName: String
    let package: Package
    /// The keys that lead from `data` to the package.
    let packageKeys: [DocumentKey]
    let imports: [ImportNode]
    @exclusivity(unchecked) var rules: [RuleNode] = []
    /// The first names of the rules, each once.
    private(set) var ruleNames: [VariableID] = []
    let isV1Compatible: Bool
    /// The syntax tree of a module with annotations, which speak of its rules.
    let source: Module?

    init(_ module: Module, fileName: String, imports: [ImportNode]) {
        file = module.file
        self.fileName = fileName
        package = module.package
        packageKeys = module.package.path.dropFirst().compactMap { DocumentKey($0) }
        self.imports = imports
        isV1Compatible = module.version != .v0
        source = module.annotations.isEmpty ? nil : module
    }

    func collectRuleNames() {
        var names = VariableSet()
        for rule in rules { if let name = rule.name { names.insert(name) } }
        ruleNames = Array(names)
    }

    /// Calls `body` for every rule and every `else`, in source order.
    func forEachRule(_ body: (RuleNode) -> Void) {
        for rule in rules {
            body(rule)
            rule.elseRules.forEach(body)
        }
    }
}
