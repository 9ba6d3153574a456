import RegoSyntax

/// Orders bodies so that evaluation from left to right meets no unbound variable where one must be bound.
///
/// An expression is placed as soon as all its variables are bound; expressions that become ready in the same pass keep their order. What
/// cannot be placed is unsafe.
struct SafetyChecker {
    let resolution: Resolution
    let outputs: OutputVariables

    /// The variables of an expression that nothing binds.
    struct Unsafe {
        let expression: ExpressionNode
        var variables: VariableSet
    }

    private var symbols: SymbolTable { resolution.symbols }

    // MARK: Rules

    /// Checks that the body binds every variable of the head.
    func checkHead(_ rule: RuleNode) {
        guard rule.headMayHaveVariables else { return }
        var head = VariableCollector()
        if let key = rule.key { head.visit(key) }
        if let value = rule.value { head.visit(value) }
        head.visit(rule.reference, from: 1)
        guard !head.variables.isEmpty else { return }
        var bound = VariableCollector.safety(of: rule.body)
        for argument in rule.arguments ?? [] { bound.formUnion(argument.variables()) }
        let unsafe = head.variables.subtracting(bound).map(symbols.author(of:))
        for variable in unsafe.sorted(by: symbols.precedes) where !symbols.isGenerated(variable) {
            resolution.report(.unsafeVariable, "var \(symbols.description(variable)) is unsafe", at: rule.span)
        }
    }

    /// Orders a rule's body.
    func checkBody(_ rule: RuleNode) {
        var bound = VariableSet.reserved
        for argument in rule.arguments ?? [] { bound.formUnion(argument.variables()) }
        rule.body = check(rule.body, bound: bound)
    }

    /// Orders a body; reports what is unsafe in it and returns it as it was.
    func check(_ body: [ExpressionNode], bound: VariableSet) -> [ExpressionNode] {
        var unsafe: [Unsafe] = []
        let ordered = order(body, bound: bound, unsafe: &unsafe)
        if unsafe.isEmpty { return ordered }
        report(unsafe)
        return body
    }

    // MARK: Order

    private struct Candidate {
        let expression: ExpressionNode
        /// The expression's own variables, closures aside.
        let variables: VariableSet
        let hasClosure: Bool
        /// Those of the body's variables that its closures use.
        var closedOver = VariableSet()
        var unsafe = VariableSet()
        /// What messages name: where a closure is to blame, only what it closes over.
        var blamed = VariableSet()
        var isPlaced = false

        init(_ expression: ExpressionNode) {
            var collector = VariableCollector(except: .safety)
            collector.visit(expression)
            self.expression = expression
            variables = collector.variables
            hasClosure = collector.sawClosure
        }
    }

    private func order(_ body: [ExpressionNode], bound: VariableSet, unsafe: inout [Unsafe]) -> [ExpressionNode] {
        // The body of rules that are written without one needs no order.
        if body.count == 1, case .term(let term) = body[0].kind, term.isScalar, body[0].with.isEmpty { return body }
        var safe = VariableSet()
        var candidates = self.candidates(body, bound: bound, safe: &safe)
        let placed = candidates.count <= Self.smallBody ? placeInPasses(&candidates, &safe) : placeByNeed(&candidates, &safe)
        for candidate in candidates where !candidate.isPlaced {
            let blamed = candidate.blamed.isEmpty ? candidate.unsafe : candidate.blamed
            unsafe.append(Unsafe(expression: candidate.expression, variables: blamed))
        }
        if candidates.contains(where: \.hasClosure) {
            var inner = bound
            for index in placed {
                if candidates[index].hasClosure {
                    orderClosures(of: candidates[index].expression, bound: inner, unsafe: &unsafe)
                }
                inner.formUnion(candidates[index].variables)
            }
        }
        return placed.map { candidates[$0].expression }
    }

    /// Places what can be placed, in passes from first to last; returns the order.
    private func placeInPasses(_ candidates: inout [Candidate], _ safe: inout VariableSet) -> [Int] {
        var placed = [Int](capacity: candidates.count)
        var withheld = VariableSet()
        var isStuck = false
        while placed.count < candidates.count, !isStuck {
            isStuck = true
            for index in candidates.indices where !candidates[index].isPlaced {
                guard place(&candidates[index], safe: &safe, withheld: &withheld) else { continue }
                placed.append(index)
                isStuck = false
            }
        }
        return placed
    }

    /// The same for long bodies: an expression that could not be placed is looked at again, in this pass or the next one as it lies ahead or
    /// behind, only when one of its variables has been bound since.
    private func placeByNeed(_ candidates: inout [Candidate], _ safe: inout VariableSet) -> [Int] {
        var placed = [Int](capacity: candidates.count)
        var withheld = VariableSet()
        var waiting = PendingPositions(count: candidates.count)
        let users = Self.users(of: candidates)
        var position = -1
        while let next = waiting.removeFirst(after: position) {
            position = next
            let before = safe.count
            guard place(&candidates[next], safe: &safe, withheld: &withheld) else { continue }
            placed.append(next)
            for variable in safe[before...] {
                for user in users[variable] ?? [] where !candidates[user].isPlaced { waiting.insert(user) }
            }
        }
        // Whom messages blame depends on all that is bound in the end.
        withheld = VariableSet()
        for index in candidates.indices where !candidates[index].isPlaced {
            _ = place(&candidates[index], safe: &safe, withheld: &withheld)
        }
        return placed
    }

    /// Expressions of a body that are sooner all looked at again than found by their variables.
    private static let smallBody = 32

    private static func users(of candidates: [Candidate]) -> [VariableID: [Int]] {
        var users: [VariableID: [Int]] = [:]
        for (index, candidate) in candidates.enumerated() {
            for variable in candidate.variables { users[variable, default: []].append(index) }
            for variable in candidate.closedOver where !candidate.variables.contains(variable) {
                users[variable, default: []].append(index)
            }
        }
        return users
    }

    private func candidates(_ body: [ExpressionNode], bound: VariableSet, safe: inout VariableSet) -> [Candidate] {
        var result = [Candidate](capacity: body.count)
        var all = VariableSet()
        for expression in body {
            let candidate = Candidate(expression)
            all.formUnion(candidate.variables)
            result.append(candidate)
        }
        safe = all.intersection(bound)
        for index in result.indices {
            if result[index].hasClosure {
                var closures = ClosureVariables()
                closures.visit(result[index].expression)
                result[index].closedOver = closures.collector.variables.intersection(all).subtracting(bound)
            }
            result[index].unsafe = result[index].variables.subtracting(safe)
            result[index].blamed = result[index].unsafe
        }
        return result
    }

    /// Places an expression if all its variables are bound, by itself or by those placed before.
    ///
    /// - Parameter withheld: what the call before would have bound, had its closures been safe: the unification that follows is blamed as
    ///   if that were known.
    private func place(_ candidate: inout Candidate, safe: inout VariableSet, withheld: inout VariableSet) -> Bool {
        if candidate.unsafe.isEmpty, candidate.closedOver.isEmpty {
            if !withheld.isEmpty { withheld = VariableSet() }
            candidate.isPlaced = true
            return true
        }
        let bound = outputs.of(candidate.expression, safe: safe)
        var assumed = bound
        if let (left, right) = candidate.expression.unification {
            if !withheld.isEmpty {
                assumed.formUnion(OutputVariables.ofUnification(candidate.expression, left, right, safe: safe, assumed: withheld))
                withheld = VariableSet()
            }
        } else if candidate.expression.call != nil {
            withheld = bound.subtracting(safe)
        }
        // A closure cannot use what its own expression binds, such as `xs` in `xs := [x | x := xs[_]]`; OPA says so even of variables that
        // are bound before, as `i` in `i := 0; count([1 | i == 0]) < xs[i]`.
        if !candidate.closedOver.isEmpty, candidate.closedOver.isEqual(to: bound) { return false }
        if !candidate.closedOver.isSubset(of: safe) {
            candidate.unsafe.formUnion(candidate.closedOver)
            candidate.blamed = candidate.closedOver
        }
        candidate.unsafe.removeAll { safe.contains($0) || bound.contains($0) }
        candidate.blamed.removeAll { safe.contains($0) || assumed.contains($0) }
        guard candidate.unsafe.isEmpty else { return false }
        candidate.isPlaced = true
        safe.formUnion(bound)
        return true
    }

    // MARK: Closures

    private func orderClosures(of expression: ExpressionNode, bound: VariableSet, unsafe: inout [Unsafe]) {
        switch expression.kind {
        case .term(let term): orderClosures(in: term, of: expression, bound: bound, unsafe: &unsafe)
        case .call(let terms), .some(let terms):
            for term in terms { orderClosures(in: term, of: expression, bound: bound, unsafe: &unsafe) }
        case .every(let every):
            var inner = relevant(bound) { $0.visit(every.body) }
            if let key = every.key { inner.formUnion(key.variables()) }
            inner.formUnion(every.value.variables())
            every.body = orderClosure(every.body, heads: [], of: expression, bound: inner, unsafe: &unsafe)
        }
        for with in expression.with {
            orderClosures(in: with.value, of: expression, bound: bound, unsafe: &unsafe)
        }
    }

    private func orderClosures(in node: Node, of expression: ExpressionNode, bound: VariableSet, unsafe: inout [Unsafe]) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable, .template: break
        case .reference(let nodes), .call(let nodes), .array(let nodes), .set(let nodes):
            for element in nodes { orderClosures(in: element, of: expression, bound: bound, unsafe: &unsafe) }
        case .object(let entries):
            for entry in entries {
                orderClosures(in: entry.key, of: expression, bound: bound, unsafe: &unsafe)
                orderClosures(in: entry.value, of: expression, bound: bound, unsafe: &unsafe)
            }
        case .comprehension(let comprehension):
            comprehension.body = orderClosure(
                comprehension.body, heads: comprehension.head, of: expression, bound: bound, unsafe: &unsafe)
        }
    }

    private func orderClosure(
        _ body: [ExpressionNode], heads: [Node], of expression: ExpressionNode, bound: VariableSet, unsafe: inout [Unsafe]
    ) -> [ExpressionNode] {
        let bound = relevant(bound) { collector in
            for head in heads { collector.visit(head) }
            collector.visit(body)
        }
        let known = VariableCollector.safety(of: body)
        var missing = VariableSet()
        for head in heads {
            for variable in head.variables() where !known.contains(variable) && !bound.contains(variable) {
                missing.insert(variable)
            }
        }
        if !missing.isEmpty { unsafe.append(Unsafe(expression: expression, variables: missing)) }
        var inner: [Unsafe] = []
        let ordered = order(body, bound: bound, unsafe: &inner)
        if inner.isEmpty { return ordered }
        unsafe.append(contentsOf: inner)
        return body
    }

    /// Of many bound variables those that a closure mentions: what it binds is added to a copy of them.
    private func relevant(_ bound: VariableSet, _ visit: (inout VariableCollector) -> Void) -> VariableSet {
        guard bound.count > Self.smallBody else { return bound }
        var collector = VariableCollector()
        visit(&collector)
        return collector.variables.intersection(bound)
    }

    // MARK: Reports

    private static let keywords: Set<String> = ["if", "contains", "in", "every"]

    /// Reports unsafe variables at the first place of each, or whole expressions where only generated variables are unsafe.
    private func report(_ unsafe: [Unsafe]) {
        var places: [VariableID: Span] = [:]
        for entry in unsafe {
            for variable in entry.variables {
                let known = places[variable]
                if known.map({ entry.expression.span.precedes($0) }) ?? true { places[variable] = entry.expression.span }
            }
        }
        let named = places.map { (variable: symbols.author(of: $0.key), span: $0.value) }
            .filter { !symbols.isGenerated($0.variable) }
            .sorted { a, b in
                a.span.precedes(b.span) || (a.span == b.span && symbols.name(a.variable) < symbols.name(b.variable))
            }
        for (variable, span) in named {
            let name = symbols.description(variable)
            let hint = Self.keywords.contains(name) ? " (hint: `import future.keywords.\(name)` to import a future keyword)" : ""
            resolution.report(.unsafeVariable, "var \(name) is unsafe\(hint)", at: span)
        }
        if !named.isEmpty { return }
        var seen = VariableSet()
        for entry in unsafe.sorted(by: { $0.expression.span.precedes($1.expression.span) }) {
            let before = seen.count
            for variable in entry.variables where symbols.isGenerated(variable) { seen.insert(variable) }
            if seen.count > before { resolution.report(.unsafeVariable, "expression is unsafe", at: entry.expression.span) }
        }
    }
}

/// Collects the variables inside of an expression's closures.
private struct ClosureVariables {
    var collector = VariableCollector()

    mutating func visit(_ expression: ExpressionNode) {
        switch expression.kind {
        case .term(let term): visit(term)
        case .call(let terms), .some(let terms): for term in terms { visit(term) }
        case .every(let every): collector.visit(every.body)
        }
        for with in expression.with {
            visit(with.target)
            visit(with.value)
        }
    }

    private mutating func visit(_ node: Node) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable, .template: break
        case .reference(let nodes), .call(let nodes), .array(let nodes), .set(let nodes): for element in nodes { visit(element) }
        case .object(let entries):
            for entry in entries {
                visit(entry.key)
                visit(entry.value)
            }
        case .comprehension(let comprehension): collector.visit(comprehension)
        }
    }
}

extension Span {
    /// Whether this place comes before another one.
    func precedes(_ other: Span) -> Bool {
        (file.rawValue, row, column) < (other.file.rawValue, other.row, other.column)
    }
}
