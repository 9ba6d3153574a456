import RegoSyntax

/// Calls what follows, once for each way in which something holds.
typealias Continuation = () throws -> Void

/// The evaluation of one body.
///
/// What follows is handed on as a closure that each solution calls (continuation passing), and everything that a solution has changed is
/// taken back when the closure returns.
final class Evaluation {
    let session: Session
    let query: SymbolicBody
    /// Tells this body's generated variables apart from those of others.
    let queryID: Int
    let bindings: Bindings
    /// The expression at hand.
    var index = 0
    /// The input document; `nil` if there is none.
    var input: SymbolicTerm?
    /// What `with` modifiers have put in the place of base documents.
    var data: SymbolicTerm?
    private var referenceCount = 0

    private static let prefix = "$"

    /// The evaluation of the query itself.
    init(query: SymbolicBody, session: Session, input: SymbolicTerm?) {
        self.query = query
        self.session = session
        self.input = input
        queryID = 0
        bindings = session.rootBindings
    }

    private init(_ query: SymbolicBody, in outer: Evaluation, sharesBindings: Bool) {
        self.query = query
        session = outer.session
        queryID = outer.session.nextQueryID()
        bindings = sharesBindings ? outer.bindings : Bindings(id: queryID)
        input = outer.input
        data = outer.data
        referenceCount = outer.referenceCount
    }

    /// The evaluation of a body within the one at hand, whose variables it shares.
    func closure(_ query: SymbolicBody) -> Evaluation { Evaluation(query, in: self, sharesBindings: true) }

    /// The evaluation of a rule's body.
    func child(_ query: SymbolicBody) -> Evaluation { Evaluation(query, in: self, sharesBindings: false) }

    var rootBindings: Bindings { session.rootBindings }

    /// The place of the expression at hand.
    var span: Span { index < query.count ? query[index].span : .none }

    // MARK: Expressions

    /// Evaluates the expression at hand and all that follow it in the body.
    func run(_ then: Continuation) throws {
        try session.meter.step()
        guard index < query.count else { return try then() }
        let expression = query[index]
        if !expression.with.isEmpty { return try evaluateWith(expression, then) }
        try evaluateStep(expression) { try next(then) }
    }

    /// Evaluates what follows the expression at hand.
    func next(_ then: Continuation) throws {
        index += 1
        defer { index -= 1 }
        try run(then)
    }

    /// Makes what is unified next belong to what stands before the body: the modifiers of the body's expressions do not hold for it.
    func beginHead() { index = query.count }

    /// Evaluates the body after what stands before it.
    func runBody(_ then: Continuation) throws {
        index = 0
        defer { index = query.count }
        try run(then)
    }

    /// Evaluates an expression without its modifiers.
    func evaluateStep(_ expression: SymbolicExpression, _ then: Continuation) throws {
        if expression.isNegated { return try evaluateNot(expression, then) }
        switch expression.kind {
        case .call(let terms):
            if let (left, right) = expression.equality { return try unify(left, right, then) }
            try evaluateCall(terms, then)
        case .term(let term):
            let result = SymbolicTerm.variable("\(Self.prefix)_term_\(queryID)_\(index)")
            try unify(term, result) {
                if session.saveSet.contains(result, of: bindings) { return try save(SymbolicExpression(result), of: bindings, then) }
                if !bindings.plug(result).isFalse { try then() }
            }
        case .every(let every): try evaluateEvery(every, of: expression, then)
        }
    }

    /// A variable that no author has written.
    func generateVariable(_ suffix: String) -> SymbolicTerm { .variable("\(Self.prefix)_\(suffix)") }

    /// A variable for what a reference's beginning leads to.
    func generateReferenceVariable() -> SymbolicTerm {
        defer { referenceCount += 1 }
        return generateVariable("ref_\(referenceCount)")
    }

    // MARK: Unknowns

    func isUnknown(_ term: SymbolicTerm, of bindings: Bindings) throws -> Bool { try session.isUnknown(term, of: bindings) }

    func isUnknown(reference: [SymbolicTerm], of bindings: Bindings) throws -> Bool {
        try session.isUnknown(reference: reference, of: bindings)
    }

    // MARK: Documents

    /// The base document that a reference below `data` leads to, with what `with` modifiers have put there.
    ///
    /// - Throws: if some of it is unknown.
    func resolve(_ reference: [SymbolicTerm]) throws -> SymbolicTerm? {
        if session.inlining.isDisabledByCaller(reference) || session.saveSet.containsDocument(reference) {
            throw PartialFailure(.internal, "unknown value", at: span)
        }
        let path = reference.dropFirst()
        let replacement = data?.find(path)
        if session.isReplaced(reference) { return replacement }
        let base = session.document(at: path)
        guard let replacement else { return base }
        return base.map { SymbolicTerm.merge(replacement, $0) } ?? replacement
    }

    /// The rules of a document that may hold as far as documents are known.
    func rules(of node: DocumentTree) throws -> DocumentTree.Rules {
        try node.rules(below: session.tree) { reference in
            if session.inlining.isDisabledByCaller(reference) || session.saveSet.containsDocument(reference) { return .unknown }
            switch reference.first?.variable {
            case "input": return input?.find(reference.dropFirst()).map { .value($0) } ?? .undefined
            case "data": return try resolve(reference).map { .value($0) } ?? .undefined
            default: return .unknown
            }
        }
    }

    /// The reference below the result's package.
    func namespaced(_ reference: [SymbolicTerm]) -> [SymbolicTerm] {
        reference.prefix(1) + [session.namespace] + reference.dropFirst()
    }
}
