import PolicyBundle
package import Rego
import RegoSyntax

/// How the commands read and compile what an author names: the part of their flags that they share.
package struct SourceSettings: Sendable {
    /// Modules are v0 unless they say otherwise.
    package var isV0 = false
    /// OPA's strict mode.
    package var isStrict = false
    /// A capabilities file, or an OPA version such as `v1.9.0`.
    package var capabilities: String?
    /// A file or folder of JSON schemas.
    package var schema: String?
    /// Shell patterns for names of files and folders to pass over.
    package var ignored: [String] = []

    package init() {}

    /// A loader that has read nothing.
    package var loader: Loader {
        var loader = Loader(ignoring: ignored)
        loader.dialect = isV0 ? .v0 : .v1
        loader.readArchives()
        return loader
    }

    /// A loader that has read files and folders, and bundles.
    package func loader(reading paths: [String], bundles: [String] = []) throws(Loader.Failure) -> Loader {
        var loader = loader
        for path in bundles { try loader.load(bundle: path) }
        try loader.load(paths)
        return loader
    }

    /// The options that modules are compiled with; the capabilities and schemas are read now.
    package func policyOptions(keepsPrintCalls: Bool = true) throws(Loader.Failure) -> Policy.Options {
        var options = Policy.Options(version: isV0 ? .v0 : .v1, isStrict: isStrict, keepsPrintCalls: keepsPrintCalls)
        options.runtime = { ProcessRuntime.value(version: WardVersion.current) }
        if let capabilities { options.capabilities = try Capabilities(fileOrVersion: capabilities) }
        if let schema { options.schemas = try Schemas(path: schema) }
        return options
    }
}
