import ArgumentParser
import RegoSyntax

/// `ward fmt`: lays out modules as `opa fmt` does.
struct FmtCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt",
        abstract: "Formats Rego source files.",
        discussion: """
            Without a path, formats standard input. Folders are read with all below them; files other than *.rego are passed over.
            The layout is that of 'opa fmt', and no setting changes it.

            Dialects:
              ward fmt                            v1 to v1; imports of rego.v1 and future.keywords stay
              ward fmt --v0-compatible            v0 to v0
              ward fmt --v0-v1                    v0 to what both v0 and v1 accept
              ward fmt --v0-v1 --v1-compatible    v1 to what both v0 and v1 accept

            Exit status: 0 if all was formatted, 1 if a path or standard input cannot be read or formatted,
            2 if a file cannot be formatted or, with --fail, would change. The first such file ends the work.
            """)

    @Flag(name: [.customShort("w"), .long], help: "Overwrite the files that change, each in one step.")
    var write = false

    @Flag(name: [.customShort("l"), .long], help: "Print the names of the files that would change.")
    var list = false

    @Flag(name: [.customShort("d"), .long], help: "Print what would change, as a unified diff.")
    var diff = false

    @Flag(help: "Exit with status 2 if a file would change.")
    var fail = false

    @Option(
        name: .customLong("check-result"),
        help: ArgumentHelp("Refuse a result that cannot be read, or written over its source, that means something else.", valueName: "bool")
    )
    var checksResult = true

    @Flag(name: .customLong("drop-v0-imports"), help: "Drop imports of rego.v1 and future.keywords where v1 makes them needless.")
    var dropV0Imports = false

    @Flag(name: [.customLong("v0-v1"), .customLong("rego-v1")], help: "Format for both v0 and v1.")
    var v0AndV1 = false

    @Flag(name: .customLong("v0-compatible"), help: "Read and write Rego v0.")
    var v0Compatible = false

    @Flag(name: .customLong("v1-compatible"), help: "Read Rego v1 (the default, but for --v0-v1).")
    var v1Compatible = false

    @Argument(help: "Files and folders.")
    var paths: [String] = []

    private var layout: Formatter.Options {
        let source: RegoVersion? = v0Compatible ? .v0 : v1Compatible ? .v1 : nil
        return Formatter.Options(
            target: v0AndV1 ? .v0CompatV1 : v0Compatible ? .v0 : .v1, source: source, dropsOldImports: dropV0Imports)
    }

    func run() throws {
        var session = FormatSession(layout: layout)
        session.result = list ? .names : diff ? .changes : write ? .files : .text
        session.failsOnChange = fail
        session.checksResult = checksResult
        let status = session.run(paths)
        if status != 0 { throw ExitCode(status) }
    }
}
