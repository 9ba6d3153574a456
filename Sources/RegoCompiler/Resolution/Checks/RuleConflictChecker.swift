import RegoSyntax

/// Finds rules that cannot stand beside each other.
struct RuleConflictChecker {
    let resolution: Resolution
    let documents: DocumentBuilder
    /// The package of each module.
    let packages: [PackageNode]
    let modules: [ModuleNode]
    let sources: SourceMap

    func check() {
        documents.walk { node in
            node.rules.isEmpty || check(node)
        }
        if let exists = resolution.options.dataExists {
            for child in documents.children { checkData(child, path: [], exists: exists) }
        }
        for (module, package) in zip(modules, packages) { checkPackages(module, package) }
    }

    private func name(_ rule: RuleNode) -> String {
        let symbols = resolution.symbols
        let operands = rule.reference.map { operand in
            operand.variable.map { Node(variable: symbols.author(of: $0), span: operand.span) } ?? operand
        }
        return resolution.printer.path(package: rule.module.package.path, reference: operands)
    }

    /// Whether the documents below should be checked as well.
    private func check(_ node: DocumentBuilder) -> Bool {
        let rules = node.rules
        let first = rules[0]
        if !node.children.isEmpty, rules.contains(where: \.isGround) {
            let inner = rulesBelow(node)
            if !inner.isEmpty {
                let list = inner.joined(separator: " ")
                resolution.report(.type, "rule \(name(rules[rules.count - 1])) conflicts with [\(list)]", at: first.span)
                return true
            }
        }
        guard rules.count > 1 else { return true }
        let isComplete = first.isSingleValue && first.isGround
        let parameters = first.arguments?.count ?? 0
        let differs = rules.contains {
            $0.isSingleValue != first.isSingleValue || ($0.arguments?.count ?? 0) != parameters
                || ($0.isSingleValue && $0.isGround) != isComplete
        }
        if differs {
            resolution.report(.type, "conflicting rules \(name(rules[rules.count - 1])) found", at: first.span)
            return true
        }
        let defaults = rules.filter(\.isDefault)
        if defaults.count > 1 {
            let places = defaults.map { place($0.span) }.joined(separator: ", ")
            resolution.report(
                .type, "multiple default rules \(name(rules[rules.count - 1])) found at \(places)", at: defaults[0].module.package.span)
        }
        return true
    }

    /// The names of the rules below a document, without those that lie below another of them.
    private func rulesBelow(_ node: DocumentBuilder) -> [String] {
        var names: [String] = []
        func collect(_ node: DocumentBuilder) {
            if let rule = node.rules.first {
                names.append(name(rule))
            } else {
                for child in node.children { collect(child) }
            }
        }
        for child in node.children { collect(child) }
        return names.sorted()
    }

    private func place(_ span: Span) -> String {
        if let file = sources.file(of: span), !file.name.isEmpty { return "\(file.name):\(span.row)" }
        return "\(span.row):\(span.column)"
    }

    private func checkData(_ node: DocumentBuilder, path: [String], exists: (_ path: [String]) -> Bool) {
        guard case .string(let name) = node.key else { return }
        let path = path + [name]
        if let rule = node.rules.first {
            if exists(path) {
                resolution.report(.compile, "conflicting rule for data path \(path.joined(separator: "/")) found", at: rule.span)
            }
            return
        }
        for child in node.children { checkData(child, path: path, exists: exists) }
    }

    /// Checks that no rule of a module is also the path of a package.
    private func checkPackages(_ module: ModuleNode, _ package: PackageNode) {
        guard !package.children.isEmpty else { return }
        for rule in module.rules where rule.isGround {
            let path = rule.reference.compactMap { operand in
                operand.variable.map { DocumentKey.string(resolution.symbols.name($0)) } ?? DocumentKey(operand)
            }
            for other in package.find(path)?.modules ?? [] where other !== module {
                resolution.report(
                    .type,
                    "\(Self.text(of: other.package)) conflicts with rule \(resolution.printer.reference(rule.reference)) "
                        + "defined at \(place(rule.span))", at: module.package.span)
            }
        }
    }

    private static func text(of package: Package) -> String {
        guard package.path.count > 1, case .string(let first) = package.path[1].kind else { return "package data" }
        return "package " + TermPrinter.text(ofReference: [Term(.variable(first))] + package.path.dropFirst(2))
    }
}
