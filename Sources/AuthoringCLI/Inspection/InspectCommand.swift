import ArgumentParser
import Rego
import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax

/// `ward inspect`: summarizes a bundle, a folder or a single Rego file.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Summarizes a bundle: its manifest, packages, data and annotations.",
        discussion: """
            Examples:
              ward inspect bundle.tar.gz
              ward inspect -a -f json policies

            Exit status: 0, or 1 on any error.
            """)

    @Option(name: [.customShort("f", allowingJoined: true), .long], help: "How to print the summary.")
    var format = InspectionFormat.pretty

    @Flag(name: [.customShort("a"), .customLong("annotations")], help: "List annotations.")
    var annotations = false

    @OptionGroup var version: VersionOptions

    @Argument(help: "A bundle, the folder of one, or a Rego file.")
    var path: String

    func run() throws {
        do {
            let inspection = try BundleInspection(path: path, version: version.language, listsAnnotations: annotations)
            switch format {
            case .json: Console.print(inspection.document().text() + "\n")
            case .pretty: Console.print(inspection.summary())
            }
        } catch {
            AuthorError(error).printText()
            throw Exit.unwanted
        }
    }
}
