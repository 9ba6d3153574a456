import RegoSyntax

extension LocalVariableRewriter {
    /// Replaces the declared variables of a term and records the others as seen.
    mutating func rewrite(_ node: Node) {
        switch node.kind {
        case .null, .boolean, .number, .string: break
        case .variable(let variable):
            if let local = scopes.use(variable) {
                node.kind = .variable(local)
            } else {
                scopes.insert(variable, local: variable, as: .seen)
            }
        case .reference(let operands):
            if let root = node.rootDocument {
                if let entry = scopes.entry(root), entry.occurrence != .seen { node.kind = .variable(entry.local) }
                return
            }
            for operand in operands { rewrite(operand) }
        case .call(let terms):
            checkShadowing(of: terms[0], at: node.span)
            for term in terms { rewrite(term) }
        case .array(let elements), .set(let elements):
            for element in elements { rewrite(element) }
        case .object(let entries):
            for entry in entries {
                rewrite(entry.key)
                rewrite(entry.value)
            }
        case .comprehension(let comprehension):
            scopes.push()
            comprehension.body = rewrite(comprehension.body, usedBy: comprehension.head)
            for term in comprehension.head { rewrite(term) }
            scopes.pop()
        case .template(let parts):
            for case .expression(let expression) in parts {
                scopes.push()
                rewrite(part: expression)
                scopes.pop()
            }
        }
    }

    private mutating func rewrite(part expression: ExpressionNode) {
        switch expression.kind {
        case .term(let term): rewrite(term)
        case .call(let terms), .some(let terms): for term in terms { rewrite(term) }
        case .every: break
        }
        rewriteModifiers(of: expression)
    }

    private mutating func checkShadowing(of operation: Node, at span: Span) {
        guard let path = operation.reference else { return }
        for variable in operation.variables() {
            if let local = scopes.local(variable), local != variable {
                let name = resolution.printer.reference(path)
                errors.append(Diagnostic(.compile, "called function \(name) shadowed", at: span))
            }
        }
    }

    /// Rewrites the modifiers; `with input…` means the document even where a local variable hides it.
    mutating func rewriteModifiers(of expression: ExpressionNode) {
        for with in expression.with {
            rewrite(with.target)
            if let hiding = scopes.local(.input), hiding != .input {
                switch with.target.kind {
                case .variable(hiding):
                    with.target.kind = .reference([Node(variable: .input, span: with.target.span)])
                case .reference(let operands) where operands.first?.variable == hiding:
                    operands[0].kind = .variable(.input)
                default: break
                }
            }
            rewrite(with.value)
        }
    }

    // MARK: Unused variables

    /// The variables of a head's terms, as the body's scope names them.
    private func variables(of terms: [Node]) -> VariableSet {
        var collector = VariableCollector()
        collector.visit(terms)
        return collector.variables
    }

    /// In strict mode, finds variables that `:=` declares and nothing uses.
    func unusedAssigned(usedBy terms: [Node]) -> [LocalScopes.Entry] {
        let candidates = scopes.innermost.entries.filter {
            $0.occurrence == .assigned && $0.count <= 1 && !symbols.isWildcard($0.name)
        }
        guard !candidates.isEmpty else { return [] }
        let used = variables(of: terms)
        return candidates.filter { !used.contains($0.name) && !used.contains($0.local) }
    }

    mutating func checkAssigned(in body: [ExpressionNode], usedBy terms: [Node]) {
        guard resolution.options.isStrict, errors.isEmpty else { return }
        for entry in unusedAssigned(usedBy: terms) {
            let expression = body.first { expression in
                var collector = VariableCollector()
                collector.visit(expression)
                return collector.variables.contains(entry.local)
            }
            let span = (expression ?? body[0]).span
            errors.append(Diagnostic(.compile, "assigned var \(symbols.description(entry.name)) unused", at: span))
        }
    }

    /// Finds variables that `some` declares and nothing uses.
    ///
    /// - Parameter declarations: what each of the body's expressions declares; empty if the body has no `some`.
    mutating func checkDeclared(
        _ declarations: [VariableSet], in body: [ExpressionNode], result: [ExpressionNode], usedBy terms: [Node]
    ) {
        guard errors.isEmpty else { return }
        let entries = scopes.innermost.entries
        // What was met again is in the result, unless `with input` has taken back a variable of that name.
        guard entries.contains(where: { $0.occurrence == .declared && ($0.count == 1 || $0.name == .input) }) else { return }
        var collector = VariableCollector()
        collector.visit(result)
        let used = variables(of: terms)
        for entry in entries where entry.occurrence == .declared {
            if collector.variables.contains(entry.local) || used.contains(entry.name) || used.contains(entry.local) { continue }
            if symbols.isGenerated(entry.name) { continue }
            let position = declarations.firstIndex { $0.contains(entry.name) } ?? 0
            guard position < body.count else { continue }
            let message = "declared var \(symbols.description(entry.name)) unused"
            errors.append(Diagnostic(.compile, message, at: body[position].span))
        }
    }
}

extension Node {
    /// What kind of term this is, as messages name it.
    var kindName: String {
        switch kind {
        case .null: "null"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .variable: "var"
        case .reference: "ref"
        case .call: "call"
        case .array: "array"
        case .object: "object"
        case .set: "set"
        case .comprehension(let comprehension):
            switch comprehension.shape {
            case .array: "arraycomprehension"
            case .set: "setcomprehension"
            case .object: "objectcomprehension"
            }
        case .template: "templatestring"
        }
    }
}

extension Resolution {
    /// Records diagnostics in their order.
    func report(_ diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics {
            report(diagnostic.code, diagnostic.message, at: diagnostic.span, details: diagnostic.details)
        }
    }
}
