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
    /// The documents, frozen as they were read.
    package let baseData: BaseData
    /// The documents below `data`, an object.
    ///
    /// - Complexity: O(size): they are kept in a smaller form.
    public var data: RegoValue { baseData.value }
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
            try self.init(try BundleFiles(root, limits: limits, isIgnored: isIgnored))
        } catch {
            let problem = error.description
            throw BundleError(problem.hasPrefix(path) ? "bundle \(problem)" : "bundle \(path): \(problem)")
        }
    }

    /// Reads a gzip-compressed tar archive.
    init(archive bytes: [UInt8], limits: BundleLimits = BundleLimits()) throws(BundleError) {
        try self.init(try BundleFiles(archive: bytes, limits: limits))
    }

    init(_ files: BundleFiles) throws(BundleError) {
        var files = files
        let manifests = files.list.filter { $0.path.hasSuffix("/.manifest") }
        guard manifests.count <= 1 else { throw BundleError("more than one manifest: \(manifests.map(\.name).joined(separator: ", "))") }
        if let file = manifests.first { manifest = try BundleManifest(json: Array(try files.content(of: file))) }
        let builder = BaseDataBuilder(documents: files.list.count { $0.format != nil })
        for file in files.list {
            let name = file.path.split(separator: "/").last ?? ""
            if let format = file.format {
                let names = file.path.split(separator: "/").dropLast().map(String.init)
                try Self.add(try files.content(of: file), format, at: names, to: builder, name: file.name)
                documents.append((file.name, names))
            } else if name.hasSuffix(".rego") {
                var module = Policy.Module(name: file.name, bytes: Array(try files.content(of: file)))
                module.version = try manifest.version(of: file.path)
                modules.append(module)
            } else if name == ".signatures.json" {
                isSigned = true
            } else if file.path == "/patch.json" {
                throw BundleError("a delta bundle changes data that a server has; it cannot be loaded by itself")
            }
        }
        baseData = builder.finish()
        try checkData(at: [])
    }

    private static func add(
        _ text: ArraySlice<UInt8>, _ format: BaseDataBuilder.Format, at names: [String], to builder: BaseDataBuilder, name: String
    ) throws(BundleError) {
        do throws(BaseDataBuilder.Problem) {
            try builder.add(text, format, at: names)
        } catch {
            switch error {
            case .unreadable(let problem): throw BundleError("bundle load failed on \(name): \(problem)")
            case .noObject: throw BundleError("bundle load failed on \(name): the root document must be an object")
            case .conflict(let place):
                let path = names.joined(separator: "/")
                throw BundleError(
                    "bundle load failed on \(name): failed to insert data file from path \(path): another file has data at "
                        + "'/\(place.joined(separator: "/"))'")
            }
        }
    }

    /// The documents with the manifest, which is `data.system.bundle.manifest`.
    func dataWithManifest() throws(BundleError) -> BaseData {
        let builder = BaseDataBuilder(documents: 2)
        do throws(BaseDataBuilder.Problem) {
            try builder.add(baseData)
            try builder.add(BaseData(manifest.document), at: ["system", "bundle", "manifest"])
        } catch {
            throw BundleError("bundle load failed on /system/bundle/manifest/revision: another file has data at '/system/bundle/manifest'")
        }
        return builder.finish()
    }

    // MARK: Roots

    private func checkData(at names: [String]) throws(BundleError) {
        let path = names.joined(separator: "/")
        if manifest.permits(path) { return }
        guard baseData.isObject(at: names), names.isEmpty || manifest.hasRoot(below: path) else {
            throw BundleError(
                "manifest roots [\(manifest.roots.joined(separator: " "))] do not permit data at path '/\(path)' "
                    + "(hint: check bundle directory structure)")
        }
        for name in baseData.keys(at: names) { try checkData(at: names + [name]) }
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
