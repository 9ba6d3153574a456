@_spi(Engine) import RegoRuntime
import RegoSyntax

/// Which calls leave nothing behind but their result, and have the same one for the same arguments in one context.
extension ProgramPlanner {
    /// Calls of functions within each other that are followed.
    private static let callDepth = 64

    func isPureBuiltin(_ name: String) -> Bool {
        if name == "eq" || name == "assign" || name == "equal" { return true }
        guard let definition = builtins.definition(named: name), builtins.hosted(named: name) == nil else { return false }
        return definition.isPure && !definition.isRelation
    }

    /// Whether the functions at a node are pure. Documents that they ask for need not be: they are evaluated once a context.
    func isPure(_ node: RuleTree, depth: Int = 0) -> Bool {
        if let known = purity[ObjectIdentifier(node)] { return known }
        guard depth < Self.callDepth else { return false }
        // A function that called itself would not have passed the checks.
        purity[ObjectIdentifier(node)] = false
        var isPure = true
        let walk = ReferenceWalk(
            callee: { operation in
                if isPure, !self.isPureCallee(operation, depth: depth) { isPure = false }
            },
            with: { isPure = false })
        for rule in node.rules { walk.walk(rule) }
        purity[ObjectIdentifier(node)] = isPure
        return isPure
    }

    private func isPureCallee(_ operation: [Term], depth: Int) -> Bool {
        guard case .variable("data")? = operation.first?.kind else {
            let name = FunctionPlanner.functionName(Term(.reference(operation)))
            // A relation has no effect either; only its results are several.
            return isPureBuiltin(name) || name == "walk"
        }
        return node(at: Array(operation.dropFirst())).map { isPure($0, depth: depth + 1) } ?? false
    }
}
