package import Rego
import RegoCompiler
@_spi(Engine) import RegoRuntime

/// An explanation as OPA's events in JSON.
package struct ExplanationJSON {
    private let explanation: Explanation
    /// Bytes of syntax trees that may still be written.
    private var room: Int
    /// The trees of the nodes met so far, with their sizes.
    private var trees: [Int: (tree: OrderedJSON, bytes: Int)] = [:]

    /// Makes the document of an explanation.
    ///
    /// - Parameter treeBytes: how much of syntax trees is written; beyond it, the events have none. Expressions within each other by the
    ///   hundred, each written at every event, would come to gigabytes.
    package init(_ explanation: Explanation, treeBytes: Int = 128 << 20) {
        self.explanation = explanation
        room = treeBytes
    }

    /// The events in their order.
    package mutating func document() -> OrderedJSON {
        var events: [OrderedJSON] = []
        for next in explanation.events { events.append(event(next)) }
        return .array(events)
    }

    private mutating func event(_ event: Explanation.Event) -> OrderedJSON {
        .object([
            ("Op", .value(.string(event.kind.rawValue))),
            ("Node", node(of: event)),
            ("Location", event.location.map { OrderedJSON($0) } ?? .value(.null)),
            ("QueryID", .integer(event.query)),
            ("ParentID", .integer(event.parent)),
            ("Locals", .array(explanation.locals(of: event).map(Self.local))),
            ("Message", .value(.string(event.message))),
        ])
    }

    /// The rule, body or expression as a syntax tree, in which variables have the names that resolution gave them.
    private mutating func node(of event: Explanation.Event) -> OrderedJSON {
        guard let legend = explanation.legend, event.node >= 0 else { return .value(.null) }
        let (tree, bytes) = trees[event.node] ?? makeTree(of: event.node, legend)
        trees[event.node] = (tree, bytes)
        guard bytes <= room else { return .value(.null) }
        room -= bytes
        return tree
    }

    private func makeTree(of node: Int, _ legend: TraceLegend) -> (tree: OrderedJSON, bytes: Int) {
        let tree = OrderedJSON(SyntaxTree().json(legend.syntax[node], index: Int(legend.table.nodes[node].index)))
        return (tree, tree.json(pretty: true).utf8.count)
    }

    private static func local(_ name: String, _ value: RegoValue) -> OrderedJSON {
        .object([("name", .value(.string(name))), ("value", .value(value))])
    }
}

extension OrderedJSON {
    /// A number.
    static func number(_ value: Double) -> OrderedJSON { .value(RegoValue(number: value)) }

    /// A syntax tree.
    init(_ tree: SyntaxJSON) {
        self =
            switch tree {
            case .array(let elements): .array(elements.map { OrderedJSON($0) })
            case .object(let members): .object(members.map { ($0.name, OrderedJSON($0.value)) })
            default: .value(tree.value)
            }
    }

    /// A place as OPA writes it.
    init(_ location: SourceLocation) {
        self = .object([
            ("file", .value(.string(location.file))), ("row", .integer(location.row)), ("col", .integer(location.column)),
        ])
    }

    /// A coverage report as OPA writes it.
    package init(_ report: Coverage.Report) {
        self = .object([
            ("files", .object(report.files.map { ($0.name, Self.file($0)) })),
            ("covered_lines", .integer(report.coveredLines)),
            ("not_covered_lines", .integer(report.notCoveredLines)),
            ("coverage", .number(report.percent)),
        ])
    }

    private static func file(_ file: Coverage.Report.File) -> OrderedJSON {
        var members: [(String, OrderedJSON)] = []
        if !file.covered.isEmpty { members.append(("covered", ranges(file.covered))) }
        if !file.notCovered.isEmpty { members.append(("not_covered", ranges(file.notCovered))) }
        if file.coveredLines > 0 { members.append(("covered_lines", .integer(file.coveredLines))) }
        if file.notCoveredLines > 0 { members.append(("not_covered_lines", .integer(file.notCoveredLines))) }
        if file.percent > 0 { members.append(("coverage", .number(file.percent))) }
        return .object(members)
    }

    private static func ranges(_ ranges: [ClosedRange<Int>]) -> OrderedJSON {
        .array(
            ranges.map { range in
                .object([
                    ("start", .object([("row", .integer(range.lowerBound))])), ("end", .object([("row", .integer(range.upperBound))])),
                ])
            })
    }
}
