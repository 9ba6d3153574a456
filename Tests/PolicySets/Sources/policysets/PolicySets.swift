import Glibc
import Rego

/// Compiles policy sets, runs their tests and counts the verdicts.
@main
struct PolicySets {
    private var options = Policy.Options(preparesTests: true)
    private var ignored: [String] = []
    private var paths: [String] = []
    private var isVerbose = false

    static func main() {
        do {
            var program = PolicySets()
            try program.read(CommandLine.arguments.dropFirst())
            exit(try program.run() ? 0 : 1)
        } catch {
            print(error)
            exit(2)
        }
    }

    private mutating func read(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "--v0": options.version = .v0
            case "--verbose": isVerbose = true
            case "--ignore": ignored.append(rest.popFirst() ?? "")
            case "--own": options.builtins += try ForeignBuiltins.named(rest.popFirst() ?? "")
            default: paths.append(argument)
            }
        }
    }

    /// Whether every test passed.
    private func run() throws -> Bool {
        let clock = ContinuousClock()
        var policy: Policy?
        let compilation = try clock.measure {
            var loader = Loader(ignoring: ignored)
            try loader.load(paths)
            policy = try loader.compile(options: options)
        }
        guard let policy else { return false }
        var results: [TestResult] = []
        let running = try clock.measure { results = try TestRunner(policy: policy, options: .init(timeout: .seconds(60))).run() }
        for result in results where isVerbose || !(result.isPass || result.isSkipped) { print(Self.line(of: result)) }
        let passed = results.count(where: \.isPass)
        let skipped = results.count(where: \.isSkipped)
        print(
            """
            \(results.count) tests: \(passed) passed, \(results.count(where: \.isFailure)) failed, \
            \(results.count { $0.error != nil }) errors, \(skipped) skipped; loaded and compiled in \(compilation), run in \(running)
            """)
        return passed + skipped == results.count
    }

    private static func line(of result: TestResult) -> String {
        let place = "\(result.test.file):\(result.test.row)"
        return switch result.outcome {
        case .passed: "PASS  \(result.test.fullName)"
        case .failed: "FAIL  \(result.test.fullName) (\(place))"
        case .skipped: "SKIP  \(result.test.fullName)"
        case .error(let error): "ERROR \(result.test.fullName) (\(place)): \(error)"
        }
    }
}
