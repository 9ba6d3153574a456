package import RegoSyntax

/// The annotations of a program's modules, by what they speak of.
///
/// Source: OPA's `AnnotationSet` (v1/ast/annotations.go).
package struct AnnotationSet: Sendable {
    /// A module with its annotations.
    package struct Source: Sendable {
        package var module: Module
        /// The file's name.
        package var name: String
        package var annotations: [Annotation]

        package init(module: Module, name: String, annotations: [Annotation]) {
            self.module = module
            self.name = name
            self.annotations = annotations
        }
    }

    /// A rule by its module and its place among the module's rules.
    package struct RuleKey: Hashable, Sendable {
        package var file: FileID
        package var index: Int

        package init(file: FileID, index: Int) {
            self.file = file
            self.index = index
        }
    }

    /// An annotation with the path of what it stands before, and that one's place.
    package struct Entry: Sendable {
        /// `data.a.b`: the variable `data`, then ground operands.
        package var path: [Term]
        /// `nil` for a rule that stands in its own chain without an annotation.
        package var annotation: Annotation?
        /// The package or rule.
        package var place: Span
        /// The name of the file.
        package var file: String
    }

    private var byRule: [RuleKey: [Entry]] = [:]
    private var byPackage: [[DocumentKey]: Entry] = [:]
    /// Those of documents and of packages with what is below them.
    private var byPath: [[DocumentKey]: Entry] = [:]

    /// Whether there are none.
    package var isEmpty: Bool { byRule.isEmpty && byPackage.isEmpty && byPath.isEmpty }

    /// Collects the annotations of modules.
    ///
    /// - Parameters:
    ///   - sources: the modules in the order of their files' names.
    ///   - report: takes what contradicts something said before (code `rego_type_error`).
    package init(_ sources: [Source], report: (Diagnostic) -> Void) {
        for source in sources {
            for annotation in source.annotations { add(annotation, of: source, report) }
        }
    }

    private mutating func add(_ annotation: Annotation, of source: Source, _ report: (Diagnostic) -> Void) {
        let module = source.module
        switch (annotation.scope, annotation.target) {
        case (.rule, .rule(let index)) where index < module.rules.count:
            let rule = module.rules[index]
            let entry = Entry(
                path: Self.path(of: rule, in: module.package), annotation: annotation, place: rule.span, file: source.name)
            byRule[RuleKey(file: module.file, index: index), default: []].append(entry)
        case (.document, .rule(let index)) where index < module.rules.count:
            let rule = module.rules[index]
            insert(Self.path(of: rule, in: module.package), rule.span, annotation, source, into: \.byPath, report)
        case (.package, .package): insert(module.package.path, module.package.span, annotation, source, into: \.byPackage, report)
        case (.subpackages, .package): insert(module.package.path, module.package.span, annotation, source, into: \.byPath, report)
        default: break
        }
    }

    private mutating func insert(
        _ path: [Term], _ place: Span, _ annotation: Annotation, _ source: Source,
        into table: WritableKeyPath<AnnotationSet, [[DocumentKey]: Entry]>, _ report: (Diagnostic) -> Void
    ) {
        let keys = Self.keys(path)
        guard let other = self[keyPath: table][keys], let declared = other.annotation else {
            self[keyPath: table][keys] = Entry(path: path, annotation: annotation, place: place, file: source.name)
            return
        }
        let where_ = other.file.isEmpty ? declared.text : "\(other.file):\(declared.span.row)"
        report(Diagnostic(.type, "\(annotation.scope.rawValue) annotation redeclared: \(where_)", at: annotation.span))
    }

    // MARK: Paths

    /// `data.pkg.name…` up to the first operand that is not ground.
    package static func path(of rule: Rule, in package: Package) -> [Term] {
        var path = package.path
        for (index, operand) in rule.head.reference.enumerated() {
            if index == 0, case .variable(let name) = operand.kind {
                path.append(Term(.string(name), span: operand.span))
            } else if DocumentKey(operand) != nil {
                path.append(operand)
            } else {
                break
            }
        }
        return path
    }

    private static func keys(_ path: [Term]) -> [DocumentKey] { path.dropFirst().compactMap { DocumentKey($0) } }

    // MARK: Questions

    /// The annotations that speak of one rule alone, the one nearest to it first.
    package func ofRule(_ key: RuleKey) -> [Entry] {
        (byRule[key] ?? []).sorted { ($0.annotation?.span.row ?? 0) > ($1.annotation?.span.row ?? 0) }
    }

    /// The annotation of the document at a path.
    package func ofDocument(_ path: [Term]) -> Entry? { byPath[Self.keys(path)] }

    /// The annotation of a package.
    package func ofPackage(_ path: [Term]) -> Entry? { byPackage[Self.keys(path)] }

    /// The annotations of a path's ancestors that speak of everything below them, the root's first.
    package func ofAncestors(_ path: [Term]) -> [Entry] {
        let keys = Self.keys(path)
        return (0...keys.count).compactMap { byPath[Array(keys.prefix($0))] }
    }

    /// The annotations that lead up to a rule: its own, nearest first, at least one entry; the document's; the package's; those of the
    /// packages above, nearest first.
    ///
    /// - Parameters:
    ///   - key: the rule; `nil` for an `else`, which has no annotations of its own.
    ///   - path: the rule's path.
    ///   - package: the path of its package.
    package func chain(_ key: RuleKey?, path: [Term], package: [Term], place: Span, file: String) -> [Entry] {
        var chain = key.map(ofRule) ?? []
        if chain.isEmpty { chain.append(Entry(path: path, annotation: nil, place: place, file: file)) }
        if let document = ofDocument(path) { chain.append(document) }
        if let entry = ofPackage(package) { chain.append(entry) }
        return chain + ofAncestors(package).reversed()
    }

    /// The schemas that are declared for a rule, the most general first: those of the packages above, the package, the document, the rule.
    package func schemas(_ key: RuleKey?, path: [Term], package: [Term]) -> [Annotation.SchemaDeclaration] {
        var entries = ofAncestors(package)
        if let entry = ofPackage(package) { entries.append(entry) }
        if let entry = ofDocument(path) { entries.append(entry) }
        entries += key.flatMap { byRule[$0] } ?? []
        return entries.flatMap { $0.annotation?.schemas ?? [] }
    }

    /// All annotations, by path and then by place.
    package var all: [Entry] {
        let entries = byRule.values.flatMap { $0 } + byPackage.values + byPath.values
        return entries.map { (keys: Self.keys($0.path), entry: $0) }.sorted { left, right in
            if left.keys != right.keys { return left.keys.lexicographicallyPrecedes(right.keys, by: DocumentKey.precedes) }
            let (a, b) = (left.entry, right.entry)
            if a.file != b.file { return a.file < b.file }
            let (first, second) = (a.annotation?.span.row ?? 0, b.annotation?.span.row ?? 0)
            if first != second { return first < second }
            return (a.annotation?.scope == .rule ? 1 : 0) < (b.annotation?.scope == .rule ? 1 : 0)
        }.map(\.entry)
    }
}

extension DocumentKey {
    /// Rego's order of scalars.
    fileprivate static func precedes(_ left: DocumentKey, _ right: DocumentKey) -> Bool {
        TypeKey.compare(left.typeKey, right.typeKey) < 0
    }

    private var typeKey: TypeKey {
        switch self {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .number(let text): .number(text)
        case .string(let text): .string(text)
        }
    }
}
