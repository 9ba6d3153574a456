import RegoCompiler
import RegoSyntax
import Testing

/// Parses and resolves sources the way the engine does.
struct ResolutionFixture {
    var program: ResolvedProgram?
    var diagnostics: [Diagnostic]
    var sources: SourceMap

    init(
        _ texts: [String], version: RegoVersion = .v1, options: ResolverOptions = ResolverOptions(), names: [String]? = nil,
        builtins: BuiltinTable = .opa
    ) {
        var sources = SourceMap()
        _ = sources.add(SourceFile(name: "", text: ""))
        var modules: [Module] = []
        var problems: [Diagnostic] = []
        for (index, text) in texts.enumerated() {
            let file = SourceFile(name: names?[index] ?? "m\(index).rego", text: text)
            let id = sources.add(file)
            let (module, diagnostics) = Parser.parseModule(file, id: id, version: version)
            problems += diagnostics
            if let module { modules.append(module) }
        }
        self.sources = sources
        if problems.isEmpty {
            (program, diagnostics) = Resolver.resolve(
                modules: modules, sources: sources, builtins: builtins, options: options)
        } else {
            (program, diagnostics) = (nil, problems)
        }
    }

    /// Diagnostics as `row:column code message`.
    var report: [String] { diagnostics.map { "\($0.span.row):\($0.span.column) \($0.code) \($0.message)" } }

    /// All rules as OPA would print them, with the package's path.
    var rules: [String] {
        guard let program else { return report }
        var result: [String] = []
        func collect(_ tree: RuleTree) {
            result += tree.rules.map(Self.text)
            for child in tree.children { collect(child) }
        }
        collect(program.root)
        return result
    }

    static func text(of rule: ResolvedRule) -> String {
        var text = rule.isDefault ? "default " : ""
        text += TermPrinter.text(ofReference: rule.reference)
        if rule.kind == .function { text += "(" + rule.arguments.map(TermPrinter.text).joined(separator: ", ") + ")" }
        if let key = rule.key { text += " contains " + TermPrinter.text(of: key) }
        if let value = rule.value { text += " = " + TermPrinter.text(of: value) }
        if !rule.body.isEmpty { text += " { " + TermPrinter.text(of: rule.body) + " }" }
        for branch in rule.elseRules {
            text += " else = " + TermPrinter.text(of: branch.value) + " { " + TermPrinter.text(of: branch.body) + " }"
        }
        return text
    }

    /// Resolves a query against the program.
    func query(_ text: String, package: String? = nil, imports: [String] = [], options: ResolverOptions = ResolverOptions()) throws -> (
        ResolvedQuery?, [Diagnostic]
    ) {
        let file = SourceFile(name: "", text: text)
        let (body, problems) = Parser.parseQuery(file, id: FileID(0))
        guard let body else { return (nil, problems) }
        let header = "package \(package ?? "none")\n" + imports.map { "import \($0)\n" }.joined()
        let (module, _) = Parser.parseModule(SourceFile(name: "", text: header), id: FileID(0))
        let context = try #require(module)
        return Resolver.resolveQuery(
            body, source: file, in: try #require(program), builtins: .opa,
            package: package == nil ? nil : context.package, imports: context.imports, options: options)
    }
}
