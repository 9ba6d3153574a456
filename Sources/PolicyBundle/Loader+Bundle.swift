package import Rego
import RegoSyntax

extension Loader {
    /// Reads a bundle, a folder or a `.tar.gz`, as `opa eval -b` does: its modules must lie below its roots.
    package mutating func load(bundle path: String) throws(Loader.Failure) {
        let bundle: Bundle
        do throws(BundleError) {
            bundle = try Bundle(path: path, isIgnored: ignores)
            if bundle.manifest.hasRoots { try bundle.checkPackages() }
        } catch {
            throw Loader.Failure(error.description)
        }
        try add(modules: bundle.modules, data: bundle.baseData, name: path)
    }

    /// Reads each `.tar.gz` among the files as a bundle from now on, as `opa eval -d` does: its modules must lie below its roots, and its
    /// manifest is `data.system.bundle.manifest`.
    package mutating func readArchives() {
        archiveReader = { path, bytes throws(Loader.Failure) in
            do throws(BundleError) {
                let bundle = try Bundle(archive: bytes)
                if bundle.manifest.hasRoots { try bundle.checkPackages() }
                return (bundle.modules, try bundle.dataWithManifest())
            } catch {
                throw Loader.Failure("bundle \(path): \(error.description)")
            }
        }
    }
}

extension Bundle {
    /// Checks that every module's package lies below the roots; modules that cannot be parsed are left to the compiler.
    fileprivate func checkPackages() throws(BundleError) {
        for module in modules {
            let file = SourceFile(name: module.name, bytes: module.bytes)
            guard let parsed = Parser.parseModule(file, id: FileID(0), version: module.version ?? .v1).0 else { continue }
            let names = parsed.package.path.dropFirst().map { term in
                if case .string(let name) = term.kind { return name }
                return ""
            }
            try checkPackage(names, ofModule: module.name)
        }
    }
}
