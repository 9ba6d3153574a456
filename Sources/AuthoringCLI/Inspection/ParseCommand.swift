import ArgumentParser
import Rego
import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax

/// `ward parse`: prints a module's syntax tree.
struct ParseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parse",
        abstract: "Prints the syntax tree of a Rego file.",
        discussion: """
            Examples:
              ward parse policy.rego
              ward parse -f json --json-include locations,-comments policy.rego

            Exit status: 0 if the file was parsed; 1 if it cannot be read or is not Rego: then the errors are on standard error, as JSON.
            """)

    @Option(name: [.customShort("f", allowingJoined: true), .long], help: "How to print the tree.")
    var format = InspectionFormat.pretty

    @Option(
        name: .customLong("json-include"),
        help: ArgumentHelp("Parts to include, or with '-' to leave out: locations, comments. Comments are included by default."))
    var include = ""

    @OptionGroup var version: VersionOptions

    @Argument(help: "The file.")
    var path: String

    func run() throws {
        var includesLocations = false
        var includesComments = true
        for option in include.split(separator: ",") {
            let isIncluded = !option.hasPrefix("-")
            if option.hasSuffix("locations") { includesLocations = isIncluded }
            if option.hasSuffix("comments") { includesComments = isIncluded }
        }
        let name = path.hasPrefix("file://") ? String(path.dropFirst(7)) : path
        let bytes: [UInt8]
        do {
            bytes = try Loader.read(name)
        } catch {
            throw fail(error)
        }
        let file = SourceFile(name: name, bytes: bytes)
        var sources = SourceMap()
        let (module, annotations, found) = ModuleReader.read(file, id: sources.add(file), version: version.language)
        guard let module, found.isEmpty else { throw fail(CompilationFailure(found, sources: sources)) }
        let text = LargeStack.run(if: module.isDeep) { () -> String in
            switch format {
            case .json:
                let tree = SyntaxTree(locationsIn: includesLocations ? file : nil, name: file.name)
                return tree.json(module, annotations: annotations, includesComments: includesComments).text() + "\n"
            case .pretty:
                return SyntaxOutline.text(of: module, annotations: annotations.count, includesComments: includesComments)
            }
        }
        guard let text else {
            throw fail(CompilationFailure([Diagnostic(.compile, LargeStack.failure, at: .none)], sources: sources))
        }
        Console.print(text)
    }

    private func fail(_ error: any Error) -> ExitCode {
        AuthorError(error).printDocument()
        return Exit.unwanted
    }
}
