/// What a `trace` instruction tells the recorder.
package enum TraceOperation: UInt8, BitwiseCopyable, Sendable {
    // Events
    /// A rule, body or query begins: it becomes the innermost query.
    case enter
    /// An expression is about to be evaluated.
    case eval
    /// A rule, body or query holds; `early` if the instruction's c is 1, or 2 with R[a] defined.
    case exit
    /// An expression, rule, body or query is gone back to for another solution.
    case redo
    /// An expression had no solution; told only if R[a] is undefined.
    case fail
    /// The same, in any case.
    case failAlways
    /// The index has chosen the candidates of the point for which R[b]… is defined; R[a] becomes defined if one solution of any of them
    /// settles the document.
    case index
    // Bookkeeping
    /// The innermost query ends.
    case leave
    /// R[a] = the identifier of the innermost query.
    case saveQuery
    /// `exit` told in the name of the query R[a], which has been left.
    case exitSaved
    /// The function of a document's rules begins.
    case begin
    /// The document has its value: what follows until `end` is the search for other values.
    case settle
    /// The function of a document's rules ends.
    case end
    /// A call follows.
    case call
    /// The call has returned: its search for other values is told when this place is come back to.
    case hold
    /// The place of the `hold` of this point is come back to.
    case resume
    /// The same, because one solution was enough: the callee's rules are not gone back to.
    case resumeEarly
}

/// What an event is about.
package struct TraceNode: BitwiseCopyable, Sendable {
    package enum Kind: UInt8, BitwiseCopyable, Sendable { case rule, body, expression }

    package var kind: Kind
    /// The place of an expression among its body's, from 0.
    package var index: Int32
    /// Where it stands; `nil` for what the compiler made.
    package var position: SourcePosition?

    package init(kind: Kind, index: Int, position: SourcePosition?) {
        self.kind = kind
        self.index = Int32(index)
        self.position = position
    }
}

/// Where in the code something is told: the node, and what the variables at hand are called.
package struct TracePoint: Sendable {
    /// The index of the node; -1 for bookkeeping.
    package var node: Int32
    /// The variables that have a value, with their registers.
    package var locals: [(name: Int32, register: Register)]
    /// The documents that the node refers to, with the memos of their functions.
    package var documents: [(name: Int32, memo: Int32)]

    package init(node: Int32, locals: [(name: Int32, register: Register)], documents: [(name: Int32, memo: Int32)]) {
        self.node = node
        self.locals = locals
        self.documents = documents
    }
}

/// A rule, or an `else` of one, that an index chooses or leaves out.
package struct TraceCandidate: BitwiseCopyable, Sendable {
    /// The rule that it belongs to, from 0.
    package var rule: Int32
    /// Candidates with the same number have the same constant value; -1 for a value that is no constant.
    package var value: Int32

    package init(rule: Int, value: Int) {
        self.rule = Int32(rule)
        self.value = Int32(value)
    }
}

/// What the `trace` instructions of a program refer to.
package struct TraceTable: Sendable {
    package var nodes: [TraceNode]
    package var points: [TracePoint]
    /// What an `index` chooses from, by point: the rules and their `else` branches in order.
    package var candidates: [Int32: [TraceCandidate]]

    package init(nodes: [TraceNode] = [], points: [TracePoint] = [], candidates: [Int32: [TraceCandidate]] = [:]) {
        self.nodes = nodes
        self.points = points
        self.candidates = candidates
    }
}
