@_spi(Engine) import RegoRuntime
import RegoSyntax

/// What evaluating the rules at a node may ask for, directly or through other rules.
struct Reach {
    /// The functions and builtins that are called, by name.
    var callees: Set<String> = []
    /// The ground beginnings of references below `data`.
    var paths: Set<[Term.Scalar]> = []
    /// Too much to be followed: anything.
    var isUnknown = false

    mutating func formUnion(_ other: Reach) {
        callees.formUnion(other.callees)
        paths.formUnion(other.paths)
        isUnknown = isUnknown || other.isUnknown
    }

    /// Whether a document at a path, or one above or below it, is asked for.
    func overlaps(_ path: [Term.Scalar]) -> Bool {
        isUnknown || paths.contains { $0.starts(with: path) || path.starts(with: $0) }
    }
}

extension ProgramPlanner {
    /// Nodes that are followed from one: to follow many costs more than planning them once more.
    private static let reachLimit = 256

    /// The part of an overlay that matters to the rules at a node: where it is none, they are planned, and evaluated, as without it.
    func restricted(_ overlay: Overlay, to node: RuleTree) -> Overlay {
        guard overlay != .none, trace == nil else { return overlay }
        let reach = reach(of: node)
        var result = Overlay()
        result.replacements = overlay.replacements.filter { reach.isUnknown || reach.callees.contains($0.key) }
        // What stands in for a function may itself ask for what is hidden.
        let callsOthers = result.replacements.values.contains { if case .function = $0 { true } else { false } }
        result.hidden = callsOthers ? overlay.hidden : overlay.hidden.filter(reach.overlaps)
        return result
    }

    private func reach(of node: RuleTree) -> Reach {
        if let known = reaches[ObjectIdentifier(node)] { return known }
        var result = Reach()
        var seen: Set<ObjectIdentifier> = [ObjectIdentifier(node)]
        var pending = [node]
        while let next = pending.popLast() {
            let direct = directReach(of: next)
            result.formUnion(direct)
            for path in direct.paths {
                for node in nodes(at: path) where seen.insert(ObjectIdentifier(node)).inserted { pending.append(node) }
            }
            if seen.count > Self.reachLimit {
                result.isUnknown = true
                break
            }
        }
        reaches[ObjectIdentifier(node)] = result
        return result
    }

    /// What the rules at one node ask for themselves.
    private func directReach(of node: RuleTree) -> Reach {
        if let known = directReaches[ObjectIdentifier(node)] { return known }
        var reach = Reach()
        let walk = ReferenceWalk(
            reference: { terms in
                guard case .variable("data") = terms[0].kind else { return }
                reach.paths.insert(terms.dropFirst().prefix { $0.scalar != nil }.compactMap(\.scalar))
            },
            variable: { if $0 == "data" { reach.paths.insert([]) } },
            callee: { reach.callees.insert(FunctionPlanner.functionName(Term(.reference($0)))) })
        for rule in node.rules { walk.walk(rule) }
        directReaches[ObjectIdentifier(node)] = reach
        return reach
    }

    /// The nodes with rules that a reference may lead through, end at, or begin above.
    private func nodes(at path: [Term.Scalar]) -> [RuleTree] {
        var result: [RuleTree] = []
        var node = resolved.root
        for operand in path {
            guard let child = node.child(Term(scalar: operand)) else { return result }
            node = child
            if !node.rules.isEmpty { result.append(node) }
        }
        var pending = node.children
        while let next = pending.popLast(), result.count <= Self.reachLimit {
            if !next.rules.isEmpty { result.append(next) }
            pending += next.children
        }
        return result
    }
}
