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
        let collector = ReferenceWalk(callee: { calls.insert(TermPrinter.text(ofReference: $0)) })
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
