import PolicyBundle
import ArgumentParser
import Rego
import RegoSyntax

/// `ward check`: parses and compiles, and reports all that is wrong.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks Rego source files for parse and compilation errors.",
        discussion: """
            Prints nothing if all is well.

            Examples:
              ward check policies
              ward check --strict --schema schemas policies
              ward check -f json policies/authz.rego

            Exit status: 0 if all files compile; 1 if not.
            """)

    /// How errors are printed.
    enum Format: String, CaseIterable, ExpressibleByArgument { case pretty, json }

    @OptionGroup var source: SourceOptions
    @OptionGroup var strictness: StrictOptions

    @Flag(name: [.customShort("b"), .long], help: "Read the paths as bundles.")
    var bundle = false

    @Option(name: [.customShort("f", allowingJoined: true), .long], help: "How to print errors.")
    var format = Format.pretty

    @Option(
        name: [.customShort("m", allowingJoined: true), .customLong("max-errors")],
        help: ArgumentHelp("Stop after this many errors; 0 or less for no limit.", valueName: "number"))
    var maxErrors = 10

    @Flag(
        name: [.customLong("v0-v1"), .customLong("rego-v1")],
        help: "Check that the policies are good Rego v0 and good Rego v1.")
    var v0v1 = false

    @Argument(help: "Files and folders.")
    var paths: [String]

    func validate() throws {
        if paths.isEmpty { throw ValidationError("specify at least one file") }
    }

    func run() throws {
        do {
            try check()
        } catch {
            let report = AuthorError(error)
            if format == .json { report.printDocument() } else { report.printText() }
            throw Exit.unwanted
        }
    }

    private func check() throws {
        var settings = source.settings
        settings.isStrict = strictness.strict
        var options = try settings.policyOptions(keepsPrintCalls: true)
        if v0v1 { options.version = .v0CompatV1 }
        options.errorLimit = max(maxErrors, 0)
        options.refusesDataConflicts = bundle
        var loader = settings.loader
        loader.readsModulesAlone = !bundle
        if bundle { for path in paths { try loader.load(bundle: path) } } else { try loader.load(paths) }
        _ = try loader.compile(options: options)
    }
}
