/// The commands of the interactive shell, in the order that `help` lists them in.
enum ShellCommand: String, CaseIterable {
    case show, unset
    case unsetPackage = "unset-package"
    case json, pretty
    case prettyLimit = "pretty-limit"
    case trace, notes, fails, metrics, instrument, profile, types, unknown
    case strictBuiltinErrors = "strict-builtin-errors"
    case dump, help, target, exit

    /// Reads a line whose first word is a command.
    static func read(_ line: String) -> (command: ShellCommand, arguments: [String])? {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let first = words.first, let command = ShellCommand(rawValue: first.lowercased()) else { return nil }
        return (command, Array(words.dropFirst()))
    }

    /// How the commands are called, and what for.
    static let synopses: [(syntax: String, text: String)] = [
        ("<statement>", "evaluate a query, or define a rule"),
        ("package <path>", "change the active package"),
        ("import <path>", "add an import to the active package"),
        ("show", "show the active package's definitions"),
        ("show debug", "show the shell's settings"),
        ("unset <name>", "remove a rule from the active package"),
        ("unset-package <path>", "remove a package that was defined here"),
        ("json", "print answers as JSON"),
        ("pretty", "print answers for people"),
        ("pretty-limit <n>", "shorten values to n characters; 0 for never"),
        ("trace [mode]", "show how answers come about: full, notes, fails, debug or off"),
        ("notes", "the same as 'trace notes'"),
        ("fails", "the same as 'trace fails'"),
        ("metrics", "show how long the steps take"),
        ("instrument", "the same in more detail"),
        ("profile", "show where the time goes"),
        ("types", "show the types of what queries name"),
        ("strict-builtin-errors", "let a builtin's error end an evaluation"),
        ("dump [file]", "print the base documents, or write them to a file"),
        ("help [topic]", "show this text"),
        ("exit", "leave (or ctrl+d)"),
        ("ctrl+l", "clear the screen"),
        ("ctrl+r", "search the lines entered before"),
        ("tab", "complete a name; twice to list all that fit"),
    ]

    /// The text of `help`.
    static var helpText: String {
        let examples = [
            ("data", "show all documents"), ("data[x]", "show the top level, by name"),
            ("allow if input.user == \"alice\"", "define a rule"), ("input := {\"user\": \"alice\"}", "set the input document"),
        ]
        let width = examples.map(\.0.utf8.count).max() ?? 0
        var text = "\nExamples\n========\n\n"
        for (example, comment) in examples {
            text += "> \(example)\(String(repeating: " ", count: width - example.utf8.count)) # \(comment)\n"
        }
        text += "\nCommands\n========\n\n" + table(synopses)
        return text + "\nAdditional Topics\n=================\n\n" + table([("help input", "how to set the input document")]) + "\n"
    }

    private static func table(_ rows: [(syntax: String, text: String)]) -> String {
        let width = synopses.map(\.syntax.utf8.count).max() ?? 0
        return rows.map { String(repeating: " ", count: width - $0.syntax.utf8.count) + "\($0.syntax) : \($0.text)\n" }.joined()
    }

    /// The text of `help input`.
    static let inputHelp = """

        Input
        =====

        Queries see as 'input' what is defined below data.repl.input. Set it whole:

          > package repl
          > input := {"method": "POST", "path": "/some/path"}

        or piece by piece:

          > package repl.input
          > method := "POST"

        or read it from a file when the shell starts:

          $ ward repl repl.input:input.json


        """
}
