import Rego
import RegoCompiler

extension PartialAnswer {
    /// OPA's document of the syntax trees; without what is empty.
    var document: OrderedJSON {
        let tree = SyntaxTree()
        var members: [(String, OrderedJSON)] = []
        if !bodies.isEmpty { members.append(("queries", .array(bodies.map { OrderedJSON(tree.json($0)) }))) }
        if !modules.isEmpty {
            let support = modules.map { OrderedJSON(tree.json($0, annotations: [], includesComments: false)) }
            members.append(("support", .array(support)))
        }
        return .object(members)
    }

    /// The queries and modules as Rego, each under a comment.
    var sourceText: String {
        let queries = queries.enumerated().map { "# Query \($0 + 1)\n\($1)\n" }
        let modules = support.enumerated().map { "# Module \($0 + 1)\n" + String(decoding: $1.bytes, as: UTF8.self) }
        return (queries + modules).joined()
    }

    /// The queries and modules in a table.
    var tableText: String {
        if queries.isEmpty { return "undefined\n" }
        var table = TextTable(header: [])
        table.hasRules = true
        for (position, query) in queries.enumerated() { table.rows.append(["Query \(position + 1)", Self.cell(query)]) }
        for (position, module) in support.enumerated() {
            table.rows.append(["Support \(position + 1)", Self.cell(String(decoding: module.bytes, as: UTF8.self))])
        }
        return table.render()
    }

    private static func cell(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "  ")
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
