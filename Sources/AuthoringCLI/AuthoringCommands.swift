package import ArgumentParser
import Glibc
import Synchronization

/// The commands of people who write policies; they need the language alone, no server.
package enum AuthoringCommands {
    /// All of them, in the order that `ward --help` lists them in.
    package static let all: [any ParsableCommand.Type] = [
        EvalCommand.self, TestCommand.self, CheckCommand.self, FmtCommand.self, ParseCommand.self, InspectCommand.self,
        DepsCommand.self, CapabilitiesCommand.self, BenchCommand.self, ReplCommand.self, CompletionCommand.self, VersionCommand.self,
    ]

    /// Runs commands whose usual arguments are read without ArgumentParser, which costs time at the start; `nil` for any others.
    ///
    /// - Parameter arguments: the program's arguments without its name
    /// - Returns: the exit status.
    private static func runQuickly(_ arguments: ArraySlice<String>) -> Int32? {
        guard arguments.first == "eval" else { return nil }
        return EvalOptions(quick: arguments.dropFirst())?.run()
    }

    /// Runs the command that the program's arguments name, and ends the process if it fails: with status 1 if the arguments do not fit.
    ///
    /// - Parameter root: the command that has all others below it.
    package static func main(_ root: any ParsableCommand.Type) {
        let arguments: [String]
        do {
            arguments = try ProgramArguments.resolve(CommandLine.arguments.dropFirst(), of: root)
        } catch {
            Console.printError("Error: \(error)")
            Glibc.exit(1)
        }
        if let status = runQuickly(arguments[...]) {
            if status != 0 { Glibc.exit(status) }
            return
        }
        CompletionCommand.root.withLock { $0 = root }
        do {
            var command = try root.parseAsRoot(arguments)
            try command.run()
        } catch {
            guard root.exitCode(for: error) == .validationFailure else { root.exit(withError: error) }
            Console.printError(root.fullMessage(for: error))
            Glibc.exit(1)
        }
    }
}

/// `ward` without the commands that need the server's libraries, as `WARD_CORE=1` builds it.
public enum AuthoringMain {
    /// Runs the command that the arguments name, and ends the process if it fails.
    public static func run() {
        AuthoringCommands.main(AuthoringCommand.self)
    }
}

private struct AuthoringCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ward", abstract: "Evaluates, tests and checks policies.", version: WardVersion.current,
        subcommands: AuthoringCommands.all)
}

/// Ward's version.
public enum WardVersion {
    /// The version, by semantic versioning.
    public static let current = "0.1.0"
}
