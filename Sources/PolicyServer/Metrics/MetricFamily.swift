import Synchronization

/// Metrics of one name that differ in the values of their labels.
package final class MetricFamily<Cell: AnyObject & Sendable>: Sendable {
    let name: String
    let help: String
    let labels: [String]
    private let make: @Sendable () -> Cell
    private let cells = Mutex<[[String]: Cell]>([:])
    /// Label values can come from clients (paths, methods): beyond this many combinations, they share one cell.
    private let limit: Int

    init(name: String, help: String, labels: [String], limit: Int = 512, make: @escaping @Sendable () -> Cell) {
        self.name = name
        self.help = help
        self.labels = labels
        self.limit = limit
        self.make = make
    }

    /// The cell of a combination of label values, in the order of the family's labels.
    package subscript(values: String...) -> Cell { cell(values) }

    private func cell(_ values: [String]) -> Cell {
        precondition(values.count == labels.count)
        return cells.withLock { cells in
            if let cell = cells[values] { return cell }
            let key = cells.count < limit ? values : Array(repeating: "other", count: labels.count)
            if let cell = cells[key] { return cell }
            let cell = make()
            cells[key] = cell
            return cell
        }
    }

    /// All cells, sorted by their label values.
    var sorted: [(values: [String], cell: Cell)] {
        cells.withLock { cells in
            cells.map { (values: $0.key, cell: $0.value) }.sorted { $0.values.lexicographicallyPrecedes($1.values) }
        }
    }
}
