import RegoSyntax

/// Checks of a module's names: shadowed root documents and imports.
struct ModuleChecks {
    let resolution: Resolution

    // MARK: Root documents

    /// v1 and strict mode: `data` and `input` must not be the names of rules, parameters or variables.
    ///
    /// - Parameter mayAssign: whether the modules hold `data` or `input` on its own, as a variable's name would be
    func checkRootDocuments(_ module: ModuleNode, mayAssign: Bool) {
        guard resolution.options.isStrict || module.isV1Compatible else { return }
        for rule in module.rules {
            if let name = rule.name, name == .data || name == .input {
                let text = resolution.symbols.name(name)
                resolution.report(.compile, "rules must not shadow \(text) (use a different rule name)", at: rule.span)
            }
            for argument in rule.arguments ?? [] {
                guard let root = argument.rootDocument else { continue }
                let text = resolution.symbols.name(root)
                resolution.report(.compile, "args must not shadow \(text) (use a different variable name)", at: argument.span)
            }
        }
        if mayAssign { module.forEachExpression(checkAssignment) }
    }

    /// Strict mode: the same for the variables of a query.
    func checkRootDocuments(query: [ExpressionNode]) {
        guard resolution.options.isStrict else { return }
        ExpressionWalker(visit: checkAssignment).walk(query)
    }

    private func checkAssignment(_ expression: ExpressionNode) {
        guard expression.calls(.assign), let terms = expression.call, terms.count > 1, let root = terms[1].rootDocument else { return }
        let text = resolution.symbols.name(root)
        resolution.report(.compile, "variables must not shadow \(text) (use a different variable name)", at: expression.span)
    }

    // MARK: Imports

    /// v1 and strict mode: no two imports of a module may define the same name.
    func checkDuplicateImports(_ module: ModuleNode) {
        guard resolution.options.isStrict || module.isV1Compatible, module.imports.count > 1 else { return }
        var first = LookupTable<VariableID, Import>()
        for item in module.imports {
            guard let name = item.name else { continue }
            if let earlier = first[name] {
                resolution.report(.compile, "import must not shadow \(earlier.text)", at: item.source.span)
            } else {
                first.set(name, to: item.source)
            }
        }
    }

    /// Strict mode: every import must be used.
    func checkUnusedImports(_ module: ModuleNode, by resolver: ReferenceResolver) {
        guard resolution.options.isStrict else { return }
        for item in module.imports where !item.source.isLanguageImport {
            guard let name = item.name, !resolver.isUsed(name) else { continue }
            resolution.report(.compile, "\(item.source.text) unused", at: item.source.span)
        }
    }
}

/// Visits every expression, those of closures included, outer ones first.
struct ExpressionWalker {
    let visit: (ExpressionNode) -> Void

    func walk(_ body: [ExpressionNode]) {
        for expression in body { walk(expression) }
    }

    func walk(_ expression: ExpressionNode) {
        visit(expression)
        switch expression.kind {
        case .term(let term): walk(term)
        case .call(let terms), .some(let terms): for term in terms { walk(term) }
        case .every(let every):
            walk(every.domain)
            walk(every.body)
        }
        for with in expression.with {
            walk(with.target)
            walk(with.value)
        }
    }

    func walk(_ node: Node) {
        switch node.kind {
        case .null, .boolean, .number, .string, .variable: break
        case .reference(let nodes), .call(let nodes), .array(let nodes), .set(let nodes): for element in nodes { walk(element) }
        case .object(let entries):
            for entry in entries {
                walk(entry.key)
                walk(entry.value)
            }
        case .comprehension(let comprehension):
            for term in comprehension.head { walk(term) }
            walk(comprehension.body)
        case .template(let parts): for case .expression(let expression) in parts { walk(expression) }
        }
    }
}

extension ModuleNode {
    /// Visits every expression of every rule, heads included.
    func forEachExpression(_ visit: (ExpressionNode) -> Void) {
        withoutActuallyEscaping(visit) { visit in
            let walker = ExpressionWalker(visit: visit)
            forEachRule { rule in
                for term in (rule.arguments ?? []) { walker.walk(term) }
                if let key = rule.key { walker.walk(key) }
                if let value = rule.value { walker.walk(value) }
                walker.walk(rule.body)
            }
        }
    }
}
