/// Lays out modules as `opa fmt` does: tabs, one style, comments and the author's line breaks kept.
package enum Formatter {
    /// What to make of a module.
    package struct Options: Sendable {
        /// The dialect of the result; `.v0CompatV1` for one that both dialects accept.
        package var target: RegoVersion
        /// The dialect to read the module as.
        package var source: RegoVersion
        /// Leaves out imports of `rego.v1` and `future.keywords` where the target has no need of them.
        package var dropsOldImports: Bool

        /// Makes options; the source's dialect is that of the target, v0 for one that both accept.
        package init(target: RegoVersion = .v1, source: RegoVersion? = nil, dropsOldImports: Bool = false) {
            self.target = target
            self.source = source ?? (target == .v1 ? .v1 : .v0)
            self.dropsOldImports = dropsOldImports
        }
    }

    /// Why a module was not formatted.
    package struct Failure: Error, Sendable {
        /// What is wrong, in a stable order; spans point into the file that was formatted.
        package var diagnostics: [Diagnostic]
        /// The module was read, but cannot be written (a built-in operator is called with a wrong number of arguments).
        package var isReadable: Bool

        /// Makes a failure from its parts.
        package init(diagnostics: [Diagnostic], isReadable: Bool = false) {
            self.diagnostics = diagnostics
            self.isReadable = isReadable
        }
    }

    /// Formats a source text.
    ///
    /// - Parameters:
    ///   - file: the module's text.
    ///   - id: the file's index, for the spans of diagnostics.
    /// - Returns: the formatted text, UTF-8.
    /// - Throws: a `Failure` with codes `rego_parse_error`, `rego_compile_error` or `rego_type_error`.
    package static func format(_ file: SourceFile, id: FileID = FileID(0), options: Options = Options()) throws(Failure) -> [UInt8] {
        let (module, diagnostics) = Parser.parseModule(file, id: id, version: options.source)
        guard let module else { throw Failure(diagnostics: diagnostics) }
        if options.target != .v0 {
            let problems = try onStack(for: module) { CompatibilityCheck.diagnostics(for: module) }
            guard problems.isEmpty else { throw Failure(diagnostics: problems) }
        }
        return try format(module, of: file, options: options)
    }

    /// Walks through a module where there is stack for it.
    private static func onStack<Result>(for module: Module, _ body: () -> Result) throws(Failure) -> Result {
        if let result = LargeStack.run(if: module.isDeep, body) { return result }
        throw Failure(diagnostics: [Diagnostic(.compile, LargeStack.failure, at: module.package.span)])
    }

    /// Formats a module that was parsed from a file.
    ///
    /// - Throws: a `Failure` with code `rego_type_error`.
    package static func format(_ module: Module, of file: SourceFile, options: Options = Options()) throws(Failure) -> [UInt8] {
        let (text, problems) = try onStack(for: module) {
            var writer = FormatWriter(module, source: file.bytes, target: options.target)
            writer.write(module, imports: imports(of: module, style: writer.style, options: options))
            return (writer.text, writer.diagnostics)
        }
        guard problems.isEmpty else { throw Failure(diagnostics: problems, isReadable: true) }
        return text
    }

    /// Whether two modules state the same package and rules, dialects and the signs `=` and `:=` in heads aside.
    ///
    /// - Complexity: O(size of the modules).
    package static func isSameProgram(_ left: Module, _ right: Module) -> Bool {
        guard TermPrinter.text(ofReference: left.package.path) == TermPrinter.text(ofReference: right.package.path),
            left.rules.count == right.rules.count
        else { return false }
        // Where heads stand for several bodies, the copies' wildcards were given names.
        guard FormatStyle(left, target: .v1).repeatedWildcards.isEmpty else { return true }
        return zip(left.rules, right.rules).allSatisfy {
            TermPrinter.text(of: $0.withUniformHeads) == TermPrinter.text(of: $1.withUniformHeads)
        }
    }

    /// The imports that the target has: those of the module, without what it makes redundant, with what it needs.
    private static func imports(of module: Module, style: FormatStyle, options: Options) -> [Import] {
        var imports = module.imports
        switch options.target {
        case .v1 where options.dropsOldImports: imports.removeAll(where: \.importsVersion)
        case .v0CompatV1 where !imports.contains(where: \.importsVersion): imports.append(.inserted(["rego", "v1"]))
        default: break
        }
        let hasVersion = imports.contains(where: \.importsVersion)
        if options.target != .v0 || hasVersion {
            if options.dropsOldImports || hasVersion { imports.removeAll { $0.root == "future" } }
        } else {
            for keyword in style.neededKeywords.sorted() where !imports.contains(where: { $0.makesKnown(keyword) }) {
                imports.append(.inserted(["future", "keywords", keyword]))
            }
        }
        return imports
    }
}

/// What a module as a whole says about how its rules are written.
struct FormatStyle: Sendable {
    /// The result is v1's, or accepted by both dialects.
    var isV1: Bool
    /// Rules with bodies are written with `if`.
    var hasIf: Bool
    /// Partial sets are written with `contains`.
    var hasContains: Bool
    /// Some rule's head is a reference of its own, so that all heads are written as references.
    var hasReferenceHeads = false
    /// The keywords that are imported one by one.
    var importedKeywords: Set<String> = []
    /// The keywords without whose import v0 cannot read the result.
    var neededKeywords: Set<String> = []
    /// Wildcards that stand in several places, so that each needs a name.
    var repeatedWildcards: Set<String> = []

    init(_ module: Module, target: RegoVersion) {
        isV1 = target != .v0
        hasIf = isV1
        hasContains = isV1
        for `import` in module.imports {
            if let keyword = `import`.keyword { importedKeywords.insert(keyword) }
            if `import`.importsVersion || `import`.importsAllKeywords || `import`.keyword == "if" { hasIf = true }
            if `import`.importsVersion || `import`.importsAllKeywords || `import`.keyword == "contains" { hasContains = true }
        }
        var survey = FormatSurvey()
        for rule in module.rules {
            for branch in rule.branches {
                let count = branch.head.reference.count
                if count > 2 || count == 2 && branch.head.isPartialSet { hasReferenceHeads = true }
                survey.visit(branch)
            }
        }
        neededKeywords = survey.keywords
        repeatedWildcards = Set(survey.wildcards.filter { $0.value > 1 }.keys)
    }

    /// Whether a name that stands behind a dot is a keyword where the result is read.
    func isKeyword(_ name: String) -> Bool { Keywords.contains(name, in: isV1 ? .v1 : .v0) || importedKeywords.contains(name) }
}

extension Import {
    /// An import that the source does not have; it comes first.
    fileprivate static func inserted(_ path: [String]) -> Import {
        let place = Span(file: .none, offset: 0, length: 0, row: 1, column: 1)
        let terms = path.enumerated().map { Term($0.offset == 0 ? .variable($0.element) : .string($0.element), span: place) }
        return Import(path: Term(.reference(terms), span: place), alias: nil, span: place)
    }

    /// The names of the path.
    private var names: [String] {
        guard case .reference(let terms) = path.kind else { return [] }
        return terms.compactMap { term in
            switch term.kind {
            case .variable(let name), .string(let name): name
            default: nil
            }
        }
    }

    fileprivate var root: String? { names.first }
    /// `import rego.v1`
    var importsVersion: Bool { names == ["rego", "v1"] }
    /// `import future.keywords`
    fileprivate var importsAllKeywords: Bool { names == ["future", "keywords"] }

    /// The keyword that `import future.keywords.in` makes known.
    var keyword: String? {
        let names = names
        return names.count == 3 && names[0] == "future" && names[1] == "keywords" ? names[2] : nil
    }

    fileprivate func makesKnown(_ keyword: String) -> Bool {
        importsAllKeywords || self.keyword == keyword || keyword == "in" && self.keyword == "every"
    }
}

extension Rule {
    /// The rule with all heads' values assigned by `:=`.
    fileprivate var withUniformHeads: Rule {
        var result = self
        result.head.isAssignment = true
        for index in elseRules.indices { result.elseRules[index].head.isAssignment = true }
        return result
    }
}
