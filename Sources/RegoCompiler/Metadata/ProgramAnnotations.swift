import RegoSyntax

/// The annotations of a program while it is being resolved, by its rules.
struct ProgramAnnotations {
    let set: AnnotationSet
    private let keys: [ObjectIdentifier: AnnotationSet.RuleKey]

    /// Collects the annotations of modules, and reports those that contradict each other.
    ///
    /// - Parameter modules: those that have annotations, each with its syntax tree.
    init(_ modules: [(node: ModuleNode, source: AnnotationSet.Source)], resolution: Resolution) {
        set = AnnotationSet(modules.map(\.source)) { resolution.report($0.code, $0.message, at: $0.span) }
        var keys: [ObjectIdentifier: AnnotationSet.RuleKey] = [:]
        for (node, source) in modules where !source.annotations.isEmpty {
            for (index, rule) in node.rules.enumerated() {
                keys[ObjectIdentifier(rule)] = AnnotationSet.RuleKey(file: source.module.file, index: index)
            }
        }
        self.keys = keys
    }

    /// The schemas that are declared for a rule or an `else`, the most general first: a later one overrides an earlier one of the same or a
    /// shorter path.
    func schemas(of rule: RuleNode, symbols: SymbolTable) -> [Annotation.SchemaDeclaration] {
        set.schemas(keys[ObjectIdentifier(rule)], path: path(of: rule, symbols), package: rule.module.package.path)
    }

    /// The annotations that lead up to a rule, its own first.
    func chain(of rule: RuleNode, symbols: SymbolTable) -> [AnnotationSet.Entry] {
        set.chain(
            keys[ObjectIdentifier(rule)], path: path(of: rule, symbols), package: rule.module.package.path, place: rule.span,
            file: rule.module.fileName)
    }

    /// The annotation nearest to a rule among those that speak of it alone.
    func nearest(to rule: RuleNode) -> Annotation? {
        keys[ObjectIdentifier(rule)].flatMap { set.ofRule($0).first?.annotation }
    }

    private func path(of rule: RuleNode, _ symbols: SymbolTable) -> [Term] {
        var path = rule.module.package.path
        for operand in rule.reference.prefix(rule.groundLength) {
            let key = operand.variable.map { DocumentKey.string(symbols.name($0)) } ?? DocumentKey(operand)
            guard let key else { break }
            path.append(Term(key.term))
        }
        return path
    }
}
