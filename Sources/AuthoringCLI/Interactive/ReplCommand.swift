import PolicyBundle
import ArgumentParser
import Glibc
import Rego

/// `ward repl`: asks queries and defines rules at a prompt.
struct ReplCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repl",
        abstract: "Starts an interactive shell for queries and rules.",
        discussion: """
            Reads the files and folders, then takes queries, rules and commands; 'help' lists the commands. A statement that needs more
            lines goes on until an empty one. Where standard input is no terminal, lines are read from it as they are.

            Examples:
              ward repl policies
              ward repl policies repl.input:input.json
              echo 'data.authz.allow' | ward repl policies
            """,
        aliases: ["run"])

    @OptionGroup var source: SourceOptions

    @Flag(name: [.customShort("b"), .long], help: "Read the paths as bundles.")
    var bundle = false

    @Option(
        name: [.customShort("i", allowingJoined: true), .long],
        help: ArgumentHelp("Read the input document from a file.", valueName: "file"))
    var input: String?

    @Option(name: [.customShort("f", allowingJoined: true), .long], help: "How to print answers.")
    var format = ReplSession.Format.pretty

    @Option(
        name: [.customShort("H", allowingJoined: true), .long],
        help: ArgumentHelp("Keep the lines entered in this file (default ~/.ward_history); '' for none.", valueName: "file"))
    var history: String?

    @Option(
        name: [.customShort("m", allowingJoined: true), .customLong("max-errors")],
        help: ArgumentHelp("Stop compiling after this many errors; 0 or less for no limit.", valueName: "number"))
    var maxErrors = 10

    @Flag(help: ArgumentHelp("Not here: 'ward serve' is the server.", visibility: .hidden))
    var server = false

    @Argument(help: "Files and folders.")
    var paths: [String] = []

    func validate() throws {
        if server { throw ValidationError("the server is a command of its own: ward serve") }
    }

    func run() throws {
        let session: ReplSession
        do {
            session = try makeSession()
        } catch {
            AuthorError(error).printText()
            throw Exit.unwanted
        }
        if Terminal.isInteractive(STDIN_FILENO), Terminal.isInteractive(STDOUT_FILENO) {
            let path = history.map { $0.isEmpty ? nil : $0 } ?? History.usualPath
            var prompt = Prompt(session: session, history: History(path: path))
            prompt.run()
        } else {
            while let line = readLine() { if !session.enter(line) { return } }
            session.finish()
        }
    }

    private func makeSession() throws -> ReplSession {
        let settings = source.settings
        var options = try settings.policyOptions(keepsPrintCalls: true)
        options.errorLimit = max(maxErrors, 0)
        var loader = settings.loader
        if bundle { for path in paths { try loader.load(bundle: path) } }
        try loader.load((bundle ? [] : paths) + (input.map { ["repl.input:" + $0] } ?? []))
        let session = ReplSession(
            modules: loader.modules, data: loader.baseData, options: options, format: format, print: { Console.print($0) },
            printError: { Console.printError($0) })
        _ = try session.policy()
        return session
    }
}

extension ReplSession.Format: ExpressibleByArgument {}

/// The shell at a terminal.
private struct Prompt {
    let session: ReplSession
    var history: History

    init(session: ReplSession, history: History) {
        self.session = session
        self.history = history
    }

    mutating func run() {
        Console.print("Ward \(WardVersion.current)\n\nRun 'help' to see a list of commands.\n\n")
        let session = session
        var editor = LineEditor(input: STDIN_FILENO, output: STDOUT_FILENO) { session.completions(of: $0) }
        while true {
            switch editor.read(prompt: session.isContinuing ? "| " : "> ", history: history.lines) {
            case .line(let line):
                history.add(line)
                if !session.enter(line) { return }
            case .aborted: session.abort()
            case .end: if confirmsExit(&editor) { return }
            }
        }
    }

    private func confirmsExit(_ editor: inout LineEditor) -> Bool {
        while true {
            switch editor.read(prompt: "Do you want to exit ([y]/n)? ", history: []) {
            case .end: return true
            case .aborted: return false
            case .line(let answer):
                switch answer.lowercased() {
                case "", "y", "yes": return true
                case "n", "no": return false
                default: continue
                }
            }
        }
    }
}
