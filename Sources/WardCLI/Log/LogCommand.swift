import ArgumentParser
import AuthoringCLI
import DecisionLog

/// `ward log`: reads the decision log, also while a server is writing it.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Lists, shows, counts, verifies and exports the decisions on record.",
        subcommands: [LogListCommand.self, LogShowCommand.self, LogCountCommand.self, LogVerifyCommand.self, LogExportCommand.self])
}

/// Where the log lies.
struct LogLocation: ParsableArguments {
    @Option(name: [.customShort("l"), .customLong("database")], help: ArgumentHelp("The decision log's SQLite file.", valueName: "file"))
    var database: String

    func open() throws -> DecisionReader {
        do {
            return try DecisionReader(path: database)
        } catch {
            throw LogFailure(error)
        }
    }
}

/// An error of the log on its way to standard error.
struct LogFailure: Error, CustomStringConvertible {
    let description: String
    init(_ error: DecisionLogError) { description = error.description }
}

/// Which decisions a command is about.
struct LogFilter: ParsableArguments {
    @Option(help: ArgumentHelp("Only from this time on (RFC 3339, or a duration back from now: 15m, 2h).", valueName: "time"))
    var since: LogTime?

    @Option(help: ArgumentHelp("Only before this time.", valueName: "time"))
    var until: LogTime?

    @Option(help: ArgumentHelp("Only with this status: allowed, denied, undefined, error; repeatable.", valueName: "status"))
    var status: [DecisionStatus] = []

    @Option(help: ArgumentHelp("Only of this kind: data, admission, infer; repeatable.", valueName: "kind"))
    var kind: [DecisionKind] = []

    @Option(help: ArgumentHelp("Only paths that begin so, such as medical/allow.", valueName: "prefix"))
    var path: String?

    @Option(help: ArgumentHelp("Only ids that begin so.", valueName: "prefix"))
    var id: String?

    @Option(help: ArgumentHelp("Only of this verified subject.", valueName: "subject"))
    var subject: String?

    @Option(help: ArgumentHelp("Only of this verified role.", valueName: "role"))
    var role: String?

    @Option(help: ArgumentHelp("Only of this model.", valueName: "name"))
    var model: String?

    @Option(help: ArgumentHelp("Only of this policy revision.", valueName: "revision"))
    var revision: String?

    @Option(help: ArgumentHelp("Only where this text occurs in input, result, reasons, error or path.", valueName: "text"))
    var text: String?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp("Only where a value in the documents is this: input/user/role=doctor; repeatable.", valueName: "pointer=value"))
    var conditions: [LogCondition] = []

    func query() -> DecisionQuery {
        var query = DecisionQuery()
        query.since = since?.nanoseconds
        query.until = until?.nanoseconds
        query.statuses = status
        query.kinds = kind
        query.pathPrefix = path
        query.idPrefix = id
        query.subject = subject
        query.role = role
        query.model = model
        query.revision = revision
        query.text = text
        query.json = conditions.map(\.condition)
        return query
    }
}

extension DecisionStatus: ExpressibleByArgument {}
extension DecisionKind: ExpressibleByArgument {}
extension DecisionColumn: ExpressibleByArgument {}
extension DecisionQuery.Order: ExpressibleByArgument {}

/// A point in time: RFC 3339, or a duration back from now.
struct LogTime: ExpressibleByArgument {
    let nanoseconds: Int64

    init?(argument: String) {
        if let time = DecisionTime.parse(argument) {
            nanoseconds = time
        } else if let back = DurationArgument(argument: argument) {
            let (seconds, attoseconds) = back.duration.components
            nanoseconds = DecisionTime.now() - seconds * 1_000_000_000 - attoseconds / 1_000_000_000
        } else {
            return nil
        }
    }
}

/// `input/user/role=doctor`: a JSON pointer below a document, and a JSON scalar; what is no JSON is a string.
struct LogCondition: ExpressibleByArgument {
    let condition: DecisionQuery.JSONCondition

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        let target = argument[..<equals].drop { $0 == "/" }
        let slash = target.firstIndex(of: "/") ?? target.endIndex
        guard let root = MaskRoot(rawValue: String(target[..<slash])) else { return nil }
        condition = DecisionQuery.JSONCondition(
            document: root, pointer: String(target[slash...]), value: Self.scalar(String(argument[argument.index(after: equals)...])))
    }

    private static func scalar(_ text: String) -> DecisionQuery.JSONCondition.Scalar {
        switch text {
        case "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default:
            if let integer = Int64(text) { return .integer(integer) }
            if let number = Double(text), number.isFinite, text.first != "+" { return .number(number) }
            if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { return .string(String(text.dropFirst().dropLast())) }
            return .string(text)
        }
    }
}
