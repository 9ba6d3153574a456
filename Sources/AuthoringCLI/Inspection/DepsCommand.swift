import ArgumentParser
import Rego
import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax

/// `ward deps`: lists the documents that a query depends on.
struct DepsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deps",
        abstract: "Lists the documents that a query depends on.",
        discussion: """
            Base documents come from outside; virtual documents are what rules define.

            Example:
              ward deps -d policies data.medical.allow

            Exit status: 0, or 1 on any error.
            """)

    @Option(
        name: [.customShort("d", allowingJoined: true), .long],
        help: ArgumentHelp("Load Rego, JSON and YAML from a file or folder; repeatable.", valueName: "path"))
    var data: [String] = []

    @Option(name: [.customShort("f", allowingJoined: true), .long], help: "How to print the lists.")
    var format = InspectionFormat.pretty

    @OptionGroup var bundle: BundleOptions

    @OptionGroup var source: SourceOptions

    @Argument(help: "The query.")
    var query: String

    func run() throws {
        do {
            let file = SourceFile(name: "", text: query)
            var sources = SourceMap()
            let settings = source.settings
            let (body, found) = Parser.parseQuery(file, id: sources.add(file), version: settings.isV0 ? .v0 : .v1)
            guard let body else { throw CompilationFailure(found, sources: sources) }
            let loader = try settings.loader(reading: data, bundles: bundle.bundles)
            let policy = try loader.compile(options: try settings.policyOptions(keepsPrintCalls: false))
            print(DependencyAnalysis(body, in: policy.resolved))
        } catch {
            AuthorError(error).printText()
            throw Exit.unwanted
        }
    }

    private func print(_ analysis: DependencyAnalysis) {
        switch format {
        case .json:
            let tree = SyntaxTree()
            let lists = [("base", analysis.base), ("virtual", analysis.virtual)].filter { !$0.1.isEmpty }
            let members = lists.map { (name: $0.0, value: SyntaxJSON.array($0.1.map(tree.json))) }
            Console.print(SyntaxJSON.object(members).text() + "\n")
        case .pretty:
            let columns = [("BASE DOCUMENTS", analysis.base), ("VIRTUAL DOCUMENTS", analysis.virtual)].filter { !$0.1.isEmpty }
            guard let height = columns.map(\.1.count).max() else { return }
            var table = TextTable(header: columns.map(\.0))
            table.rows = (0..<height).map { row in
                columns.map { $0.1.indices.contains(row) ? TermPrinter.text(ofReference: $0.1[row]) : "" }
            }
            Console.print(table.render())
        }
    }
}
