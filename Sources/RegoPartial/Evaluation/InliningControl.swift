/// What is not to be replaced by what it is defined as, although that is known.
struct InliningControl {
    /// Rules that depend on unknowns become rules of the result instead of being inlined.
    let isShallow: Bool
    /// Calls builtins whose results differ from call to call, if their arguments are known.
    let callsNondeterministic: Bool
    /// The documents that the caller wants to keep.
    let disabled: [[SymbolicTerm]]
    /// The documents that a `with` in force may change.
    private var frames: [[ArraySlice<SymbolicTerm>]] = []

    init(isShallow: Bool, callsNondeterministic: Bool, disabled: [[SymbolicTerm]]) {
        self.isShallow = isShallow
        self.callsNondeterministic = callsNondeterministic
        self.disabled = disabled
    }

    mutating func push(_ references: [ArraySlice<SymbolicTerm>]) { frames.append(references) }

    mutating func pop() { frames.removeLast() }

    /// Whether the caller wants to keep a document, one above it, or one below it.
    func isDisabledByCaller(_ reference: some Collection<SymbolicTerm>) -> Bool {
        if disabled.isEmpty { return false }
        let reference = Array(reference)
        return disabled.contains { $0.hasPrefix(reference) || reference.hasPrefix($0) }
    }

    /// Whether the caller or a `with` in force keeps a document, one above it, or one below it from being inlined.
    func isDisabled(_ reference: some Collection<SymbolicTerm>) -> Bool {
        if isDisabledByCaller(reference) { return true }
        if frames.isEmpty { return false }
        let reference = Array(reference)
        return frames.contains { $0.contains { Array($0).hasPrefix(reference) || reference.hasPrefix($0) } }
    }
}

/// The functions that `with` modifiers in force have replaced, and by what.
struct FunctionReplacements {
    private var stack: [[[String: SymbolicTerm]]] = [[]]

    /// Enters a replacement, in which those before do not hold.
    mutating func push() { stack.append([]) }

    mutating func pop() { stack.removeLast() }

    mutating func push(_ pairs: [String: SymbolicTerm]) { stack[stack.count - 1].append(pairs) }

    mutating func popPairs() { stack[stack.count - 1].removeLast() }

    /// Whether any function is replaced where evaluation is at.
    var areInForce: Bool { stack[stack.count - 1].contains { !$0.isEmpty } }

    subscript(name: String) -> SymbolicTerm? {
        for pairs in stack[stack.count - 1].reversed() { if let term = pairs[name] { return term } }
        return nil
    }
}

/// The values of documents that have been evaluated, for as long as the same `with` modifiers hold.
struct DocumentCache {
    /// A value; `.some(nil)` for documents that are undefined.
    private var stack: [[[SymbolicTerm]: SymbolicTerm?]] = [[:]]

    mutating func push() { stack.append([:]) }

    mutating func pop() { stack.removeLast() }

    subscript(path: [SymbolicTerm]) -> SymbolicTerm?? {
        get { stack[stack.count - 1][path] }
        set { stack[stack.count - 1][path] = newValue }
    }
}
