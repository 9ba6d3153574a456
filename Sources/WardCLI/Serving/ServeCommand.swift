import ArgumentParser
import AuthoringCLI
import Glibc
import Logging
import PolicyServer
import Rego

/// `ward serve`: answers decisions, admission reviews and inference requests until it is told to stop.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves decisions, admission reviews and guarded inference over HTTP.",
        discussion: """
            Examples:
              ward serve --config ward.yaml
              ward serve --set 'policy.paths=[policies/medical]' --set log.path=/var/lib/ward/decisions.db

            Each address is printed on standard output when all of them accept connections: `listening http://127.0.0.1:8181`.
            Messages go to standard error. SIGTERM and SIGINT end it: requests under way finish, the log is flushed. SIGHUP reads
            policies and certificates again.
            """)

    @Option(name: [.customShort("c"), .long], help: ArgumentHelp("The configuration file (YAML).", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Lay a value over the configuration: a dotted key, and YAML; repeatable.", valueName: "key=value"))
    var overrides: [OverrideArgument] = []

    @Option(help: "Which messages to write: trace, debug, info, notice, warning, error, critical.", transform: Self.level)
    var logLevel = Logger.Level.info

    private static func level(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else { throw ValidationError("not a level: \(text)") }
        return level
    }

    func run() throws {
        let configuration: ServerConfiguration
        do {
            configuration = try ServerConfiguration.load(file: config, overrides: overrides.map(\.override))
        } catch {
            Console.printError("\(error)")
            throw Exit.failed
        }
        var logger = Logger(label: "ward") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        // A client that goes away while it is answered is its own affair.
        signal(SIGPIPE, SIG_IGN)
        do {
            try runBlocking { [logger] in
                let application = try await ServerApplication(configuration, version: WardVersion.current, logger: logger)
                try await application.run { addresses in
                    Console.print(addresses.map { "listening \($0)\n" }.joined())
                    ProcessMemory.releaseCode()
                }
            }
        } catch let error as StartError {
            Console.printError(error.description)
            throw Exit.failed
        }
    }
}

/// `key=value` of `--set`.
struct OverrideArgument: ExpressibleByArgument {
    let override: ConfigurationOverride

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        override = ConfigurationOverride(
            key: String(argument[..<equals]), value: String(argument[argument.index(after: equals)...]), origin: "--set")
    }
}
