package import RegoSyntax

/// What a program needs of the language: the capabilities that it can be compiled with.
///
/// Source: OPA's stage BuildRequiredCapabilities (v1/ast/compile.go).
package struct RequiredCapabilities {
    /// The builtins that are called, sorted.
    package private(set) var builtins: [String] = []
    /// The keywords that are imported, sorted.
    package private(set) var futureKeywords: [String] = []
    /// The features by OPA's names, sorted.
    package private(set) var features: [String] = []

    /// - Parameters:
    ///   - modules: the modules as they were parsed.
    ///   - program: the same modules, resolved.
    package init(modules: [Module], program: ResolvedProgram) {
        var calls: Set<String> = []
        let collector = CallCollector { calls.insert($0) }
        var open = [program.root]
        while let node = open.popLast() {
            for rule in node.rules {
                collector.walk(rule.body)
                for branch in rule.elseRules { collector.walk(branch.body) }
            }
            open += node.children
        }
        builtins = calls.filter { BuiltinTable.opa[$0] != nil }.sorted()

        var keywords: Set<String> = []
        var features: Set<String> = []
        for module in modules {
            let isV1 = module.version == .v1
            for item in module.imports {
                guard case .reference(let path) = item.path.kind, case .variable(let root)? = path.first?.kind else { continue }
                if root == "rego", !isV1 { features.insert("rego_v1_import") }
                if root == "future", !isV1 {
                    if case .string(let keyword)? = path.dropFirst(2).first?.kind {
                        keywords.insert(keyword)
                    } else {
                        keywords.formUnion(["contains", "every", "if", "in"])
                    }
                }
            }
            if isV1 { features.insert("rego_v1") } else { Self.addHeads(of: module, to: &features) }
        }
        if calls.contains("internal.template_string") { features.insert("template_strings") }
        futureKeywords = keywords.sorted()
        self.features = features.sorted()
    }

    private static func addHeads(of module: Module, to features: inout Set<String>) {
        for rule in module.rules where rule.head.reference.count >= 3 {
            let isConstant = rule.head.reference.dropFirst().allSatisfy { DocumentKey($0) != nil }
            features.insert(isConstant ? "rule_head_ref_string_prefixes" : "rule_head_refs")
        }
    }
}

/// Visits the names of the functions that bodies call, those in closures included.
private struct CallCollector {
    let visit: (String) -> Void

    func walk(_ body: Body) {
        for expression in body {
            switch expression.kind {
            case .term(let term): walk(term)
            case .call(let terms): call(terms)
            case .some(let symbols): for term in symbols { walk(term) }
            case .every(let every):
                walk(every.domain)
                walk(every.body)
            }
            for with in expression.with { walk(with.value) }
        }
    }

    private func call(_ terms: [Term]) {
        if case .reference(let operation)? = terms.first?.kind { visit(TermPrinter.text(ofReference: operation)) }
        for term in terms.dropFirst() { walk(term) }
    }

    private func walk(_ term: Term) {
        switch term.kind {
        case .null, .boolean, .number, .string, .variable, .templateString: break
        case .call(let terms): call(terms)
        case .reference(let terms), .array(let terms), .set(let terms): for element in terms { walk(element) }
        case .object(let items):
            for item in items {
                walk(item.key)
                walk(item.value)
            }
        case .arrayComprehension(let head, let body), .setComprehension(let head, let body):
            walk(head)
            walk(body)
        case .objectComprehension(let key, let value, let body):
            walk(key)
            walk(value)
            walk(body)
        }
    }
}
