import ArgumentParser

/// The flags of commands that ask a query: of what, about which input, and from where.
struct QueryOptions: ParsableArguments {
    @Option(
        name: [.customShort("d", allowingJoined: true), .long],
        help: ArgumentHelp("Load Rego, JSON and YAML from a file or folder; repeatable.", valueName: "path"))
    var data: [String] = []

    @Option(
        name: [.customShort("i", allowingJoined: true), .long],
        help: ArgumentHelp("Read the input document from a file.", valueName: "file"))
    var input: String?

    @Flag(name: [.customShort("I"), .customLong("stdin-input")], help: "Read the input document from standard input.")
    var stdinInput = false

    @Flag(help: "Read the query from standard input.")
    var stdin = false

    @Option(help: "The package that the query is asked in.")
    var package: String?

    @Option(name: .customLong("import"), help: "A path that the query may name by its last segment; repeatable.")
    var imports: [String] = []

    /// What is wrong with where the query and the input are to come from; `nil` if nothing is.
    func problem(query: String?) -> String? {
        Self.problem(query: query, isOnInput: stdin, input: input, inputIsOnInput: stdinInput)
    }

    static func problem(query: String?, isOnInput: Bool, input: String?, inputIsOnInput: Bool) -> String? {
        if isOnInput, inputIsOnInput { return "--stdin and --stdin-input both want standard input: name the input's file with -i" }
        if input != nil, inputIsOnInput { return "give the input with either -i or -I" }
        if isOnInput ? query != nil : query == nil { return "specify the query as one argument, or --stdin" }
        return nil
    }
}
