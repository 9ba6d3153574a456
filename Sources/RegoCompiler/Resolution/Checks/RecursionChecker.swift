import RegoSyntax

/// Finds rules that depend on themselves.
struct RecursionChecker {
    let resolution: Resolution
    private let documents: DocumentBuilder
    private var rules: [RuleNode] = []
    /// The rules that each rule refers to, each once; behind those of rules the edges of groups, which stand for many rules.
    private var edges: [[Int32]] = []
    /// For each rule or group the last one that was found to refer to it.
    private var lastReferrer: [Int32] = []
    /// The groups of a document's own rules, and of all rules below it.
    private var ownGroups: [ObjectIdentifier: Int32] = [:]
    private var wholeGroups: [ObjectIdentifier: Int32] = [:]

    /// Rules that a reference is given an edge to, each; for more it has one to their group, or references times rules would be many.
    private static let groupSize = 8

    init(resolution: Resolution, documents: DocumentBuilder, modules: [ModuleNode]) {
        self.resolution = resolution
        self.documents = documents
        for module in modules {
            module.forEachRule { rule in
                rule.graphIndex = rules.count
                rules.append(rule)
            }
        }
        lastReferrer = Array(repeating: -1, count: rules.count)
        edges = Array(repeating: [], count: rules.count)
        for index in rules.indices { collectEdges(of: index) }
    }

    /// Reports the rules that depend on themselves.
    ///
    /// - Returns: all rules, each after those that it depends on.
    func check() -> [RuleNode] {
        let (cyclic, order) = components()
        guard cyclic.contains(true) else { return order.map { rules[$0] } }
        for (index, rule) in rules.enumerated() where cyclic[index] {
            // Long cycles have long paths: none is spelled out for nothing.
            guard !resolution.isLimitReached, let path = path(from: index) else { continue }
            let text = path.map { name(rules[$0]) }.joined(separator: " -> ")
            resolution.report(.recursion, "rule \(name(rule)) is recursive: \(text)", at: rule.span)
        }
        return []
    }

    private func name(_ rule: RuleNode) -> String {
        resolution.printer.path(package: rule.module.package.path, reference: rule.reference)
    }

    // MARK: The graph

    private mutating func collectEdges(of index: Int) {
        let rule = rules[index]
        for argument in rule.arguments ?? [] { visit(argument, from: index) }
        if let key = rule.key { visit(key, from: index) }
        if let value = rule.value { visit(value, from: index) }
        visit(rule.body, from: index)
    }

    private mutating func visit(_ body: [ExpressionNode], from index: Int) {
        for expression in body {
            switch expression.kind {
            case .term(let term): visit(term, from: index)
            case .call(let terms), .some(let terms): for term in terms { visit(term, from: index) }
            case .every(let every):
                visit(every.domain, from: index)
                visit(every.body, from: index)
            }
            for with in expression.with {
                visit(with.target, from: index)
                visit(with.value, from: index)
            }
        }
    }

    private mutating func visit(_ node: Node, from index: Int) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable, .template: break
        case .reference(let operands):
            if operands[0].variable == .data { addEdges(documents, operands, 1, from: index) }
            for operand in operands where !operand.isScalar { visit(operand, from: index) }
        case .call(let nodes), .array(let nodes), .set(let nodes): for element in nodes { visit(element, from: index) }
        case .object(let entries):
            for entry in entries {
                visit(entry.key, from: index)
                visit(entry.value, from: index)
            }
        case .comprehension(let comprehension):
            for term in comprehension.head { visit(term, from: index) }
            visit(comprehension.body, from: index)
        }
    }

    /// Adds edges to all rules that a reference could mean: those on its way, and those below its end.
    private mutating func addEdges(_ node: DocumentBuilder, _ operands: [Node], _ position: Int, from index: Int) {
        guard position < operands.count else {
            addAll(below: node, from: index)
            return
        }
        if let key = DocumentKey(operands[position]) {
            guard let child = node.builder(at: key) else { return }
            add(child, from: index)
            addEdges(child, operands, position + 1, from: index)
        } else {
            for child in node.children {
                add(child, from: index)
                addEdges(child, operands, position + 1, from: index)
            }
        }
    }

    private mutating func addAll(below node: DocumentBuilder, from index: Int) {
        if node.children.isEmpty { return add(node, from: index) }
        let id = ObjectIdentifier(node)
        guard let group = wholeGroups[id] else {
            let group = makeGroup()
            wholeGroups[id] = group
            add(node, from: Int(group))
            for child in node.children { addAll(below: child, from: Int(group)) }
            return addEdge(to: group, from: index)
        }
        addEdge(to: group, from: index)
    }

    /// Adds edges to a document's own rules.
    private mutating func add(_ node: DocumentBuilder, from index: Int) {
        guard node.rules.count > Self.groupSize else { return add(node.rules, from: index) }
        let id = ObjectIdentifier(node)
        guard let group = ownGroups[id] else {
            let group = makeGroup()
            ownGroups[id] = group
            add(node.rules, from: Int(group))
            return addEdge(to: group, from: index)
        }
        addEdge(to: group, from: index)
    }

    private mutating func makeGroup() -> Int32 {
        edges.append([])
        lastReferrer.append(-1)
        return Int32(edges.count - 1)
    }

    private mutating func addEdge(to target: Int32, from index: Int) {
        guard lastReferrer[Int(target)] != Int32(index) else { return }
        lastReferrer[Int(target)] = Int32(index)
        edges[index].append(target)
    }

    private mutating func add(_ targets: [RuleNode], from index: Int) {
        for target in targets {
            addEdge(to: Int32(target.graphIndex), from: index)
            for branch in target.elseRules { addEdge(to: Int32(branch.graphIndex), from: index) }
        }
    }

    // MARK: Cycles

    /// For each rule whether it lies on a cycle, and the rules in the order of their dependencies (Tarjan's components, without recursion:
    /// chains of rules can be long).
    private func components() -> (isCyclic: [Bool], order: [Int]) {
        let count = edges.count
        var order = Array(repeating: Int32(-1), count: count)
        var low = Array(repeating: Int32(0), count: count)
        var isOnStack = Array(repeating: false, count: count)
        var isCyclic = Array(repeating: false, count: count)
        var finished: [Int] = []
        finished.reserveCapacity(count)
        var stack: [Int] = []
        var work: [(node: Int, next: Int)] = []
        var counter: Int32 = 0
        for start in 0..<count where order[start] < 0 {
            work.append((start, 0))
            while let (node, next) = work.popLast() {
                if next == 0 {
                    order[node] = counter
                    low[node] = counter
                    counter += 1
                    stack.append(node)
                    isOnStack[node] = true
                }
                if next < edges[node].count {
                    work.append((node, next + 1))
                    let target = Int(edges[node][next])
                    if order[target] < 0 {
                        work.append((target, 0))
                    } else if isOnStack[target] {
                        low[node] = min(low[node], order[target])
                    }
                    continue
                }
                for target in edges[node] where isOnStack[Int(target)] { low[node] = min(low[node], low[Int(target)]) }
                guard low[node] == order[node] else { continue }
                if stack.last == node {
                    // Nearly always the node stands for itself.
                    stack.removeLast()
                    isOnStack[node] = false
                    isCyclic[node] = edges[node].contains(Int32(node))
                    if node < rules.count { finished.append(node) }
                    continue
                }
                let component = stack[(stack.lastIndex(of: node) ?? 0)...]
                let isCycle = component.count > 1 || edges[node].contains(Int32(node))
                for member in component {
                    isOnStack[member] = false
                    isCyclic[member] = isCycle
                }
                finished += component.filter { $0 < rules.count }
                stack.removeLast(component.count)
            }
        }
        return (isCyclic, finished)
    }

    /// The path that a search in depth finds from a rule back to itself.
    private func path(from start: Int) -> [Int]? {
        var isVisited = Array(repeating: false, count: edges.count)
        var work: [(node: Int, next: Int)] = [(start, 0)]
        isVisited[start] = true
        while let (node, next) = work.last {
            guard next < edges[node].count else {
                work.removeLast()
                continue
            }
            work[work.count - 1].next += 1
            let target = Int(edges[node][next])
            if target == start { return work.map(\.node).filter { $0 < rules.count } + [start] }
            if !isVisited[target] {
                isVisited[target] = true
                work.append((target, 0))
            }
        }
        return nil
    }
}
