@_spi(Engine) import RegoRuntime

/// What the expressions of evaluations have taken, row by row.
public struct Profile: Sendable {
    /// What the expressions that begin in one row have taken.
    public struct Row: Sendable {
        /// The place of the first of them.
        public let location: SourceLocation
        /// Nanoseconds between their events and the ones after.
        public var totalTime: UInt64
        /// How often they were evaluated.
        public var evaluations: Int
        /// How often they were gone back to for another solution.
        public var redos: Int
        /// How many expressions the compiler has made of what is written in the row.
        public var generatedExpressions: Int { indices.count }

        var indices: Set<Int32>
    }

    /// What rows can be sorted by; each from the largest on.
    public enum Key: String, CaseIterable, Sendable {
        case totalTime = "total_time_ns"
        case evaluations = "num_eval"
        case redos = "num_redo"
        case generatedExpressions = "num_gen_expr"
        case file
        case line

        /// The keys that OPA sorts by unless told otherwise.
        public static let usual: [Key] = [.totalTime, .evaluations, .redos, .file, .line]
    }

    private struct Place: Hashable {
        let file: String
        let row: Int
    }

    private var rowsByPlace: [Place: Row] = [:]

    /// Makes a profile of nothing.
    public init() {}

    mutating func add(_ costs: [TraceRecorder.Cost], _ legend: TraceLegend) {
        for (node, cost) in costs.enumerated() where cost.evaluations > 0 || cost.redos > 0 {
            let location = legend.location(of: node) ?? SourceLocation(file: "", row: 0, column: 0)
            let place = Place(file: location.file, row: location.row)
            var row = rowsByPlace[place] ?? Row(location: location, totalTime: 0, evaluations: 0, redos: 0, indices: [])
            row.totalTime += cost.nanoseconds
            row.evaluations += cost.evaluations
            row.redos += cost.redos
            row.indices.insert(legend.table.nodes[node].index)
            rowsByPlace[place] = row
        }
    }

    /// The rows, sorted.
    ///
    /// - Parameters:
    ///   - keys: what to sort by: where rows are equal in the first, the second decides, and so on
    ///   - limit: how many to return at most; 0 for all.
    public func rows(by keys: [Key] = Key.usual, limit: Int = 0) -> [Row] {
        let sorted = rowsByPlace.values.sorted { left, right in
            for key in keys + [.file, .line] {
                let (a, b) = (Self.rank(left, key), Self.rank(right, key))
                if a != b { return a > b }
            }
            return false
        }
        return limit > 0 ? Array(sorted.prefix(limit)) : sorted
    }

    private enum Rank: Comparable {
        case number(UInt64)
        case text(String)
    }

    private static func rank(_ row: Row, _ key: Key) -> Rank {
        switch key {
        case .totalTime: .number(row.totalTime)
        case .evaluations: .number(UInt64(row.evaluations))
        case .redos: .number(UInt64(row.redos))
        case .generatedExpressions: .number(UInt64(row.generatedExpressions))
        case .file: .text(row.location.file)
        case .line: .number(UInt64(row.location.row))
        }
    }
}
