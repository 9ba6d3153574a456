import ArgumentParser
import AuthoringCLI
import DecisionLog
import Rego
import RegoRuntime

/// `ward log list`.
struct LogListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists decisions, newest first.",
        discussion: """
            Examples:
              ward log list -l decisions.db --status denied --since 1h
              ward log list -l decisions.db --where input/user/role=doctor --format json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case pretty, json }

    @OptionGroup var location: LogLocation
    @OptionGroup var filter: LogFilter

    @Option(help: "newest or oldest first.")
    var order = DecisionQuery.Order.newestFirst

    @Option(name: [.customShort("n"), .long], help: "At most so many.")
    var limit = 100

    @Option(help: "Skip so many first.")
    var offset = 0

    @Option(name: [.customShort("f"), .long], help: "A table for people, or one JSON object a line.")
    var format = Format.pretty

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1") }
        if offset < 0 { throw ValidationError("--offset must not be negative") }
    }

    func run() throws {
        let reader = try location.open()
        defer { reader.close() }
        var query = filter.query()
        query.order = order
        query.offset = offset
        var remaining = limit
        var table = TextTable(header: ["time", "decision", "kind", "path", "status", "who", "ms", "reason"])
        repeat {
            query.limit = min(remaining, DecisionReader.pageLimit)
            let page: DecisionPage
            do throws(DecisionLogError) { page = try reader.list(query) } catch { throw LogFailure(error) }
            for decision in page.decisions {
                switch format {
                case .json: Console.print(DecisionPrinter.document(decision).json(pretty: false) + "\n")
                case .pretty: table.rows.append(DecisionPrinter.row(decision))
                }
            }
            remaining -= page.decisions.count
            query.offset = 0
            query.cursor = page.next
            if page.next == nil { break }
        } while remaining > 0
        guard format == .pretty else { return }
        Console.print(table.rows.isEmpty ? "no decisions\n" : table.render())
    }
}

/// `ward log show`.
struct LogShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows one decision in full.")

    @OptionGroup var location: LogLocation

    @Argument(help: "The decision's id, or a beginning of it that no other id has.")
    var id: String

    func run() throws {
        let reader = try location.open()
        defer { reader.close() }
        let found: [StoredDecision]
        do throws(DecisionLogError) {
            if let decision = try reader.decision(id: id) {
                found = [decision]
            } else {
                var query = DecisionQuery()
                query.idPrefix = id
                query.limit = 2
                found = try reader.list(query).decisions
            }
        } catch {
            throw LogFailure(error)
        }
        guard let decision = found.first else {
            Console.printError("no decision's id begins with \(id)")
            throw Exit.unwanted
        }
        guard found.count == 1 else {
            Console.printError("more than one decision's id begins with \(id): give more of it")
            throw Exit.failed
        }
        Console.print(DecisionPrinter.document(decision).json(pretty: true) + "\n")
    }
}

/// `ward log count`.
struct LogCountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "count", abstract: "Counts decisions, in all or by a column.")

    @OptionGroup var location: LogLocation
    @OptionGroup var filter: LogFilter

    @Option(help: ArgumentHelp("kind, path, status, subject, role, address, revision or model.", valueName: "column"))
    var by: DecisionColumn?

    func run() throws {
        let reader = try location.open()
        defer { reader.close() }
        do throws(DecisionLogError) {
            guard let by else { return Console.print("\(try reader.count(filter.query()))\n") }
            var table = TextTable(header: [by.rawValue, "count"])
            for count in try reader.counts(filter.query(), by: by) { table.rows.append([count.value ?? "-", String(count.count)]) }
            Console.print(table.render())
        } catch {
            throw LogFailure(error)
        }
    }
}

/// `ward log verify`.
struct LogVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Proves that no decision was changed, removed or put in between.",
        discussion: """
            Each row is tied to all rows before it by SHA-256. That the last rows are not missing shows only against an anchor that was
            noted elsewhere: the line `head` of an earlier run.

            Exit status: 0 if the log is intact, 1 if it is not, 2 if it cannot be read.
            """)

    @OptionGroup var location: LogLocation

    @Option(help: ArgumentHelp("A head noted earlier, which the log must still contain; repeatable.", valueName: "sequence:hash"))
    var anchor: [String] = []

    func run() throws {
        let anchors = try anchor.map { text in
            guard let anchor = ChainAnchor(text) else { throw ValidationError("--anchor: not of the form sequence:hash: \(text)") }
            return anchor
        }
        let reader = try location.open()
        defer { reader.close() }
        let report: ChainReport
        do throws(DecisionLogError) { report = try reader.verify(anchors: anchors) } catch { throw LogFailure(error) }
        Console.print("rows: \(report.rows)\nhead: \(report.head)\n")
        guard report.isIntact else {
            for problem in report.problems { Console.printError("\(problem)") }
            Console.print("the log is NOT intact\n")
            throw Exit.unwanted
        }
        Console.print("the log is intact\n")
    }
}

/// `ward log export`.
struct LogExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes decisions as OPA's decision-log events, one JSON object a line, oldest first.")

    @OptionGroup var location: LogLocation
    @OptionGroup var filter: LogFilter

    func run() throws {
        let reader = try location.open()
        defer { reader.close() }
        var query = filter.query()
        query.order = .oldestFirst
        _ = try reader.exportEvents(query) { Console.print($0) }
    }
}
