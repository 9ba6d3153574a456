import ArgumentParser
import Synchronization

/// `ward completion`: the script that makes a shell complete Ward's commands.
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Prints the completion script of a shell.",
        discussion: """
            Examples:
              source <(ward completion bash)
              ward completion zsh > "${fpath[1]}/_ward"
              ward completion fish > ~/.config/fish/completions/ward.fish
            """)

    /// The shells that scripts are made for.
    enum Shell: String, CaseIterable, ExpressibleByArgument { case bash, zsh, fish }

    @Argument(help: "The shell.")
    var shell: Shell

    func run() throws {
        guard let root = Self.root.withLock({ $0 }) else { return }
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Console.print(root.completionScript(for: kind) + "\n")
    }

    /// The command that all others are below; each program has its own.
    static let root = Mutex<(any ParsableCommand.Type)?>(nil)
}
