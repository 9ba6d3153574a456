import ArgumentParser
import Imaging

/// `ward model-check`: compiles a model and reproduces its golden image, in a process of its own so that a crash harms nobody.
///
/// The server runs it for each model before it loads one itself.
struct ModelCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model-check", abstract: "Checks a model's folder: hashes, compilation, golden image.")

    @Argument(parsing: .captureForPassthrough, help: "The model's folder, and options.")
    var arguments: [String] = []

    func run() throws {
        let status = ModelCheck.run(arguments: arguments)
        if status != 0 { throw ExitCode(status) }
    }
}
