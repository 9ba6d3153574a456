import ArgumentParser
import AuthoringCLI

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
        subcommands: AuthoringCommands.all + [ServeCommand.self, LogCommand.self, ModelCheckCommand.self])
}
