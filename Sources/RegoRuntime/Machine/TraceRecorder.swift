/// Takes what an instrumented program tells while it is evaluated. One evaluation uses it at a time.
package final class TraceRecorder {
    /// One event, in the order of OPA's search.
    package struct Event: BitwiseCopyable {
        package enum Kind: UInt8, BitwiseCopyable, Sendable {
            case enter, eval, exit, redo, fail, note, index
        }

        package var kind: Kind
        /// The solution settles the document: no other is looked for.
        package var isEarly: Bool
        /// The index of the node; -1 for notes.
        package var node: Int32
        /// The node whose place the event has: the node itself, or the last one with a place; -1 for none.
        package var placed: Int32
        package var query: Int32
        package var parent: Int32
        /// Where the variables begin in `variables`, and how many they are.
        package var firstVariable: Int32
        package var variableCount: Int32
        /// A note's message; the number of rules that an index has chosen. -1 for none.
        package var detail: Int32
        /// The node of the rules that an index is of; -1 for other events.
        package var subject: Int32 = -1
    }

    /// What one expression has taken.
    package struct Cost: BitwiseCopyable {
        package var evaluations = 0
        package var redos = 0
        package var nanoseconds: UInt64 = 0
    }

    /// What is wanted of an evaluation.
    package struct Wishes: Sendable {
        package var events: Bool
        package var variables: Bool
        package var hits: Bool
        package var costs: Bool

        package init(events: Bool, variables: Bool, hits: Bool, costs: Bool) {
            self.events = events
            self.variables = variables
            self.hits = hits
            self.costs = costs
        }
    }

    package let wishes: Wishes
    package private(set) var events: [Event] = []
    /// Variables and documents with their values at events; the values live as long as the evaluation's memory.
    package private(set) var variables: [(name: Int32, isDocument: Bool, value: Value)] = []
    /// What the builtin `trace` was called with.
    package private(set) var messages: [String] = []
    /// Whether each node was evaluated (expressions) or held (rules).
    package private(set) var hits: [Bool] = []
    /// What each node has cost.
    package private(set) var costs: [Cost] = []

    /// A query under way.
    private struct Query {
        var id: Int32
        /// The expression that was evaluated or gone back to last; -1 before the first.
        var expression: Int32 = -1
        /// What calls of this query have told after they had their value, by the point of the call.
        var held: [(point: Int32, events: [Event])] = []
    }

    private var queries: [Query] = []
    private var nextQuery: Int32 = 0
    /// For each document function under way the number of events at the time when it had its value; -1 before.
    private var settled: [Int] = []
    /// What the last document function to end had in `settled`.
    private var returned = -1
    private var lastPlaced: Int32 = -1
    private var running: (node: Int, isRedo: Bool, since: UInt64)?

    package init(wishes: Wishes) { self.wishes = wishes }

    /// Makes room for a program's nodes; an evaluation may follow.
    package func begin(_ table: TraceTable) {
        if wishes.hits { hits = Array(repeating: false, count: table.nodes.count) }
        if wishes.costs { costs = Array(repeating: Cost(), count: table.nodes.count) }
        queries.removeAll()
        settled.removeAll()
        events.removeAll()
        variables.removeAll()
        messages.removeAll()
        nextQuery = 0
        returned = -1
        lastPlaced = -1
        running = nil
    }

    /// Ends the time of the expression that was evaluated last.
    package func end() {
        settleCost()
        running = nil
    }

    /// Bytes that the events take, for the evaluation's memory limit.
    var byteCount: Int {
        events.count * MemoryLayout<Event>.stride + variables.count * MemoryLayout<(name: Int32, isDocument: Bool, value: Value)>.stride
    }

    // MARK: Costs

    private func settleCost() {
        guard let running else { return }
        let now = Machine.monotonicNanoseconds()
        costs[running.node].nanoseconds += now &- running.since
        if running.isRedo { costs[running.node].redos += 1 } else { costs[running.node].evaluations += 1 }
    }

    func count(_ node: Int, isRedo: Bool) {
        settleCost()
        running = (node, isRedo, Machine.monotonicNanoseconds())
    }

    // MARK: Events

    func hit(_ node: Int) { hits[node] = true }

    func enter() {
        queries.append(Query(id: nextQuery))
        nextQuery += 1
    }

    func leave() { _ = queries.popLast() }

    var innermostQuery: Int32 { queries.last?.id ?? 0 }

    /// Remembers which expression of the innermost query is being evaluated.
    func evaluate(_ node: Int32) {
        if let last = queries.indices.last { queries[last].expression = node }
    }

    /// Records that an index has chosen rules for the reference in the expression at hand.
    func choose(_ count: Int, of subject: Int32, isEarly: Bool, hasPlace: (Int32) -> Bool) {
        let node = queries.last?.expression ?? -1
        record(.index, node: node, hasPlace: hasPlace(node), isEarly: isEarly, detail: Int32(count), from: variables.count)
        events[events.count - 1].subject = subject
    }

    /// Appends an event of the innermost query, or of one that has been left.
    func record(
        _ kind: Event.Kind, node: Int32, hasPlace: Bool, query: Int32? = nil, isEarly: Bool = false, detail: Int32 = -1, from: Int
    ) {
        if hasPlace { lastPlaced = node }
        let parent: Int32 =
            query != nil ? innermostQuery : queries.count > 1 ? queries[queries.count - 2].id : 0
        events.append(
            Event(
                kind: kind, isEarly: isEarly, node: node, placed: hasPlace ? node : lastPlaced, query: query ?? innermostQuery,
                parent: parent, firstVariable: Int32(from), variableCount: Int32(variables.count - from), detail: detail))
    }

    func add(name: Int32, isDocument: Bool, value: Value) { variables.append((name, isDocument, value)) }

    /// Takes what the builtin `trace` says.
    package func note(_ message: String) {
        guard wishes.events else { return }
        messages.append(message)
        record(.note, node: -1, hasPlace: false, detail: Int32(messages.count - 1), from: variables.count)
    }

    // MARK: The order of OPA's search

    // OPA looks for further values of a document when it comes back to the reference that asked for it; the machine does so at once.
    // What is told between a document's value and the end of its function is therefore held until the reference is come back to.

    func beginFunction() { settled.append(-1) }

    func settle() {
        if let last = settled.indices.last, settled[last] < 0 { settled[last] = events.count }
    }

    func endFunction() { returned = settled.popLast() ?? -1 }

    func prepareCall() { returned = -1 }

    func hold(_ point: Int32) {
        defer { returned = -1 }
        guard returned >= 0, returned < events.count, let last = queries.indices.last else { return }
        let tail = Array(events[returned...])
        events.removeLast(events.count - returned)
        queries[last].held.append((point, tail))
    }

    /// Tells what was held at a point.
    ///
    /// - Parameter isEarly: the first thing to be told would be that the rule is gone back to, which it is not.
    func resume(_ point: Int32, isEarly: Bool, isRule: (Int32) -> Bool) {
        guard let last = queries.indices.last, let index = queries[last].held.lastIndex(where: { $0.point == point }) else { return }
        var held = queries[last].held.remove(at: index).events[...]
        if isEarly, let first = held.first, first.kind == .redo, isRule(first.node) { held = held.dropFirst() }
        events.append(contentsOf: held)
    }
}
