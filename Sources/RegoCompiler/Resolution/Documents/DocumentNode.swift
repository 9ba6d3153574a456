import RegoSyntax

/// What checks ask of the tree of virtual documents, whether it is still being built or already resolved.
protocol DocumentNode {
    func child(_ key: DocumentKey) -> (any DocumentNode)?
    /// How many rules the document has, and how many parameters each takes.
    var ruleCount: Int { get }
    func parameterCount(ofRule index: Int) -> Int
}

extension DocumentNode {
    var hasFunction: Bool { (0..<ruleCount).contains { parameterCount(ofRule: $0) > 0 } }

    /// The document at a reference below `data`, all of it ground.
    func find(_ operands: ArraySlice<Node>) -> (any DocumentNode)? {
        var node: any DocumentNode = self
        for operand in operands {
            guard let key = DocumentKey(operand), let next = node.child(key) else { return nil }
            node = next
        }
        return node
    }
}

/// A node of the tree of virtual documents while it is being built.
final class DocumentBuilder: DocumentNode, KeyedNode {
    let key: DocumentKey
    let keyHash: Int
    // One thread builds the tree, and no reading of these goes on while they change.
    @exclusivity(unchecked) private(set) var rules: [RuleNode] = []
    @exclusivity(unchecked) private var childList = ChildList<DocumentBuilder>()

    init(key: DocumentKey) {
        self.key = key
        keyHash = key.lookupHash
    }

    var children: [DocumentBuilder] { childList.nodes }

    var ruleCount: Int { rules.count }

    func parameterCount(ofRule index: Int) -> Int { rules[index].arguments?.count ?? 0 }

    func child(_ key: DocumentKey) -> (any DocumentNode)? { builder(at: key) }

    func builder(at key: DocumentKey) -> DocumentBuilder? { childList[key] }

    /// The child with a key, made if there is none yet.
    func descend(to key: DocumentKey) -> DocumentBuilder {
        if let known = builder(at: key) { return known }
        let node = DocumentBuilder(key: key)
        childList.append(node)
        return node
    }

    func add(_ rule: RuleNode) { rules.append(rule) }

    /// The tree of all rules of some modules, `data` as its root.
    static func tree(of modules: [ModuleNode], symbols: SymbolTable) -> DocumentBuilder {
        let root = DocumentBuilder(key: .string("data"))
        for module in modules {
            var package = root
            for key in module.packageKeys { package = package.descend(to: key) }
            for rule in module.rules {
                var node = package
                for operand in rule.reference.prefix(rule.groundLength) {
                    if let key = operand.variable.map({ DocumentKey.string(symbols.name($0)) }) ?? DocumentKey(operand) {
                        node = node.descend(to: key)
                    }
                }
                node.add(rule)
            }
        }
        return root
    }

    /// Calls `visit` for this node and those below it, as long as it returns true.
    func walk(_ visit: (DocumentBuilder) -> Bool) {
        guard visit(self) else { return }
        for child in children { child.walk(visit) }
    }
}

extension RuleTree: DocumentNode {
    func parameterCount(ofRule index: Int) -> Int { rules[index].arguments.count }

    func child(_ key: DocumentKey) -> (any DocumentNode)? { child(at: key) }
}

/// A node of the tree of packages.
final class PackageNode {
    private(set) var children = LookupTable<DocumentKey, PackageNode>()
    private(set) var modules: [ModuleNode] = []

    /// The first names of the rules, each once.
    func exports() -> [VariableID] {
        if modules.count == 1 { return modules[0].ruleNames }
        var names = VariableSet()
        for module in modules { for name in module.ruleNames { names.insert(name) } }
        return Array(names)
    }

    /// The package of each of some modules.
    static func packages(of modules: [ModuleNode]) -> [PackageNode] {
        let root = PackageNode()
        var packages = [PackageNode](capacity: modules.count)
        for module in modules {
            var node = root
            for key in module.packageKeys {
                if let next = node.children[key] {
                    node = next
                } else {
                    let next = PackageNode()
                    node.children.set(key, to: next)
                    node = next
                }
            }
            node.modules.append(module)
            packages.append(node)
        }
        return packages
    }

    func find(_ path: some Sequence<DocumentKey>) -> PackageNode? {
        var node = self
        for key in path {
            guard let next = node.children[key] else { return nil }
            node = next
        }
        return node
    }
}
