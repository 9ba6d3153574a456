import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Synchronization

/// Which rows of a policy's modules evaluations have reached: of many evaluations together, from any number of threads.
///
/// A row counts that a rule's head or an expression begins in; it is covered once the expression is evaluated or the rule holds.
public final class Coverage: Sendable {
    private let policy: Policy
    /// The rows reached, by file name.
    private let reached = Mutex<[String: Set<Int>]>([:])

    /// Makes a coverage of a policy that nothing has reached.
    public init(of policy: Policy) { self.policy = policy }

    func add(_ hits: [Bool], _ legend: TraceLegend) {
        reached.withLock { reached in
            for (node, isHit) in hits.enumerated() where isHit {
                guard let location = legend.location(of: node), !location.file.isEmpty else { continue }
                reached[location.file, default: []].insert(location.row)
            }
        }
    }

    /// What has been covered so far, and what has not.
    public func report() -> Report {
        LargeStack.run(if: policy.resolved.isDeep, makeReport) ?? Report(files: [])
    }

    private func makeReport() -> Report {
        let reached = self.reached.withLock { $0 }
        var files: [Report.File] = []
        for module in policy.parsedModules() {
            let covered = reached[module.name] ?? []
            var rows = CoverableRows()
            for rule in module.rules { rows.visit(rule) }
            files.append(
                Report.File(name: module.name, covered: Self.ranges(covered), notCovered: Self.ranges(rows.rows.subtracting(covered))))
        }
        return Report(files: files.sorted { $0.name < $1.name })
    }

    private static func ranges(_ rows: Set<Int>) -> [ClosedRange<Int>] {
        var result: [ClosedRange<Int>] = []
        for row in rows.sorted() {
            if let last = result.last, last.upperBound + 1 == row {
                result[result.count - 1] = last.lowerBound...row
            } else {
                result.append(row...row)
            }
        }
        return result
    }

    /// The rows of each module that were and were not reached.
    public struct Report: Sendable {
        /// The rows of one module.
        public struct File: Sendable {
            /// The module's name.
            public let name: String
            /// Rows reached, as ranges in order.
            public let covered: [ClosedRange<Int>]
            /// Rows that could have been reached.
            public let notCovered: [ClosedRange<Int>]

            /// The number of rows reached.
            public var coveredLines: Int { covered.reduce(0) { $0 + $1.count } }
            /// The number of rows not reached.
            public var notCoveredLines: Int { notCovered.reduce(0) { $0 + $1.count } }
            /// The share of rows reached, in percent; 0 for a module without rules.
            public var percent: Double { Report.percent(coveredLines, notCoveredLines) }
        }

        /// The modules, by name.
        public let files: [File]

        /// The number of rows reached in all modules.
        public var coveredLines: Int { files.reduce(0) { $0 + $1.coveredLines } }
        /// The number of rows not reached in all modules.
        public var notCoveredLines: Int { files.reduce(0) { $0 + $1.notCoveredLines } }
        /// The share of rows reached, in percent.
        public var percent: Double { Self.percent(coveredLines, notCoveredLines) }

        private static func percent(_ covered: Int, _ notCovered: Int) -> Double {
            covered + notCovered == 0 ? 0 : 100 * Double(covered) / Double(covered + notCovered)
        }
    }
}

/// Collects the rows of a module that evaluations can reach.
private struct CoverableRows {
    var rows: Set<Int> = []

    mutating func visit(_ rule: Rule) {
        for rule in rule.branches {
            rows.insert(Int(rule.head.span.row == 0 ? rule.span.row : rule.head.span.row))
            for term in rule.head.reference + (rule.head.arguments ?? []) + [rule.head.key, rule.head.value].compactMap({ $0 }) {
                visit(term)
            }
            for expression in rule.body { visit(expression) }
        }
    }

    mutating func visit(_ expression: Expression) {
        switch expression.kind {
        case .some(let symbols):
            for symbol in symbols { visit(symbol) }
            return
        case .term(let term): visit(term)
        case .call(let terms): for term in terms { visit(term) }
        case .every(let every):
            visit(every.domain)
            for expression in every.body { visit(expression) }
        }
        for modifier in expression.with { visit(modifier.value) }
        if expression.span.row > 0 { rows.insert(Int(expression.span.row)) }
    }

    mutating func visit(_ term: Term) {
        switch term.kind {
        case .null, .boolean, .number, .string, .variable: break
        case .reference(let terms), .call(let terms), .array(let terms), .set(let terms): for term in terms { visit(term) }
        case .object(let items):
            for item in items {
                visit(item.key)
                visit(item.value)
            }
        case .arrayComprehension(let head, let body), .setComprehension(let head, let body):
            visit(head)
            for expression in body { visit(expression) }
        case .objectComprehension(let key, let value, let body):
            visit(key)
            visit(value)
            for expression in body { visit(expression) }
        case .templateString(let parts, _):
            for case .expression(let expression) in parts { visit(expression) }
        }
    }
}
