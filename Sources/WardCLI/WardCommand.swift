import ArgumentParser

/// `ward`: the policy engine, the server and the decision log on the command line.
struct WardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ward",
        abstract: "Decides by policy who may do what, and keeps a record of every decision.",
        discussion: """
            Evaluate a policy:      ward eval -d policies -i input.json data.medical.allow
            Serve decisions:        ward serve --config ward.yaml
            Read the decision log:  ward log list --database decisions.db
            """,
        version: WardVersion.current,
        subcommands: [EvalCommand.self, ServeCommand.self, LogCommand.self, ModelCheckCommand.self, VersionCommand.self])
}

/// Ward's version.
public enum WardVersion {
    /// The version, by semantic versioning.
    public static let current = "0.1.0"
}

/// `ward version`: what this binary is.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints Ward's version and the Rego it speaks.")

    func run() {
        print("Version: \(WardVersion.current)")
        print("Rego Version: v1")
    }
}

/// Ends a command after its error has been printed.
struct Exit {
    /// The command's answer is what a flag such as `--fail` makes a failure of.
    static let unwanted = ExitCode(1)
    /// The command could not be carried out.
    static let failed = ExitCode(2)
}
