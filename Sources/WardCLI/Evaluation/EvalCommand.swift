import ArgumentParser
import Glibc
import Rego
import RegoRuntime
import RegoSyntax

/// `ward eval`: evaluates a query, with OPA's flags and formats.
struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Evaluates a Rego query.",
        discussion: """
            Examples:
              ward eval 'x := 1 + 1'
              ward eval -d policies -i input.json data.medical.allow
              cat input.json | ward eval -I -d policies -f raw data.medical.allow

            Exit status: 0 if the query was evaluated; 1 with --fail if it is undefined, with --fail-defined if it is defined;
            2 on any error.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case json, values, bindings, pretty, raw, discard
    }

    @Option(
        name: [.customShort("d"), .long],
        help: ArgumentHelp("Load Rego, JSON and YAML from a file or folder; repeatable.", valueName: "path"))
    var data: [String] = []

    @Option(name: [.customShort("i"), .long], help: ArgumentHelp("Read the input document from a file.", valueName: "file"))
    var input: String?

    @Flag(name: [.customShort("I"), .customLong("stdin-input")], help: "Read the input document from standard input.")
    var stdinInput = false

    @Flag(name: .customLong("stdin"), help: "Read the query from standard input.")
    var stdin = false

    @Option(name: [.customShort("f"), .long], help: "How to print the answer.")
    var format = Format.json

    @Flag(name: .customLong("fail"), help: "Exit with status 1 if the query is undefined.")
    var fail = false

    @Flag(name: .customLong("fail-defined"), help: "Exit with status 1 if the query is defined.")
    var failDefined = false

    @Option(name: [.customShort("p"), .long], help: "The package that the query is asked in.")
    var package: String?

    @Option(name: .customLong("import"), help: "A path that the query may name by its last segment; repeatable.")
    var imports: [String] = []

    @Flag(name: .customLong("v0-compatible"), help: "Read modules as Rego v0.")
    var v0Compatible = false

    @Flag(name: .customLong("v1-compatible"), help: "Read modules as Rego v1 (the default).")
    var v1Compatible = false

    @Flag(name: [.customShort("S"), .customLong("strict")], help: "Compile in strict mode.")
    var strict = false

    @Flag(name: .customLong("strict-builtin-errors"), help: "Let a builtin's error end the evaluation.")
    var strictBuiltinErrors = false

    @Option(help: ArgumentHelp("Stop after a time: 500ms, 2s, 1m.", valueName: "duration"))
    var timeout: DurationArgument?

    @Argument(help: "The query.")
    var query: String?

    func validate() throws {
        if stdin, stdinInput { throw ValidationError("--stdin and --stdin-input both want standard input: name the input's file with -i") }
        if input != nil, stdinInput { throw ValidationError("give the input with either -i or -I") }
        if stdin ? query != nil : query == nil { throw ValidationError("specify the query as one argument, or --stdin") }
        if fail, failDefined { throw ValidationError("specify --fail or --fail-defined but not both") }
        if v0Compatible, v1Compatible { throw ValidationError("specify --v0-compatible or --v1-compatible but not both") }
    }

    func run() throws {
        let report = evaluate()
        EvalPrinter(format: format).print(report)
        switch report {
        case .failure: throw Exit.failed
        case .answer(let answer):
            if fail, answer.solutions.isEmpty { throw Exit.unwanted }
            if failDefined, !answer.solutions.isEmpty { throw Exit.unwanted }
        }
    }

    private func evaluate() -> EvalReport {
        do {
            return .answer(try ask(try prepare(), try readInput()))
        } catch let failure as CompilationFailure {
            return .failure(EvalError.list(failure))
        } catch let error as EvaluationError {
            return .failure([EvalError(error)])
        } catch {
            return .failure([EvalError(message: "\(error)")])
        }
    }

    private func prepare() throws -> PreparedQuery {
        var loader = Loader()
        for path in data { try loader.load(path) }
        let policy = try loader.compile(
            options: Policy.Options(version: v0Compatible ? .v0 : .v1, isStrict: strict, keepsPrintCalls: true))
        let text = try query ?? String(decoding: Loader.readAll(STDIN_FILENO, name: "standard input"), as: UTF8.self)
        return try policy.prepare(query: text, imports: imports, package: package)
    }

    /// Asks the query about an input that is JSON, or else YAML.
    private func ask(_ query: PreparedQuery, _ bytes: [UInt8]?) throws -> Answer {
        let limits = EvaluationLimits(time: timeout?.duration, strictBuiltinErrors: strictBuiltinErrors)
        guard let bytes else { return try query.evaluate(limits: limits, print: Console.printError) }
        do throws(EvaluationError) {
            return try query.evaluate(.json(bytes), limits: limits, print: Console.printError)
        } catch {
            guard error.code == .input else { throw error }
            let name = input ?? "standard input"
            // Text that begins as JSON does is meant to be JSON: YAML's message would only mislead.
            let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
            if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "\"") {
                throw InputFailure(description: "unable to parse input: \(name): \(error.message)")
            }
            return try query.evaluate(.value(try Loader.parseYAML(bytes, path: name)), limits: limits, print: Console.printError)
        }
    }

    private func readInput() throws -> [UInt8]? {
        if stdinInput { return try Loader.readAll(STDIN_FILENO, name: "standard input") }
        return try input.map { try Loader.read($0.hasPrefix("file://") ? String($0.dropFirst(7)) : $0) }
    }

    private struct InputFailure: Error, CustomStringConvertible {
        let description: String
    }
}

/// A duration as Go writes it: `1h2m`, `500ms`, `1.5s`.
struct DurationArgument: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        var total = 0.0
        var rest = Substring(argument)
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let value = Double(String(digits)), value.isFinite else { return nil }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            switch unit {
            case "h": total += value * 3600
            case "m": total += value * 60
            case "s": total += value
            case "ms": total += value / 1e3
            case "us", "µs": total += value / 1e6
            case "ns": total += value / 1e9
            case "" where value == 0: break
            default: return nil
            }
        }
        guard total < 1e9 else { return nil }
        duration = .nanoseconds(Int64(total * 1e9))
    }
}
