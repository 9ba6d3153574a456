package import ArgumentParser
package import RegoSyntax

/// The flags that all commands share which read and compile modules; use as `@OptionGroup var source: SourceOptions`.
package struct SourceOptions: ParsableArguments {
    @Flag(name: .customLong("v0-compatible"), help: "Read modules as Rego v0.")
    package var v0Compatible = false

    @Flag(name: .customLong("v1-compatible"), help: "Read modules as Rego v1 (the default).")
    package var v1Compatible = false

    @Option(help: ArgumentHelp("Allow only the builtins, features and hosts of an OPA version or a file.", valueName: "file|version"))
    package var capabilities: String?

    @Option(
        name: [.customShort("s", allowingJoined: true), .long],
        help: ArgumentHelp("Check types against the JSON schemas of a file or folder.", valueName: "path"))
    package var schema: String?

    @Option(
        help: ArgumentHelp(
            "Pass over files and folders of a name: '.*' for hidden ones; repeatable, or separated by commas.", valueName: "pattern"))
    package var ignore: [String] = []

    package init() {}

    /// The settings that the flags make; strict mode, which not all commands have, is for `StrictOptions`.
    package var settings: SourceSettings {
        var settings = SourceSettings()
        settings.isV0 = v0Compatible
        settings.capabilities = capabilities
        settings.schema = schema
        settings.ignored = ignore.flatMap { $0.split(separator: ",").map(String.init) }
        return settings
    }

    package mutating func validate() throws {
        if v0Compatible, v1Compatible { throw ValidationError("specify --v0-compatible or --v1-compatible but not both") }
    }
}

/// Bundles to load, for commands that take them beside `--data`.
package struct BundleOptions: ParsableArguments {
    @Option(
        name: [.customShort("b", allowingJoined: true), .customLong("bundle")],
        help: ArgumentHelp("Load a bundle: a folder or a .tar.gz; repeatable.", valueName: "path"))
    package var bundles: [String] = []

    package init() {}
}

/// The flag of strict mode, for commands that have it.
package struct StrictOptions: ParsableArguments {
    @Flag(name: [.customShort("S"), .customLong("strict")], help: "Compile in strict mode.")
    package var strict = false

    package init() {}
}

/// The flags of the language's dialect, for commands that need no more of `SourceOptions`.
package struct VersionOptions: ParsableArguments {
    @Flag(name: .customLong("v0-compatible"), help: "Read modules as Rego v0.")
    package var v0Compatible = false

    @Flag(name: .customLong("v1-compatible"), help: "Read modules as Rego v1 (the default).")
    package var v1Compatible = false

    package init() {}

    /// The dialect of modules that do not import `rego.v1`.
    package var language: RegoVersion { v0Compatible ? .v0 : .v1 }

    package mutating func validate() throws {
        if v0Compatible, v1Compatible { throw ValidationError("specify --v0-compatible or --v1-compatible but not both") }
    }
}
