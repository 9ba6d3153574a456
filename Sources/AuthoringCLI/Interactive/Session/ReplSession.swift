package import Rego
@_spi(Engine) import RegoRuntime
import RegoSyntax

/// The interactive shell without its terminal: takes lines, keeps what they define, and prints what they ask for.
package final class ReplSession {
    /// How answers are printed.
    package enum Format: String, CaseIterable, Sendable { case pretty, json }

    /// What the shell is asked to show beside an answer.
    struct Settings {
        var format = Format.pretty
        var strictBuiltinErrors = false
        var explain: String?
        var showsMetrics = false
        var isInstrumented = false
        var showsProfile = false
        var showsTypes = false
        var prettyLimit = 80
    }

    var settings = Settings()
    let modules: [Policy.Module]
    let data: BaseData
    let options: Policy.Options
    /// What was defined here, by package in the order of their first mention.
    var scratch: [ScratchModule] = []
    /// The active package's index in `scratch`.
    var current: Int?
    /// The lines of a statement that is not complete yet.
    private var buffer: [String] = []
    /// What is compiled at present; `nil` after a change.
    private var compiled: Policy?
    let print: (String) -> Void
    let printError: (String) -> Void

    /// Makes a shell over a policy.
    ///
    /// - Parameters:
    ///   - print: takes what is printed, with its line breaks.
    ///   - printError: takes what `print` calls of policies write, a line each.
    package init(
        modules: [Policy.Module], data: BaseData, options: Policy.Options, format: Format, print: @escaping (String) -> Void,
        printError: @escaping (String) -> Void
    ) {
        self.modules = modules
        self.data = data
        self.options = options
        self.print = print
        self.printError = printError
        settings.format = format
    }

    /// Whether the next line goes on with a statement.
    package var isContinuing: Bool { !buffer.isEmpty }

    /// Takes a line.
    ///
    /// - Returns: whether the shell goes on.
    package func enter(_ line: String) -> Bool {
        do {
            if buffer.isEmpty {
                if let (command, arguments) = ShellCommand.read(line) { return try perform(command, arguments) }
                if line.allSatisfy(\.isWhitespace) { return true }
            } else if line.isEmpty {
                try evaluateBuffer(isComplete: true)
                return true
            }
            buffer.append(line)
            // A statement that spans lines ends with an empty one: what follows could still belong to it (`else`).
            if buffer.count == 1 { try evaluateBuffer(isComplete: false) }
        } catch {
            show(error)
        }
        return true
    }

    /// Takes the end of what is entered: evaluates a statement that still waits for lines.
    package func finish() {
        do {
            if !buffer.isEmpty { try evaluateBuffer(isComplete: true) }
        } catch {
            show(error)
        }
    }

    /// Forgets the lines of a statement that is not complete.
    package func abort() { buffer = [] }

    /// Something that is wrong with a command.
    struct Complaint: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// Prints an error, with rows as the person entered them.
    func show(_ error: any Error) {
        if error is Complaint { return print("error: \(error)\n") }
        let report = placed(AuthorError(error))
        failed = nil
        print(settings.format == .json ? report.document.json(pretty: true) + "\n" : report.text + "\n")
    }

    /// An error with rows as the person entered them.
    func placed(_ error: AuthorError) -> AuthorError {
        var report = error
        let candidates = (failed.map { [$0] } ?? []) + scratch
        for index in report.items.indices {
            let file = report.items[index].file
            guard let module = candidates.first(where: { $0.fileName == file }) else { continue }
            report.items[index].row = module.enteredRow(of: report.items[index].row)
            report.items[index].file = ""
        }
        report.isLoading = false
        return report
    }

    // MARK: Statements

    private func evaluateBuffer(isComplete: Bool) throws {
        let text = buffer.joined(separator: "\n")
        let file = SourceFile(name: "", text: text)
        let imports = current.map { scratch[$0].imports } ?? []
        let (statements, problems) = Parser.parseInteractive(file, id: FileID(0), imports: imports, version: options.version)
        if !problems.isEmpty {
            if !isComplete, problems.contains(where: Self.isUnfinished) { return }
            buffer = []
            var sources = SourceMap()
            _ = sources.add(file)
            throw CompilationFailure(problems, sources: sources)
        }
        buffer = []
        for statement in statements { try evaluate(statement) }
    }

    /// Whether a text may only lack what comes after it.
    private static func isUnfinished(_ problem: Diagnostic) -> Bool {
        problem.message.contains("unexpected eof token") || problem.message.contains("non-terminated")
    }

    private func evaluate(_ statement: InteractiveStatement) throws {
        switch statement.kind {
        case .package(let package): activate(String(TermPrinter.text(ofReference: package.path).dropFirst("data.".count)))
        case .import(let entry): try add(entry)
        case .rules(let rules): if let first = rules.first { try define(first.head, text: statement.text) }
        case .query(let body):
            if let value = inputDefinition(in: body) {
                try setInput(value)
            } else if let head = definition(in: body) {
                try define(head, text: statement.text)
            } else {
                try ask(statement.text, body)
            }
        }
    }

    /// Makes a package the active one.
    func activate(_ package: String) {
        if let known = scratch.firstIndex(where: { $0.package == package }) {
            current = known
        } else {
            scratch.append(ScratchModule(package: package))
            current = scratch.count - 1
        }
    }

    private func activeModule() -> Int {
        if let current { return current }
        activate("repl")
        return current ?? 0
    }

    private func add(_ entry: Import) throws {
        let index = activeModule()
        try change { $0[index].add(entry) }
    }

    /// The term that a query such as `input := {"user": "alice"}` gives to the input document.
    private func inputDefinition(in body: Body) -> Term? {
        guard let head = definition(in: body), case .variable("input")? = head.reference.first?.kind,
            case .call(let terms)? = body.first?.kind
        else { return nil }
        return terms[2]
    }

    /// Sets the input document; `nil` for none.
    func setInput(_ value: Term?) throws {
        let before = inputModule
        inputModule = value.map {
            Policy.Module(name: "input", text: "package system.repl\n\ndocument := \(TermPrinter.text(of: $0))\n")
        }
        compiled = nil
        do {
            _ = try policy()
        } catch {
            (inputModule, compiled) = (before, nil)
            throw error
        }
        guard settings.format != .json else { return }
        print(value == nil ? "Input unset.\n" : "Input \(before == nil ? "defined" : "re-defined"). Type 'input' to see it.\n")
    }

    /// Whether the input document is set here.
    var hasInput: Bool { inputModule != nil }

    /// The head of the rule that a query stands for: `x := 1`, or `x = 1` where nothing else is called `x`.
    private func definition(in body: Body) -> Rule.Head? {
        guard body.count == 1, let expression = body.first, !expression.isNegated, expression.with.isEmpty,
            case .call(let terms) = expression.kind, terms.count == 3, case .reference(let callee) = terms[0].kind, callee.count == 1,
            case .variable(let operation)? = callee.first?.kind, let name = Self.name(of: terms[1])
        else { return nil }
        guard operation == "assign" || operation == "eq" else { return nil }
        if operation == "eq", isDefined(name) { return nil }
        return Rule.Head(
            reference: [Term(.variable(name), span: terms[1].span)], isAssignment: operation == "assign", span: terms[1].span)
    }

    /// The name that an operand is: a variable, or `input` and `data`, which a package may define.
    private static func name(of term: Term) -> String? {
        switch term.kind {
        case .variable(let name): return name.hasPrefix("$") ? nil : name
        case .reference(let path) where path.count == 1:
            if case .variable(let name)? = path.first?.kind { return name }
            return nil
        default: return nil
        }
    }

    private func isDefined(_ name: String) -> Bool {
        let module = current.map { scratch[$0] } ?? ScratchModule(package: "repl")
        if module.importedNames.contains(name) { return true }
        guard let policy = try? policy() else { return false }
        return policy.rules(inPackage: module.package).contains(name)
    }

    private func define(_ head: Rule.Head, text: String) throws {
        guard case .variable(let name)? = head.reference.first?.kind else { return }
        let index = activeModule()
        var isAgain = false
        try change { modules in
            if head.isAssignment { isAgain = modules[index].remove(name) }
            modules[index].add(ScratchModule.Entry(name: name, text: text))
        }
        guard settings.format != .json else { return }
        let reference = TermPrinter.text(ofReference: head.reference)
        print("Rule '\(reference)' \(isAgain ? "re-defined" : "defined") in package \(scratch[index].package). Type 'show' to see rules.\n")
    }

    /// Changes what is defined, if it compiles afterwards.
    func change(_ edit: (inout [ScratchModule]) -> Void) throws {
        let before = scratch
        let wasCompiled = compiled
        edit(&scratch)
        compiled = nil
        do {
            _ = try policy()
        } catch {
            failed = current.map { scratch[$0] }
            (scratch, compiled) = (before, wasCompiled)
            throw error
        }
    }

    /// The module that holds the input document: a rule called `input` would shadow it.
    private var inputModule: Policy.Module?

    /// The active module as it was when it did not compile.
    private var failed: ScratchModule?

    /// Everything compiled.
    func policy() throws -> Policy {
        if let compiled { return compiled }
        let entered = scratch.map(\.module) + (inputModule.map { [$0] } ?? [])
        let policy = try Policy(modules: modules + entered, data: data, options: options)
        compiled = policy
        return policy
    }
}
