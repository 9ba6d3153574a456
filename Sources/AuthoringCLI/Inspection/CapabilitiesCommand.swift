import ArgumentParser
import Rego
import RegoCompiler
@_spi(Engine) import RegoRuntime

/// `ward capabilities`: prints what policies may use.
struct CapabilitiesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capabilities",
        abstract: "Prints the builtins and features that policies may use.",
        discussion: """
            Without flags: the OPA versions whose capabilities --capabilities can name.

            Examples:
              ward capabilities --current
              ward capabilities --version v1.9.0 > capabilities.json

            Exit status: 0, or 1 on any error.
            """)

    @Flag(help: "Print what this version of Ward can do.")
    var current = false

    @Option(help: "Print what an OPA version could do.")
    var version: String?

    @Option(help: ArgumentHelp("Print what a capabilities file lists.", valueName: "path"))
    var file: String?

    @Flag(name: .customLong("v0-compatible"), help: "Print --current for modules in Rego v0.")
    var v0Compatible = false

    func run() throws {
        do {
            let capabilities: Capabilities
            if let version {
                guard let known = Capabilities(version: version) else {
                    throw Loader.Failure("no capabilities version found \(version)")
                }
                capabilities = known
            } else if let file {
                capabilities = try Capabilities(json: try Loader.read(file), name: file)
            } else if current {
                capabilities = v0Compatible ? .currentV0 : .current
            } else {
                return Console.print(Capabilities.versions.joined(separator: "\n") + "\n")
            }
            Console.print(capabilities.document.text() + "\n")
        } catch {
            AuthorError(error).printText()
            throw Exit.unwanted
        }
    }
}
