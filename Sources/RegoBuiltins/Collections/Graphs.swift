@_spi(Engine) package import RegoRuntime

/// `graph.*` and `walk` (OPA: "Graph").
package enum GraphBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("graph.reachable", arity: 2) { reachable(BuiltinCall($0)) },
        BuiltinDefinition("graph.reachable_paths", arity: 2) { reachablePaths(BuiltinCall($0)) },
        BuiltinDefinition("walk", arity: 1, isRelation: true) { walk(BuiltinCall($0)) },
    ]

    /// The neighbours of a node: an array's or set's members, none for other values.
    private static func neighbours(_ value: Value) -> UnsafeBufferPointer<Value> {
        value.sequence ?? UnsafeBufferPointer(start: nil, count: 0)
    }

    private static func reachable(_ call: BuiltinCall) {
        guard let graph = call.object(0), let initial = start(call) else { return }
        let found = SetBuilder(in: call.arena)
        var pending = Array(initial)
        var rounds = 0
        while let node = pending.popLast() {
            rounds &+= 1
            if rounds & 1023 == 0, call.endIfInterrupted() { return }
            let edges = graph.lookup(node)
            guard edges.isDefined, found.insert(node) else { continue }
            pending.append(contentsOf: neighbours(edges))
        }
        call.return(found.finish())
    }

    /// The nodes to begin with.
    private static func start(_ call: BuiltinCall) -> UnsafeBufferPointer<Value>? {
        if let nodes = call[1].sequence { return nodes }
        call.failType(1, "{array, set}")
        return nil
    }

    /// Paths to nodes without edges, to edges that leave the graph, and to nodes whose edges were followed before on the same branch.
    ///
    /// As in OPA 1.9 nodes are remembered for each edge of the beginning, so that no edge is followed twice.
    private static func reachablePaths(_ call: BuiltinCall) {
        guard let graph = call.object(0), let initial = start(call) else { return }
        let result = SetBuilder(in: call.arena)
        for node in initial {
            let edges = graph.lookup(node)
            guard edges.isDefined else { continue }
            let next = neighbours(edges)
            if next.isEmpty { result.insert(.array([node], in: call.arena)) }
            for neighbour in next {
                var search = PathSearch(graph: graph, reached: SetBuilder(in: call.arena), result: result, call: call)
                search.reached.insert(node)
                var path = [node]
                search.extend(&path, neighbour)
                if search.isCut {
                    if call.endIfInterrupted() { return }
                    return call.fail(.limit, "the paths exceed the evaluation's limits")
                }
            }
        }
        call.return(result.finish())
    }

    private struct PathSearch {
        let graph: Value
        let reached: SetBuilder
        let result: SetBuilder
        let call: BuiltinCall
        var isCut = false

        mutating func extend(_ path: inout [Value], _ node: Value) {
            if call.arena.isExhausted || call.context.isInterrupted || path.count > JSONParser.defaultDepth { isCut = true }
            if isCut { return }
            let edges = graph.lookup(node)
            guard edges.isDefined else { return _ = result.insert(.array(path, in: call.arena)) }
            path.append(node)
            defer { path.removeLast() }
            let next = neighbours(edges)
            if next.isEmpty { result.insert(.array(path, in: call.arena)) }
            for neighbour in next {
                if reached.contains(neighbour) {
                    result.insert(.array(path, in: call.arena))
                } else {
                    reached.insert(node)
                    extend(&path, neighbour)
                }
            }
        }
    }

    /// Every value within a value with its path, the whole first: `[path, value]` pairs in an array.
    private static func walk(_ call: BuiltinCall) {
        let pairs = ArrayBuilder(in: call.arena, capacity: 16)
        var path: [Value] = []
        var steps = ValueWalk()
        func visit(_ value: Value) {
            if call.arena.isExhausted || !steps.enter() { return steps.leave() }
            defer { steps.leave() }
            let pair = call.arena.allocateValues(2)
            pair[0] = .array(path, in: call.arena)
            pair[1] = value
            pairs.append(.array(pair, count: 2))
            switch value.tag {
            case .array:
                for (index, element) in value.elements.enumerated() {
                    path.append(.integer(index))
                    visit(element)
                    path.removeLast()
                }
            case .object:
                let (keys, values) = (value.sortedKeys, value.sortedValues)
                for index in 0..<value.length {
                    path.append(keys[index])
                    visit(values[index])
                    path.removeLast()
                }
            case .set:
                let members = value.sortedKeys
                for index in 0..<value.length {
                    path.append(members[index])
                    visit(members[index])
                    path.removeLast()
                }
            default:
                break
            }
        }
        visit(call[0])
        if call.arena.isExhausted { _ = call.failIfTooLarge(.max) } else { call.return(pairs.finish()) }
    }
}
