import ArgumentParser
import AuthoringCLI
import Glibc
import Imaging

/// The program's entry.
public enum WardMain {
    /// Runs the command that the arguments name, and ends the process if it fails.
    public static func run() {
        let arguments = CommandLine.arguments.dropFirst()
        // The server starts this once for each model; what it passes is its own affair, not a person's.
        if arguments.first == "model-check" {
            let status = ModelCheck.run(arguments: Array(arguments.dropFirst()))
            if status != 0 { Glibc.exit(status) }
            return
        }
        AuthoringCommands.main(WardCommand.self)
    }
}
