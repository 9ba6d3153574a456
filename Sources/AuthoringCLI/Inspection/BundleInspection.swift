import PolicyBundle
import Rego
import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax

/// What `ward inspect` finds in a bundle or a Rego file.
struct BundleInspection {
    private var manifest: BundleManifest?
    /// The files by the packages and documents that they contribute to.
    private var namespaces: [String: [String]] = [:]
    /// The annotations, if they are listed.
    private var annotations: [AnnotationSet.Entry]?
    private var required: RequiredCapabilities?
    private var rules: [String: String] = [:]

    /// Reads a bundle, the folder of one, or a Rego file.
    init(path: String, version: RegoVersion, listsAnnotations: Bool) throws {
        var modules: [Policy.Module] = []
        if path.hasSuffix(".rego") {
            modules = [Policy.Module(name: path, bytes: try Loader.read(path))]
        } else {
            let bundle: Bundle
            do throws(BundleError) {
                bundle = try Bundle(path: path)
            } catch {
                throw Loader.Failure(error.description)
            }
            manifest = bundle.manifest
            modules = bundle.modules
            for document in bundle.documents {
                namespaces[(["data"] + document.names).joined(separator: "."), default: []].append(document.path)
            }
        }
        var options = Policy.Options(version: version)
        options.isStrict = false
        let sources = try Self.parse(modules, version: version)
        for source in sources {
            namespaces[TermPrinter.text(ofReference: source.module.package.path), default: []].append(source.name)
        }
        if listsAnnotations {
            var problems: [Diagnostic] = []
            let set = AnnotationSet(sources) { problems.append($0) }
            guard problems.isEmpty else { throw CompilationFailure(problems, sources: Self.map(modules)) }
            annotations = set.all
        }
        let policy = try Policy(modules: modules, options: options)
        required = RequiredCapabilities(modules: sources.map(\.module), program: policy.resolved)
    }

    private static func parse(_ modules: [Policy.Module], version: RegoVersion) throws(CompilationFailure) -> [AnnotationSet.Source] {
        let files = map(modules)
        var sources: [AnnotationSet.Source] = []
        var diagnostics: [Diagnostic] = []
        for (index, module) in modules.enumerated() {
            let id = FileID(UInt32(index))
            let (parsed, annotations, found) = ModuleReader.read(files.files[index], id: id, version: module.version ?? version)
            diagnostics += found
            if let parsed { sources.append(AnnotationSet.Source(module: parsed, name: module.name, annotations: annotations)) }
        }
        guard diagnostics.isEmpty else { throw CompilationFailure(diagnostics, sources: files) }
        return sources
    }

    private static func map(_ modules: [Policy.Module]) -> SourceMap {
        var map = SourceMap()
        for module in modules { _ = map.add(SourceFile(name: module.name, bytes: module.bytes)) }
        return map
    }

    // MARK: JSON

    /// The findings as OPA's JSON document.
    func document() -> SyntaxJSON {
        var members: [(name: String, value: SyntaxJSON)] = []
        if let manifest { members.append(("manifest", Self.document(manifest))) }
        members.append(("signatures_config", .object([])))
        if !namespaces.isEmpty {
            let sorted = namespaces.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            members.append(
                ("namespaces", .object(sorted.map { (name: $0.key, value: .array($0.value.map { .string($0) })) })))
        }
        if let annotations, !annotations.isEmpty { members.append(("annotations", .array(annotations.map(Self.document)))) }
        if let required {
            let capabilities = Capabilities(
                builtins: required.builtins.map { Capabilities.Builtin(standard: $0) }, futureKeywords: required.futureKeywords,
                features: required.features)
            members.append(("capabilities", capabilities.document))
        }
        return .object(members)
    }

    private static func document(_ manifest: BundleManifest) -> SyntaxJSON {
        var members: [(name: String, value: SyntaxJSON)] = [
            ("revision", .string(manifest.revision)), ("roots", .array(manifest.roots.map { .string($0) })),
        ]
        if let version = manifest.regoVersion { members.append(("rego_version", .number(String(version)))) }
        if !manifest.fileRegoVersions.isEmpty {
            let versions = manifest.fileRegoVersions.map { (name: $0.glob, value: SyntaxJSON.number(String($0.version))) }
            members.append(("file_rego_versions", .object(versions)))
        }
        if !manifest.metadata.isEmpty { members.append(("metadata", SyntaxJSON(.object(manifest.metadata)))) }
        return .object(members)
    }

    private static func document(_ entry: AnnotationSet.Entry) -> SyntaxJSON {
        let tree = SyntaxTree()
        var members: [(name: String, value: SyntaxJSON)] = []
        if let annotation = entry.annotation { members.append(("annotations", tree.json(annotation))) }
        members.append(
            (
                "location",
                .object([
                    ("file", .string(entry.file)), ("row", .number(String(entry.place.row))),
                    ("col", .number(String(entry.place.column))),
                ])
            ))
        members.append(("path", tree.json(entry.path)))
        return .object(members)
    }

    // MARK: Text

    /// The findings as tables and lists.
    func summary() -> String {
        var text = ""
        if let manifest { text += Self.table(manifest) }
        if !namespaces.isEmpty {
            var table = TextTable(header: ["NAMESPACE", "FILE"])
            for (namespace, files) in namespaces.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                for (index, file) in files.enumerated() {
                    table.rows.append([index == 0 ? namespace : "", PathShortening.shortened(file, to: Self.fieldWidth)])
                }
            }
            text += "NAMESPACES:\n" + table.render()
        }
        if let annotations, !annotations.isEmpty {
            text += "ANNOTATIONS:\n" + annotations.map { AnnotationSummary(entry: $0).text() }.joined()
        }
        return text
    }

    private static let fieldWidth = 50

    private static func table(_ manifest: BundleManifest) -> String {
        var table = TextTable(header: ["FIELD", "VALUE"])
        func shortened(_ text: String) -> String { PathShortening.truncated(text, to: fieldWidth) }
        if let version = manifest.regoVersion { table.rows.append(["Rego Version", shortened(String(version))]) }
        if !manifest.revision.isEmpty { table.rows.append(["Revision", shortened(manifest.revision)]) }
        if manifest.roots.count != 1 || manifest.roots[0] != "" {
            for (index, root) in manifest.roots.sorted().enumerated() {
                table.rows.append([index == 0 ? "Roots" : "", PathShortening.shortened(root, to: fieldWidth)])
            }
        }
        if !manifest.metadata.isEmpty { table.rows.append(["Metadata", shortened(RegoValue.object(manifest.metadata).json())]) }
        return table.rows.isEmpty ? "" : "MANIFEST:\n" + table.render()
    }
}
