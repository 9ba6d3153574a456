public import Rego
@_spi(Engine) public import RegoRuntime
import RegoSyntax

/// A bundle: modules and documents that belong together, with a manifest (OPA: "Bundles").
///
/// Of a folder or archive these files are read: `*.rego`; `data.json`, `data.yaml` and `data.yml`, each of whose documents lies below
/// `data` at its folder's path; `.manifest`. Compiled policies (`policy.wasm`, `plan.json`) are passed over, signatures are not verified.
public struct Bundle: Sendable {
    /// The manifest, or the defaults where the bundle has none.
    public var manifest = BundleManifest()
    /// The modules, each with the dialect that the manifest gives it.
    public var modules: [Policy.Module] = []
    /// The documents below `data`, an object.
    public var data = RegoValue.object([:])
    /// The paths of the files of documents, as messages show them, with the names below `data` that lead to their documents.
    public var documents: [(path: String, names: [String])] = []
    /// Whether there is a `.signatures.json`.
    public var isSigned = false

    /// Reads a folder or a gzip-compressed tar archive.
    ///
    /// - Parameters:
    ///   - path: the folder or archive.
    ///   - limits: bounds on what is read.
    ///   - isIgnored: tells by the name of a file or folder whether it is passed over.
    /// - Throws: a `BundleError` that names the bundle and says what is wrong.
    public init(
        path: String, limits: BundleLimits = BundleLimits(), isIgnored: (String) -> Bool = { _ in false }
    ) throws(BundleError) {
        do throws(BundleError) {
            let root = path.hasPrefix("file://") ? String(path.dropFirst(7)) : path
            let files = try BundleFiles.read(root, limits: limits, isIgnored: isIgnored)
            try self.init(files)
        } catch {
            let problem = error.description
            throw BundleError(problem.hasPrefix(path) ? "bundle \(problem)" : "bundle \(path): \(problem)")
        }
    }

    init(_ files: [BundleFiles.File]) throws(BundleError) {
        let manifests = files.filter { $0.path.hasSuffix("/.manifest") }
        guard manifests.count <= 1 else { throw BundleError("more than one manifest: \(manifests.map(\.name).joined(separator: ", "))") }
        if let file = manifests.first { manifest = try BundleManifest(json: file.bytes) }
        for file in files {
            let name = file.path.split(separator: "/").last ?? ""
            switch name {
            case "data.json": try add(parsed(file) { bytes throws(Loader.Failure) in try Loader.parseJSON(bytes, path: file.name) }, file)
            case "data.yaml", "data.yml":
                try add(parsed(file) { bytes throws(Loader.Failure) in try Loader.parseYAML(bytes, path: file.name) }, file)
            case ".signatures.json": isSigned = true
            case "patch.json" where file.path == "/patch.json":
                throw BundleError("a delta bundle changes data that a server has; it cannot be loaded by itself")
            case let name where name.hasSuffix(".rego"):
                var module = Policy.Module(name: file.name, bytes: file.bytes)
                module.version = try manifest.version(of: file.path)
                modules.append(module)
            default: break
            }
        }
        try checkData(data, at: [])
    }

    private func parsed(
        _ file: BundleFiles.File, _ parse: ([UInt8]) throws(Loader.Failure) -> RegoValue
    ) throws(BundleError) -> RegoValue {
        do throws(Loader.Failure) {
            return try parse(file.bytes)
        } catch {
            throw BundleError("bundle load failed on \(error.description)")
        }
    }

    private mutating func add(_ value: RegoValue, _ file: BundleFiles.File) throws(BundleError) {
        let names = file.path.split(separator: "/").dropLast().map(String.init)
        documents.append((file.name, names))
        guard names.isEmpty == false || value.object != nil else {
            throw BundleError("bundle load failed on \(file.name): the root document must be an object")
        }
        let nested = names.reversed().reduce(value) { .object([.string($1): $0]) }
        guard let merged = Loader.merge(data, nested) else {
            throw BundleError("bundle load failed on \(file.name): failed to insert data file from path \(names.joined(separator: "/"))")
        }
        data = merged
    }

    // MARK: Roots

    private func checkData(_ value: RegoValue, at names: [String]) throws(BundleError) {
        let path = names.joined(separator: "/")
        if manifest.permits(path) { return }
        guard case .object(let members) = value, names.isEmpty || manifest.hasRoot(below: path) else {
            throw BundleError(
                "manifest roots [\(manifest.roots.joined(separator: " "))] do not permit data at path '/\(path)' "
                    + "(hint: check bundle directory structure)")
        }
        for (key, value) in members.sorted(by: { $0.key.json() < $1.key.json() }) {
            try checkData(value, at: names + [key.string ?? key.json()])
        }
    }

    /// Checks that a module's package lies below the roots.
    ///
    /// - Parameter path: the package's names below `data`.
    /// - Throws: a `BundleError` in OPA's words.
    public func checkPackage(_ path: [String], ofModule name: String) throws(BundleError) {
        guard !manifest.permits(path.joined(separator: "/")) else { return }
        let roots = manifest.roots.joined(separator: " ")
        throw BundleError(
            "manifest roots [\(roots)] do not permit 'package \(path.joined(separator: "."))' in module '\(name)'")
    }
}
