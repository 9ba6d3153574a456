import RegoCompiler
@_spi(Engine) package import RegoRuntime
import RegoSyntax

/// What an evaluation did, event by event, in the order of OPA's search.
public struct Explanation: Sendable {
    /// One step of the search.
    public struct Event: Sendable {
        /// What happened, named as OPA names it.
        public enum Kind: String, Sendable {
            /// A rule, body or query is about to be evaluated.
            case enter = "Enter"
            /// An expression is about to be evaluated.
            case eval = "Eval"
            /// A rule, body or query holds.
            case exit = "Exit"
            /// An expression, rule, body or query is gone back to for another solution.
            case redo = "Redo"
            /// An expression has no solution.
            case fail = "Fail"
            /// The builtin `trace` was called.
            case note = "Note"
            /// The rules that can hold have been chosen.
            case index = "Index"
        }

        /// What happened.
        public let kind: Kind
        /// Which query, body or rule under evaluation it happened in.
        public let query: Int
        /// What that one is evaluated for.
        public let parent: Int
        /// Where; `nil` if nothing with a place has been evaluated yet.
        public let location: SourceLocation?
        /// A note's text; `early` for the solution that ends a search; how many rules an index has chosen.
        public let message: String
        /// The variables that have a value, generated ones too; empty unless asked for.
        package let variables: [(name: String, value: RegoValue)]
        /// The documents that the expression refers to and that are known, by reference; empty unless variables are asked for.
        package let documents: [(name: String, value: RegoValue)]
        /// What it is about; -1 for notes.
        package let node: Int
        /// The rules that an index is of; -1 for other events.
        package let subject: Int
    }

    /// Which events to show.
    public enum Mode: String, CaseIterable, Sendable {
        /// All.
        case full
        /// Notes, and how the search came to them.
        case notes
        /// Failures, and how the search came to them.
        case fails
        /// All; OPA adds an event for each pair of terms that it unifies, most of which Ward's plan has settled before.
        case debug
    }

    /// The events, in order.
    public let events: [Event]
    package let legend: TraceLegend?

    init() {
        events = []
        legend = nil
    }

    private init(events: [Event], legend: TraceLegend?) {
        self.events = events
        self.legend = legend
    }

    init(_ recorder: TraceRecorder, _ legend: TraceLegend) {
        var values = ValueCopies()
        self.legend = legend
        events = recorder.events.map { event in
            var variables: [(name: String, value: RegoValue)] = []
            var documents: [(name: String, value: RegoValue)] = []
            let first = Int(event.firstVariable)
            for (name, isDocument, value) in recorder.variables[first..<first + Int(event.variableCount)] where value.isDefined {
                let named = (name: legend.names[Int(name)], value: values.copy(value))
                if isDocument { documents.append(named) } else { variables.append(named) }
            }
            return Event(
                kind: Self.kind(event.kind), query: Int(event.query), parent: Int(event.parent),
                location: event.placed < 0 ? nil : legend.location(of: Int(event.placed)), message: Self.message(event, recorder),
                variables: variables, documents: documents, node: Int(event.node), subject: Int(event.subject))
        }
    }

    private static func kind(_ kind: TraceRecorder.Event.Kind) -> Event.Kind {
        switch kind {
        case .enter: .enter
        case .eval: .eval
        case .exit: .exit
        case .redo: .redo
        case .fail: .fail
        case .note: .note
        case .index: .index
        }
    }

    private static func message(_ event: TraceRecorder.Event, _ recorder: TraceRecorder) -> String {
        switch event.kind {
        case .note: recorder.messages[Int(event.detail)]
        case .index: "(matched \(event.detail) rule\(event.detail == 1 ? "" : "s")\(event.isEarly ? ", early exit" : ""))"
        default: event.isEarly ? "early" : ""
        }
    }

    /// The events that a mode shows.
    public func filtered(_ mode: Mode) -> Explanation {
        switch mode {
        case .full, .debug: self
        case .notes: Explanation(events: leading { $0.kind == .note }, legend: legend)
        case .fails: Explanation(events: leading { $0.kind == .fail }, legend: legend)
        }
    }

    /// The notes and failures, which is what a test that failed is explained with.
    public var notesAndFailures: Explanation {
        Explanation(events: leading { $0.kind == .note || $0.kind == .fail }, legend: legend)
    }

    /// The events wanted, each after those by which the search entered, or came back to, the queries around it.
    private func leading(to isWanted: (Event) -> Bool) -> [Event] {
        var result: [Event] = []
        var ways: [Int: Event] = [:]
        for event in events {
            if isWanted(event) {
                var path = [event]
                var next = ways[event.query]
                var last: Int?
                while let way = next, way.query != last {
                    path.append(way)
                    last = way.query
                    next = ways[way.parent]
                }
                result += path.reversed()
                ways.removeAll()
            }
            if event.kind == .enter || event.kind == .redo, !isExpression(event) { ways[event.query] = event }
        }
        return result
    }

    func isExpression(_ event: Event) -> Bool {
        guard let legend, event.node >= 0, case .expression = legend.syntax[event.node] else { return false }
        return true
    }
}

/// Copies of an evaluation's values, each made once however often it occurs.
private struct ValueCopies {
    private struct Identity: Hashable {
        let w0: UInt64
        let w1: UInt64
    }

    private var known: [Identity: RegoValue] = [:]

    mutating func copy(_ value: Value) -> RegoValue {
        let identity = Identity(w0: value.w0, w1: value.w1)
        if let copy = known[identity] { return copy }
        let copy = RegoValue(value)
        known[identity] = copy
        return copy
    }
}
