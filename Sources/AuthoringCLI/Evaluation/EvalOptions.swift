import Glibc
import Rego
import RegoRuntime
import RegoSyntax

/// How `ward eval` prints its answer.
enum EvalFormat: String, CaseIterable {
    case json, values, bindings, pretty, raw, discard
}

/// What `ward eval` is asked to do, and the doing of it.
struct EvalOptions {
    var data: [String] = []
    var input: String?
    /// The input document is on standard input.
    var readsInput = false
    /// The query is on standard input.
    var readsQuery = false
    var format = EvalFormat.json
    var fail = false
    var failDefined = false
    var package: String?
    var imports: [String] = []
    var source = SourceSettings()
    var bundles: [String] = []
    var strictBuiltinErrors = false
    var timeout: Duration?
    var query: String?

    /// What is wrong with the combination of options; `nil` if nothing is.
    var problem: String? {
        if readsQuery, readsInput { return "--stdin and --stdin-input both want standard input: name the input's file with -i" }
        if input != nil, readsInput { return "give the input with either -i or -I" }
        if readsQuery ? query != nil : query == nil { return "specify the query as one argument, or --stdin" }
        if fail, failDefined { return "specify --fail or --fail-defined but not both" }
        return nil
    }

    /// Reads the arguments that nearly all calls consist of; `nil` for any others, which are ArgumentParser's.
    ///
    /// ArgumentParser finds its way by reflection, which takes about two milliseconds in a program of this size: half of what a first
    /// decision takes in all (measured with `perf`, 100 starts).
    init?(quick arguments: ArraySlice<String>) {
        self.init()
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "-d", "--data":
                guard let value = rest.popFirst(), !value.hasPrefix("-") else { return nil }
                data.append(value)
            case "-i", "--input":
                guard input == nil, let value = rest.popFirst(), !value.hasPrefix("-") else { return nil }
                input = value
            case "-f", "--format":
                guard let value = rest.popFirst(), let format = EvalFormat(rawValue: value) else { return nil }
                self.format = format
            case "-I", "--stdin-input": readsInput = true
            case "--fail": fail = true
            case "--fail-defined": failDefined = true
            case "--v0-compatible": source.isV0 = true
            case "--strict-builtin-errors": strictBuiltinErrors = true
            default:
                guard query == nil, !argument.hasPrefix("-") else { return nil }
                query = argument
            }
        }
        if problem != nil { return nil }
    }

    init() {}

    /// Evaluates, prints, and returns the exit status.
    func run() -> Int32 {
        let report = evaluate()
        EvalPrinter(format: format).print(report)
        switch report {
        case .failure: return 2
        case .answer(let answer): return fail && answer.solutions.isEmpty || failDefined && !answer.solutions.isEmpty ? 1 : 0
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
        let loader = try source.loader(reading: data, bundles: bundles)
        let policy = try loader.compile(options: try source.policyOptions())
        let text = try query ?? String(decoding: Loader.readAll(STDIN_FILENO, name: "standard input"), as: UTF8.self)
        return try policy.prepare(query: text, imports: imports, package: package)
    }

    /// Asks the query about an input that is JSON, or else YAML.
    private func ask(_ query: PreparedQuery, _ bytes: [UInt8]?) throws -> Answer {
        let limits = EvaluationLimits(time: timeout, strictBuiltinErrors: strictBuiltinErrors)
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
        if readsInput { return try Loader.readAll(STDIN_FILENO, name: "standard input") }
        return try input.map { try Loader.read($0.hasPrefix("file://") ? String($0.dropFirst(7)) : $0) }
    }

    private struct InputFailure: Error, CustomStringConvertible {
        let description: String
    }
}
